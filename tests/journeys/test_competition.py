"""Four cases of two counties compete: for a county's quota, by score for a list's places; noticed together, decided.

The regulation is tests/programmes/demo/village-theatres.yaml; nothing of it stands in any code.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.identifiers.uscc import check_uscc
from shared.programmes.catalogue import Catalogue
from tests.journeys.graph import ok, version
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.house import House, Somebody, standing
from tests.support.waiting import eventually_asked

SHELF = Catalogue.load(Path(__file__).parents[1] / "programmes/demo")
PROVINCE, FIRST, SECOND = "990000", "990101", "990102"
COUNTIES = (FIRST, FIRST, FIRST, SECOND)
OFFICER, COLLEAGUE = Somebody("officer-1", "officer", PROVINCE), Somebody("officer-2", "officer", PROVINCE)
HEAD = Somebody("head-1", "approver", PROVINCE)
INSPECTOR = Somebody("inspector-1", "inspector", "000000")
CRITICS = {f"critic-{number}": Somebody(f"critic-{number}", "expert") for number in range(6)}


def reviewer(county: str, number: int = 1) -> Somebody:
    return Somebody(f"reviewer-{county}-{number}", "reviewer", county)


def applicant(number: int) -> Somebody:
    stem = f"91350100MC{number:07d}"
    return Somebody(f"applicant-{number}", "applicant", COUNTIES[number], stem + check_uscc(stem))


@pytest.fixture
async def house(databases: Databases, tmp_path: Path) -> AsyncIterator[House]:
    clock = FixedClock(datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
    async with standing(databases, tmp_path, SHELF, clock) as standing_house:
        yield standing_house


async def opened_round(house: House) -> str:
    now = house.clock.now()
    window = {"opens_at": now.isoformat(), "closes_at": (now + timedelta(days=30)).isoformat()}
    call = {"programme": "demo-village-theatres", "title": "call", **window}
    round_id = str(ok(await house.post(OFFICER, "/review/rounds", call))["round_id"])

    async def heard() -> bool:
        listed = await house.get(None, "/intake/rounds")
        return listed.status_code == 200 and round_id in listed.text

    await eventually_asked(heard, "intake did not hear of the round")
    return round_id


async def submitted(house: House, round_id: str, number: int) -> str:
    who = applicant(number)
    body = {"round_id": round_id, "name": f"Theatre {number}", "region": COUNTIES[number], "level": "county"}
    answer = await house.post(who, "/intake/applications", body)
    case_id = str(ok(answer)["case_id"])
    path = f"/intake/applications/{case_id}"
    answer = await house.patch(who, f"{path}/answers", {"given": {"shows": "30"}}, version(answer))
    ok(answer)
    answer = await house.post(who, f"{path}/declaration", {"true": True}, version(answer))
    ok(answer)
    ok(await house.post(who, f"{path}/submission", None, version(answer)))
    await at(house, case_id, "recommendation")
    return case_id


async def case(house: House, case_id: str) -> dict[str, Any]:
    shown: dict[str, Any] = ok(await house.get(INSPECTOR, f"/review/cases/{case_id}"))
    return shown


async def at(house: House, case_id: str, step: str) -> None:
    async def there() -> bool:
        answer = await house.get(INSPECTOR, f"/review/cases/{case_id}")
        return answer.status_code == 200 and answer.json()["step"] == step

    await eventually_asked(there, f"the case did not come to {step or 'its end'}")


async def act(house: House, who: Somebody, case_id: str, path: str, body: object = None) -> httpx.Response:
    at_version = int((await case(house, case_id))["version"])
    return await house.post(who, f"/review/cases/{case_id}/steps/{path}", body, at_version)


def drawn_again(case_id: str, shown: dict[str, Any]) -> list[str]:
    """The panel, as an auditor draws it with nothing but what is on record."""
    (fixed,), names = shown["pools"], [member["id"] for member in shown["panel"]]
    pool = sorted(member["id"] for member in fixed["pool"])
    seed = sha256("\n".join([case_id, "scoring", fixed["nonce"], *pool]).encode()).hexdigest()
    lots = sorted(pool, key=lambda name: sha256(f"{seed}\n{name}".encode()).hexdigest())
    assert (shown["draws"][0]["seed"], names) == (seed, lots[:2])
    return names


async def scored(house: House, case_id: str, points: str) -> None:
    pool = {"experts": [{"id": name, "name": name} for name in CRITICS]}
    ok(await act(house, OFFICER, case_id, "scoring/panel", pool))
    for name in drawn_again(case_id, (await case(house, case_id))["states"]["scoring"]):
        sheet = {"points": {"art": points, "public": points}, "remark": "seen"}
        ok(await act(house, CRITICS[name], case_id, "scoring/score", sheet))
    await at(house, case_id, "shortlist")


def refused(answer: httpx.Response, status: int, code: str) -> str:
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert answer.json()["detail_zh"]
    return str(answer.json()["detail_en"])


YES = {"agrees": True, "reason": "the best of the county"}


async def recommended(house: House, cases: list[str]) -> list[str]:
    """The first county names two of its three; of the last two, who come at the same time, one wins."""
    ok(await act(house, reviewer(FIRST), cases[0], "recommendation/endorsement", YES))
    tries = (act(house, reviewer(FIRST, number), cases[number], "recommendation/endorsement", YES) for number in (1, 2))
    answers = await asyncio.gather(*tries)
    won = [cases[number] for number, answer in zip((1, 2), answers, strict=True) if answer.status_code == 200]
    (loser,) = [(cases[n], answer) for n, answer in zip((1, 2), answers, strict=True) if answer.status_code != 200]
    told = refused(loser[1], 409, "quota_used_up")
    assert "2 places" in told
    assert "Theatre 0" in told
    no = {"agrees": False, "reason": "the quota is used up"}
    ok(await act(house, reviewer(FIRST), loser[0], "recommendation/endorsement", no))
    ok(await act(house, reviewer(SECOND), cases[3], "recommendation/endorsement", YES))
    return [cases[0], *won, cases[3]]


async def test_from_four_applications_to_two_titles(house: House) -> None:
    round_id = await opened_round(house)
    cases = [await submitted(house, round_id, number) for number in range(4)]
    named = await recommended(house, cases)
    await quotas_are_shown(house, round_id)
    winners = await listed_together(house, round_id, named)
    await noticed_together(house, round_id, winners)
    for case_id in winners:
        ok(await act(house, COLLEAGUE, case_id, "decision/proposal", {"approve": True, "reason": "well done"}))
        ok(await act(house, HEAD, case_id, "decision/approval", {}))
        await at(house, case_id, "")
    await audited(house, round_id)
    results = {case_id: (await case(house, case_id))["result"] for case_id in cases}
    assert {case_id for case_id, result in results.items() if result == "awarded"} == set(winners)
    assert sorted(results.values()) == ["awarded", "awarded", "refused", "refused"]


async def quotas_are_shown(house: House, round_id: str) -> None:
    """Each sees the own region's use of the quota, the province all of it."""
    path = f"/review/rounds/{round_id}/quotas"

    async def shown() -> bool:
        return len(ok(await house.get(OFFICER, path))["items"]) == 2

    await eventually_asked(shown, "the quotas' use is not shown")
    unused = ok(await house.get(reviewer("990103"), path))
    assert unused == {
        "quotas": [{"quota": "per_county", "party": "county_bureau", "places": 2, "extra_places": 0}],
        "items": [],
    }
    (own,) = ok(await house.get(reviewer(FIRST), path))["items"]
    assert (own["authority"], own["places"], own["taken"]) == (FIRST, 2, 2)
    assert own["holders"][0] == "Theatre 0"
    (page,) = ok(await house.get(OFFICER, f"{path}?limit=1"))["items"]
    assert page["authority"] == FIRST
    assert (await house.get(applicant(0), path)).status_code == 403


async def audited(house: House, round_id: str) -> None:
    """What was decided over many cases is on the audit trail, too."""
    facts = {"review.quota-place-taken": 3, "review.list-drawn-up": 1, "review.notice-posted-together": 1}
    for fact, count in facts.items():
        items = ok(await house.get(INSPECTOR, f"/registry/audit?fact={fact}"))["items"]
        assert len(items) == count, fact
        assert all(round_id in item["stream"] for item in items)


async def listed_together(house: House, round_id: str, named: list[str]) -> list[str]:
    """One is best, two tie for the second place: an officer decides with a reason, and all follow."""
    path = f"/review/rounds/{round_id}/steps/shortlist"
    await scored(house, named[0], "9")
    early = await house.get(OFFICER, f"{path}/candidates")
    assert (early.json()["on_the_way"], early.json()["places"]) == (2, 2)
    refused(await house.post(OFFICER, f"{path}/list", {}, version(early)), 409, "cases_on_the_way")
    await scored(house, named[1], "8")
    await scored(house, named[2], "8")
    alone = await act(house, OFFICER, named[0], "shortlist/listing", {"listed": True})
    refused(alone, 409, "listed_by_round")

    shown = await house.get(OFFICER, f"{path}/candidates")
    lines = {line["case_id"]: (line["rank"], line["score"], line["tied_at_cut"]) for line in shown.json()["items"]}
    assert lines[named[0]] == (1, "90.0", False)
    assert lines[named[1]] == lines[named[2]] == (2, "80.0", True)
    assert (shown.json()["tied_places"], shown.json()["on_the_way"]) == (1, 0)

    told = refused(await house.post(OFFICER, f"{path}/list", {}, version(shown)), 409, "tie_at_cut")
    assert "compete for 1 places" in told
    refused(await house.post(reviewer(FIRST), f"{path}/list", {}, version(shown)), 403, "wrong_party")
    refused(await house.post(OFFICER, f"{path}/list", {}), 428, "if_match_missing")
    body = {"chosen": [named[2]], "reason": "the remoter of the two"}
    drawn = await house.post(OFFICER, f"{path}/list", body, version(shown))
    assert (ok(drawn)["number"], drawn.json()["cases"]) == (1, 3)
    refused(await house.post(COLLEAGUE, f"{path}/list", body, version(shown)), 412, "stale_version")

    for case_id, step in zip(named, ("publicity", "", "publicity"), strict=True):
        await at(house, case_id, step)
    left = next(end for end in (await case(house, named[1]))["history"] if end["step"] == "shortlist")
    assert (left["outcome"], left["reason"]) == ("not_listed", "第 2 名，名单 2 个位置 / ranked 2, 2 places")

    async def followed() -> bool:
        rows = ok(await house.get(INSPECTOR, f"{path}/entries"))["items"]
        return [row["followed"] for row in rows] == [True, True, True]

    await eventually_asked(followed, "the list does not show that it was followed")
    return [named[0], named[2]]


async def noticed_together(house: House, round_id: str, winners: list[str]) -> None:
    """One posting, the same days for both; both go on when it is over."""
    path = f"/review/rounds/{round_id}/steps/publicity"
    gathered = await house.get(COLLEAGUE, f"/review/rounds/{round_id}")
    assert [(line["kind"], line["cases"], line["listed"]) for line in ok(gathered)["items"]] == [("list", 3, 2)]
    body = {"address": "https://example.org/theatres"}
    posted = await house.post(COLLEAGUE, f"{path}/notice", body, version(gathered))
    assert ok(posted)["cases"] == 2

    async def standing_together() -> bool:
        items = ok(await house.get(None, "/review/notices"))["items"]
        return {item["case_id"] for item in items} == set(winners)

    await eventually_asked(standing_together, "the cases do not stand under the notice")
    items = ok(await house.get(None, "/review/notices"))["items"]
    assert {(item["posted_on"], item["closes_on"]) for item in items} == {("2026-03-02", "2026-03-06")}
    refused(await house.post(OFFICER, f"{path}/notice", body, version(posted)), 409, "nobody_to_gather")
    house.clock.advance(date(2026, 3, 7) - date(2026, 3, 2))
    for case_id in winners:
        await at(house, case_id, "decision")

"""What becomes of a title, over HTTP through intake, review and the registry, under a regulation of this test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.programmes.loader import SourceFile, load
from tests.journeys.handing_in import HandingIn
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.house import House, Somebody, standing
from tests.support.regulation import APPLICANT_USCC, COUNTY, OTHER_USCC, PREFECTURE, REGION
from tests.support.waiting import eventually_asked

FILE = Path(__file__).with_name("title_life.yaml")
PROGRAMME = load(SourceFile(FILE.name, FILE.read_text("utf-8")))
HOLDER = Somebody("applicant-1", "applicant", COUNTY, APPLICANT_USCC)
STRANGER = Somebody("applicant-2", "applicant", COUNTY, OTHER_USCC)
REVIEWER = Somebody("reviewer-1", "reviewer", PREFECTURE)
OFFICER = Somebody("officer-1", "officer", REGION)
APPROVER = Somebody("approver-1", "approver", REGION)
INSPECTOR = Somebody("inspector-1", "inspector", REGION)
AWARDED = date(2026, 3, 2)
LAST = date(2029, 3, 1)


@pytest.fixture
async def house(databases: Databases, tmp_path: Path) -> AsyncIterator[House]:
    clock = FixedClock(datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
    async with standing(databases, tmp_path, PROGRAMME, clock) as standing_house:
        yield standing_house


def ok(answer: httpx.Response) -> Any:
    assert answer.status_code in (200, 201), f"{answer.request.url}: {answer.text}"
    return answer.json()


def version(answer: httpx.Response) -> int:
    return int(answer.headers["ETag"].strip('"'))


def refused(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["detail_zh"] and answer.json()["detail_en"]


def come_to(house: House, day: date) -> None:
    """The clock goes to ten o'clock of this day."""
    house.clock.advance(datetime(day.year, day.month, day.day, 2, 0, tzinfo=UTC) - house.clock.now())


async def seen(house: House, who: Somebody | None, path: str, condition: Callable[[Any], bool], what: str) -> Any:
    found: dict[str, Any] = {}

    async def there() -> bool:
        answer = await house.get(who, path)
        if answer.status_code != 200:
            return False
        found.clear()
        found.update(answer.json())
        return condition(found)

    await eventually_asked(there, f"{path}: {what}")
    return found


async def titled(house: House) -> str:
    """From the call to a title on record; answers its case id."""
    window = {"opens_at": "2026-03-02T00:00:00Z", "closes_at": "2026-03-31T00:00:00Z"}
    call = {"programme": PROGRAMME.id, "title": "call", **window}
    round_id = ok(await house.post(OFFICER, "/review/rounds", call))["round_id"]
    await seen(house, None, "/intake/rounds", lambda page: round_id in str(page), "the round was not heard of")
    body = {"round_id": round_id, "name": "Example Service Centre", "region": COUNTY, "level": "city"}
    answer = await house.post(HOLDER, "/intake/applications", body)
    case_id = str(ok(answer)["case_id"])
    answer = await house.post(HOLDER, f"/intake/applications/{case_id}/declaration", {"true": True}, version(answer))
    ok(await house.post(HOLDER, f"/intake/applications/{case_id}/submission", None, version(answer)))
    await seen(house, OFFICER, f"/review/cases/{case_id}", lambda case: case["step"] == "decision", "not filed")
    await act(house, OFFICER, case_id, "decision/proposal", {"approve": True, "reason": "good"})
    await act(house, APPROVER, case_id, "decision/approval", {})
    await title_is(house, case_id, lambda title: title["status"] == "held", "not on record")
    await seen(house, OFFICER, "/review/titles", lambda page: case_id in str(page), "not listed")
    return case_id


async def act(house: House, who: Somebody, case_id: str, path: str, body: object) -> Any:
    return ok(await ask(house, who, case_id, path, body))


async def ask(house: House, who: Somebody, case_id: str, path: str, body: object) -> httpx.Response:
    at = version(await house.get(INSPECTOR, f"/review/cases/{case_id}"))
    return await house.post(who, f"/review/cases/{case_id}/steps/{path}", body, at)


async def title_is(house: House, case_id: str, condition: Callable[[Any], bool], what: str) -> Any:
    return await seen(house, OFFICER, f"/review/titles/{case_id}", condition, what)


async def on_title(house: House, who: Somebody, case_id: str, path: str, body: object) -> httpx.Response:
    at = version(await house.get(OFFICER, f"/review/titles/{case_id}"))
    return await house.post(who, f"/review/titles/{case_id}/{path}", body, at)


async def opened(house: House, who: Somebody, procedure: str, uscc: str = APPLICANT_USCC) -> httpx.Response:
    subject = {"uscc": uscc, "name": "Example Service Centre", "region": COUNTY, "level": "city"}
    return await house.post(
        who, "/review/cases", {"programme": PROGRAMME.id, "procedure": procedure, "subject": subject}
    )


async def filed(house: House, procedure: str) -> str:
    """What the holder begins with a filing; answers the case that review opened for it."""
    return str((await (await handed_in(house, procedure, HOLDER)).became("taken"))["case_id"])


async def answered(house: House, procedure: str, who: Somebody = HOLDER) -> str:
    """The code of the refusal that review answers a filing with."""
    shown = await (await handed_in(house, procedure, who)).became("refused")
    return str(shown["refused_code"])


async def handed_in(house: House, procedure: str, who: Somebody) -> HandingIn:
    subject = {"uscc": who.organisation, "name": "Example Service Centre", "region": COUNTY, "level": "city"}
    filing = HandingIn(house, PROGRAMME, who, {})
    body = {"programme": PROGRAMME.id, "procedure": procedure, "subject": subject}
    filing.begun(await house.post(who, "/intake/filings", body))
    await filing.furnish()
    await filing.submit()
    return filing


async def told(house: House, case_id: str, what: str) -> None:
    path = f"/intake/applications/{case_id}"
    await seen(house, HOLDER, path, lambda a: what in [e["what"] for e in a["timeline"]], f"not told of {what}")


async def status(house: House, number: str, on: str = "") -> str:
    return str(ok(await house.get(None, f"/registry/titles/{number}{on and f'?on={on}'}"))["status"])


async def recorded(house: House, number: str, expected: str) -> None:
    path = f"/registry/titles/{number}"
    await seen(house, None, path, lambda title: title["status"] == expected, f"not {expected}")


async def listed(house: House, selection: str) -> list[str]:
    return [row["number"] for row in ok(await house.get(None, f"/registry/titles?{selection}"))["items"]]


async def test_a_missed_report_that_is_not_made_good_costs_the_title(house: House) -> None:
    case_id = await titled(house)
    title = await title_is(house, case_id, lambda title: bool(title["dates"]), "nothing is due")
    number = title["entered"]["number"]
    due = {(date_["what"], date_["name"]): date_["due_on"] for date_ in title["dates"]}
    assert due == {
        ("obligation", "report"): "2027-02-28",
        ("review", "biennial"): "2028-03-02",
        ("end", ""): "2029-03-01",
    }
    proposal = {"ground": "RV1", "reason": "no report came", "evidence": ["the record"]}
    answer = await on_title(house, OFFICER, case_id, "revocation-proposal", proposal)
    refused(answer, 409, "rectification_not_ordered")
    order = {"ground": "RV1", "reason": "hand in the report", "due_on": "2027-03-31"}

    come_to(house, date(2027, 2, 28))
    refused(await on_title(house, OFFICER, case_id, "rectification-order", order), 409, "proof_missing")
    come_to(house, date(2027, 3, 1))
    title = await title_is(house, case_id, lambda title: bool(title["missed"]), "the report is not missed")
    assert (title["missed"][0]["obligation"], title["missed"][0]["due_on"]) == ("report", "2027-02-28")
    await told(house, case_id, "obligation_missed")

    refused(await on_title(house, REVIEWER, case_id, "rectification-order", order), 403, "role_not_allowed")
    ok(await on_title(house, OFFICER, case_id, "rectification-order", order))
    await told(house, case_id, "rectification_ordered")
    answer = await on_title(house, OFFICER, case_id, "revocation-proposal", proposal)
    refused(answer, 409, "rectification_running")

    come_to(house, date(2027, 4, 1))
    title = await title_is(house, case_id, lambda t: bool(t["orders"][0]["settled"]), "the time does not run out")
    assert title["orders"][0]["settled"]["outcome"] == "overdue"
    answer = await on_title(house, OFFICER, case_id, "revocation-proposal", proposal)
    refused(answer, 422, "excuse_unanswered")
    excused = proposal | {"no_excuse": "no force majeure: the office was open all year"}
    assert ok(await on_title(house, OFFICER, case_id, "revocation-proposal", excused))["status"] == "proposed"
    refused(await on_title(house, OFFICER, case_id, "revocation-confirmation", {}), 403, "duties_separate")
    ok(await on_title(house, APPROVER, case_id, "revocation-confirmation", {"reason": "agreed"}))

    await recorded(house, number, "revoked")
    assert await status(house, number, "2027-03-31") == "active"
    assert await status(house, number, "2027-04-01") == "revoked"
    await told(house, case_id, "revoked")
    assert await answered(house, "annual_report") == "title_not_valid"


async def test_a_title_lapses_on_the_day_after_its_last(house: House) -> None:
    case_id = await titled(house)
    title = await title_is(house, case_id, lambda title: bool(title["dates"]), "nothing is due")
    number = title["entered"]["number"]
    await report_and_review(house, case_id, renew=False)
    come_to(house, LAST)
    assert await status(house, number) == "active"
    assert (await title_is(house, case_id, lambda _: True, ""))["status"] == "held"
    come_to(house, date(2029, 3, 2))
    await title_is(house, case_id, lambda title: title["status"] == "lapsed", "does not lapse")
    history = await seen(
        house, None, f"/registry/titles/{number}/history", lambda h: h["happenings"][-1]["what"] == "lapsed", "not told"
    )
    assert history["happenings"][-1]["since"] == "2029-03-02"
    assert (await status(house, number), await status(house, number, "2029-03-01")) == ("lapsed", "active")
    await told(house, case_id, "lapsed")

    async def both() -> bool:
        return (await listed(house, "status=active"), await listed(house, "status=lapsed")) == ([], [number])

    await eventually_asked(both, "the list does not show it")
    assert await listed(house, "status=active&on=2029-03-01") == [number]
    assert await answered(house, "re_review") == "title_not_valid"


async def report_and_review(house: House, case_id: str, renew: bool) -> None:
    """Reports in time; asks for a re-review in time, which is under way, or passed."""
    come_to(house, date(2027, 2, 28))
    refused(await opened(house, HOLDER, "annual_report"), 409, "opens_through_intake")
    report = await filed(house, "annual_report")
    shown = ok(await house.get(INSPECTOR, f"/review/cases/{report}"))
    assert shown["title"] == case_id and shown["title_number"]
    title = await title_is(house, case_id, lambda title: bool(title["met"]), "the report does not count")
    assert (title["met"][0]["due_on"], title["met"][0]["case"]) == ("2027-02-28", report)
    come_to(house, date(2028, 2, 20))
    asked = await filed(house, "re_review")
    await title_is(house, case_id, lambda title: asked in title["running"], "not under way")
    if renew:
        body = {"passes": True, "opinion": "still good"}
        await act(house, OFFICER, asked, "look/inspection", body)
        await title_is(house, case_id, lambda title: bool(title["reviews"]), "the re-review does not count")


async def test_a_re_review_renews_and_nobody_else_can_ask_for_one(house: House) -> None:
    case_id = await titled(house)
    assert await answered(house, "re_review", STRANGER) == "title_required"
    await report_and_review(house, case_id, renew=True)
    title = await title_is(house, case_id, lambda title: title["valid_to"] == "2032-03-01", "not renewed")
    number = title["entered"]["number"]
    due = {date_["what"]: date_["due_on"] for date_ in title["dates"]}
    assert due == {"obligation": "2028-02-29", "review": "2030-02-20", "end": "2032-03-01"}
    path = f"/registry/titles/{number}"
    await seen(house, None, path, lambda title: title["valid_to"] == "2032-03-01", "the renewal is not on record")
    assert await status(house, number, "2032-03-01") == "active"
    assert await status(house, number, "2032-03-02") == "lapsed"
    await told(house, case_id, "renewed")


async def test_nobody_asks_for_the_re_review(house: House) -> None:
    case_id = await titled(house)
    number = (await title_is(house, case_id, lambda title: bool(title["dates"]), "nothing is due"))["entered"]["number"]
    come_to(house, date(2028, 3, 2))
    assert await status(house, number) == "active"
    come_to(house, date(2028, 3, 3))
    await recorded(house, number, "lapsed")
    assert await status(house, number, "2028-03-02") == "active"


async def test_a_revocation_procedure_takes_the_title_away_on_a_proved_ground(house: House) -> None:
    case_id = await titled(house)
    come_to(house, date(2027, 1, 4))
    procedure = ok(await opened(house, OFFICER, "withdrawal_of_title"))["case_id"]
    case = ok(await house.get(INSPECTOR, f"/review/cases/{procedure}"))
    assert case["title"] == case_id
    proposal = {"approve": True, "reason": "the accounts were forged"}
    refused(await ask(house, OFFICER, procedure, "taking_away/proposal", proposal), 422, "ground_unknown")
    proposal["ground"] = "RV2"
    refused(await ask(house, OFFICER, procedure, "taking_away/proposal", proposal), 409, "proof_missing")
    finding = {"kind": "falsification", "happened_on": "2026-12-01", "reason": "the auditors found it", "ground": "RV2"}
    ok(await on_title(house, REVIEWER, case_id, "findings", finding))
    refused(await on_title(house, REVIEWER, case_id, "findings", finding), 409, "finding_recorded_already")
    await act(house, OFFICER, procedure, "taking_away/proposal", proposal)
    await act(house, APPROVER, procedure, "taking_away/approval", {})
    title = await title_is(house, case_id, lambda title: title["status"] == "revoked", "not revoked")
    number = title["entered"]["number"]
    row = ok(await house.get(None, f"/registry/titles/{number}"))
    assert (row["status"], row["ground"], row["clause"]) == ("revoked", "RV2", "第十一条(二)")
    assert row["reason"] == "the accounts were forged"
    assert row["issuer_name"] == "示例委员会", "the authority as it was called on the day of the award"

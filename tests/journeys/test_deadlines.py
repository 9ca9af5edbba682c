"""A regulation whose round crosses New Year, over HTTP: every deadline is counted from another event, to the minute."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.identifiers.uscc import check_uscc
from shared.programmes.catalogue import Catalogue
from tests.journeys.graph import ok, version
from tests.journeys.handing_in import HandingIn
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.house import House, Somebody, standing
from tests.support.waiting import eventually_asked

DEMO = Catalogue.load(Path(__file__).parents[1] / "programmes" / "demo")
SEED_BANKS = next(each for each in DEMO.programmes() if each.id == "demo-seed-banks")
COUNTY, PROVINCE = "990101", "990000"
BUREAU = Somebody("bureau-1", "reviewer", COUNTY)
NAMING = Somebody("bureau-2", "reviewer", COUNTY)
DEPARTMENT = Somebody("department-1", "officer", PROVINCE)
HEAD = Somebody("head-1", "approver", PROVINCE)
INSPECTOR = Somebody("inspector", "inspector", "000000")
STRANGER = Somebody("bureau-9", "reviewer", "990202")


def at(text: str) -> datetime:
    """An instant by the clock of Shanghai."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


def end_of(text: str) -> datetime:
    return at(f"{text}T23:59:59.999999")


@pytest.fixture
async def house(databases: Databases, tmp_path: Path) -> AsyncIterator[House]:
    clock = FixedClock(at("2025-11-03T10:00:00"))
    async with standing(databases, tmp_path, DEMO, clock) as standing_house:
        yield standing_house


class Bank:
    """One applicant's case."""

    def __init__(self, house: House, number: int) -> None:
        self.house = house
        stem = f"91990101MAEED0{number:03d}"
        uscc = stem + check_uscc(stem)
        self.who = Somebody(f"applicant-{number}", "applicant", COUNTY, uscc)
        self.case_id = ""

    @property
    def path(self) -> str:
        return f"/intake/applications/{self.case_id}"

    def clock(self, text: str) -> None:
        self.house.clock.advance(at(text) - self.house.clock.now())

    async def apply(self, round_id: str) -> None:
        body = {"round_id": round_id, "name": "Example Seed Bank", "region": COUNTY, "level": "county"}
        answer = await self.house.post(self.who, "/intake/applications", body)
        self.case_id = ok(answer)["case_id"]
        answer = await self.house.patch(self.who, f"{self.path}/answers", {"given": {"kinds": "50"}}, version(answer))
        await self.submit(version(answer))
        await self.comes_to("check")

    async def submit(self, at_version: int) -> None:
        answer = await self.house.post(self.who, f"{self.path}/declaration", {"true": True}, at_version)
        ok(await self.house.post(self.who, f"{self.path}/submission", None, version(answer)))

    async def correct(self) -> None:
        """File again once the applicant was told to."""

        async def returned() -> bool:
            return bool(ok(await self.house.get(self.who, self.path))["status"] == "returned")

        await eventually_asked(returned, "the application did not come back")
        read = await self.house.get(self.who, self.path)
        answer = await self.house.patch(self.who, f"{self.path}/answers", {"given": {"kinds": "51"}}, version(read))
        await self.submit(version(answer))
        await self.comes_to("check")

    async def report(self) -> None:
        """What is owed after the award is handed in at intake, too."""
        filing = HandingIn(self.house, SEED_BANKS, self.who, {})
        await filing.answer(self.case_id, "report")
        await filing.furnish()
        await filing.submit()
        await filing.became("taken")

    async def case(self) -> dict[str, Any]:
        shown: dict[str, Any] = ok(await self.house.get(INSPECTOR, f"/review/cases/{self.case_id}"))
        return shown

    async def comes_to(self, step: str) -> None:
        async def there() -> bool:
            answer = await self.house.get(INSPECTOR, f"/review/cases/{self.case_id}")
            return answer.status_code == 200 and answer.json()["step"] == step

        await eventually_asked(there, f"the case did not come to {step or 'its end'}")

    async def act(self, who: Somebody, path: str, body: object = None) -> None:
        case = await self.case()
        ok(await self.house.post(who, f"/review/cases/{self.case_id}/steps/{path}", body, case["version"]))

    async def due(self) -> datetime | None:
        """The instant by which the present step is due; what explains it agrees."""
        told = (await self.case())["due_at"]
        explained = await self.explained(INSPECTOR)
        assert explained["due_at"] == told
        assert told in ([one["due_at"] for one in explained["limits"] if one["kind"] != "notice"] or [None])
        return datetime.fromisoformat(told) if told else None

    async def explained(self, who: Somebody) -> dict[str, Any]:
        shown: dict[str, Any] = ok(await self.house.get(who, f"/review/cases/{self.case_id}/deadline"))
        return shown


async def opened_round(house: House) -> str:
    window = {"opens_at": at("2025-11-03T09:00:00").isoformat(), "closes_at": at("2026-01-15T17:30:00").isoformat()}
    call = {"programme": SEED_BANKS.id, "title": "call of the winter", **window}
    round_id = str(ok(await house.post(DEPARTMENT, "/review/rounds", call))["round_id"])

    async def heard() -> bool:
        listed = await house.get(None, "/intake/rounds?limit=200")
        return listed.status_code == 200 and round_id in listed.text

    await eventually_asked(heard, "intake did not hear of the round")
    return round_id


async def test_every_deadline_is_counted_from_its_own_event(house: House) -> None:
    round_id = await opened_round(house)
    prompt, late = Bank(house, 1), Bank(house, 2)
    prompt.clock("2025-12-29T15:00:00")
    await prompt.apply(round_id)
    await late.apply(round_id)
    assert await prompt.due() == end_of("2026-01-06"), "30, 31 December; 4 January, a Sunday that is worked; 5, 6"
    await explained_day_by_day(prompt)

    prompt.clock("2025-12-31T10:00:00")
    for bank in (prompt, late):
        await bank.act(BUREAU, "check/correction", {"items": [{"subject": "kinds", "fault": "which?"}]})
        assert await bank.due() == at("2026-01-06T17:00:00")
    prompt.clock("2026-01-05T09:00:00")
    await prompt.correct()
    assert await prompt.due() == end_of("2026-01-12"), "five working days after it was filed again"
    prompt.clock("2026-01-06T17:01:01")
    await late.comes_to("")
    assert (await late.case())["result"] == "refused"

    await prompt.act(BUREAU, "check/acceptance")
    assert await prompt.due() == at("2026-01-20T12:00:00"), "the county's own last moment in the round"
    prompt.clock("2026-01-20T12:01:00")
    assert (await prompt.case())["step"] == "naming", "being late there ends nothing"
    (waiting,) = ok(await house.get(NAMING, "/review/work"))["items"]
    assert datetime.fromisoformat(waiting["due_at"]) < house.clock.now(), "and everybody sees it"
    await prompt.act(NAMING, "naming/endorsement", {"agrees": True, "reason": "recommended"})
    assert await prompt.due() == end_of("2026-01-29"), "ten working days after 15 January"

    prompt.clock("2026-01-28T10:00:00")
    await prompt.act(DEPARTMENT, "decision/proposal", {"approve": True, "reason": "good work"})
    await prompt.act(HEAD, "decision/approval", {})
    assert await prompt.due() is None, "nothing was posted yet"
    assert [one["counted_from"] for one in (await prompt.explained(INSPECTOR))["limits"]] == [None]
    prompt.clock("2026-02-09T09:00:00")
    await prompt.act(DEPARTMENT, "publicity/posting", {"address": "https://example.org/1"})
    assert await prompt.due() == end_of("2026-03-06"), "fifteen working days over the Spring Festival"
    limits = {one["kind"]: one["due_at"] for one in (await prompt.explained(INSPECTOR))["limits"]}
    assert datetime.fromisoformat(limits["notice"]) == end_of("2026-02-24")

    prompt.clock("2026-02-25T00:00:01")
    await prompt.comes_to("listing")
    assert await prompt.due() == end_of("2026-02-28"), "a month after the decision: a Saturday that is worked"
    prompt.clock("2026-02-27T10:00:00")
    await prompt.act(DEPARTMENT, "listing/publication", {"address": "https://example.org/2"})
    await prompt.comes_to("report")
    assert await prompt.due() == at("2026-02-28T17:30:00"), "the first end of February after the award"
    await prompt.report()
    await prompt.comes_to("")
    assert (await prompt.case())["result"] == "awarded"


async def explained_day_by_day(bank: Bank) -> None:
    """To those in charge and to the applicant; to nobody else."""
    told = await bank.explained(BUREAU)
    (limit,) = told["limits"]
    assert (limit["kind"], limit["starts_en"], limit["clause"]) == ("own", "the filing", "第六条")
    assert datetime.fromisoformat(limit["counted_from"]) == at("2025-12-29T15:00:00")
    assert "2026-01-04 周日 调休上班 / make-up working day 第 3 日 / day 3" in limit["days"]
    assert any("2026-01-01" in day and "节假日" in day for day in limit["days"])
    assert await bank.explained(bank.who) == told
    path = f"/review/cases/{bank.case_id}/deadline"
    assert (await bank.house.get(STRANGER, path)).status_code == 404
    assert (await bank.house.get(Somebody("o", "applicant", COUNTY, "91350100M000100Y43"), path)).status_code == 404
    assert (await bank.house.get(None, path)).status_code == 401

"""Deadlines as rows that any replica fires: counted within the step, moved by a published year, waiting for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.review.adapters.due import DeadlinesView
from services.review.adapters.views import CasesView
from services.review.domain import commands as c
from services.review.domain.events import FACTS
from services.review.domain.progress import decide_lapse
from services.review.domain.recount import decide_recount
from services.review.domain.years import YearPublished
from services.review.kinds import calendar_at
from services.review.views import CasesWanted
from shared.calendar import Calendar, YearPlan
from shared.envelope import Origin, machine
from shared.programmes.model import Deadline, Duration, Programme
from shared.runtime.codec import FactCodec
from shared.runtime.ports import Append
from shared.runtime.postgres.pool import Database
from shared.runtime.store import FactStore
from shared.runtime.streams import CommittingStreams
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.house import House, Somebody, standing
from tests.support.regulation import REGION, with_step
from tests.support.waiting import eventually_asked
from tests.unit.review.story import MACHINE, OFFICER, REVIEWER, Story, faulty
from tests.unit.review.test_check import silent
from tests.unit.review.test_limits import end_of
from tests.unit.review.test_lists import Lists, deadlines

DECEMBER = datetime(2026, 12, 28, 2, 0, tzinfo=UTC)
OFF = (date(2027, 1, 1), date(2027, 1, 4), date(2027, 1, 5))
KNOWN = Calendar().with_year(YearPlan(2027, frozenset(OFF), frozenset(), "notice 1"))
AFTER = timedelta(microseconds=1)
POSTED = Deadline(within=Duration(length=6, unit="working_day"), starts="posted")
CASE = "c" * 32


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_counted_within_the_step_becomes_a_row_then(database: Database) -> None:
    shown, listed = Lists(database, DeadlinesView()), Lists(database, CasesView())
    story = Story(with_step("notice", deadline=POSTED)).at("notice")
    await shown.show(story)
    assert await deadlines(database) == []
    story.posted()
    await shown.show(story)
    await listed.show(story)
    assert dict(await deadlines(database))["step-due:notice"] == end_of("2026-05-08") + AFTER
    (row,) = await listed.ask.cases(CasesWanted(), None, 5)
    assert row.due_at == end_of("2026-05-08"), "28, 29, 30 April, 6, 7, 8 May"


async def test_a_filing_that_is_heard_of_a_moment_later_is_waited_for(database: Database) -> None:
    shown = Lists(database, DeadlinesView())
    story = Story().filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    await shown.show(story)
    assert story.case.due_at is not None
    assert await deadlines(database) == [("step-due:correct", story.case.due_at + timedelta(minutes=1))]


async def test_whoever_comes_too_late_is_overdue_at_once_each_time(database: Database) -> None:
    shown = Lists(database, DeadlinesView())
    fixed = Deadline(on=date(2026, 4, 20))
    story = Story(with_step("check", deadline=fixed)).filed()
    await shown.show(story)
    assert await deadlines(database) == [("step-due:check", story.now)]
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    story.wait(1).receive(2)
    await shown.show(story)
    assert await deadlines(database) == [("step-due:check", story.now)], "another row than the one that fired"


# ── a year that nobody knows ─────────────────────────────────────────────────────────────────────────────────────


def again(story: Story) -> list[str]:
    """The year is published: what follows."""
    facts = decide_recount(story.case.step, MACHINE, story.case, story.programme, story.now, KNOWN)
    return [type(fact).__name__ for fact in story.take(facts)]


def test_silence_means_nothing_before_its_year_is_known() -> None:
    story = Story(silent("accepted"), DECEMBER).filed()
    assert (story.case.due_at, story.case.due_provisional) == (end_of("2027-01-04"), True)
    story.wait(8)
    assert decide_lapse("check", story.case, story.programme, story.now) == ()
    assert again(story) == ["StepDueRecounted"]
    assert story.case.due_at == end_of("2027-01-07"), "29, 30, 31 December, 6, 7 January"
    story.wait(3)
    story.take(decide_lapse("check", story.case, story.programme, story.now))
    assert story.case.step == "assess"


def test_a_deadline_that_waited_beyond_its_end_passes_with_its_year() -> None:
    story = Story(silent("accepted"), DECEMBER).filed().wait(30)
    assert again(story) == ["StepDueRecounted", "ApplicationAccepted", "StepConcluded", "StepEntered"]
    assert again(story) == [], "twice is once"


def test_nobody_is_late_before_the_year_is_known() -> None:
    base = with_step("correct", outcomes={"filed": "check", "late": "not-accepted"})
    story = Story(base, DECEMBER).filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    story.wait(9)
    assert decide_lapse("correct", story.case, story.programme, story.now) == ()
    story.receive(2)
    assert story.case.step == "check"


async def test_a_case_is_counted_over_the_years_of_its_own_life(database: Database) -> None:
    store = FactStore(database.pool, FactCodec(FACTS))
    await store.start()
    try:
        old = YearPublished(2021, (date(2021, 1, 1),), (), "an old notice", "operator-1", DECEMBER)
        await store.append(Append("calendar:2021", 0, (old,), Origin(machine("test"), DECEMBER, "c-1")))
        streams = CommittingStreams(store)
        assert set((await calendar_at(streams, DECEMBER)).plans) == set()
        assert set((await calendar_at(streams, DECEMBER, DECEMBER.replace(year=2022))).plans) == {2021}
    finally:
        await store.stop()


# ── over HTTP ────────────────────────────────────────────────────────────────────────────────────────────────────

WHO = Somebody(OFFICER.id, "officer", REGION)
YEAR = {"year": 2027, "off": [day.isoformat() for day in OFF], "make_up": [], "notice": "notice 1"}


@pytest.fixture
def programme() -> Programme:
    return with_step("notice", deadline=POSTED)


@pytest.fixture
async def house(databases: Databases, tmp_path: Path, programme: Programme) -> AsyncIterator[House]:
    async with standing(databases, tmp_path, programme, FixedClock(DECEMBER)) as standing_house:
        yield standing_house


async def read(house: House) -> dict[str, Any]:
    shown: dict[str, Any] = (await house.get(WHO, f"/review/cases/{CASE}")).json()
    return shown


async def test_a_published_year_moves_what_is_counted_from_the_posting(house: House, programme: Programme) -> None:
    story = Story(programme, DECEMBER).at("notice")
    origin = Origin(machine("test"), DECEMBER, "c-1")
    await house.services["review"].store.append(Append(f"case:{CASE}", 0, tuple(story.facts), origin))
    path, at = f"/review/cases/{CASE}", (await read(house))["version"]
    answer = await house.post(WHO, f"{path}/steps/notice/posting", {"address": "https://example.org/1"}, at)
    assert answer.status_code == 200, answer.text
    assert datetime.fromisoformat((await read(house))["due_at"]) == end_of("2027-01-05")
    assert (await house.get(WHO, f"{path}/deadline")).json()["provisional"] is True
    assert (await house.post(WHO, "/review/calendar/years", YEAR)).status_code == 201

    async def moved() -> bool:
        return datetime.fromisoformat((await read(house))["due_at"]) == end_of("2027-01-08")

    await eventually_asked(moved, "the deadline did not move")
    told = (await house.get(WHO, f"{path}/deadline")).json()
    assert told["provisional"] is False
    assert any("2027-01-05" in day and "节假日" in day for day in told["limits"][0]["days"])

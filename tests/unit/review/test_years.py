"""A year of the calendar is published: well formed, by whom it may, and every open deadline that rests on it moves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.case import StepDueRecounted
from services.review.domain.people import Person
from services.review.domain.recount import decide_recount
from services.review.domain.years import NONE, Year, YearPublished, decide_publish
from shared.calendar import Calendar
from shared.envelope import Origin, machine
from shared.programmes.model import Deadline, Duration
from shared.runtime.ports import Append
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.house import House, Somebody, standing
from tests.support.regulation import PREFECTURE, PROGRAMME, REGION, with_step
from tests.support.waiting import eventually_asked
from tests.unit.review.story import MACHINE, OFFICER, REVIEWER, Story

NOW = datetime(2026, 12, 28, 2, 0, tzinfo=UTC)
OFF = (date(2027, 1, 1), date(2027, 1, 4), date(2027, 1, 5))
PUBLISH = c.PublishYear(2027, OFFICER, OFF, (date(2027, 1, 9),), "notice 1")
CASE = "c" * 32


def published(command: c.PublishYear = PUBLISH) -> YearPublished:
    (fact,) = decide_publish(command, NONE, NOW)
    return fact


def test_a_notice_is_recorded_once_and_a_later_one_corrects_it() -> None:
    known = Year(published())
    assert decide_publish(PUBLISH, known, NOW) == ()
    assert decide_publish(replace(PUBLISH, make_up=()), known, NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"off": ()},
        {"off": (date(2028, 1, 1),)},
        {"off": (*OFF, date(2027, 1, 9))},
        {"make_up": (date(2027, 1, 8),)},
        {"notice": " "},
        {"notice": "x" * 201},
        {"off": tuple(date(2027, 1, 1) + timedelta(days=n) for n in range(121)), "make_up": ()},
    ],
    ids=str,
)
def test_a_malformed_year_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(errors.YearMalformed):
        published(replace(PUBLISH, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("year", [2025, 2028])
def test_only_this_year_and_the_next_are_published(year: int) -> None:
    with pytest.raises(errors.YearOutsideWindow, match="2026"):
        published(replace(PUBLISH, year=year, off=(date(year, 1, 1),), make_up=()))


def test_an_operator_or_a_province_publishes() -> None:
    assert published(replace(PUBLISH, by=Person("operator-1", "operator")))
    for by in (Person("officer-9", "officer", PREFECTURE), Person("officer-9", "officer")):
        with pytest.raises(errors.OutsideRegion):
            published(replace(PUBLISH, by=by))


def test_a_steps_own_deadline_moves_and_is_never_shortened() -> None:
    within = Deadline(within=Duration(length=5, unit="working_day"))
    story = Story(with_step("check", deadline=within), now=NOW).filed()
    before = story.case.due_at
    assert story.case.due_provisional
    assert before is not None
    recount = (story.programme, story.now, Calendar().with_year(published().plan()))
    (moved,) = story.take(decide_recount("check", MACHINE, story.case, *recount))
    assert isinstance(moved, StepDueRecounted)
    assert (moved.due_at > before, moved.provisional, moved.because) == (True, False, "notice 1")
    assert decide_recount("check", MACHINE, story.case, *recount) == (), "twice is once"
    assert decide_recount("decide", MACHINE, story.case, *recount) == ()


@pytest.fixture
async def house(databases: Databases, tmp_path: Path) -> AsyncIterator[House]:
    async with standing(databases, tmp_path, PROGRAMME, FixedClock(NOW)) as standing_house:
        yield standing_house


HTTP_OFFICER = Somebody(OFFICER.id, "officer", REGION)
YEAR = {"year": 2027, "off": [day.isoformat() for day in OFF], "make_up": [], "notice": "notice 1"}


async def read(house: House) -> httpx.Response:
    return await house.get(HTTP_OFFICER, f"/review/cases/{CASE}")


async def act(house: House, path: str, body: object = None) -> httpx.Response:
    version = int((await read(house)).headers["ETag"].strip('"'))
    return await house.post(HTTP_OFFICER, f"/review/cases/{CASE}/steps/notice/{path}", body, version)


async def posted(house: House) -> None:
    """A case at its notice, posted in the last days of the year."""
    story = Story(now=NOW).at("notice")
    origin = Origin(machine("test"), NOW, "c-1")
    await house.services["review"].store.append(Append(f"case:{CASE}", 0, tuple(story.facts), origin))
    answer = await act(house, "posting", {"address": "https://example.org/1"})
    assert answer.status_code == 200, answer.text


async def fired(house: House) -> None:
    """The machine tried to close it."""
    pool = house.services["review"].store.pool

    async def tried() -> bool:
        return bool(await pool.fetchval("SELECT count(*) FROM deadline_attempts WHERE fired_at IS NOT NULL"))

    await eventually_asked(tried, "the deadline did not fire")


async def test_a_notice_waits_for_its_year_and_ends_when_it_is_published(house: House) -> None:
    await posted(house)
    house.clock.advance(timedelta(days=30))
    await fired(house)
    closing = await act(house, "closing")
    assert (closing.status_code, closing.json()["code"]) == (409, "notice_provisional")

    async def listed() -> bool:
        return CASE in (await house.get(None, "/review/notices")).text

    await eventually_asked(listed, "it still stands")
    for who, body, code in (
        (Somebody("officer-9", "officer", PREFECTURE), YEAR, "outside_region"),
        (Somebody(REVIEWER.id, "reviewer", REGION), YEAR, "role_not_allowed"),
        (HTTP_OFFICER, {**YEAR, "make_up": ["2027-01-08"]}, "year_malformed"),
        (HTTP_OFFICER, {**YEAR, "year": 2029}, "year_outside_window"),
    ):
        refused = await house.post(who, "/review/calendar/years", body)
        assert refused.json()["code"] == code
    answer = await house.post(HTTP_OFFICER, "/review/calendar/years", YEAR)
    assert answer.status_code == 201, answer.text

    async def decided() -> bool:
        return bool((await read(house)).json()["step"] == "decide")

    await eventually_asked(decided, "the notice did not end with its year")
    facts = [r.fact for r in await house.services["review"].store.load(f"case:{CASE}")]
    (moved,) = [fact for fact in facts if type(fact).__name__ == "NoticeRecounted"]
    assert (moved.because, moved.provisional) == ("notice 1", False)

    async def shown() -> bool:
        years = await house.get(None, "/review/calendar/years")
        return years.status_code == 200 and [row["year"] for row in years.json()["items"]] == [2027]

    await eventually_asked(shown, "the year is not listed")


async def test_an_officer_closes_it_with_a_reason(house: House) -> None:
    await posted(house)
    early = await act(house, "closing-as-counted", {"reason": "no holiday"})
    assert early.json()["code"] == "notice_running"
    house.clock.advance(timedelta(days=30))
    await fired(house)
    assert (await act(house, "closing-as-counted", {"reason": "no holiday"})).json()["step"] == "decide"


async def test_a_year_that_comes_before_the_end_moves_it(house: House) -> None:
    await posted(house)
    before = (await read(house)).json()["states"]["notice"]["closes_on"]
    assert (await house.post(HTTP_OFFICER, "/review/calendar/years", YEAR)).status_code == 201

    async def moved() -> bool:
        state = (await read(house)).json()["states"]["notice"]
        return bool(state["closes_on"] > before and not state["provisional"])

    await eventually_asked(moved, "the end did not move")
    house.clock.advance(timedelta(days=30))

    async def decided() -> bool:
        return bool((await read(house)).json()["step"] == "decide")

    await eventually_asked(decided, "the notice did not end")

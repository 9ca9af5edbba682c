"""What a notice does to days that were certain, on a real database: rows that any replica fires, and every kind of open
deadline over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.review.adapters.due import DeadlinesView
from services.review.app import firing
from services.review.domain import commands as c
from services.review.domain.case import NONE
from services.review.domain.events import FACTS
from services.review.domain.progress import decide_open
from services.review.domain.years import YearPublished
from services.review.handlers import Handlers
from shared.calendar import YearPlan
from shared.envelope import Origin, machine
from shared.programmes.model import Period, Programme, YearlyMoment
from shared.runtime.codec import FactCodec
from shared.runtime.deadlines import Due
from shared.runtime.ports import Append
from shared.runtime.postgres.pool import Database
from shared.runtime.store import FactStore
from shared.runtime.streams import CommittingStreams
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.house import House, Shelf, Somebody, standing
from tests.support.regulation import PROGRAMME, REGION, with_step
from tests.support.views import project
from tests.support.waiting import eventually_asked
from tests.unit.review.story import OFFICER, REVIEWER, Story, faulty
from tests.unit.review.test_limits import IN_ROUND, at, cascading, end_of, within
from tests.unit.review.test_lists import Lists, deadlines, recorded
from tests.unit.review.test_new_year import TAKES_28, TAKES_31, TUESDAY, checking, plan
from tests.unit.review.titled import Life, obligation

# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def year(takes: YearPlan, published: datetime) -> YearPublished:
    return YearPublished(takes.year, tuple(sorted(takes.off)), (), takes.notice, "officer-1", published)


async def test_publishing_a_year_is_a_deadline_for_everything_open_that_it_may_move(database: Database) -> None:
    shown, now = Lists(database, DeadlinesView()), TUESDAY + timedelta(days=2)
    for name, length in (("ended", 1), ("certain", 4), ("waiting", 7), ("later", 30)):
        await shown.show(checking(length), name)
    await shown.show(checking(4, at("2026-05-13T10:00:00")), "before")
    takes = year(plan(("2026-12-22", "2026-12-28")), now)
    await project(database, DeadlinesView(), recorded("calendar:2027", [takes], now))
    assert await recounts(database) == {"certain": now, "waiting": now, "later": now}


async def test_a_year_moves_nothing_that_ends_before_the_first_day_that_it_may_take(database: Database) -> None:
    shown, now = Lists(database, DeadlinesView()), TUESDAY + timedelta(days=2)
    await shown.show(checking(4), "certain")
    await project(database, DeadlinesView(), recorded("calendar:2027", [year(TAKES_31, now)], now))
    assert await recounts(database) == {}, "28 December is before the 29th"


async def test_a_year_that_is_corrected_is_a_deadline_once_more(database: Database) -> None:
    shown, now = Lists(database, DeadlinesView()), TUESDAY + timedelta(days=1)
    await shown.show(checking(4))
    for later in (now, now + timedelta(days=1)):
        await project(database, DeadlinesView(), recorded("calendar:2027", [year(TAKES_28, later)], later))
        assert await recounts(database) == {"case-1": later}


async def test_whoever_counted_without_the_year_while_it_appeared_counts_again(database: Database) -> None:
    shown = Lists(database, DeadlinesView())
    await project(database, DeadlinesView(), recorded("calendar:2027", [year(TAKES_28, TUESDAY)], TUESDAY))
    await shown.show(checking(4, TUESDAY + timedelta(minutes=1)), "racing")
    await shown.show(checking(4, TUESDAY + timedelta(days=2)), "afterwards")
    assert await recounts(database) == {"racing": TUESDAY}


async def test_the_next_step_takes_the_recount_away(database: Database) -> None:
    shown = Lists(database, DeadlinesView())
    story = checking(4)
    await shown.show(story)
    await project(database, DeadlinesView(), recorded("calendar:2027", [year(TAKES_28, TUESDAY)], TUESDAY))
    await shown.show(story.accepted())
    assert await recounts(database) == {}


async def test_what_waited_for_a_year_that_came_with_the_software_is_counted_when_the_view_is_built(
    database: Database,
) -> None:
    """A release that knew less took 28 December 2025 for provisional."""
    story = checking(4, at("2025-12-22T10:00:00"))
    story.facts[:] = [replace(f, due_provisional=True) if getattr(f, "due_at", None) else f for f in story.facts]
    await Lists(database, DeadlinesView()).show(story)
    rows = dict(await deadlines(database))
    assert rows["recount:check"] == story.now


async def test_the_rows_are_the_same_when_the_view_is_built_anew(database: Database) -> None:
    log = []
    for name, length in (("ended", 1), ("certain", 4), ("waiting", 7)):
        log.append(recorded(f"case:{name}", checking(length).facts, TUESDAY))
    published = TUESDAY + timedelta(days=2)
    log.append(recorded("calendar:2027", [year(TAKES_28, published)], published))
    for batch in log:
        await project(database, DeadlinesView(), batch)
    grown = await deadlines(database)
    await database.pool.execute("DROP SCHEMA view_deadlines CASCADE")
    await project(database, DeadlinesView(), [each for batch in log for each in batch])
    assert grown == await deadlines(database) != []


async def recounts(database: Database) -> dict[str, datetime]:
    rows = await database.pool.fetch("SELECT case_id, due_at FROM view_deadlines.deadlines WHERE kind LIKE 'recount:%'")
    return {row["case_id"]: row["due_at"] for row in rows}


async def test_whoever_fires_an_end_late_counts_with_what_was_published_before_it(database: Database) -> None:
    """Review was away for a week: the end of the step and of the duty come first, their recounts later."""
    store = FactStore(database.pool, FactCodec(FACTS))
    await store.start()
    try:
        text = replace(text_of(SCENES[0]), procedures=with_step("check", deadline=within(1)).procedures)
        origin = Origin(machine("test"), TUESDAY, "c-1")
        life, story = Life(text, TUESDAY.date()), Story(text, TUESDAY).filed()
        taken = plan(("2026-12-23", "2026-12-28"))
        for stream, facts in (
            ("case:case-1", story.facts),
            ("title:case-1", life.facts),
            ("calendar:2027", [year(taken, TUESDAY + timedelta(hours=1))]),
        ):
            await store.append(Append(stream, 0, tuple(facts), origin))
        fire = firing(Handlers(Shelf(text), sandbox=True), CommittingStreams(store), FixedClock(TUESDAY))
        for case, kind, day in (
            ("case-1", "step-due:check", "2026-12-23"),
            ("title:case-1", "obligation:report", "2026-12-28"),
        ):
            over = end_of(day) + timedelta(microseconds=1)
            await fire(Due(f"{case}/{kind}", case, kind, over))
        last: list[Any] = [(await store.load(stream))[-1].fact for stream in ("case:case-1", "title:case-1")]
        assert [fact.due_at for fact in last] == [end_of("2026-12-24"), end_of("2026-12-29")]
        assert last[1] == replace(last[1], what="obligation", because=taken.notice), "moved, not missed"
    finally:
        await store.stop()


# ── over HTTP, every kind ────────────────────────────────────────────────────────────────────────────────────────

WHO = Somebody(OFFICER.id, "officer", REGION)


@dataclass(frozen=True)
class Scene:
    """When the cases stand where they stand, which day a fixed moment is, and what is published two days later."""

    now: str
    moment: tuple[int, int]
    year: int
    off: tuple[str, ...]
    ended: str
    counted: str
    at_moment: str
    counted_before: str


SCENES = (
    Scene("2026-12-22T10:00:00", (12, 28), 2027, ("2026-12-23", "2026-12-28", "2027-01-01"), "2026-12-23",
          "2026-12-30", "2026-12-29", "2026-12-28"),
    Scene("2026-05-13T10:00:00", (5, 19), 2026, ("2026-01-01", "2026-05-14", "2026-05-19"), "2026-05-14",
          "2026-05-21", "2026-05-20", "2026-05-19"),
)  # fmt: skip


def text_of(scene: Scene) -> Programme:
    """Four working days for the check, the correction and the notice; one for the assessment; a moment of every year
    for the panel and for what a title owes."""
    month, day = scene.moment
    moment = YearlyMoment(month=month, day=day, roll="next_working_day")
    base = with_step("check", deadline=within(4))
    steps = tuple(
        replace(each, deadline=within(1)) if each.id == "assess" else
        replace(each, deadline=within(4)) if each.id == "correct" else each
        for each in base.procedures[0].steps
    )  # fmt: skip
    (notice,) = PROGRAMME.notices
    assert isinstance(notice.duration, Period)
    period = replace(notice.duration, length=4, count_start_day=False)
    return replace(
        cascading(base, ("score", moment)),
        procedures=(replace(base.procedures[0], steps=steps),),
        notices=(replace(notice, duration=period),),
        obligations=(obligation(due=moment, covers="period"),),
    )


@pytest.fixture(params=SCENES, ids=lambda scene: str(scene.year))
def scene(request: pytest.FixtureRequest) -> Scene:
    found: Scene = request.param
    return found


@pytest.fixture
async def house(databases: Databases, tmp_path: Path, scene: Scene) -> AsyncIterator[House]:
    async with standing(databases, tmp_path, text_of(scene), FixedClock(at(scene.now))) as standing_house:
        yield standing_house


def told(scene: Scene) -> dict[str, list[Any]]:
    """One stream for each kind of deadline, with what happened in it."""
    text, now = text_of(scene), at(scene.now)
    checked, assessed, corrected = (Story(text, now).filed() for _ in range(3))
    assessed.accepted()
    corrected.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    noticed = Story(text, now).at("notice").posted()
    scored = Story(text, now)
    opening = replace(IN_ROUND, programme=text.ref, round_opens_at=now, round_closes_at=now + timedelta(days=1))
    scored.take(decide_open(opening, NONE, text, now))
    scored.receive(1)
    while scored.case.step != "score":
        scored._ways()[scored.case.step]()
    life = Life(text, now.date() - timedelta(days=1))
    cases = {"a": checked, "b": assessed, "c": corrected, "d": noticed, "e": scored}
    return {**{f"case:{name * 32}": story.facts for name, story in cases.items()}, f"title:{'f' * 32}": life.facts}


async def test_every_kind_of_open_deadline_moves_and_says_why(house: House, scene: Scene) -> None:
    store, now = house.services["review"].store, at(scene.now)
    origin = Origin(machine("test"), now, "c-1")
    for stream, facts in told(scene).items():
        await store.append(Append(stream, 0, tuple(facts), origin))
    house.clock.advance(timedelta(days=2))
    body = {"year": scene.year, "off": list(scene.off), "make_up": [], "notice": "notice 7"}
    assert (await house.post(WHO, "/review/calendar/years", body)).status_code == 201

    async def last(stream: str) -> Any:
        return (await store.load(stream))[-1].fact

    expected = {"a": scene.counted, "c": scene.counted, "d": scene.counted, "e": scene.at_moment, "f": scene.at_moment}
    for name, day in expected.items():
        stream = f"title:{name * 32}" if name == "f" else f"case:{name * 32}"

        async def moved(stream: str = stream) -> Any:
            # A title is also reminded of its day: what is said of that may stand behind.
            facts = [each.fact for each in await store.load(stream)]
            return next((fact for fact in facts if getattr(fact, "because", "") == "notice 7"), None)

        await eventually_asked(moved, f"{stream} did not move")
        fact = await moved()
        until = fact.closes_on if name == "d" else (fact.due_at + timedelta(hours=8)).date()
        assert (str(until), fact.provisional) == (day, day >= "2026-12-29" and scene.year == 2026), stream
        assert day > scene.counted_before
        if name != "f":
            shown = (await house.get(WHO, f"/review/cases/{name * 32}/deadline")).json()
            assert shown["because"] == "notice 7"
    ended = await last(f"case:{'b' * 32}")
    assert (ended.due_at, ended.due_provisional) == (end_of(scene.ended), False), "it had passed"

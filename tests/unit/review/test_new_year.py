"""A notice that takes days which were certain: of the December before its year, or of a year that was published before.
Every open deadline of every kind moves later and says why; what had ended stays ended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review.adapters.due import DeadlinesView
from services.review.app import firing
from services.review.domain import commands as c
from services.review.domain import duties
from services.review.domain.again import CAME_ALONG
from services.review.domain.case import NONE, StepDueRecounted
from services.review.domain.events import FACTS
from services.review.domain.progress import decide_open
from services.review.domain.recount import decide_passed, decide_recount
from services.review.domain.years import YearPublished
from services.review.handlers import Handlers
from shared.calendar import Calendar, YearPlan
from shared.envelope import Origin, machine
from shared.programmes.model import Checking, Deadline, Duration, Programme, YearlyMoment
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
from tests.unit.review.story import MACHINE, OFFICER, REVIEWER, Story, faulty
from tests.unit.review.test_limits import IN_ROUND, at, cascading, end_of, with_outcomes, within
from tests.unit.review.test_lists import Lists, deadlines, recorded
from tests.unit.review.titled import Life, obligation, regulation
from tests.unit.review.titled import at as morning

TUESDAY = at("2026-12-22T10:00:00")


def plan(
    off: tuple[str, ...], published: datetime = TUESDAY, year: int = 2027, before: YearPlan | None = None
) -> YearPlan:
    days = frozenset(date.fromisoformat(day) for day in off)
    return YearPlan(year, days, frozenset(), f"notice for {year}", published, before)


def knowing(*plans: YearPlan) -> Calendar:
    return Calendar({each.year: each for each in plans})


TAKES_28 = plan(("2026-12-28", "2027-01-01"))
TAKES_31 = plan(("2026-12-31", "2027-01-01"))


def checking(length: int, now: datetime = TUESDAY) -> Story:
    return Story(with_step("check", deadline=within(length)), now).filed()


def recount(story: Story, calendar: Calendar) -> tuple[Any, ...]:
    return decide_recount(story.case.step, MACHINE, story.case, story.programme, story.now, calendar)


def passed(story: Story, calendar: Calendar) -> list[str]:
    facts = decide_passed(story.case.step, story.case, story.programme, story.now, calendar)
    return [type(fact).__name__ for fact in story.take(facts)]


# ── of the December before ───────────────────────────────────────────────────────────────────────────────────────


def test_a_notice_takes_a_day_of_december_that_was_certain() -> None:
    story = checking(4)
    assert (story.case.due_at, story.case.due_provisional) == (end_of("2026-12-28"), False)
    (moved,) = story.take(recount(story, knowing(TAKES_28)))
    assert moved == StepDueRecounted("check", end_of("2026-12-29"), False, "notice for 2027", TUESDAY)
    assert (story.case.due_because, recount(story, knowing(TAKES_28))) == ("notice for 2027", ()), "twice is once"


def test_the_last_days_of_december_wait_for_the_notice() -> None:
    story = checking(7)
    assert (story.case.due_at, story.case.due_provisional) == (end_of("2026-12-31"), True)
    assert passed(story.wait(11), Calendar()) == [], "nobody knows whether it is over"
    story.now = TUESDAY
    (moved,) = story.take(recount(story, knowing(TAKES_31)))
    assert (moved.due_at, moved.provisional) == (end_of("2027-01-04"), False)


def test_a_december_that_no_notice_took_becomes_certain_and_stays() -> None:
    story = checking(7)
    (moved,) = recount(story, knowing(plan(("2027-01-01",))))
    assert (moved.due_at, moved.provisional, moved.because) == (end_of("2026-12-31"), False, "notice for 2027")


def test_a_deadline_that_an_earlier_release_took_for_certain_moves_too() -> None:
    story = checking(7)
    story.case = replace(story.case, due_provisional=False)
    (moved,) = recount(story, knowing(TAKES_31))
    assert moved.due_at == end_of("2027-01-04")


def test_one_that_ends_in_january_and_began_in_december() -> None:
    story = checking(10)
    assert (story.case.due_at, story.case.due_provisional) == (end_of("2027-01-05"), True)
    (moved,) = recount(story, knowing(TAKES_31))
    assert moved.due_at == end_of("2027-01-07"), "31 December and 1 January are off"


def test_a_make_up_day_shortens_nothing() -> None:
    story = checking(4)
    worked = YearPlan(2027, frozenset({date(2027, 1, 1)}), frozenset({date(2026, 12, 26)}), "notice", TUESDAY)
    assert recount(story, knowing(worked)) == ()


def test_a_make_up_day_makes_a_provisional_end_certain_and_no_earlier() -> None:
    story = checking(7)
    worked = YearPlan(2027, frozenset({date(2027, 1, 1)}), frozenset({date(2026, 12, 26)}), "notice", TUESDAY)
    (moved,) = recount(story, knowing(worked))
    assert (moved.due_at, moved.provisional) == (end_of("2026-12-31"), False), "counted, it would be the 30th"


def test_a_second_notice_moves_what_was_counted_with_the_first() -> None:
    """The case came to the step before the first notice, and its time began with the posting, after it."""
    story = Story(with_step("notice", deadline=within(3, starts="posted")), TUESDAY - timedelta(days=1)).at("notice")
    make_up = frozenset({date(2026, 12, 26)})
    first = YearPlan(2027, frozenset({date(2027, 1, 1)}), make_up, "first", TUESDAY)
    story.calendar, story.now = knowing(first), TUESDAY + timedelta(days=2)
    story.posted()
    assert story.case.due_at == end_of("2026-12-28")
    second = YearPlan(2027, first.off | {date(2026, 12, 28)}, make_up, "second", story.now, first)
    assert [fact.due_at for fact in recount(story, knowing(second))[:1]] == [end_of("2026-12-29")]


def test_a_notice_is_said_to_move_only_what_it_is_about() -> None:
    now = at("2026-05-13T10:00:00")
    (moved,) = recount(checking(4, now), knowing(plan(("2026-05-14",), now, 2026), plan(("2027-01-01",), now)))
    assert moved.because == "notice for 2026"


# ── of a year that was published ─────────────────────────────────────────────────────────────────────────────────


def test_a_later_notice_amends_a_year_in_the_middle_of_it() -> None:
    """As the one of May 2015 did, which gave 3 and 4 September off, and the one of January 2020."""
    now = at("2026-05-13T10:00:00")
    story = checking(4, now)
    assert story.case.due_at == end_of("2026-05-19")
    first = plan(("2026-05-14",), now + timedelta(hours=1), 2026)
    (moved,) = story.take(recount(story, knowing(first)))
    assert (moved.due_at, moved.provisional) == (end_of("2026-05-20"), False)
    story.case = replace(story.case, due_counted_at=now + timedelta(days=2))
    second = plan(("2026-05-14", "2026-05-20"), now + timedelta(days=3), 2026, first)
    (again,) = recount(story, knowing(second))
    assert again.due_at == end_of("2026-05-21")


# ── open and ended ───────────────────────────────────────────────────────────────────────────────────────────────


def test_what_had_ended_before_the_notice_stays_ended() -> None:
    story = checking(1)
    assert story.case.due_at == end_of("2026-12-23")
    late = plan(("2026-12-23", "2026-12-24"), at("2026-12-24T00:00:00"))
    assert recount(story.wait(5), knowing(late)) == ()
    assert passed(story, knowing(late)) == []


def test_what_was_open_when_the_notice_came_moves_however_late_somebody_looks() -> None:
    """Review was away over the end: the notice is older than the end, so nobody was late on it."""
    base = with_step("check", deadline=within(1), parameters=Checking(silence="accepted"))
    story = Story(base, TUESDAY).filed()
    story.now = at("2026-12-24T09:00:00")
    known = knowing(plan(("2026-12-23", "2026-12-24"), at("2026-12-23T23:59:59")))
    assert passed(story, known) == ["StepDueRecounted"]
    assert (story.case.step, story.case.due_at) == ("check", end_of("2026-12-25"))
    story.now = at("2026-12-26T00:00:00")
    assert passed(story, known)[0] == "ApplicationAccepted"


@pytest.mark.parametrize(("filed", "step"), [("2026-12-24T23:59:59", "check"), ("2026-12-25T00:00:00", "")])
def test_a_filing_is_in_time_by_the_notice_that_was_published_meanwhile(filed: str, step: str) -> None:
    base = with_step("correct", deadline=within(1))
    programme = replace(base, procedures=with_outcomes(base, "correct", {"filed": "check", "late": "not-accepted"}))
    story = Story(programme, TUESDAY).filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    story.calendar = knowing(plan(("2026-12-23", "2027-01-01"), at("2026-12-23T12:00:00")))
    story.now = at(filed)
    story.receive(2)
    assert story.case.step == step


def test_a_longer_time_that_was_granted_is_not_taken_for_the_calendars() -> None:
    """What the deadline is counted from happened again since: the year moves nothing that it did not touch."""
    story = Story(with_step("assess", deadline=within(4, starts="filed")), TUESDAY).filed().accepted()
    assert story.case.due_at == end_of("2026-12-28")
    story.case = replace(story.case, filed_at=TUESDAY + timedelta(days=20))
    assert recount(story, knowing(TAKES_28)) == ()


def test_a_year_that_came_with_the_software_says_so() -> None:
    """Provisional for the earlier release, certain by the days that are known now, and no notice on record."""
    story = checking(4)
    story.case = replace(story.case, due_provisional=True)
    (moved,) = recount(story, Calendar())
    assert (moved.due_at, moved.provisional, moved.because) == (end_of("2026-12-28"), False, CAME_ALONG)


# ── titles ───────────────────────────────────────────────────────────────────────────────────────────────────────

IN_DECEMBER = YearlyMoment(month=12, day=28, roll="next_working_day")
DUTY = regulation(obligations=[obligation(due=IN_DECEMBER, covers="period")])


def duty_again(life: Life, now: datetime, calendar: Calendar) -> list[str]:
    return life.take(duties.decide_passed("report", life.title, life.programme, now, calendar))


def test_a_duty_that_was_certain_moves() -> None:
    life, now = Life(DUTY), morning(date(2026, 12, 15))
    assert life.due("obligation", "report") == date(2026, 12, 28)
    assert duty_again(life, now, knowing(TAKES_28)) == ["TitleDateSet"]
    assert (life.due("obligation", "report"), life.facts[-1].because) == (date(2026, 12, 29), "notice for 2027")
    assert duty_again(life, now, knowing(TAKES_28)) == []


def test_a_duty_is_not_missed_while_nobody_knows_its_day() -> None:
    life = Life(regulation(obligations=[obligation(due=replace(IN_DECEMBER, day=31), covers="period")]))
    now = morning(date(2027, 1, 20))
    assert duty_again(life, now, Calendar()) == []
    assert duty_again(life, now, knowing(TAKES_31)) == ["TitleDateSet", "ObligationMissed", "TitleDateSet"]
    assert life.title.missed[-1].due_on == date(2027, 1, 4)


def test_a_duty_that_was_missed_before_the_notice_stays_missed() -> None:
    life = Life(DUTY)
    late = plan(("2026-12-28",), at("2026-12-29T00:00:00"))
    assert duty_again(life, morning(date(2026, 12, 30)), knowing(late)) == ["ObligationMissed", "TitleDateSet"]


def test_a_duty_counted_from_what_was_renewed_since_is_left_alone() -> None:
    due = Deadline(within=Duration(length=3, unit="month", roll="next_working_day"), starts="valid_to")
    life = Life(regulation(obligations=[obligation(due=due, covers="period")]))
    assert life.title.valid_to is not None
    known = Calendar()
    for year in range(2027, 2034):
        known = known.with_year(plan((f"{year}-01-01",), year=year))
    assert duty_again(life, morning(date(2029, 1, 5)), known) == ["TitleDateSet"], "certain now"
    certain = life.due("obligation", "report")
    life.title = replace(life.title, valid_to=life.title.valid_to.replace(year=2032))
    taken = known.with_year(plan((str(certain), "2029-01-01"), year=2029))
    assert duty_again(life, morning(date(2029, 1, 6)), taken) == []


# ── any plan, any deadline ───────────────────────────────────────────────────────────────────────────────────────

NEW_YEAR = date(2026, 12, 20)


@given(
    length=st.integers(1, 15),
    counted=st.booleans(),
    off=st.sets(st.integers(0, 40), max_size=12),
    worked=st.sets(st.integers(0, 40), max_size=6),
    after=st.integers(0, 30 * 24),
)
def test_any_notice_moves_what_is_open_to_where_it_says_and_nothing_else(
    length: int, counted: bool, off: set[int], worked: set[int], after: int
) -> None:
    """Against counting by hand: the day stands, or is that of the new notice, whichever is later."""
    story = Story(with_step("check", deadline=within(length, count_start_day=counted)), TUESDAY).filed()
    before, certain = story.case.due_at, not story.case.due_provisional
    assert before is not None
    days = frozenset(NEW_YEAR + timedelta(days=n) for n in off)
    weekends = {NEW_YEAR + timedelta(days=n) for n in worked} - days
    make_up = frozenset(day for day in weekends if day.weekday() >= 5)
    published = TUESDAY + timedelta(hours=after)
    notice = YearPlan(2027, days | {date(2027, 2, 1)}, make_up, "notice", published)
    story.take(recount(story, knowing(notice)))
    assert story.case.due_at is not None
    if certain and before < published:
        assert story.case.due_at == before
        return
    at_, left = TUESDAY.date(), length + (0 if counted else (at_worked(TUESDAY.date(), days, make_up)))
    while left > 0:
        left -= at_worked(at_, days, make_up)
        at_ += timedelta(days=1)
    assert story.case.due_at == max(before, end_of(str(at_ - timedelta(days=1))))
    assert not story.case.due_provisional


def at_worked(day: date, off: frozenset[date], make_up: frozenset[date]) -> int:
    return int(day in make_up or (day.weekday() < 5 and day not in off))


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
        facts = [(await store.load(stream))[-1].fact for stream in ("case:case-1", "title:case-1")]
        assert [fact.due_at for fact in facts] == [end_of("2026-12-24"), end_of("2026-12-29")]
        assert facts[1] == replace(facts[1], what="obligation", because=taken.notice), "moved, not missed"
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
    period = replace(notice.duration, length=4, count_start_day=False)  # type: ignore[arg-type]
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

        async def moved(stream: str = stream) -> bool:
            return getattr(await last(stream), "because", "") == "notice 7"

        await eventually_asked(moved, f"{stream} did not move")
        fact = await last(stream)
        until = fact.closes_on if name == "d" else (fact.due_at + timedelta(hours=8)).date()
        assert (str(until), fact.provisional) == (day, day >= "2026-12-29" and scene.year == 2026), stream
        assert day > scene.counted_before
        if name != "f":
            shown = (await house.get(WHO, f"/review/cases/{name * 32}/deadline")).json()
            assert shown["because"] == "notice 7"
    ended = await last(f"case:{'b' * 32}")
    assert (ended.due_at, ended.due_provisional) == (end_of(scene.ended), False), "it had passed"

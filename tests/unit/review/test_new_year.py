"""A notice that takes days which were certain: of the December before its year, or of a year that was published before.
Every open deadline of every kind moves later and says why; what had ended stays ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review.domain import commands as c
from services.review.domain import duties
from services.review.domain.again import CAME_ALONG
from services.review.domain.case import StepDueRecounted
from services.review.domain.recount import decide_passed, decide_recount
from shared.calendar import Calendar, YearPlan
from shared.programmes.model import Checking, Deadline, Duration, YearlyMoment
from tests.support.regulation import with_step
from tests.unit.review.story import MACHINE, REVIEWER, Story, faulty
from tests.unit.review.test_limits import at, end_of, with_outcomes, within
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

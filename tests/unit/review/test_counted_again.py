"""Counting again once a year is published: later perhaps, never earlier, and never in another year."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review.domain.case import NONE, StepDueRecounted
from services.review.domain.days import count, next_yearly, start_at
from services.review.domain.progress import decide_open
from services.review.domain.recount import decide_recount
from shared.calendar import Calendar, YearPlan
from shared.programmes.model import Deadline, Duration, YearlyMoment
from tests.support.regulation import PROGRAMME, with_step
from tests.unit.review.story import MACHINE, Story
from tests.unit.review.test_limits import IN_ROUND, OPENS, at, cascading, end_of, opened, within

DECEMBER = at("2026-12-28T10:00:00")
PLAN = YearPlan(2027, frozenset({date(2027, 1, 1), date(2027, 1, 4), date(2027, 1, 5)}), frozenset(), "notice 1")


@pytest.mark.parametrize("starts", ["filed", "round_closed"])
def test_a_published_year_moves_what_is_counted_from_another_event(starts: Any) -> None:
    opening = replace(IN_ROUND, round_opens_at=OPENS, round_closes_at=DECEMBER)
    story = opened(with_step("assess", deadline=within(6, starts=starts)), opening, DECEMBER).wait(1).accepted()
    assert (story.case.due_at, story.case.due_provisional) == (end_of("2027-01-05"), True)
    (moved,) = decide_recount("assess", MACHINE, story.case, story.programme, story.now, Calendar().with_year(PLAN))
    assert moved == StepDueRecounted("assess", end_of("2027-01-08"), False, "notice 1", story.now)


def test_a_published_year_moves_what_was_counted_within_the_step() -> None:
    story = Story(with_step("notice", deadline=within(6, starts="posted")), DECEMBER).at("notice").posted()
    assert (story.case.due_at, story.case.due_provisional) == (end_of("2027-01-05"), True)
    facts = story.take(
        decide_recount("notice", MACHINE, story.case, story.programme, story.now, Calendar().with_year(PLAN))
    )
    assert [type(fact).__name__ for fact in facts] == ["StepDueRecounted", "NoticeRecounted"]
    assert story.case.due_at == end_of("2027-01-08")


def test_a_published_year_moves_a_levels_last_moment_that_rolls() -> None:
    moment = YearlyMoment(month=1, day=4, roll="next_working_day")
    opening = replace(IN_ROUND, round_opens_at=at("2026-11-02T09:00:00"), round_closes_at=at("2026-12-30T17:30:00"))
    story = opened(cascading(PROGRAMME, ("check", moment)), opening, DECEMBER)
    assert (story.case.due_at, story.case.due_provisional) == (end_of("2027-01-04"), True)
    story.take(decide_recount("check", MACHINE, story.case, story.programme, story.now, Calendar().with_year(PLAN)))
    assert (story.case.due_at, story.case.due_provisional) == (end_of("2027-01-06"), False)


def test_a_holiday_never_skips_a_whole_year() -> None:
    """Entered in the morning of a day that later turns out to be off: the end stays, it does not leap to next year."""
    moment = YearlyMoment(month=1, day=4, roll="previous_working_day")
    deadline, entered = Deadline(yearly=moment), at("2027-01-04T08:00:00")
    before = count(deadline, start_at(entered), Calendar())
    assert before is not None
    assert (before.instant, before.provisional) == (end_of("2027-01-04"), True)
    again = count(deadline, start_at(entered), Calendar().with_year(PLAN), before.instant)
    assert again is not None
    assert again.instant == end_of("2026-12-31"), "1 January is off, 2 and 3 January are a weekend"


def test_a_holiday_never_skips_a_whole_year_of_a_case() -> None:
    deadline = Deadline(yearly=YearlyMoment(month=1, day=4, roll="previous_working_day"))
    story = Story(with_step("check", deadline=deadline), at("2027-01-04T08:00:00")).filed()
    story.take(decide_recount("check", MACHINE, story.case, story.programme, story.now, Calendar().with_year(PLAN)))
    assert (story.case.due_at, story.case.due_provisional) == (end_of("2027-01-04"), False)


def test_the_last_day_of_a_year_may_have_moved_into_the_next() -> None:
    moment = YearlyMoment(
        month=12, day=31, roll="next_working_day"
    )  # 31 December 2022 was off, and so were the next two
    assert next_yearly(moment, at("2023-01-01T10:00:00"), Calendar()).instant == end_of("2023-01-03")
    assert next_yearly(moment, at("2023-01-04T10:00:00"), Calendar()).instant == end_of("2024-01-02")


OFF = st.sets(st.integers(0, 364), max_size=80)
MOMENTS = st.builds(
    YearlyMoment,
    month=st.integers(1, 12),
    day=st.one_of(st.integers(1, 31), st.just("last")),
    roll=st.sampled_from(["none", "next_working_day", "previous_working_day"]),
)


@given(
    moment=MOMENTS,
    start=st.datetimes(
        datetime.fromisoformat("2012-01-01"), datetime.fromisoformat("2025-12-31"), timezones=st.just(UTC)
    ),
)
def test_a_day_of_every_year_is_the_first_after_the_start(moment: YearlyMoment, start: datetime) -> None:
    found = next_yearly(moment, start, Calendar()).instant
    assert start < found < start + timedelta(days=400)
    assert next_yearly(moment, found, Calendar()).instant > found + timedelta(days=300)


@given(
    deadline=st.one_of(
        st.builds(lambda moment: Deadline(yearly=moment), MOMENTS),
        st.builds(
            lambda length, roll: Deadline(within=Duration(length=length, unit="working_day", roll=roll)),
            st.integers(1, 40),
            st.sampled_from(["none", "next_working_day"]),
        ),
        st.builds(
            lambda length, roll: Deadline(within=Duration(length=length, unit="calendar_day", roll=roll)),
            st.integers(1, 60),
            st.sampled_from(["none", "next_working_day", "previous_working_day"]),
        ),
    ),
    start=st.datetimes(
        datetime.fromisoformat("2098-10-01"), datetime.fromisoformat("2099-05-01"), timezones=st.just(UTC)
    ),
    off=OFF,
)
def test_counting_again_never_shortens_and_never_leaps(deadline: Deadline, start: datetime, off: set[int]) -> None:
    programme = with_step("check", deadline=deadline)
    calendar = Calendar().with_year(YearPlan(2098, frozenset(), frozenset(), "notice for 2098"))
    story = Story(programme, start, calendar=calendar)
    story.take(decide_open(IN_ROUND, NONE, programme, start, calendar))
    story.receive(1)
    before = story.case.due_at
    assert before is not None
    plan = YearPlan(2099, frozenset(date(2099, 1, 1) + timedelta(days=n) for n in off), frozenset(), "notice")
    story.take(decide_recount("check", MACHINE, story.case, programme, start, calendar.with_year(plan)))
    assert story.case.due_at is not None
    assert before <= story.case.due_at < before + timedelta(days=200)

"""Dates that were counted by hand with the State Council's notices for 2024, 2025 and 2026 at hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import Calendar, Rule, YearPlan, after, end, yearly
from shared.calendar.counting import LONGEST
from shared.programmes.model.times import LONGEST as LONGEST_IN_DEFINITIONS

KNOWN = Calendar()
NEXT, PREVIOUS = "next_working_day", "previous_working_day"


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "length", "counted", "not_counted"),
    [
        # 2024: off 2.10-2.17, 5.1-5.5, 9.15-9.17, 10.1-10.7; worked 2.4, 2.18, 4.28, 9.29, 5.11, 10.12
        ("2024-02-08", 5, "2024-02-20", "2024-02-21"),
        ("2024-04-26", 5, "2024-05-06", "2024-05-07"),
        ("2024-05-11", 1, "2024-05-11", "2024-05-13"),
        ("2024-09-13", 3, "2024-09-18", "2024-09-19"),
        ("2024-09-27", 7, "2024-10-11", "2024-10-12"),
        ("2024-12-30", 3, "2025-01-02", "2025-01-03"),
        # 2025: off 1.28-2.4, 5.1-5.5, 5.31-6.2, 10.1-10.8; worked Sundays 1.26, 4.27, 9.28, Saturdays 2.8, 10.11
        ("2025-01-24", 5, "2025-02-06", "2025-02-07"),
        ("2025-02-07", 2, "2025-02-08", "2025-02-10"),
        ("2025-04-27", 4, "2025-04-30", "2025-05-06"),
        ("2025-09-26", 7, "2025-10-11", "2025-10-13"),
        ("2025-10-05", 3, "2025-10-11", "2025-10-11"),  # begins on a day off, which counts in neither way
        # 2026: off 1.1-1.3, 2.15-2.23, 10.1-10.7; worked 1.4 (Sunday), 2.14, 2.28, 10.10 (Saturdays), 9.20 (Sunday)
        ("2025-12-29", 5, "2026-01-05", "2026-01-06"),
        ("2026-02-11", 5, "2026-02-24", "2026-02-25"),
        ("2026-02-27", 2, "2026-02-28", "2026-03-02"),
        ("2026-09-29", 5, "2026-10-10", "2026-10-12"),
    ],
)
def test_working_days(start: str, length: int, counted: str, not_counted: str) -> None:
    assert end(KNOWN, Rule(day(start), length, "working_day", count_start_day=True)).day == day(counted)
    assert end(KNOWN, Rule(day(start), length, "working_day")).day == day(not_counted)
    assert not end(KNOWN, Rule(day(start), length, "working_day")).provisional


@pytest.mark.parametrize(
    ("start", "length", "unit", "more", "last"),
    [
        ("2024-01-31", 1, "month", {}, "2024-02-29"),
        ("2025-01-31", 1, "month", {}, "2025-02-28"),
        ("2024-08-31", 1, "month", {}, "2024-09-30"),
        ("2025-11-30", 3, "month", {}, "2026-02-28"),
        ("2024-02-29", 1, "year", {}, "2025-02-28"),
        ("2025-02-28", 1, "month", {}, "2025-03-28"),
        ("2025-03-15", 1, "month", {"count_start_day": True}, "2025-04-14"),
        ("2025-01-28", 1, "month", {"count_start_day": True}, "2025-02-27"),
        ("2025-01-29", 1, "month", {"count_start_day": True}, "2025-02-28"),
        ("2025-01-31", 1, "month", {"count_start_day": True}, "2025-02-28"),
        ("2024-02-29", 1, "year", {"count_start_day": True}, "2025-02-28"),
        ("2025-09-26", 2, "week", {}, "2025-10-10"),
        ("2025-09-26", 2, "week", {"count_start_day": True}, "2025-10-09"),
        ("2025-09-26", 1, "week", {}, "2025-10-03"),
        ("2025-09-26", 1, "week", {"roll": NEXT}, "2025-10-09"),
        ("2025-09-26", 1, "week", {"roll": PREVIOUS}, "2025-09-30"),
        ("2025-09-21", 1, "week", {"roll": NEXT}, "2025-09-28"),  # a Sunday that is worked
        ("2026-01-28", 1, "month", {"roll": NEXT}, "2026-02-28"),  # a Saturday that is worked
        ("2026-01-16", 30, "calendar_day", {"roll": NEXT}, "2026-02-24"),
        ("2026-01-16", 30, "calendar_day", {"roll": PREVIOUS}, "2026-02-14"),
        ("2024-06-08", 2, "calendar_day", {"roll": NEXT}, "2024-06-11"),
    ],
)
def test_weeks_months_years_and_rolled_ends(
    start: str, length: int, unit: Any, more: dict[str, Any], last: str
) -> None:
    assert end(KNOWN, Rule(day(start), length, unit, **more)).day == day(last)


@pytest.mark.parametrize(
    ("year", "month", "of_month", "roll", "falls"),
    [
        (2024, 2, "last", "none", "2024-02-29"),
        (2025, 2, "last", "none", "2025-02-28"),
        (2026, 2, "last", NEXT, "2026-02-28"),
        (2024, 6, 31, "none", "2024-06-30"),
        (2025, 10, 1, NEXT, "2025-10-09"),
        (2025, 10, 1, PREVIOUS, "2025-09-30"),
        (2025, 5, 31, NEXT, "2025-06-03"),
        (2025, 5, 31, PREVIOUS, "2025-05-30"),
        (2024, 6, 10, NEXT, "2024-06-11"),
        (2024, 6, 10, PREVIOUS, "2024-06-07"),
        (2026, 1, 1, PREVIOUS, "2025-12-31"),
        (2026, 1, 1, NEXT, "2026-01-04"),
    ],
)
def test_a_day_of_every_year(year: int, month: int, of_month: Any, roll: Any, falls: str) -> None:
    assert yearly(KNOWN, year, month, of_month, None, roll).day == day(falls)


def test_minutes_and_hours_run_through_nights_and_days_off() -> None:
    before = datetime(2025, 9, 30, 9, 15, 30, tzinfo=UTC)
    found = after(before, timedelta(hours=24))
    assert (found.instant, found.day, found.provisional) == (before + timedelta(hours=24), day("2025-10-01"), False)
    assert after(before, timedelta(minutes=90)).instant == datetime(2025, 9, 30, 10, 45, 30, tzinfo=UTC)


def test_definitions_may_say_no_longer_period_than_can_be_counted() -> None:
    assert {unit: most for unit, most in LONGEST_IN_DEFINITIONS.items() if unit in LONGEST} == LONGEST


DAYS = st.dates(date(2012, 1, 1), date(2026, 3, 1))
PLAIN = st.sampled_from(["calendar_day", "week", "month", "year"])


@given(start=DAYS, length=st.integers(1, 12), unit=PLAIN, counted=st.booleans())
def test_counting_the_first_day_ends_a_day_earlier_or_at_the_end_of_a_short_month(
    start: date, length: int, unit: Any, counted: bool
) -> None:
    found = end(KNOWN, Rule(start, length, unit, counted)).day
    later = end(KNOWN, Rule(start, length, unit)).day
    short = unit in ("month", "year") and later.day < start.day
    assert (later - found).days == (1 if counted and not short else 0)
    assert found >= start


@given(start=DAYS, length=st.integers(1, 60), unit=PLAIN.filter(lambda unit: unit != "year"), forward=st.booleans())
def test_a_rolled_end_is_worked_and_no_working_day_was_passed_over(
    start: date, length: int, unit: Any, forward: bool
) -> None:
    length = min(length, 9)
    bare = end(KNOWN, Rule(start, length, unit)).day
    rolled = end(KNOWN, Rule(start, length, unit, roll=NEXT if forward else PREVIOUS)).day
    assert KNOWN.day(rolled).worked
    assert (rolled >= bare) if forward else (rolled <= bare)
    step = 1 if forward else -1
    passed = [bare + timedelta(days=step * n) for n in range(abs((rolled - bare).days))]
    assert not any(KNOWN.day(one).worked for one in passed)


@given(start=DAYS, length=st.integers(1, 40), at=st.times())
def test_a_clock_time_changes_the_instant_and_not_the_day(start: date, length: int, at: time) -> None:
    bare, timed = (end(KNOWN, Rule(start, length, "working_day", at=clock)) for clock in (None, at))
    assert timed.day == bare.day
    assert timed.instant <= bare.instant
    assert timed.instant.astimezone(UTC) + timedelta(hours=8) == datetime.combine(timed.day, at, UTC)


@given(
    start=st.dates(date(2098, 6, 1), date(2099, 6, 1)),
    length=st.integers(1, 30),
    roll=st.sampled_from([NEXT, PREVIOUS]),
    off=st.sets(st.integers(0, 364), max_size=120),
)
def test_a_rolled_end_in_an_unpublished_year_is_provisional_until_its_notice(
    start: date, length: int, roll: Any, off: set[int]
) -> None:
    rule = Rule(start, length, "calendar_day", roll=roll)
    known = KNOWN.with_year(YearPlan(2098, frozenset(), frozenset(), "notice for 2098"))
    bare = end(known, Rule(start, length, "calendar_day")).day
    assert end(known, rule).provisional is (max(bare, end(known, rule).day) >= date(2098, 12, 29))
    plan = YearPlan(2099, frozenset(date(2099, 1, 1) + timedelta(days=n) for n in off), frozenset(), "notice")
    found = end(known.with_year(plan), rule)
    assert not found.provisional


def test_a_years_notice_may_take_days_of_the_december_before() -> None:
    """As those for 2019 (29 to 31 December 2018) and 2023 (31 December 2022) did."""
    plan = YearPlan(2027, frozenset({day("2026-12-31"), day("2027-01-01")}), frozenset({day("2026-12-27")}), "notice")
    known = KNOWN.with_year(plan)
    assert end(known, Rule(day("2026-12-25"), 4, "working_day")).day == day("2026-12-30")
    assert end(known, Rule(day("2026-12-29"), 2, "working_day")).day == day("2027-01-04")
    with pytest.raises(ValueError, match="December before"):
        YearPlan(2027, frozenset({day("2026-11-30")}), frozenset(), "notice")

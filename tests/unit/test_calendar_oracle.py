"""Every way of counting against a counter that goes day by day over the notices and shares nothing with it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.calendar import Calendar, Rule, end, valid_to, yearly
from shared.calendar.counting import LONGEST
from tests.unit import notices

KNOWN = Calendar()
ONE = timedelta(days=1)
NEXT, PREVIOUS = "next_working_day", "previous_working_day"
ROLLS = st.sampled_from(["none", NEXT, PREVIOUS])
STARTS = st.dates(notices.FIRST, date(2026, 11, 30))
PLAIN_STARTS = st.dates(date(2006, 1, 1), date(2020, 12, 31))
CLOCKS = st.one_of(st.none(), st.times())


def working_day(start: date, length: int, counted: bool) -> date | None:
    """The day in whose hours the last of so many working days lies; None beyond what was typed."""
    at, left = (start if counted else start + ONE), length
    while at <= notices.LAST:
        if notices.worked(at):
            left -= 1
            if left == 0:
                return at
        at += ONE
    return None


def corresponding(start: date, months: int) -> tuple[date, bool]:
    """The same day so many months later, month by month; the last one, and True, where the month has none."""
    year, month = start.year, start.month
    for _ in range(months):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    for number in range(start.day, 0, -1):
        try:
            return date(year, month, number), number != start.day
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def plain(start: date, length: int, unit: str, counted: bool) -> date:
    if unit in ("calendar_day", "week"):
        days = length if unit == "calendar_day" else 7 * length
        at = start
        for _ in range(days - 1 if counted else days):
            at += ONE
        return at
    last, short = corresponding(start, length if unit == "month" else 12 * length)
    return last - ONE if counted and not short else last


def rolled(last: date, roll: str) -> date | None:
    at = last
    while roll != "none":
        if not notices.FIRST <= at <= notices.LAST:
            return None
        if notices.worked(at):
            break
        at += ONE if roll == NEXT else -ONE
    return at


@given(start=STARTS, length=st.one_of(st.integers(1, 30), st.integers(31, 2_500)), counted=st.booleans(), at=CLOCKS)
def test_working_days(start: date, length: int, counted: bool, at: time | None) -> None:
    expected = working_day(start, length, counted)
    assume(expected is not None)
    assert expected is not None
    found = end(KNOWN, Rule(start, length, "working_day", counted, at=at))
    assert found.day == expected
    local = datetime.combine(expected, at or time.max, UTC)
    assert found.instant == local - timedelta(hours=8)


@pytest.mark.parametrize("length", [1, 5, 7, 20])
@pytest.mark.parametrize("counted", [True, False])
def test_working_days_from_every_single_day(length: int, counted: bool) -> None:
    """From every day of 21 years, so from both sides of every holiday, make-up day and New Year."""
    wrong, start = [], notices.FIRST
    while start <= notices.LAST - timedelta(days=45):
        if end(KNOWN, Rule(start, length, "working_day", counted)).day != working_day(start, length, counted):
            wrong.append(start)
        start += ONE
    assert wrong == []


@given(
    start=PLAIN_STARTS,
    length=st.one_of(st.integers(1, 14), st.integers(15, 2_000)),
    unit=st.sampled_from(["calendar_day", "week", "month", "year"]),
    counted=st.booleans(),
    roll=ROLLS,
)
def test_plain_units_and_where_their_ends_roll(start: date, length: int, unit: Any, counted: bool, roll: Any) -> None:
    length = min(length, {"calendar_day": 2_000, "week": 280, "month": 66, "year": 5}[unit])
    expected = rolled(plain(start, length, unit, counted), roll)
    assert expected is not None, "six years at most after 2020"
    assert end(KNOWN, Rule(start, length, unit, counted, roll)).day == expected


@given(start=st.dates(date(1950, 1, 1), date(2100, 12, 31)), months=st.integers(1, 1_200), counted=st.booleans())
def test_months_over_leap_years_and_centuries(start: date, months: int, counted: bool) -> None:
    assert end(KNOWN, Rule(start, months, "month", counted)).day == plain(start, months, "month", counted)


@pytest.mark.parametrize("unit", sorted(LONGEST))
def test_the_longest_periods_can_be_counted_and_none_longer(unit: Any) -> None:
    found = end(KNOWN, Rule(date(2026, 1, 31), LONGEST[unit], unit))
    assert found.day >= date(2026, 1, 31) + timedelta(days=LONGEST[unit])
    for length in (0, -1, LONGEST[unit] + 1):
        with pytest.raises(ValueError, match=f"1 to {LONGEST[unit]}"):
            Rule(date(2026, 1, 31), length, unit)


@given(year=st.integers(2007, 2026), month=st.integers(1, 12), day=st.integers(1, 31), roll=ROLLS)
def test_a_day_of_every_year(year: int, month: int, day: int, roll: Any) -> None:
    first = date(year, month, 1)
    bare = max(each for each in (first + n * ONE for n in range(day)) if each.month == month)
    expected = rolled(bare, roll)
    assume(expected is not None)
    assert yearly(KNOWN, year, month, day, None, roll).day == expected


@pytest.mark.parametrize("year", range(2007, 2101))
def test_the_last_day_of_february(year: int) -> None:
    expected = date(year, 3, 1) - ONE
    assert yearly(KNOWN, year, 2, "last").day == expected == yearly(KNOWN, year, 2, 31).day


@given(start=st.dates(date(1990, 1, 1), date(2090, 12, 31)), years=st.integers(0, 10), months=st.integers(0, 11))
def test_validity_from_every_day(start: date, years: int, months: int) -> None:
    assume(years or months)
    last, short = corresponding(start, 12 * years + months)
    assert valid_to(start, years, "anniversary", months) == last
    assert valid_to(start, years, "day_before_anniversary", months) == (last if short else last - ONE)
    assert valid_to(start, years, "end_of_year", months) == date(last.year, 12, 31)
    # whoever begins the next term on the day after has lost no day and none twice
    assert valid_to(start, years, "day_before_anniversary", months) >= start


@pytest.mark.parametrize(
    ("start", "years", "last"),
    [
        ("2024-02-29", 3, "2027-02-28"),  # no 29 February in 2027: the month's last day is still valid
        ("2024-02-29", 4, "2028-02-28"),
        ("2025-03-01", 3, "2028-02-29"),
        ("2027-02-28", 1, "2028-02-27"),
    ],
)
def test_validity_and_leap_days(start: str, years: int, last: str) -> None:
    assert valid_to(date.fromisoformat(start), years, "day_before_anniversary") == date.fromisoformat(last)

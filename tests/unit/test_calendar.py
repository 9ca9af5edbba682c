"""The calendar with 调休: the checked examples, both ways of counting, provisional years, rights never shortened."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import Calendar, Rule, YearPlan, end, on_day, recompute, valid_to, window_fault, yearly

KNOWN = Calendar()


def days(*texts: str) -> frozenset[date]:
    return frozenset(date.fromisoformat(text) for text in texts)


@pytest.mark.parametrize(
    ("posted", "counted", "not_counted"),
    [
        ("2026-02-09", "2026-02-24", "2026-02-25"),
        ("2026-04-28", "2026-05-09", "2026-05-11"),
        ("2026-02-14", "2026-03-02", "2026-03-03"),
    ],
)
def test_seven_working_days_of_the_checked_examples(posted: str, counted: str, not_counted: str) -> None:
    start = date.fromisoformat(posted)
    assert end(KNOWN, Rule(start, 7, "working_day", count_start_day=True)).day == date.fromisoformat(counted)
    assert end(KNOWN, Rule(start, 7, "working_day")).day == date.fromisoformat(not_counted)


@pytest.mark.parametrize(
    ("posted", "length", "closes"),
    [("2021-07-07", 5, "2021-07-13"), ("2023-11-07", 3, "2023-11-09")],
)
def test_published_notices_of_other_authorities_count_the_posting_day(posted: str, length: int, closes: str) -> None:
    due = end(KNOWN, Rule(date.fromisoformat(posted), length, "working_day", count_start_day=True))
    assert due.day == date.fromisoformat(closes)


def test_the_2026_notice_day_by_day() -> None:
    off = [
        *(date(2026, 1, d) for d in range(1, 4)),
        *(date(2026, 2, d) for d in range(15, 24)),
        *(date(2026, 4, d) for d in range(4, 7)),
        *(date(2026, 5, d) for d in range(1, 6)),
        *(date(2026, 6, d) for d in range(19, 22)),
        *(date(2026, 9, d) for d in range(25, 28)),
        *(date(2026, 10, d) for d in range(1, 8)),
    ]
    make_up = days("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10")
    for number in range(365):
        when = date(2026, 1, 1) + timedelta(days=number)
        expected = when in make_up or (when.weekday() < 5 and when not in off)
        assert KNOWN.day(when).worked is expected, when


def test_last_day_of_february_is_a_working_saturday_in_2026_and_the_29th_in_leap_years() -> None:
    assert yearly(KNOWN, 2026, 2, "last").day == date(2026, 2, 28)
    assert KNOWN.day(date(2026, 2, 28)).kind == "make_up"
    assert yearly(KNOWN, 2024, 2, "last").day == date(2024, 2, 29)


def test_weeks_months_and_years_end_on_the_corresponding_day() -> None:
    start = date(2026, 1, 31)
    assert end(KNOWN, Rule(start, 1, "week", count_start_day=True)).day == date(2026, 2, 6)
    assert end(KNOWN, Rule(start, 1, "week")).day == date(2026, 2, 7)
    assert end(KNOWN, Rule(start, 1, "month")).day == date(2026, 2, 28)
    assert end(KNOWN, Rule(start, 3, "year", count_start_day=True)).day == date(2029, 1, 30)


def test_an_end_on_a_day_off_rolls_where_the_rule_says_so() -> None:
    stays = end(KNOWN, Rule(date(2026, 9, 24), 10, "calendar_day"))
    rolled = end(KNOWN, Rule(date(2026, 9, 24), 10, "calendar_day", roll="next_working_day"))
    earlier = end(KNOWN, Rule(date(2026, 9, 24), 10, "calendar_day", roll="previous_working_day"))
    assert (stays.day, rolled.day, earlier.day) == (date(2026, 10, 4), date(2026, 10, 8), date(2026, 9, 30))


def test_a_clock_time_is_the_last_instant_in_shanghai() -> None:
    due = end(KNOWN, Rule(date(2026, 6, 1), 1, "calendar_day", at=time(11, 30)))
    assert due.instant == datetime(2026, 6, 2, 3, 30, tzinfo=UTC)
    assert on_day(date(2026, 6, 2)).instant == datetime(2026, 6, 2, 15, 59, 59, 999999, tzinfo=UTC)


KNOWN_2098 = KNOWN.with_year(YearPlan(2098, frozenset(), frozenset(), "notice for 2098"))


def test_an_unpublished_year_is_provisional_and_its_notice_moves_the_end_later() -> None:
    due = end(KNOWN_2098, Rule(date(2098, 12, 29), 5, "working_day"))
    assert (due.day, due.provisional) == (date(2099, 1, 5), True)
    plan = YearPlan(2099, days("2099-01-01", "2099-01-02"), frozenset(), "notice for 2099")
    moved = recompute(KNOWN_2098.with_year(plan), due)
    assert moved.changed
    assert (moved.after.day, moved.after.provisional) == (date(2099, 1, 7), False)
    assert "2099-01-07" in moved.zh


def test_a_right_is_never_shortened_when_a_make_up_day_appears() -> None:
    due = end(KNOWN_2098, Rule(date(2099, 1, 8), 3, "working_day"))
    assert due.day == date(2099, 1, 13)
    plan = YearPlan(2099, frozenset(), days("2099-01-10"), "notice for 2099")
    moved = recompute(KNOWN_2098.with_year(plan), due)
    assert (moved.after.day, moved.changed, moved.after.provisional) == (date(2099, 1, 13), False, False)
    assert "2099-01-12" in moved.en


def test_explain_names_every_day_and_counts_only_worked_ones() -> None:
    lines = end(KNOWN, Rule(date(2026, 4, 28), 7, "working_day", count_start_day=True)).explain()
    assert len(lines) == 13
    assert "第 1 日" in lines[0]
    assert "节假日" in lines[3]
    assert "调休上班" in lines[11]
    assert "第 7 日" in lines[11]
    assert "2026-05-09" in lines[12]


def test_a_notice_that_ends_before_it_begins_or_too_early_is_found() -> None:
    due = end(KNOWN, Rule(date(2020, 12, 7), 7, "working_day", count_start_day=True))
    assert window_fault(date(2020, 12, 7), date(2020, 7, 11), due) is not None
    assert window_fault(date(2020, 12, 7), date(2020, 12, 14), due) is not None
    assert window_fault(date(2020, 12, 7), due.day, due) is None


@pytest.mark.parametrize(
    ("start", "ends", "last"),
    [
        ("2026-03-01", "day_before_anniversary", "2029-02-28"),
        ("2024-02-29", "day_before_anniversary", "2027-02-28"),
        ("2026-03-01", "anniversary", "2029-03-01"),
        ("2026-03-01", "end_of_year", "2029-12-31"),
    ],
)
def test_three_years_of_validity(start: str, ends: str, last: str) -> None:
    assert valid_to(date.fromisoformat(start), 3, ends) == date.fromisoformat(last)  # type: ignore[arg-type]


@pytest.mark.parametrize("length", [0, -7, 2501])
def test_a_period_without_sense_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="1 to 2500"):
        Rule(date(2026, 1, 1), length, "working_day")


def test_a_plan_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="off and worked"):
        YearPlan(2099, days("2099-01-03"), days("2099-01-03"), "n")
    with pytest.raises(ValueError, match="Saturday"):
        YearPlan(2099, frozenset(), days("2099-01-05"), "n")
    with pytest.raises(ValueError, match="lie in 2099"):
        YearPlan(2099, days("2026-01-02"), frozenset(), "n")


@given(
    start=st.dates(date(2010, 1, 1), date(2026, 6, 30)),
    length=st.integers(1, 60),
    counted=st.booleans(),
)
def test_working_days_between_start_and_end_are_as_many_as_asked(start: date, length: int, counted: bool) -> None:
    due = end(KNOWN, Rule(start, length, "working_day", count_start_day=counted))
    first = start if counted else start + timedelta(days=1)
    span = [first + timedelta(days=n) for n in range((due.day - first).days + 1)]
    assert sum(KNOWN.day(day).worked for day in span) == length
    assert KNOWN.day(due.day).worked


@given(start=st.dates(date(2098, 6, 1), date(2099, 6, 1)), length=st.integers(1, 80), off=st.sets(st.integers(0, 364)))
def test_no_published_year_ever_shortens_a_deadline(start: date, length: int, off: set[int]) -> None:
    due = end(KNOWN, Rule(start, length, "working_day"))
    plan = YearPlan(2099, frozenset(date(2099, 1, 1) + timedelta(days=n) for n in off), frozenset(), "notice")
    assert recompute(KNOWN.with_year(plan), due).after.instant >= due.instant

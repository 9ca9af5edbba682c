"""The calendar against the State Council's notices, every single day of 21 years; and what it leaves open."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from chinese_calendar import constants

from shared.calendar import SHANGHAI, Calendar, Rule, YearPlan, end
from shared.calendar.days import FIRST_YEAR, LAST_LISTED, TAKEN_FROM
from tests.unit import notices

KNOWN = Calendar()


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize("year", range(notices.FIRST.year, notices.LAST.year + 1))
def test_every_day_is_what_its_notice_says(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    assert [str(KNOWN.day(each)) for each in days if KNOWN.day(each).worked is not notices.worked(each)] == []
    assert not any(KNOWN.day(each).provisional for each in days[:-31])


def test_the_notice_for_2006_took_the_last_saturday_of_2005() -> None:
    """国办发明电〔2005〕35号; the package forgets it."""
    assert day("2005-12-31") not in constants.workdays
    assert KNOWN.day(day("2005-12-31")).kind == "make_up"
    assert end(KNOWN, Rule(day("2005-12-30"), 2, "working_day", count_start_day=True)).day == day("2005-12-31")


def test_no_notice_took_a_december_day_before_those_that_are_left_open() -> None:
    named = (*constants.holidays, *constants.workdays, *notices.OFF, *notices.MAKE_UP)
    assert min(each.day for each in named if each.month == 12) == TAKEN_FROM


# ── open days ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_last_days_of_the_last_published_year_wait_for_the_next_notice() -> None:
    last = [date(LAST_LISTED, 12, number) for number in range(27, 32)]
    assert [KNOWN.day(each).awaits for each in last] == [None, None, *[LAST_LISTED + 1] * 3]
    known = KNOWN.with_year(YearPlan(LAST_LISTED + 1, frozenset({date(LAST_LISTED + 1, 1, 1)}), frozenset(), "notice"))
    assert not any(known.day(each).provisional for each in last)
    assert not any(KNOWN.day(date(LAST_LISTED - 1, 12, each.day)).provisional for each in last)


def test_an_end_says_which_notice_it_waits_for() -> None:
    start = date(LAST_LISTED, 12, 28)
    last = end(KNOWN, Rule(start, 1, "working_day")).explain()[-1]
    assert f"{LAST_LISTED + 1}年安排尚未公布" in last
    assert f"{LAST_LISTED + 1} is not published yet" in last


def test_a_plain_end_waits_for_nobody_and_says_nothing_of_it() -> None:
    told = end(KNOWN, Rule(date(LAST_LISTED, 12, 20), 30, "calendar_day")).explain()
    assert not any("provisional" in line or "published" in line for line in told)


def test_days_before_the_data_are_told_apart_from_days_to_come() -> None:
    assert "日历自" in str(KNOWN.day(date(FIRST_YEAR - 1, 5, 1)))
    assert "尚未公布" in str(KNOWN.day(date(LAST_LISTED + 1, 5, 1)))


# ── notices over each other ──────────────────────────────────────────────────────────────────────────────────────


def test_what_the_package_has_of_a_december_is_of_the_next_years_notice() -> None:
    """A year that came as a fact says nothing of the December that the notice after it took."""
    own = KNOWN.with_year(YearPlan(2022, frozenset({day("2022-01-03")}), frozenset(), "2022 as a fact"))
    assert KNOWN.day(day("2018-12-31")).kind == "holiday"
    own = own.with_year(YearPlan(2018, frozenset({day("2018-01-01")}), frozenset(), "2018 as a fact"))
    assert own.day(day("2018-12-31")).kind == "holiday"
    assert own.day(day("2018-12-29")).kind == "make_up"
    corrected = own.with_year(YearPlan(2019, frozenset({day("2019-01-01")}), frozenset(), "2019 as a fact"))
    assert corrected.day(day("2018-12-31")).kind == "working"


def test_the_calendar_as_it_was_known_before_a_notice() -> None:
    at = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 5, 9)]
    first = YearPlan(2026, frozenset({day("2026-06-08")}), frozenset(), "first", at[0])
    second = YearPlan(2026, frozenset({day("2026-06-09")}), frozenset(), "second", at[1], first)
    third = YearPlan(2026, frozenset({day("2026-06-10")}), frozenset(), "third", at[2], second)
    known = KNOWN.with_year(third)
    assert [known.known_by(each).plans[2026].notice for each in at] == ["first", "second", "third"]
    assert known.known_by(at[0] - timedelta(microseconds=1)).plans == {}
    assert known.known_by(at[2] - timedelta(microseconds=1)).day(day("2026-06-09")).kind == "holiday"


def test_many_corrections_of_one_year_are_only_many() -> None:
    plan = None
    for number in range(5_000):
        instant = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
        plan = YearPlan(2026, frozenset({day("2026-01-01")}), frozenset(), f"notice {number}", instant, plan)
    assert plan is not None
    assert plan.known_by(datetime(2026, 1, 1, tzinfo=UTC)) is not None
    assert "notice 4999" in repr(plan)


def test_the_zone_has_had_one_offset_since_1992() -> None:
    there = ZoneInfo("Asia/Shanghai")
    noons = (datetime(1992, 1, 1, 12, tzinfo=UTC) + timedelta(days=7 * n) for n in range(52 * 60))
    assert all(
        each.astimezone(there).replace(tzinfo=None) == each.astimezone(SHANGHAI).replace(tzinfo=None) for each in noons
    )

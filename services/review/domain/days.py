"""Understands on which day a period ends, as a programme states it; working days come from the shared calendar.

A day in a year that is not published yet makes the result provisional: it is counted as if that year had weekends only,
and counted again when the year is published.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

from services.review.domain import errors
from services.review.domain.validity import months_later
from shared.calendar import is_working_day
from shared.programmes.model import Deadline, Duration, Period, Unset, YearlyMoment

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has had one zone without summer time since 1991; days begin and end in it."""

_SATURDAY = 5


def last_day(period: Period | Unset, start: date, what: str) -> tuple[date, bool]:
    """The last day of a notice, included, and whether it is provisional."""
    if isinstance(period, Unset) or isinstance(period.length, Unset):
        raise errors.ParameterUnset(what=f"{what}.duration")
    counted = period.count_start_day
    if isinstance(counted, Unset) and period.unit != "month":
        raise errors.ParameterUnset(what=f"{what}.duration.count_start_day")
    return _end(period.length, period.unit, start, bool(counted))


def due(deadline: Deadline | Unset | None, entered: datetime) -> tuple[datetime | None, bool]:
    """The instant by which a step that began now is due, and whether it is provisional; None where nothing is set."""
    if not isinstance(deadline, Deadline):
        return None, False
    day = entered.astimezone(SHANGHAI).date()
    if isinstance(deadline.on, date):
        return _end_of(deadline.on), False
    if isinstance(deadline.yearly, YearlyMoment):
        return _next_moment(deadline.yearly, entered), False
    if isinstance(deadline.within, Duration) and deadline.starts == "entered":
        return _within(deadline.within, entered, day)
    return None, False


def _within(within: Duration, entered: datetime, day: date) -> tuple[datetime | None, bool]:
    if isinstance(within.length, Unset):
        return None, False
    if within.unit in ("minute", "hour"):
        minutes = within.length * (60 if within.unit == "hour" else 1)
        return entered + timedelta(minutes=minutes), False
    last, provisional = _end(within.length, within.unit, day, within.count_start_day is True)
    return _end_of(last, within.at), provisional


def _end(length: int, unit: str, start: date, count_start: bool) -> tuple[date, bool]:
    back = timedelta(days=1 if count_start else 0)
    match unit:
        case "working_day":
            return _working_days(length, start, count_start)
        case "calendar_day":
            return start + timedelta(days=length) - back, False
        case "week":
            return start + timedelta(weeks=length) - back, False
        case _:
            months = length * (12 if unit == "year" else 1)
            return months_later(start, months) - back, False


def _working_days(length: int, start: date, count_start: bool) -> tuple[date, bool]:
    day, left, provisional = start if count_start else start + timedelta(days=1), length, False
    while True:
        works = is_working_day(day)
        provisional = provisional or works is None
        left -= 1 if (day.weekday() < _SATURDAY if works is None else works) else 0
        if left == 0:
            return day, provisional
        day += timedelta(days=1)


def _next_moment(moment: YearlyMoment, after: datetime) -> datetime:
    year = after.astimezone(SHANGHAI).year
    instants = (_moment(moment, each) for each in (year, year + 1))
    return next(instant for instant in instants if instant > after)


def _moment(moment: YearlyMoment, year: int) -> datetime:
    last = months_later(date(year, moment.month, 1), 1) - timedelta(days=1)
    day = last if moment.day == "last" else min(last, last.replace(day=min(moment.day, last.day)))
    return _end_of(day, moment.at)


def _end_of(day: date, at: time | None = None) -> datetime:
    """The clock time of that day, or its end: the first instant of the next one."""
    local = datetime.combine(day, at, SHANGHAI) if at else datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
    return local.astimezone(UTC)

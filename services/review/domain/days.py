"""Understands on which day a period ends, as a programme states it; the days themselves come from the shared calendar.

An end that rests on a year that is not published is provisional; it is counted again when the year is published.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.review.domain import errors
from shared.calendar import SHANGHAI, Calendar, Due, Rule, after, end, on_day, yearly
from shared.programmes.model import Deadline, Duration, Period, Unset, YearlyMoment

PUBLISHED = Calendar()
"""The years that are published with the calendar package."""

HALF_A_YEAR = timedelta(days=180)
"""No run of days off moves an end as far as this."""


@dataclass(frozen=True)
class Start:
    """What a deadline is counted from: an instant, and the day that it belongs to."""

    at: datetime
    day: date


def start_at(instant: datetime) -> Start:
    """A start at an instant; it belongs to the day that it lies on."""
    return Start(instant, instant.astimezone(SHANGHAI).date())


def last_day(period: Period | Unset, start: date, what: str, calendar: Calendar) -> tuple[date, bool]:
    """The last day of a notice, included, and whether it is provisional."""
    found = notice_end(period, start, what, calendar)
    return found.day, found.provisional


def notice_end(period: Period | Unset, start: date, what: str, calendar: Calendar) -> Due:
    """The end of a notice with the days that were counted."""
    if isinstance(period, Unset) or isinstance(period.length, Unset):
        raise errors.ParameterUnset(what=f"{what}.duration")
    if isinstance(period.count_start_day, Unset) and period.unit != "month":
        raise errors.ParameterUnset(what=f"{what}.duration.count_start_day")
    return end(calendar, Rule(start, period.length, period.unit, count_start_day=bool(period.count_start_day)))


def because(calendar: Calendar, start: date, last: date) -> str:
    """Which notices are about a time between two days, as far as they came as facts."""
    plans = (calendar.plans[year] for year in sorted(calendar.plans))
    return "; ".join(plan.notice for plan in plans if plan.first <= last and start <= date(plan.year, 12, 31))


def due(deadline: Deadline | Unset | None, entered: datetime, calendar: Calendar) -> tuple[datetime | None, bool]:
    """The instant by which a step that began now is due, and whether it is provisional; None where nothing is set."""
    found = count(deadline, start_at(entered), calendar)
    return (found.instant, found.provisional) if found else (None, False)


def count(
    deadline: Deadline | Unset | None, start: Start, calendar: Calendar, known: datetime | None = None
) -> Due | None:
    """When a deadline that is counted from this start ends; None where the text sets nothing. ``known`` is what was
    counted before: a day that comes every year stays the same year's when it is counted again."""
    if not isinstance(deadline, Deadline):
        return None
    if isinstance(deadline.on, date):
        return on_day(deadline.on)
    if isinstance(deadline.yearly, YearlyMoment):
        return next_yearly(deadline.yearly, start.at, calendar, known)
    return _within(deadline.within, start, calendar) if isinstance(deadline.within, Duration) else None


def _within(within: Duration, start: Start, calendar: Calendar) -> Due | None:
    if isinstance(within.length, Unset):
        return None
    if within.unit == "minute" or within.unit == "hour":
        return after(start.at, timedelta(minutes=within.length * (60 if within.unit == "hour" else 1)))
    # Where the text does not say, the day of the start is not counted (Civil Code, article 201).
    counted = within.count_start_day is True
    return end(calendar, Rule(start.day, within.length, within.unit, counted, within.roll, within.at))


def next_yearly(moment: YearlyMoment, start: datetime, calendar: Calendar, known: datetime | None = None) -> Due:
    """The first of a day that comes every year whose last instant lies after the start. Where an end was ``known``
    already, it is the same year's: a published holiday moves a day, it never skips a year."""
    year = start.astimezone(SHANGHAI).year
    # The last day of the year before may have moved into this one.
    around = [yearly(calendar, y, moment.month, moment.day, moment.at, moment.roll) for y in (year - 1, year, year + 1)]
    same = [one for one in around if known is not None and abs(one.instant - known) <= HALF_A_YEAR]
    if same:
        return same[0]
    # 1 January, moved to the working day before, may lie in the year before for two years running.
    later = yearly(calendar, year + 2, moment.month, moment.day, moment.at, moment.roll)
    return next(one for one in (*around, later) if one.instant > start)

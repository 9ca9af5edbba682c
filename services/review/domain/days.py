"""Understands on which day a period ends, as a programme states it; the days themselves come from the shared calendar.

An end that rests on a year that is not published is provisional; it is counted again when the year is published.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from services.review.domain import errors
from shared.calendar import SHANGHAI, Calendar, Due, Rule, end, on_day, yearly
from shared.programmes.model import Deadline, Duration, Period, Unset, YearlyMoment

PUBLISHED = Calendar()
"""The years that are published with the calendar package."""


def last_day(period: Period | Unset, start: date, what: str, calendar: Calendar) -> tuple[date, bool]:
    """The last day of a notice, included, and whether it is provisional."""
    if isinstance(period, Unset) or isinstance(period.length, Unset):
        raise errors.ParameterUnset(what=f"{what}.duration")
    if isinstance(period.count_start_day, Unset) and period.unit != "month":
        raise errors.ParameterUnset(what=f"{what}.duration.count_start_day")
    found = end(calendar, Rule(start, period.length, period.unit, count_start_day=bool(period.count_start_day)))
    return found.day, found.provisional


def because(calendar: Calendar, start: date, last: date) -> str:
    """Which notices published the years from one day or instant to another, as far as they came as facts."""
    years = range(start.year, last.year + 2)  # an instant of the last evening lies in the next year at home
    return "; ".join(calendar.plans[year].notice for year in years if year in calendar.plans)


def due(deadline: Deadline | Unset | None, entered: datetime, calendar: Calendar) -> tuple[datetime | None, bool]:
    """The instant by which a step that began now is due, and whether it is provisional; None where nothing is set."""
    found = _due(deadline, entered, calendar) if isinstance(deadline, Deadline) else None
    if isinstance(found, Due):
        return found.instant, found.provisional
    return found, False


def _due(deadline: Deadline, entered: datetime, calendar: Calendar) -> Due | datetime | None:
    if isinstance(deadline.on, date):
        return on_day(deadline.on)
    if isinstance(deadline.yearly, YearlyMoment):
        return _next(deadline.yearly, entered, calendar)
    if isinstance(deadline.within, Duration) and deadline.starts == "entered":
        return _within(deadline.within, entered, calendar)
    return None


def _within(within: Duration, entered: datetime, calendar: Calendar) -> Due | datetime | None:
    if isinstance(within.length, Unset):
        return None
    if within.unit == "minute" or within.unit == "hour":
        return entered + timedelta(minutes=within.length * (60 if within.unit == "hour" else 1))
    start = entered.astimezone(SHANGHAI).date()
    # Where the text does not say, the day of the start is not counted (Civil Code, article 201).
    counted = within.count_start_day is True
    return end(calendar, Rule(start, within.length, within.unit, counted, within.roll, within.at))


def _next(moment: YearlyMoment, after: datetime, calendar: Calendar) -> Due:
    year = after.astimezone(SHANGHAI).year
    found = yearly(calendar, year, moment.month, moment.day, moment.at, moment.roll)
    if found.instant > after:
        return found
    return yearly(calendar, year + 1, moment.month, moment.day, moment.at, moment.roll)

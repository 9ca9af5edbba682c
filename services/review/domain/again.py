"""Understands what a newly published year does to a deadline that stands: it moves later or stays, never earlier.

A provisional deadline is counted with everything that is known now. One that was certain is counted with what was
published while it was still open: what had ended before a notice appeared stays ended, whoever looks at it late. And
it moves only where it is the calendar that moves it: one that stands for another reason (a longer time that was
granted, a start that has changed since) is left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from services.review.domain.days import because
from shared.calendar import SHANGHAI, Calendar, Due

GRACE = timedelta(days=1)
"""So long after a notice somebody may still have counted without it."""
CAME_ALONG = "日历数据随软件更新 / the days came with a newer calendar of the software"
"""Why a deadline moved that no recorded notice is about."""


@dataclass(frozen=True)
class Standing:
    """A deadline as it was counted last: its last instant, whether it could still move, and when that was counted."""

    at: datetime
    provisional: bool
    counted_at: datetime


@dataclass(frozen=True)
class Moved:
    """Until when the deadline runs now, whether that is certain, and which notices say so."""

    day: date
    at: datetime
    provisional: bool
    because: str


def again(count: Callable[[Calendar], Due | None], standing: Standing, start: date, calendar: Calendar) -> Moved | None:
    """What the calendar makes of it; None where nothing changes. ``start`` is where the count began."""
    known = calendar if standing.provisional else calendar.known_by(standing.at)
    fresh = count(known)
    if fresh is None or not (standing.provisional or _is_the_calendars(count, standing, calendar)):
        return None
    if (max(fresh.instant, standing.at), fresh.provisional) == (standing.at, standing.provisional):
        return None
    at = max(fresh.instant, standing.at)
    day = local_day(at)
    return Moved(day, at, fresh.provisional, because(known, start, day) or CAME_ALONG)


def _is_the_calendars(count: Callable[[Calendar], Due | None], standing: Standing, calendar: Calendar) -> bool:
    """Whether nothing but the calendar could bring a later end than the one that stands."""
    before = count(calendar.known_by(standing.counted_at - GRACE))
    return before is not None and before.instant <= standing.at


def local_day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def end_of(day: date) -> datetime:
    """The last instant of a day."""
    return datetime.combine(day, time.max, SHANGHAI)

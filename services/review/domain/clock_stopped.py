"""Understands the days that a deadline does not count (不计入期限): those that the case stood in steps which the text
leaves out, such as an expert review. The day on which the case came to such a step counts, the day of leaving does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from services.review.domain.days import Start
from services.review.domain.subject import Case, Concluded
from shared.calendar import SHANGHAI, Calendar
from shared.programmes.model import Deadline, Duration
from shared.programmes.model.times import LONGEST


def without(deadline: Deadline, start: Start, case: Case, calendar: Calendar) -> Deadline:
    """The deadline as it is counted on from its start: longer by the days that are left out."""
    within = deadline.within
    if not deadline.not_counting or not isinstance(within, Duration) or not isinstance(within.length, int):
        return deadline
    days = [day for day in _left_out(deadline.not_counting, case) if day > start.day]
    lost = sum(within.unit == "calendar_day" or calendar.day(day).worked for day in days)
    return replace(deadline, within=replace(within, length=min(within.length + lost, LONGEST[within.unit])))


def _left_out(steps: tuple[str, ...], case: Case) -> list[date]:
    """Every day of the steps once, however often the case was in one of them on it."""
    spans = [(came, ended.at) for came, ended in _stays(case) if ended.step in steps]
    found = {day for came, left in spans for day in _days(came, left)}
    return sorted(found)


def _stays(case: Case) -> Iterator[tuple[datetime, Concluded]]:
    """Each step that ended with the instant at which the case came to it: when the one before it ended."""
    if case.history:
        yield case.opened_at or case.history[0].at, case.history[0]
    yield from ((before.at, ended) for before, ended in pairwise(case.history))


def _days(came: datetime, left: datetime) -> Iterator[date]:
    first, last = (each.astimezone(SHANGHAI).date() for each in (came, left))
    yield from (first + timedelta(days=number) for number in range(1, (last - first).days + 1))

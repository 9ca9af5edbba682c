"""Understands how a year of the calendar is published: the State Council's notice of days off and make-up days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from services.review.domain import errors
from services.review.domain.people import Person
from services.review.domain.steps.shape import SHANGHAI
from shared.calendar import YearPlan
from shared.identifiers import region_stem

MOST_OFF, MOST_MAKE_UP, MOST_NOTICE = 120, 60, 200
PROVINCE_DIGITS = 2


@dataclass(frozen=True)
class PublishYear:
    """Record the notice of a year; one that was published before is corrected by a later notice."""

    year: int
    by: Person
    off: tuple[date, ...]
    make_up: tuple[date, ...]
    notice: str


@dataclass(frozen=True)
class YearPublished:
    """The year's days off (all that the notice names) and make-up days, and which notice says so."""

    NAME: ClassVar[str] = "review.year-published.1"
    year: int
    off: tuple[date, ...]
    make_up: tuple[date, ...]
    notice: str
    by: str
    published_at: datetime

    def plan(self, before: YearPlan | None = None) -> YearPlan:
        """The year as the calendar counts with it; ``before`` is the notice that this one replaced."""
        return YearPlan(self.year, frozenset(self.off), frozenset(self.make_up), self.notice, self.published_at, before)


FACTS: tuple[type, ...] = (YearPublished,)


@dataclass(frozen=True)
class Year:
    """A year of the calendar; nothing until it was published. The last notice counts; ``plan`` has those before it."""

    published: YearPublished | None = None
    plan: YearPlan | None = None


NONE = Year()


def evolve(known: Year, fact: Any) -> Year:
    return Year(fact, fact.plan(known.plan)) if isinstance(fact, YearPublished) else known


def decide_publish(command: PublishYear, known: Year, now: datetime) -> tuple[YearPublished, ...]:
    """Record it; the same notice twice is one. An operator may, and an officer of a province or of the nation."""
    by = command.by
    if by.role != "operator" and not (by.region and len(region_stem(by.region)) <= PROVINCE_DIGITS):
        raise errors.OutsideRegion()
    _ensure_well_formed(command, now)
    off, make_up = tuple(sorted(set(command.off))), tuple(sorted(set(command.make_up)))
    fact = YearPublished(command.year, off, make_up, command.notice.strip(), by.id, now)
    if known.published is not None and known.published.plan() == fact.plan():
        return ()
    return (fact,)


def _ensure_well_formed(command: PublishYear, now: datetime) -> None:
    """A notice is about this year or the next one, and :class:`YearPlan` knows what a year looks like."""
    this_year = now.astimezone(SHANGHAI).year
    if command.year not in (this_year, this_year + 1):
        raise errors.YearOutsideWindow(first=this_year, last=this_year + 1)
    fits = (
        len(command.notice) <= MOST_NOTICE and 0 < len(command.off) <= MOST_OFF and len(command.make_up) <= MOST_MAKE_UP
    )
    refusal = errors.YearMalformed(off=MOST_OFF, make_up=MOST_MAKE_UP)
    if not fits:
        raise refusal
    try:
        YearPlan(command.year, frozenset(command.off), frozenset(command.make_up), command.notice)
    except ValueError as fault:
        raise refusal from fault

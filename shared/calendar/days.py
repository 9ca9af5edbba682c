"""Understands single days: worked, weekend, statutory holiday or make-up day (调休), and whether that is published yet.

The State Council publishes a year's holidays in the November or December before. Published years come from
``chinesecalendar``; a year that it does not know yet comes as a :class:`YearPlan`, passed in as data. A day of a year
that nobody has published counts by its weekday and is *provisional*: nothing is guessed. So are the last three days of
a published year while the next one is not published, because the notice of a year may take them for its New Year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Literal

from chinese_calendar import constants

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Deadlines are days of this zone; it has had no other offset since 1991."""

DayKind = Literal["working", "weekend", "holiday", "make_up"]

_NAMES: Mapping[DayKind, tuple[str, str]] = {
    "working": ("工作日", "working day"),
    "weekend": ("周末", "weekend"),
    "holiday": ("节假日", "holiday"),
    "make_up": ("调休上班", "make-up working day"),
}
_WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_FORGOTTEN: frozenset[date] = frozenset({date(2005, 12, 31)})
"""Make-up days that the package forgets: Saturday 31 December 2005 (notice for 2006, 国办发明电〔2005〕35号)."""
_OFF, _MAKE_UP = frozenset(constants.holidays), frozenset(constants.workdays) | _FORGOTTEN
_LISTED: frozenset[int] = frozenset(day.year for day in constants.holidays)
FIRST_YEAR, LAST_LISTED = min(_LISTED), max(_LISTED)
"""The years that come with the package; later ones come as facts."""
TAKEN_FROM = 29
"""No notice since 2004 has touched a December day before the 29th (for 2008 and for 2019 they began there)."""


@dataclass(frozen=True)
class YearPlan:
    """One year's notice: all days off that it names, all make-up days, and where it is published. The first holiday may
    take days of the December before."""

    year: int
    off: frozenset[date]
    make_up: frozenset[date]
    notice: str
    published_at: datetime | None = field(default=None, compare=False)
    """None where nobody asks when: it was always known."""
    before: YearPlan | None = field(default=None, compare=False, repr=False)
    """The notice of the same year that this one replaced."""

    def __post_init__(self) -> None:
        if any(
            day.year != self.year and (day.year, day.month) != (self.year - 1, 12) for day in self.off | self.make_up
        ):
            raise ValueError(f"every day of the plan must lie in {self.year}, or in the December before")
        if self.off & self.make_up:
            raise ValueError("a day cannot be off and worked at once")
        if any(day.weekday() < 5 for day in self.make_up):
            raise ValueError("a make-up day is a Saturday or a Sunday")
        if not self.notice.strip():
            raise ValueError("name the notice that publishes the year")

    @property
    def first(self) -> date:
        """The first day that the year's notice is about: a day of December, or 29 December, where it may lie."""
        return min(self.off | self.make_up | {date(self.year - 1, 12, TAKEN_FROM)})

    def known_by(self, instant: datetime) -> YearPlan | None:
        """The notice of this year that had been published by then; None where there was none."""
        plan: YearPlan | None = self
        while plan is not None and plan.published_at is not None and plan.published_at > instant:
            plan = plan.before
        return plan


@dataclass(frozen=True)
class Day:
    """What one day is. ``awaits`` is the year whose notice may still change it; None where nothing can."""

    date: date
    kind: DayKind
    awaits: int | None = None

    @property
    def provisional(self) -> bool:
        """Whether a notice that is not published yet decides about it."""
        return self.awaits is not None

    @property
    def worked(self) -> bool:
        return self.kind in ("working", "make_up")

    def __str__(self) -> str:
        return f"{self.plainly}({said_of(self.awaits)})" if self.awaits is not None else self.plainly

    @property
    def plainly(self) -> str:
        """What it is, without the doubt whether it stays so."""
        zh, en = _NAMES[self.kind]
        return f"{self.date} {_WEEKDAYS[self.date.weekday()]} {zh} / {en}"


def said_of(year: int) -> str:
    """Why a year leaves a day open, in both languages."""
    if year < FIRST_YEAR:
        return f"日历自{FIRST_YEAR}年起，此前只按星期计 / the calendar begins with {FIRST_YEAR}: weekdays before"
    return f"{year}年安排尚未公布 / {year} is not published yet"


@dataclass(frozen=True)
class Calendar:
    """All published years. ``plans`` holds the years that were published as facts; they win over the package's."""

    plans: Mapping[int, YearPlan] = field(default_factory=dict)

    def with_year(self, plan: YearPlan) -> Calendar:
        """A calendar that knows one more year, or a corrected one."""
        return Calendar({**self.plans, plan.year: plan})

    def published(self, year: int) -> bool:
        return year in self.plans or year in _LISTED

    def known_by(self, instant: datetime) -> Calendar:
        """The calendar as it was known then: without the notices that were published later."""
        found = {year: plan.known_by(instant) for year, plan in self.plans.items()}
        return Calendar({year: plan for year, plan in found.items() if plan is not None})

    def day(self, when: date) -> Day:
        """What this day is; where its notice is still to come, it goes by its weekday and is provisional."""
        for year in (when.year + 1, when.year):
            off, make_up = self._named(year, when)
            if off or make_up:
                return Day(when, _kind(when, off, make_up), self._awaits(when))
        return Day(when, _kind(when, off=False, make_up=False), self._awaits(when))

    def _named(self, year: int, when: date) -> tuple[bool, bool]:
        """Whether the notice of this year makes the day one off, or one to make up for it. What the package has of a
        December is of the notice for the year after it."""
        plan = self.plans.get(year)
        if plan is not None:
            return when in plan.off, when in plan.make_up
        here = year == when.year + (when.month == 12)
        return here and when in _OFF, here and when in _MAKE_UP

    def _awaits(self, when: date) -> int | None:
        if not self.published(when.year):
            return when.year
        late = (when.month, when.day) >= (12, TAKEN_FROM)
        return when.year + 1 if late and not self.published(when.year + 1) else None

    def roll(self, when: date, direction: Literal[1, -1]) -> date:
        """This day, or the next (or the previous) one that is worked."""
        while not self.day(when).worked:
            when += timedelta(days=direction)
        return when


def _kind(when: date, off: bool, make_up: bool) -> DayKind:
    if make_up and when.weekday() >= 5:
        return "make_up"
    if off:
        return "holiday"
    return "working" if when.weekday() < 5 else "weekend"

"""Understands single days: worked, weekend, statutory holiday or make-up day (调休), and whether that is published yet.

The State Council publishes a year's holidays about the November before. Published years come from ``chinesecalendar``;
a year that it does not know yet comes as a :class:`YearPlan`, passed in as data. A day of a year that nobody has
published counts by its weekday and is *provisional*: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta, timezone
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
_LISTED: frozenset[int] = frozenset(day.year for day in (*constants.holidays, *constants.workdays))


@dataclass(frozen=True)
class YearPlan:
    """One year's notice: all days off that it names, all make-up days, and where it is published. The first holiday may
    take days of the December before."""

    year: int
    off: frozenset[date]
    make_up: frozenset[date]
    notice: str

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


@dataclass(frozen=True)
class Day:
    """What one day is. ``provisional`` where its year is not published."""

    date: date
    kind: DayKind
    provisional: bool

    @property
    def worked(self) -> bool:
        return self.kind in ("working", "make_up")

    def __str__(self) -> str:
        zh, en = _NAMES[self.kind]
        doubt = "(该年安排尚未公布 / year not published)" if self.provisional else ""
        return f"{self.date} {_WEEKDAYS[self.date.weekday()]} {zh} / {en}{doubt}"


@dataclass(frozen=True)
class Calendar:
    """All published years. ``plans`` holds the years that were published as facts; they win over the package's."""

    plans: Mapping[int, YearPlan] = field(default_factory=dict)

    def with_year(self, plan: YearPlan) -> Calendar:
        """A calendar that knows one more year, or a corrected one."""
        return Calendar({**self.plans, plan.year: plan})

    def published(self, year: int) -> bool:
        return year in self.plans or year in _LISTED

    def day(self, when: date) -> Day:
        """What this day is; a day of an unpublished year goes by its weekday and is provisional."""
        later = self.plans.get(when.year + 1)
        if later is not None and (when in later.off or when in later.make_up):
            return Day(when, _kind(when, when in later.off, when in later.make_up), not self.published(when.year))
        plan = self.plans.get(when.year)
        if plan is not None:
            return Day(when, _kind(when, when in plan.off, when in plan.make_up), provisional=False)
        listed = _kind(when, when in constants.holidays, when in constants.workdays)
        return Day(when, listed, provisional=when.year not in _LISTED)

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

"""Understands when a period ends: so many units from a start that counts itself or not, rolled, with a clock time.

Civil Code, articles 201 to 203: the day of the start is not counted unless the text says so; months and years end on
the corresponding day; where the text lets an end that falls on a day off move, it goes to the next working day.
"""

from __future__ import annotations

import calendar as gregorian
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from shared.calendar.days import SHANGHAI, Calendar, Day, said_of

Unit = Literal["working_day", "calendar_day", "week", "month", "year"]
Roll = Literal["none", "next_working_day", "previous_working_day"]
END_OF_DAY = time(23, 59, 59, 999999)
LONGEST = {"working_day": 2_500, "calendar_day": 36_500, "week": 5_200, "month": 1_200, "year": 100}


@dataclass(frozen=True)
class Rule:
    """How an end is found. Keep it with the deadline: it is what a newly published year is applied to."""

    start: date
    length: int
    unit: Unit
    count_start_day: bool = False
    roll: Roll = "none"
    at: time | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.length <= LONGEST[self.unit]:
            raise ValueError(f"a period of {self.unit} takes 1 to {LONGEST[self.unit]}")


@dataclass(frozen=True)
class Due:
    """The end of a period. ``day`` is included; ``provisional`` while a notice that is not published may move it."""

    day: date
    at: time | None
    provisional: bool
    rule: Rule | None = None
    counted: tuple[tuple[Day, int | None], ...] = ()

    @property
    def instant(self) -> datetime:
        """The last instant that is in time, in UTC: what comes later than this is late."""
        return datetime.combine(self.day, self.at or END_OF_DAY, SHANGHAI).astimezone(UTC)

    def explain(self) -> tuple[str, ...]:
        """Every day that was looked at, in both languages, with its number where it was counted. What is not known of a
        day is said only where the end hangs on it."""
        said = [(str(day) if self.provisional else day.plainly, number) for day, number in self.counted]
        lines = [f"{day}{f' 第 {number} 日 / day {number}' if number else ''}" for day, number in said]
        clock = f" {self.at:%H:%M:%S}".removesuffix(":00") if self.at else ""
        return (*lines, f"截止 / due: {self.day}{clock}{self._doubt()}")

    def _doubt(self) -> str:
        if not self.provisional:
            return ""
        years = sorted({day.awaits for day, _ in self.counted if day.awaits is not None})
        why = ";".join(said_of(year) for year in years)
        return f";暂定 / provisional: {why}"


@dataclass(frozen=True)
class Moved:
    """A deadline after a year was published: ``after`` never lies before ``before``."""

    before: Due
    after: Due
    zh: str
    en: str

    @property
    def changed(self) -> bool:
        return self.before.instant != self.after.instant


def end(calendar: Calendar, rule: Rule) -> Due:
    """When the period ends."""
    counted = _working(calendar, rule) if rule.unit == "working_day" else _plain(calendar, rule)
    last = counted[-1][0]
    provisional = any(day.provisional for day, _ in counted) if rule.unit == "working_day" else False
    if rule.roll == "none" or last.worked:
        doubt = provisional or (rule.roll != "none" and last.provisional)
        return Due(last.date, rule.at, doubt, rule, counted)
    rolled = calendar.roll(last.date, 1 if rule.roll == "next_working_day" else -1)
    doubt = provisional or last.provisional or calendar.day(rolled).provisional
    return Due(rolled, rule.at, doubt, rule, (*counted, (calendar.day(rolled), None)))


def _working(calendar: Calendar, rule: Rule) -> tuple[tuple[Day, int | None], ...]:
    counted: list[tuple[Day, int | None]] = []
    number, when = 0, rule.start
    if not rule.count_start_day:
        counted.append((calendar.day(when), None))
        when += timedelta(days=1)
    while number < rule.length:
        day = calendar.day(when)
        number += day.worked
        counted.append((day, number if day.worked else None))
        when += timedelta(days=1)
    return tuple(counted)


def _plain(calendar: Calendar, rule: Rule) -> tuple[tuple[Day, int | None], ...]:
    last = _corresponding(rule)
    # Where the month is too short for the corresponding day, its last day is the day before that one already.
    short = rule.unit in ("month", "year") and last.day < rule.start.day
    if rule.count_start_day and not short:
        last -= timedelta(days=1)
    return ((calendar.day(rule.start), None), (calendar.day(last), None))


def _corresponding(rule: Rule) -> date:
    if rule.unit in ("calendar_day", "week"):
        return rule.start + timedelta(days=rule.length * (7 if rule.unit == "week" else 1))
    return months_later(rule.start, rule.length * (12 if rule.unit == "year" else 1))


def months_later(start: date, months: int) -> date:
    """The corresponding day; the last day of the month where that month has none."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, gregorian.monthrange(year, month + 1)[1]))


def after(start: datetime, length: timedelta) -> Due:
    """So many minutes or hours after an instant, through nights and days off; nothing can move it."""
    last = (start + length).astimezone(SHANGHAI)
    return Due(last.date(), last.time(), provisional=False)


def on_day(day: date, at: time | None = None) -> Due:
    """A fixed day; nothing can move it."""
    return Due(day, at, provisional=False)


def yearly(
    calendar: Calendar, year: int, month: int, day: int | Literal["last"], at: time | None = None, roll: Roll = "none"
) -> Due:
    """A day that comes every year, such as the last day of February; 31 means the last day of a shorter month."""
    last = gregorian.monthrange(year, month)[1]
    when = calendar.day(date(year, month, last if day == "last" else min(day, last)))
    if roll == "none" or when.worked:
        return Due(when.date, at, roll != "none" and when.provisional, None, ((when, None),))
    rolled = calendar.day(calendar.roll(when.date, 1 if roll == "next_working_day" else -1))
    return Due(rolled.date, at, when.provisional or rolled.provisional, None, ((when, None), (rolled, None)))


def longer(one: Due, other: Due) -> Due:
    """The later of two ends: a right that was granted is never shortened."""
    return one if one.instant >= other.instant else other


def recompute(calendar: Calendar, due: Due) -> Moved:
    """Apply a calendar that knows more. The end may move later, never earlier."""
    if due.rule is None:
        return Moved(due, due, "固定日期,不受影响", "a fixed day: nothing moves")
    fresh = end(calendar, due.rule)
    if fresh.instant < due.instant:
        kept = replace(due, provisional=fresh.provisional, counted=fresh.counted)
        return Moved(
            due, kept, f"按新安排为 {fresh.day},已给予的期限不缩短", f"would be {fresh.day}; a right is not shortened"
        )
    if fresh.instant == due.instant:
        return Moved(due, fresh, "节假日安排公布,截止日不变", "the year was published: the day stays")
    return Moved(due, fresh, f"节假日安排公布,顺延至 {fresh.day}", f"the year was published: moved to {fresh.day}")


def window_fault(posted: date, closes: date, due: Due) -> tuple[str, str] | None:
    """What is wrong with a window that somebody wrote down, or None: it ends before it begins, or too early."""
    if closes < posted:
        return f"公示在开始之前结束;应为 {due.day}", f"it ends before it begins; it should end on {due.day}"
    if closes < due.day:
        return f"公示期不足;最早 {due.day} 结束", f"the notice is too short; it ends on {due.day} at the earliest"
    return None

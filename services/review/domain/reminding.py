"""Understands when somebody is reminded of what is due, and of what: so many days before, once each, and never of what
is done or under way.

A reminder whose day lies before the date was set falls away; where none is left, one is given at once. Reminders that
were held up (nobody was there to give them) come as one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from services.review.domain.duty_facts import Reminded, ReminderSpared, TitleReminded
from services.review.domain.holding import Fact, Title, TitleDateSet, date_key
from services.review.domain.steps.shape import SHANGHAI

AT = time(9)
"""Reminders are given in the morning, Asia/Shanghai."""


@dataclass(frozen=True)
class Subject:
    """What a reminder is about: its words, who owes it, so many days before, and the procedures that bring it about."""

    title_zh: str
    title_en: str
    clause: str
    owed_by_holder: bool
    days: tuple[int, ...]
    procedures: tuple[str, ...] = ()
    renewable: bool = False


def reminder_at(due_on: date, days: int) -> datetime:
    """The instant of the reminder so many days before the last day."""
    return datetime.combine(due_on - timedelta(days=days), AT, SHANGHAI)


def next_reminder(due_on: date, days: tuple[int, ...], now: datetime, told: int = 0) -> datetime | None:
    """The first reminder after now; ``told`` is the last one that was given, after which only nearer ones follow."""
    open_ = [reminder_at(due_on, each) for each in days if not told or each < told]
    return min((at for at in open_ if at > now), default=None)


def with_reminder(fact: TitleDateSet, days: tuple[int, ...], *, at_once: bool = True) -> TitleDateSet:
    """The date with its first reminder. ``at_once`` where every reminder's day has passed already."""
    coming = next_reminder(fact.due_on, days, fact.set_at, fact.reminded)
    if coming is None and at_once and days and not fact.reminded and fact.set_at <= fact.due_at:
        coming = fact.set_at
    return replace(fact, remind_at=coming)


def decide_reminder(
    what: Reminded, name: str, title: Title, now: datetime, subject: Subject | None
) -> tuple[Fact, ...]:
    """Remind of it, where it is still to be done; asked twice or too early it is nothing."""
    standing = title.dates.get(date_key(what, name))
    if standing is None or subject is None or title.entered is None or title.status not in ("held", "proposed"):
        return ()
    if standing.remind_at is None or now < standing.remind_at or now > standing.due_at:
        return ()
    passed = [each for each in subject.days if reminder_at(standing.due_on, each) <= now]
    days = min(passed, default=max(subject.days, default=0))
    coming = next_reminder(standing.due_on, subject.days, now, days)
    if set(subject.procedures) & set(title.running.values()):
        return (ReminderSpared(what, name, standing.due_on, days, coming, now),)
    reminded = TitleReminded(
        programme=title.entered.programme,
        number=title.entered.number,
        what=what,
        name=name,
        title_zh=subject.title_zh,
        title_en=subject.title_en,
        clause=subject.clause,
        owed_by_holder=subject.owed_by_holder,
        due_on=standing.due_on,
        due_at=standing.due_at,
        provisional=standing.provisional,
        days=days,
        renewable=subject.renewable,
        next_at=coming,
        reminded_at=now,
    )
    return (reminded,)

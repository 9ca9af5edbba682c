"""Understands what can happen around a duty besides being met or missed: an event begins it, its holder is reminded,
a title of earlier days learns its dates. How each fact comes about stands in ``arising``, ``reminding`` and ``expiry``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal

Reminded = Literal["obligation", "review", "end"]
"""What a reminder is about: a duty, a re-review, the end of validity."""


@dataclass(frozen=True)
class ObligationIncurred:
    """Something happened because of which something is owed. ``event`` is its name on the title
    (``<obligation>#<number>``); ``happened_at`` its instant where that is known; ``due_on`` is None where the text sets
    no day. ``owed_by_holder`` is false where an authority owes it, ``told_by_holder`` true where the holder told it."""

    NAME: ClassVar[str] = "review.obligation-incurred.1"
    programme: str
    number: str
    obligation: str
    event: str
    title_zh: str
    title_en: str
    clause: str
    party: str
    owed_by_holder: bool
    happened_on: date
    happened_at: datetime | None
    due_on: date | None
    due_at: datetime | None
    provisional: bool
    by: str
    told_by_holder: bool
    reason: str
    paper: str
    recorded_at: datetime


@dataclass(frozen=True)
class TitleReminded:
    """Whoever owes it was reminded of what is due by ``due_on``. ``days`` says which of the text's reminders it was,
    ``renewable`` whether a new term may be applied for, ``next_at`` when the next reminder comes, None where none does.
    """

    NAME: ClassVar[str] = "review.title-reminded.1"
    programme: str
    number: str
    what: Reminded
    name: str
    title_zh: str
    title_en: str
    clause: str
    owed_by_holder: bool
    due_on: date
    due_at: datetime
    provisional: bool
    days: int
    renewable: bool
    next_at: datetime | None
    reminded_at: datetime


@dataclass(frozen=True)
class ReminderSpared:
    """A reminder's day came while what it asks for was under way: nobody was told."""

    NAME: ClassVar[str] = "review.title-reminder-spared.1"
    what: Reminded
    name: str
    due_on: date
    days: int
    next_at: datetime | None
    spared_at: datetime


@dataclass(frozen=True)
class TitleDated:
    """A title that was entered before titles had dates was given them, with the award and its day as its case knows
    them. It happens once."""

    NAME: ClassVar[str] = "review.title-dated.1"
    award: str
    awarded_on: date | None
    dated_at: datetime


Fact = ObligationIncurred | TitleReminded | ReminderSpared | TitleDated
FACTS: tuple[type, ...] = (ObligationIncurred, TitleReminded, ReminderSpared, TitleDated)

"""Understands the acts and the facts of notice (公示): what may be asked there, and what is remembered of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from services.review.domain.desks import Desk
from services.review.domain.people import Duty, Person


@dataclass(frozen=True)
class Posted:
    """The days of a notice that was posted for many cases at once: the same for each of them."""

    number: int
    posted_on: date
    closes_on: date
    provisional: bool


@dataclass(frozen=True)
class PostNotice:
    """Post it today, or as it was posted for many. ``address`` is where it can be read (a web page)."""

    step: str
    by: Person
    address: str = ""
    together: Posted | None = None


@dataclass(frozen=True)
class ReceiveObjection:
    """Object, by name and with evidence as far as the rules want them; ``evidence`` names files by SHA-256."""

    step: str
    by: Person
    objection: str
    name: str
    contact: str
    grounds: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class AnswerObjection:
    """Answer an objection after investigating it."""

    step: str
    by: Person
    objection: str
    upheld: bool
    reason: str


@dataclass(frozen=True)
class RecountNotice:
    """A year of the calendar was published: count again."""

    step: str
    by: Person


@dataclass(frozen=True)
class CloseNotice:
    """The last day is over. While it is provisional, only a person's ``reason`` closes the notice as it was counted."""

    step: str
    by: Person
    reason: str = ""


@dataclass(frozen=True)
class NoticePosted:
    """The notice went up. ``closes_on`` is its last day, included; provisional while a year is not published."""

    NAME: ClassVar[str] = "review.notice-posted.1"
    DUTY: ClassVar[Duty] = "post"
    step: str
    by: str
    notice: str
    programme: str
    applicant_name: str
    posted_on: date
    closes_on: date
    provisional: bool
    channel: str
    address: str
    posted_at: datetime
    together: int = 0
    """Which of the round's notices over many cases; 0 for this case alone."""


@dataclass(frozen=True)
class NoticeRecounted:
    """The last day was counted again with a newly published year; it never moves to an earlier day."""

    NAME: ClassVar[str] = "review.notice-recounted.1"
    step: str
    notice: str
    programme: str
    applicant_name: str
    posted_on: date
    closes_on: date
    provisional: bool
    channel: str
    recounted_at: datetime
    because: str = ""


@dataclass(frozen=True)
class ObjectionReceived:
    """Somebody objected."""

    NAME: ClassVar[str] = "review.objection-received.1"
    step: str
    objection: str
    objector: str
    name: str
    contact: str
    grounds: str
    evidence: tuple[str, ...]
    received_at: datetime
    desk: Desk


@dataclass(frozen=True)
class ObjectionAnswered:
    """The objection was investigated and answered."""

    NAME: ClassVar[str] = "review.objection-answered.1"
    DUTY: ClassVar[Duty] = "investigate"
    step: str
    by: str
    objection: str
    upheld: bool
    reason: str
    answered_at: datetime


@dataclass(frozen=True)
class NoticeClosed:
    """The notice period is over; ``waiting`` objections still hold the case up."""

    NAME: ClassVar[str] = "review.notice-closed.1"
    step: str
    waiting: int
    closed_at: datetime
    by: str = ""
    reason: str = ""


Command = PostNotice | ReceiveObjection | AnswerObjection | RecountNotice | CloseNotice
Fact = NoticePosted | NoticeRecounted | ObjectionReceived | ObjectionAnswered | NoticeClosed

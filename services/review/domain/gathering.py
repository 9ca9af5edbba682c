"""Understands the acts and the facts over many cases of one round: the list that is drawn up, the notice over it.

Each is one fact in the round's stream. The cases follow it one by one, each in its own stream and each once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from services.review.domain.people import Person


@dataclass(frozen=True)
class LeftOff:
    """A case that the authority leaves off the list, and why."""

    case_id: str
    reason: str


@dataclass(frozen=True)
class DrawUpList:
    """List the cases of the round that wait at the step. ``chosen`` decides a tie for the last places; ``reason`` says
    why, and why not to wait for cases that are on their way."""

    step: str
    by: Person
    reason: str = ""
    left_off: tuple[LeftOff, ...] = ()
    chosen: tuple[str, ...] = ()


@dataclass(frozen=True)
class PostTogether:
    """Post one notice for all cases of the round that wait at the step. ``address`` is where it can be read."""

    step: str
    by: Person
    address: str = ""


@dataclass(frozen=True)
class Candidate:
    """A case that waits at the step; ``visit`` counts how often it came there. Without a score the texts are empty."""

    case_id: str
    visit: int
    name: str
    region: str
    score: str = ""
    max_score: str = ""


@dataclass(frozen=True)
class Entry:
    """What the list says of one case. ``rank`` is 0 where nothing is ranked; equal scores share a rank."""

    case_id: str
    visit: int
    name: str
    region: str
    score: str
    max_score: str
    rank: int
    listed: bool
    reason: str


@dataclass(frozen=True)
class ListDrawnUp:
    """The list of a round stands. ``number`` counts the lists of this step in the round; ``on_the_way`` says how
    many cases could still have come; ``places`` were left, None where nothing limits them."""

    NAME: ClassVar[str] = "review.list-drawn-up.1"
    round_id: str
    programme: str
    step: str
    number: int
    authority: str
    officer: Person
    order: str
    places: int | None
    on_the_way: int
    reason: str
    entries: tuple[Entry, ...]
    drawn_at: datetime


@dataclass(frozen=True)
class NoticePostedTogether:
    """One notice over many cases went up; all have the same days."""

    NAME: ClassVar[str] = "review.notice-posted-together.1"
    round_id: str
    programme: str
    step: str
    number: int
    notice: str
    officer: Person
    posted_on: date
    closes_on: date
    provisional: bool
    channel: str
    address: str
    cases: tuple[Candidate, ...]
    posted_at: datetime


FACTS: tuple[type, ...] = (ListDrawnUp, NoticePostedTogether)
Fact = ListDrawnUp | NoticePostedTogether

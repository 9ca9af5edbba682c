"""Understands the move of a running case to a text that followed its own: who asks for it, and what is remembered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from services.review.domain.desks import Desk
from services.review.domain.people import Person


@dataclass(frozen=True)
class ProposeMove:
    """Propose to go on under another text. ``to`` is its address, ``rule`` the clause or decision that says so;
    ``step`` names where the case begins anew, empty where it stays at the step it is at."""

    by: Person
    to: str
    rule: str
    reason: str
    step: str = ""


@dataclass(frozen=True)
class ConfirmMove:
    """Agree with the proposal, as another person."""

    by: Person
    reason: str = ""


@dataclass(frozen=True)
class DismissMove:
    """Disagree with the proposal: the case stays under its text."""

    by: Person
    reason: str


@dataclass(frozen=True)
class PastStep:
    """A step that the case entered under an earlier text: how it was called, and its segregation groups."""

    step: str
    title_zh: str
    title_en: str
    segregation: tuple[str, ...] = ()


@dataclass(frozen=True)
class MoveProposed:
    """A proposal waits for another person."""

    NAME: ClassVar[str] = "review.move-proposed.1"
    by: str
    to: str
    rule: str
    reason: str
    step: str
    proposed_at: datetime
    desks: tuple[Desk, ...]


@dataclass(frozen=True)
class MoveDismissed:
    """The proposal fell."""

    NAME: ClassVar[str] = "review.move-dismissed.1"
    by: str
    reason: str
    asked: tuple[str, ...]
    dismissed_at: datetime


@dataclass(frozen=True)
class CaseMoved:
    """From here on the case is under another text. Everything decided before stays. ``left`` is where it stood,
    ``step`` where it stands now; ``anew``: that step begins from nothing. ``past``: its steps under the text before;
    ``asked``: the parties that had to answer the proposal. ``alone``: list steps of the new text that the case's round,
    called under another one, cannot draw up a list for."""

    NAME: ClassVar[str] = "review.case-moved-to-text.1"
    before: str
    before_version: str
    after: str
    after_version: str
    rule: str
    reason: str
    proposed_by: str
    confirmed_by: str
    left: str
    step: str
    anew: bool
    procedure: str
    title_zh: str
    title_en: str
    desk: Desk
    past: tuple[PastStep, ...]
    asked: tuple[str, ...]
    moved_at: datetime
    alone: tuple[str, ...] = ()


FACTS: tuple[type, ...] = (MoveProposed, MoveDismissed, CaseMoved)
Fact = MoveProposed | MoveDismissed | CaseMoved

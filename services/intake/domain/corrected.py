"""Understands what can happen to something that is handed in besides its being drawn up: it corrects what was filed
before, has to come until an instant, and is closed once review was told all that came. Private facts of intake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from services.intake.domain.parts import Answer, Document, Objection


@dataclass(frozen=True)
class CorrectionBegun:
    """A draft begins with everything that an earlier filing held, by content: nothing is uploaded twice, and the
    earlier filing stays as it was handed in."""

    NAME: ClassVar[str] = "intake.correction-begun.1"
    corrects: str
    answers: Mapping[str, Answer]
    documents: tuple[Document, ...]
    statement: str
    objections: tuple[Objection, ...]


@dataclass(frozen=True)
class FilingDueSet:
    """Until when the filing has to come; again when that moves, never to an earlier instant."""

    NAME: ClassVar[str] = "intake.filing-due-set.1"
    due_at: datetime
    provisional: bool
    set_at: datetime


@dataclass(frozen=True)
class CorrectionDueMoved:
    """The application may be corrected until a later instant, because a calendar year was published."""

    NAME: ClassVar[str] = "intake.correction-due-moved.1"
    due_at: datetime
    provisional: bool
    because: str
    moved_at: datetime


@dataclass(frozen=True)
class FilingTimeClosed:
    """Review was told all that came for a step in time: nothing can follow. ``asked`` is the question answered."""

    NAME: ClassVar[str] = "intake.filing-time-closed.1"
    case_id: str
    step: str
    visit: int
    due_at: datetime
    asked: int
    closed_at: datetime


Fact = CorrectionBegun | FilingDueSet | CorrectionDueMoved | FilingTimeClosed
FACTS: tuple[type, ...] = (CorrectionBegun, FilingDueSet, CorrectionDueMoved, FilingTimeClosed)


def decide_closed(told: FilingTimeClosed, before: FilingTimeClosed | None) -> tuple[FilingTimeClosed, ...]:
    """Answer each question of review once; the last visit of a step counts."""
    known = before is not None and (before.visit, before.asked) >= (told.visit, told.asked)
    return () if known else (told,)

"""Understands what a case waits to be handed in: at which step, by whom, until when; intake shows it as owed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from services.review.domain.subject import Answer, Applicant, Case, Paper
from shared.programmes.model import Programme, Step

TYPES = frozenset({"file", "rectify"})
"""Steps that end with something that is handed in."""


@dataclass(frozen=True)
class FilingAwaited:
    """The case stands at a step where somebody has to hand something in; once more when its deadline moves."""

    NAME: ClassVar[str] = "review.filing-awaited.1"
    step: str
    visit: int
    programme: str
    procedure: str
    step_zh: str
    step_en: str
    party_zh: str
    party_en: str
    role: str
    applicant: Applicant
    awaited_at: datetime
    due_at: datetime | None = None
    due_provisional: bool = False


@dataclass(frozen=True)
class FilingEnclosed:
    """What came along with a filing that began a case whose first step is none of filing (a self-evaluation)."""

    NAME: ClassVar[str] = "review.filing-enclosed.1"
    filing: str
    answers: Mapping[str, Answer]
    papers: tuple[Paper, ...]
    statement: str
    declared_by: str
    enclosed_at: datetime


@dataclass(frozen=True)
class CorrectionDueMoved:
    """An application may be corrected until a later instant; what else is awaited is said again as a whole."""

    NAME: ClassVar[str] = "review.correction-due-moved.1"
    step: str
    due_at: datetime
    provisional: bool
    because: str
    moved_at: datetime


def comes_by_itself(case: Case) -> bool:
    """Whether what the present step waits for is an application or its correction, or is on its way with the opening:
    of the first intake knows already, the second is not owed."""
    if not case.history:
        return bool(case.round_id or case.filing)
    return bool(case.round_id) and case.history[-1].outcome == "to_correct"


def awaited(
    case: Case, step: Step, programme: Programme, now: datetime, due_at: datetime | None, provisional: bool
) -> tuple[FilingAwaited, ...]:
    """What is said when the case has come to the step; nothing where nobody has to hand in anything."""
    if step.type not in TYPES or comes_by_itself(case):
        return ()
    party = programme.party(step.actor)
    return (
        FilingAwaited(
            step=step.id,
            visit=case.visit,
            programme=case.programme,
            procedure=programme.procedure_of(step.id).id,
            step_zh=step.title.zh,
            step_en=step.title.en,
            party_zh=party.title.zh,
            party_en=party.title.en,
            role=party.role,
            applicant=case.applicant,
            awaited_at=now,
            due_at=due_at,
            due_provisional=provisional,
        ),
    )


def due_moved(
    case: Case, step: Step, programme: Programme, now: datetime, due_at: datetime, provisional: bool, because: str
) -> tuple[FilingAwaited | CorrectionDueMoved, ...]:
    """What is said when the deadline of the step that the case stands at moves; nothing where nothing is handed in."""
    if case.history and comes_by_itself(case) and step.type in TYPES:
        return (CorrectionDueMoved(step.id, due_at, provisional, because, now),)
    return awaited(case, step, programme, now, due_at, provisional)

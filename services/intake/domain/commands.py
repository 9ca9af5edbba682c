"""Understands what may be asked of intake: one imperative per act, with the person who acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.intake.domain.parts import Answer, Applicant, Document, Objection


@dataclass(frozen=True)
class Person:
    """Who acts: the subject of the token and the organisation (USCC) that the person acts for."""

    id: str
    organisation: str


@dataclass(frozen=True)
class DraftApplication:
    """Begin an application in a round."""

    case_id: str
    round_id: str
    applicant: Applicant
    by: Person


@dataclass(frozen=True)
class GiveAnswers:
    """Set answers; the ids in ``cleared`` are taken back."""

    given: Mapping[str, Answer]
    by: Person
    cleared: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class AttachDocument:
    """Add a file that was received and checked already."""

    document: Document
    by: Person


@dataclass(frozen=True)
class RemoveDocument:
    """Take a file out again."""

    material: str
    sha256: str
    by: Person


@dataclass(frozen=True)
class FillForm:
    """Fill in a form of the programme, anew or for the first time: all of its rows. ``document`` is their content."""

    form: str
    rows: tuple[Mapping[str, Answer], ...]
    document: Document
    by: Person


@dataclass(frozen=True)
class DeclareTruth:
    """Declare that the application as it stands is true."""

    by: Person


@dataclass(frozen=True)
class SubmitApplication:
    """File the application, for the first time or after a correction."""

    by: Person


@dataclass(frozen=True)
class WithdrawApplication:
    """Take the application back before a decision."""

    reason: str
    by: Person


@dataclass(frozen=True)
class ReturnApplication:
    """The reviewing authority asks for corrections, until an instant where there is one."""

    items: tuple[str, ...]
    objections: tuple[Objection, ...] = ()
    due_at: datetime | None = None
    due_provisional: bool = False

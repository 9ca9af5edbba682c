"""Understands what can happen to a filing, and to what a case waits for: private facts of intake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from services.intake.domain.parts import Answer, Applicant, Document, Filer, Objection


@dataclass(frozen=True)
class FilingDrafted:
    """A filing was begun: it is to begin a case (``visit`` 0), or to answer what a case waits for at that visit."""

    NAME: ClassVar[str] = "intake.filing-drafted.1"
    filing_id: str
    case_id: str
    programme: str
    procedure: str
    step: str
    visit: int
    title: str
    applicant: Applicant
    filer: Filer
    drafted_at: datetime


@dataclass(frozen=True)
class StatementWritten:
    """What the filer says along with the papers."""

    NAME: ClassVar[str] = "intake.statement-written.1"
    text: str


@dataclass(frozen=True)
class FilingSubmitted:
    """The complete filing was handed in. It repeats everything, so that the fact alone is the evidence."""

    NAME: ClassVar[str] = "intake.filing-submitted.1"
    filing_id: str
    case_id: str
    programme: str
    procedure: str
    step: str
    visit: int
    title: str
    applicant: Applicant
    filer: Filer
    answers: Mapping[str, Answer]
    documents: tuple[Document, ...]
    statement: str
    declared_by: str
    submitted_at: datetime
    revision: int
    corrects: str = ""
    """The filing that this one corrects; ``dropped`` and ``cleared`` are what of that one stands in it no more."""
    dropped: tuple[Document, ...] = ()
    cleared: tuple[str, ...] = ()


@dataclass(frozen=True)
class FilingWithdrawn:
    """Whoever began a case with it took it back before a decision."""

    NAME: ClassVar[str] = "intake.filing-withdrawn.1"
    filing_id: str
    case_id: str
    reason: str
    withdrawn_at: datetime


@dataclass(frozen=True)
class FilingTaken:
    """Review has it."""

    NAME: ClassVar[str] = "intake.filing-taken.1"
    revision: int
    taken_at: datetime


@dataclass(frozen=True)
class FilingRefused:
    """Review did not take it, for this reason; it can be mended and sent again."""

    NAME: ClassVar[str] = "intake.filing-refused.1"
    revision: int
    code: str
    zh: str
    en: str
    refused_at: datetime


@dataclass(frozen=True)
class FilingAwaited:
    """A case waits for something to be handed in, until ``due_at`` if there is an end; again when that moves."""

    NAME: ClassVar[str] = "intake.filing-awaited.1"
    case_id: str
    programme: str
    procedure: str
    step: str
    visit: int
    step_zh: str
    step_en: str
    party_zh: str
    party_en: str
    role: str
    applicant: Applicant
    due_at: datetime | None
    due_provisional: bool
    awaited_at: datetime


@dataclass(frozen=True)
class WaitEnded:
    """The case waits no longer: the filing came, or the case went on without it."""

    NAME: ClassVar[str] = "intake.wait-ended.1"
    step: str
    how: Literal["taken", "lapsed"]
    ended_at: datetime


@dataclass(frozen=True)
class CorrectionsAsked:
    """What was filed has to be corrected; the filing that is awaited next is the correction."""

    NAME: ClassVar[str] = "intake.corrections-asked.1"
    items: tuple[str, ...]
    asked_at: datetime
    objections: tuple[Objection, ...] = ()
    filing: str = ""
    """The filing that is to be corrected; empty where review knows of none, and in the first days of this log."""


Fact = (
    FilingDrafted
    | StatementWritten
    | FilingSubmitted
    | FilingWithdrawn
    | FilingTaken
    | FilingRefused
    | FilingAwaited
    | WaitEnded
    | CorrectionsAsked
)
FACTS: tuple[type, ...] = (
    FilingDrafted,
    StatementWritten,
    FilingSubmitted,
    FilingWithdrawn,
    FilingTaken,
    FilingRefused,
    FilingAwaited,
    WaitEnded,
    CorrectionsAsked,
)

"""Understands what can happen to an application, a round and a place in a programme: the private facts of intake.

A stored name is permanent: a field that changes its meaning makes a new version beside the old one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal

from services.intake.domain import corrected, filed
from services.intake.domain.parts import Answer, Applicant, Document, Objection

Milestone = Literal[
    "preliminary_approved",
    "scored",
    "publicized",
    "recognition_approved",
    "revocation_ordered",
    "obligation_incurred",
    "obligation_missed",
    "rectification_ordered",
]
"""What the applicant is told about a case or its title besides its standing, in the published language's words."""


@dataclass(frozen=True)
class RoundAnnounced:
    """A call for applications was published; its window is closed at ``closes_at`` (excluded)."""

    NAME: ClassVar[str] = "intake.round-announced.1"
    round_id: str
    programme: str
    title: str
    opens_at: datetime
    closes_at: datetime
    issuer_region: str


@dataclass(frozen=True)
class PlaceClaimed:
    """This case is about to be filed by the organisation; whatever may not be held beside it meets it in the
    organisation's one stream. ``claimed_at`` and ``round_id`` are missing in the first days of this log."""

    NAME: ClassVar[str] = "intake.place-claimed.1"
    programme_id: str
    uscc: str
    case_id: str
    claimed_at: datetime | None = None
    round_id: str = ""


@dataclass(frozen=True)
class TitleHeld:
    """The organisation holds a title of some programme; ``valid_to`` is its last day, None where none is set."""

    NAME: ClassVar[str] = "intake.title-held.1"
    case_id: str
    programme: str
    number: str
    title_zh: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class TitleEnded:
    """A title of the organisation ended before its time; ``ended_on`` is the first day without it."""

    NAME: ClassVar[str] = "intake.title-ended.1"
    case_id: str
    number: str
    ended_on: date


@dataclass(frozen=True)
class TitleProlonged:
    """A title of the organisation has a new last day; None where none is set."""

    NAME: ClassVar[str] = "intake.title-prolonged.1"
    case_id: str
    number: str
    valid_to: date | None


@dataclass(frozen=True)
class FundsReceived:
    """Public money went to the organisation (``out``) or came back from it (``back``); CNY as a decimal string."""

    NAME: ClassVar[str] = "intake.funds-received.1"
    case_id: str
    programme: str
    direction: Literal["out", "back"]
    amount: str
    paid_on: date


@dataclass(frozen=True)
class ApplicationDrafted:
    """An application was begun; from here on the case is under exactly this text of the regulation."""

    NAME: ClassVar[str] = "intake.application-drafted.1"
    case_id: str
    programme: str
    round_id: str
    applicant: Applicant
    drafted_by: str
    drafted_at: datetime


@dataclass(frozen=True)
class AnswersGiven:
    """Answers were given, or given anew; ``cleared`` were taken back."""

    NAME: ClassVar[str] = "intake.answers-given.1"
    given: Mapping[str, Answer]
    cleared: tuple[str, ...] = ()


@dataclass(frozen=True)
class DocumentAttached:
    """A file was added under one of the programme's materials."""

    NAME: ClassVar[str] = "intake.document-attached.1"
    document: Document


@dataclass(frozen=True)
class DocumentRemoved:
    """A file was taken out again; what was filed earlier stays in the log of the earlier revision."""

    NAME: ClassVar[str] = "intake.document-removed.1"
    material: str
    sha256: str


@dataclass(frozen=True)
class FormFilled:
    """A form of the programme was filled in; its rows are the document's content. ``fills`` are the answers that its
    fields gave."""

    NAME: ClassVar[str] = "intake.form-filled.1"
    form: str
    document: Document
    fills: Mapping[str, Answer]


@dataclass(frozen=True)
class TruthDeclared:
    """A person declared that what stands in the application now is true. Any later change voids the declaration."""

    NAME: ClassVar[str] = "intake.truth-declared.1"
    declared_by: str
    declared_at: datetime
    content: str
    """SHA-256 of the answers and documents that the declaration covers."""


@dataclass(frozen=True)
class ApplicationSubmitted:
    """The complete application was filed. It repeats everything filed, so that the fact alone is the evidence."""

    NAME: ClassVar[str] = "intake.application-submitted.1"
    case_id: str
    programme: str
    round_id: str
    applicant: Applicant
    answers: Mapping[str, Answer]
    documents: tuple[Document, ...]
    declared_by: str
    submitted_at: datetime
    revision: int


@dataclass(frozen=True)
class ApplicationWithdrawn:
    """The applicant took the application back."""

    NAME: ClassVar[str] = "intake.application-withdrawn.1"
    case_id: str
    reason: str
    withdrawn_at: datetime


@dataclass(frozen=True)
class ApplicationReturned:
    """The reviewing authority returned the application for correction, with every item at once."""

    NAME: ClassVar[str] = "intake.application-returned.1"
    items: tuple[str, ...]
    returned_at: datetime
    objections: tuple[Objection, ...] = ()
    due_at: datetime | None = None
    due_provisional: bool = False


@dataclass(frozen=True)
class TextReplaced:
    """The authority moved the case to a text that followed its own; ``rule`` is the clause or decision that says so."""

    NAME: ClassVar[str] = "intake.text-replaced.1"
    before: str
    after: str
    rule: str
    reason: str
    replaced_at: datetime


@dataclass(frozen=True)
class MilestoneReached:
    """The case passed a point that the applicant is told about; ``until`` is the last day of a public notice."""

    NAME: ClassVar[str] = "intake.milestone-reached.1"
    milestone: Milestone
    reached_at: datetime
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class RefusalReceived:
    """The case ended without a title."""

    NAME: ClassVar[str] = "intake.refusal-received.1"
    step: str
    reason: str
    refused_at: datetime


@dataclass(frozen=True)
class CompletionReceived:
    """The case ended with everything done that its procedure asks; no title was at stake or was conferred before."""

    NAME: ClassVar[str] = "intake.completion-received.1"
    result: str
    completed_at: datetime


@dataclass(frozen=True)
class TitleReceived:
    """The registry entered the title; ``valid_to`` is its last day, None where the programme sets none."""

    NAME: ClassVar[str] = "intake.title-received.1"
    number: str
    title_zh: str
    title_en: str
    valid_from: date
    valid_to: date | None
    certified_at: datetime


@dataclass(frozen=True)
class TitleLost:
    """The registry recorded the revocation of the title."""

    NAME: ClassVar[str] = "intake.title-lost.1"
    number: str
    ground: str
    reason: str
    revoked_at: datetime


@dataclass(frozen=True)
class TitleLapsed:
    """The title lapsed: it is not valid from ``ended_on`` on."""

    NAME: ClassVar[str] = "intake.title-lapsed.1"
    number: str
    reason: str
    ended_on: date
    ended_at: datetime


@dataclass(frozen=True)
class TitleExtended:
    """A new term follows the old one; ``valid_to`` is its last day, None where none is set."""

    NAME: ClassVar[str] = "intake.title-extended.1"
    number: str
    valid_from: date
    valid_to: date | None
    extended_at: datetime


Fact = (
    RoundAnnounced
    | PlaceClaimed
    | TitleHeld
    | TitleEnded
    | FundsReceived
    | ApplicationDrafted
    | AnswersGiven
    | DocumentAttached
    | DocumentRemoved
    | FormFilled
    | TruthDeclared
    | ApplicationSubmitted
    | ApplicationWithdrawn
    | ApplicationReturned
    | TextReplaced
    | MilestoneReached
    | RefusalReceived
    | CompletionReceived
    | TitleReceived
    | TitleLost
    | TitleLapsed
    | TitleExtended
    | TitleProlonged
    | filed.Fact
    | corrected.Fact
)

FACTS: tuple[type, ...] = (
    RoundAnnounced,
    PlaceClaimed,
    TitleHeld,
    TitleEnded,
    FundsReceived,
    ApplicationDrafted,
    AnswersGiven,
    DocumentAttached,
    DocumentRemoved,
    FormFilled,
    TruthDeclared,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    ApplicationReturned,
    TextReplaced,
    MilestoneReached,
    RefusalReceived,
    CompletionReceived,
    TitleReceived,
    TitleLost,
    TitleLapsed,
    TitleExtended,
    TitleProlonged,
    *filed.FACTS,
    *corrected.FACTS,
)

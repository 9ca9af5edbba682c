"""Understands what can happen to an application, a round and a place in a programme: the private facts of intake.

A stored name is permanent: a field that changes its meaning makes a new version beside the old one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal

Answer = str | bool
"""Numbers travel as decimal strings, so that nothing is rounded on the way to the rule."""

Milestone = Literal["preliminary_approved", "scored", "publicized", "recognition_approved", "revocation_ordered"]
"""What the applicant is told about a case between submission and its end, in the published language's words."""


@dataclass(frozen=True)
class Applicant:
    """The organisation that asks for the title. ``level`` is one of the programme's levels; ``kind`` (enterprise,
    university …) and ``category`` (comprehensive …) are of its lists, empty where it has none."""

    uscc: str
    name: str
    region: str
    level: str
    kind: str = ""
    category: str = ""


@dataclass(frozen=True)
class Document:
    """One file of the application, by content. ``material`` names the document or material of the programme."""

    material: str
    name: str
    media_type: str
    sha256: str
    size: int


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
class Filer:
    """Who draws up or hands in a filing: subject, role, region (GB/T 2260), organisation (USCC)."""

    id: str
    role: str
    region: str = ""
    organisation: str = ""


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
    | FilingDrafted
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

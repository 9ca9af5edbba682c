"""The published language: what the four services tell each other, and nothing else.

Six events mark a case's way to a title and its end; the others complete them. A field is never renamed, removed or
given another meaning: a change makes a new version beside the old one. A part may gain a field that is left out where
it has nothing to say: what was published before reads the same. JSON Schemas and the AsyncAPI document under
``shared/schemas`` are generated from this file. Numbers that a regulation judges travel as decimal strings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

CaseRef = Annotated[str, Meta(description="The case: one application and everything that follows from it.")]
ProgrammeRef = Annotated[
    str,
    Meta(
        description="The regulation that the case began under: <programme id>@sha256:<digest of its definition>.",
        pattern=r"^[a-z0-9-]+@sha256:[0-9a-f]{64}$",
    ),
]
Region = Annotated[str, Meta(description="GB/T 2260 code of the region, six characters.")]
Uscc = Annotated[str, Meta(description="Unified social credit code (GB 32100-2015), 18 characters.")]
Instant = Annotated[datetime, Meta(description="An instant in UTC.", tz=True)]


class Applicant(Struct, frozen=True, omit_defaults=True):
    """The organisation that asks for the title. What its programme does not distinguish is left out."""

    uscc: Uscc
    name: Annotated[str, Meta(description="Registered name.")]
    region: Region
    level: Annotated[str, Meta(description="Level that the organisation belongs to, in the programme's words.")]
    kind: Annotated[str, Meta(description="Kind of applicant, e.g. enterprise, in the programme's words.")] = ""
    category: Annotated[str, Meta(description="Category applied for, e.g. comprehensive, in its words.")] = ""


@dataclass(frozen=True)
class Document:
    """One file of the application, by content."""

    material: Annotated[str, Meta(description="Id of the material in the programme that this file is filed under.")]
    name: Annotated[str, Meta(description="File name as the applicant gave it.")]
    media_type: Annotated[str, Meta(description="Media type as found by opening the file.")]
    sha256: Annotated[str, Meta(description="SHA-256 of the bytes, lower-case hexadecimal.")]
    size: Annotated[int, Meta(description="Size in bytes.")]


@dataclass(frozen=True)
class RoundOpened:
    """An officer called for applications under one text; keyed by the round, which no case belongs to yet."""

    SCHEMA: ClassVar[int] = 1
    round_id: Annotated[str, Meta(description="The round (call for applications).")]
    programme: ProgrammeRef
    title: Annotated[str, Meta(description="Title of the call, as the officer wrote it.")]
    opens_at: Instant
    closes_at: Annotated[datetime, Meta(description="First instant after the window, in UTC.", tz=True)]
    issuer_region: Region


@dataclass(frozen=True)
class ApplicationSubmitted:
    """An applicant filed a complete application and declared that it is true."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    programme: ProgrammeRef
    round_id: Annotated[str, Meta(description="The round (call for applications) that it was filed in.")]
    applicant: Annotated[Applicant, Meta(description="The organisation that asks, as it stood on that day.")]
    answers: Annotated[
        Mapping[str, str | bool],
        Meta(description="Metric or attested fact -> value; numbers as decimal strings."),
    ]
    documents: Annotated[tuple[Document, ...], Meta(description="Every file of the application, by content.")]
    declared_by: Annotated[str, Meta(description="Subject id of the person who signed the truthfulness declaration.")]
    submitted_at: Instant
    revision: Annotated[int, Meta(description="1 for the first submission, one more after each correction.")]


@dataclass(frozen=True)
class ApplicationWithdrawn:
    """The applicant took the application back before a decision."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    reason: Annotated[str, Meta(description="In the applicant's words.")]
    withdrawn_at: Instant


@dataclass(frozen=True)
class CorrectionRequested:
    """The reviewing authority told the applicant, once and completely, what has to be corrected (补正)."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    items: Annotated[tuple[str, ...], Meta(description="Every item to correct, one sentence each.")]
    requested_at: Instant


@dataclass(frozen=True)
class Filer:
    """Who handed something in, and by which right: an applicant for the organisation, or a party of the programme."""

    id: Annotated[str, Meta(description="Subject id of the person.")]
    role: Annotated[str, Meta(description="Role that the person acted in.")]
    region: Annotated[str, Meta(description="GB/T 2260 code of the person's region; empty where there is none.")]
    organisation: Annotated[str, Meta(description="USCC of the person's organisation; empty where there is none.")]


@dataclass(frozen=True)
class FilingSubmitted:
    """Somebody handed in, complete, what a procedure begins with or what a running case waits for: a report, a renewal,
    a draft, a settlement. An application in a round is an ApplicationSubmitted."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    filing_id: Annotated[str, Meta(description="The filing; it is the case's own id where it begins the case.")]
    programme: ProgrammeRef
    procedure: Annotated[str, Meta(description="Id of the programme's procedure.")]
    step: Annotated[str, Meta(description="Id of the programme's step that it is for.")]
    visit: Annotated[int, Meta(description="0 where it begins a case; else which of the case's steps it answers.")]
    title: Annotated[str, Meta(description="Case id of the title that it is about; empty where it is about none.")]
    applicant: Annotated[Applicant, Meta(description="The organisation that it is about.")]
    filer: Annotated[Filer, Meta(description="Who handed it in.")]
    answers: Annotated[
        Mapping[str, str | bool],
        Meta(description="Metric or attested fact -> value; numbers as decimal strings."),
    ]
    documents: Annotated[
        tuple[Document, ...], Meta(description="Every file, by content; a filled-in form is a JSON file under its id.")
    ]
    statement: Annotated[str, Meta(description="What the filer wrote along with it; may be empty.")]
    declared_by: Annotated[
        str, Meta(description="Subject id of the person who declared that it is true; empty where nobody did.")
    ]
    submitted_at: Instant
    revision: Annotated[int, Meta(description="1 for the first submission, one more after each refusal.")]


@dataclass(frozen=True)
class FilingWithdrawn:
    """Whoever began a case with a filing took it back before a decision."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    filing_id: Annotated[str, Meta(description="The filing.")]
    reason: Annotated[str, Meta(description="In the filer's words.")]
    withdrawn_at: Instant


@dataclass(frozen=True)
class FilingAwaited:
    """A case came to a step where somebody has to hand something in; said again when its deadline moves."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    programme: ProgrammeRef
    procedure: Annotated[str, Meta(description="Id of the programme's procedure.")]
    step: Annotated[str, Meta(description="Id of the programme's step.")]
    visit: Annotated[int, Meta(description="Which of the case's steps this is, counted from 1.")]
    step_zh: Annotated[str, Meta(description="Name of the step, in the regulation's words.")]
    step_en: Annotated[str, Meta(description="Name of the step in English.")]
    party_zh: Annotated[str, Meta(description="Who has to hand it in, in the regulation's words.")]
    party_en: Annotated[str, Meta(description="The same in English.")]
    role: Annotated[str, Meta(description="Role of that party.")]
    applicant: Annotated[Applicant, Meta(description="The organisation that the case is about.")]
    due_at: Annotated[Instant | None, Meta(description="Last instant, in UTC; null where there is none.")]
    due_provisional: Annotated[
        bool, Meta(description="True while the deadline rests on a calendar year that is not published yet.")
    ]
    awaited_at: Instant


@dataclass(frozen=True)
class FilingTaken:
    """Review has the filing: it began its case, or is what the case waited for."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    filing_id: Annotated[str, Meta(description="The filing; empty where an authority filed straight at review.")]
    revision: Annotated[int, Meta(description="Which revision of the filing.")]
    step: Annotated[str, Meta(description="Id of the programme's step that it was for.")]
    taken_at: Instant


@dataclass(frozen=True)
class FilingRefused:
    """Review did not take the filing, for a reason: nothing of it entered the case; it can be mended and sent again."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    filing_id: Annotated[str, Meta(description="The filing.")]
    revision: Annotated[int, Meta(description="Which revision of the filing.")]
    code: Annotated[str, Meta(description="Stable code of the refusal.")]
    zh: Annotated[str, Meta(description="Why, and what to do next, in Chinese.")]
    en: Annotated[str, Meta(description="Why, and what to do next, in English.")]
    refused_at: Instant


@dataclass(frozen=True)
class FilingLapsed:
    """The time for a filing passed, and the case went on without it."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    step: Annotated[str, Meta(description="Id of the programme's step that waited.")]
    lapsed_at: Instant


@dataclass(frozen=True)
class CaseMoved:
    """Two officers moved a running case to a text that followed its own; everything decided before stays."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    before: Annotated[
        str,
        Meta(
            description="The text that the case was under until now: <programme id>@sha256:<digest>.",
            pattern=r"^[a-z0-9-]+@sha256:[0-9a-f]{64}$",
        ),
    ]
    after: Annotated[
        str,
        Meta(
            description="The text that it is under from now on: <programme id>@sha256:<digest>.",
            pattern=r"^[a-z0-9-]+@sha256:[0-9a-f]{64}$",
        ),
    ]
    rule: Annotated[str, Meta(description="The transition rule: the clause or decision that says so.")]
    reason: Annotated[str, Meta(description="What the proposing officer wrote.")]
    moved_at: Instant


@dataclass(frozen=True)
class PreliminaryApproved:
    """The local authority's preliminary review (初审) found every condition met, relaxed or judged sufficient."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    programme: ProgrammeRef
    authority_region: Region
    conditions: Annotated[
        Mapping[str, str],
        Meta(description="Condition id -> verdict: met, relaxed (a named officer used the exception), not_applicable."),
    ]
    approved_at: Instant


@dataclass(frozen=True)
class Scored:
    """The experts' sealed scores were opened and aggregated."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    programme: ProgrammeRef
    score: Annotated[str, Meta(description="Aggregated score, a decimal string, out of max_score.")]
    max_score: Annotated[str, Meta(description="The rubric's maximum, a decimal string.")]
    experts: Annotated[int, Meta(description="How many experts' scores were counted.")]
    passed: Annotated[bool, Meta(description="Whether the pass mark was reached; true where none is set.")]
    scored_at: Instant


@dataclass(frozen=True)
class Publicized:
    """The provisional list with this case was put up for public notice (公示)."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    programme: ProgrammeRef
    applicant_name: Annotated[str, Meta(description="Name as shown in the notice.")]
    posted_on: Annotated[date, Meta(description="Day of posting, Asia/Shanghai.")]
    closes_on: Annotated[date, Meta(description="Last day of the notice, Asia/Shanghai, included.")]
    provisional: Annotated[
        bool,
        Meta(description="True while the last day rests on a calendar year that is not published yet."),
    ]
    channel: Annotated[str, Meta(description="Where the notice is posted, in the regulation's words.")]
    publicized_at: Instant


@dataclass(frozen=True)
class RecognitionApproved:
    """The deciding authority approved the title; the registry enters it and then says Certified."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    programme: ProgrammeRef
    applicant: Annotated[Applicant, Meta(description="The organisation that receives the title.")]
    title_zh: Annotated[str, Meta(description="The title conferred, in the regulation's words.")]
    title_en: Annotated[str, Meta(description="The title in English.")]
    issuer_region: Region
    issuer_name: Annotated[str, Meta(description="The deciding authority.")]
    valid_from: Annotated[date, Meta(description="First day of validity, Asia/Shanghai.")]
    valid_to: Annotated[date | None, Meta(description="Last day of validity, included; null where none is set.")]
    decided_at: Instant


@dataclass(frozen=True)
class RecognitionRefused:
    """The case ended without a title; the reason says at which step and why."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    programme: ProgrammeRef
    step: Annotated[str, Meta(description="Id of the programme's step that ended it.")]
    reason: Annotated[str, Meta(description="What the deciding officer wrote.")]
    refused_at: Instant


@dataclass(frozen=True)
class FundsPaid:
    """An instalment of public money was paid to the organisation of a case, or came back from it."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    programme: ProgrammeRef
    payee_uscc: Uscc
    budget: Annotated[str, Meta(description="Id of the budget in the programme that it was paid from.")]
    instalment: Annotated[str, Meta(description="Id of the instalment; whole where it was paid at once.")]
    direction: Annotated[Literal["out", "back"], Meta(description="out: paid; back: returned or clawed back.")]
    amount: Annotated[str, Meta(description="CNY, a decimal string above zero.")]
    paid_at: Instant


@dataclass(frozen=True)
class CaseCompleted:
    """The case ended with everything done that its procedure asks; whoever was refused hears RecognitionRefused."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    programme: ProgrammeRef
    result: Annotated[Literal["completed", "published"], Meta(description="How it ended, in the programme's words.")]
    completed_at: Instant


@dataclass(frozen=True)
class Certified:
    """The title is on record under its number: certificate and plaque may be issued."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    programme: ProgrammeRef
    number: Annotated[str, Meta(description="Number of the registry entry.")]
    holder_uscc: Uscc
    holder_name: Annotated[str, Meta(description="Registered name of the holder.")]
    holder_region: Region
    title_zh: Annotated[str, Meta(description="The title conferred, in the regulation's words.")]
    title_en: Annotated[str, Meta(description="The title in English.")]
    issuer_region: Region
    issuer_name: Annotated[str, Meta(description="The deciding authority.")]
    valid_from: Annotated[date, Meta(description="First day of validity, Asia/Shanghai.")]
    valid_to: Annotated[date | None, Meta(description="Last day of validity, included; null where none is set.")]
    certified_at: Instant


@dataclass(frozen=True)
class RevocationOrdered:
    """Two officers revoked the title on a ground of the regulation; the registry records it and then says Revoked."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    programme: ProgrammeRef
    number: Annotated[str, Meta(description="Number of the registry entry.")]
    ground: Annotated[str, Meta(description="Id of the revocation ground in the programme.")]
    clause: Annotated[str, Meta(description="The clause of the regulation, as the programme cites it.")]
    reason: Annotated[str, Meta(description="What the proposing officer wrote.")]
    ordered_at: Instant


@dataclass(frozen=True)
class Revoked:
    """The title stands on record as revoked, with its ground; it stays visible."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    programme: ProgrammeRef
    number: Annotated[str, Meta(description="Number of the registry entry.")]
    holder_uscc: Uscc
    holder_name: Annotated[str, Meta(description="Registered name of the holder.")]
    holder_region: Region
    ground: Annotated[str, Meta(description="Id of the revocation ground in the programme.")]
    clause: Annotated[str, Meta(description="The clause of the regulation, as the programme cites it.")]
    reason: Annotated[str, Meta(description="What the proposing officer wrote.")]
    revoked_at: Instant


@dataclass(frozen=True)
class ObligationMissed:
    """The last day passed on which something was owed because of a title, and it was not done."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    programme: ProgrammeRef
    number: Annotated[str, Meta(description="Number of the registry entry.")]
    obligation: Annotated[str, Meta(description="Id of the obligation in the programme.")]
    title_zh: Annotated[str, Meta(description="What is owed, in the regulation's words.")]
    title_en: Annotated[str, Meta(description="What is owed, in English.")]
    owed_by_holder: Annotated[bool, Meta(description="False where an authority owes it.")]
    due_on: Annotated[date, Meta(description="Last day on which it was in time, Asia/Shanghai.")]
    missed_at: Instant


@dataclass(frozen=True)
class RectificationOrdered:
    """The holder of a title was told to put something right, by when, and on which ground it may be revoked else."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    programme: ProgrammeRef
    number: Annotated[str, Meta(description="Number of the registry entry.")]
    ground: Annotated[str, Meta(description="Id of the revocation ground in the programme.")]
    title_zh: Annotated[str, Meta(description="The ground, in the regulation's words.")]
    title_en: Annotated[str, Meta(description="The ground, in English.")]
    clause: Annotated[str, Meta(description="The clause of the regulation, as the programme cites it.")]
    reason: Annotated[str, Meta(description="What the officer wrote.")]
    due_on: Annotated[date, Meta(description="Last day to put it right, Asia/Shanghai, included.")]
    ordered_at: Instant


@dataclass(frozen=True)
class TitleLapsed:
    """A title ended without being revoked: its term is over, or it was not re-reviewed, or did not pass."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    programme: ProgrammeRef
    number: Annotated[str, Meta(description="Number of the registry entry.")]
    why: Annotated[
        str,
        Meta(description="validity_ended, no_application (for re-review), or procedure (its graph ended with lapsed)."),
    ]
    clause: Annotated[str, Meta(description="The clause of the regulation, as the programme cites it; may be empty.")]
    reason: Annotated[str, Meta(description="What led to it, in words.")]
    lapsed_on: Annotated[date, Meta(description="First day on which it is not valid, Asia/Shanghai.")]
    lapsed_at: Instant


@dataclass(frozen=True)
class TitleRenewed:
    """A new term of a title follows the old one; the registry records it and then says Renewed."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    programme: ProgrammeRef
    number: Annotated[str, Meta(description="Number of the registry entry.")]
    valid_from: Annotated[date, Meta(description="First day of the new term, Asia/Shanghai.")]
    valid_to: Annotated[date | None, Meta(description="Last day of the new term, included; null where none is set.")]
    renewed_at: Instant


@dataclass(frozen=True)
class Lapsed:
    """The title stands on record as lapsed; it stays visible."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    programme: ProgrammeRef
    number: Annotated[str, Meta(description="Number of the registry entry.")]
    holder_uscc: Uscc
    holder_name: Annotated[str, Meta(description="Registered name of the holder.")]
    holder_region: Region
    reason: Annotated[str, Meta(description="What led to it, in words.")]
    lapsed_on: Annotated[date, Meta(description="First day on which it is not valid, Asia/Shanghai.")]
    lapsed_at: Instant


@dataclass(frozen=True)
class Renewed:
    """The title stands on record with a new last day of validity."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    programme: ProgrammeRef
    number: Annotated[str, Meta(description="Number of the registry entry.")]
    holder_uscc: Uscc
    holder_name: Annotated[str, Meta(description="Registered name of the holder.")]
    holder_region: Region
    valid_from: Annotated[date, Meta(description="First day of the new term, Asia/Shanghai.")]
    valid_to: Annotated[date | None, Meta(description="Last day of the new term, included; null where none is set.")]
    renewed_at: Instant


PublicEvent = (
    RoundOpened
    | ApplicationSubmitted
    | ApplicationWithdrawn
    | FilingAwaited
    | FilingSubmitted
    | FilingWithdrawn
    | FilingTaken
    | FilingRefused
    | FilingLapsed
    | CorrectionRequested
    | CaseMoved
    | PreliminaryApproved
    | Scored
    | Publicized
    | RecognitionApproved
    | RecognitionRefused
    | FundsPaid
    | CaseCompleted
    | Certified
    | RevocationOrdered
    | Revoked
    | ObligationMissed
    | RectificationOrdered
    | TitleLapsed
    | TitleRenewed
    | Lapsed
    | Renewed
)
"""Every event of the published language, in the order of a case's life."""

SPEAKERS: Mapping[str, tuple[type, ...]] = {
    "intake": (ApplicationSubmitted, ApplicationWithdrawn, FilingSubmitted, FilingWithdrawn),
    "review": (
        RoundOpened,
        FilingAwaited,
        FilingTaken,
        FilingRefused,
        FilingLapsed,
        CorrectionRequested,
        CaseMoved,
        PreliminaryApproved,
        Scored,
        Publicized,
        RecognitionApproved,
        RecognitionRefused,
        FundsPaid,
        CaseCompleted,
        RevocationOrdered,
        ObligationMissed,
        RectificationOrdered,
        TitleLapsed,
        TitleRenewed,
    ),
    "registry": (Certified, Revoked, Lapsed, Renewed),
    "notifications": (),
}
"""Who says what: every event has exactly one service that publishes it, on ``<service>.events.v1``."""

FOR_PARTNERS: tuple[type, ...] = (Certified, Revoked, Lapsed, Renewed)
"""What the registry also says on ``certifications.v1`` to other regions: public, no personal data in it."""

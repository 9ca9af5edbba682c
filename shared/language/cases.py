"""Understands the words about a case's way: reviewed, scored, publicised, decided, paid, done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from shared.language.parts import Applicant, CaseRef, Instant, ProgrammeRef, Region, Uscc


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
class CaseTakenOver:
    """An authority took over a case that was begun on paper, under a text that takes no new case any more."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    programme: ProgrammeRef
    applicant: Annotated[Applicant, Meta(description="The organisation that the case is about.")]
    begun_on: Annotated[date, Meta(description="Day on which the case was begun on paper.")]
    record: Annotated[str, Meta(description="Number of the paper file (卷宗号), as its authority writes it.")]
    reason: Annotated[str, Meta(description="Why it was taken over, as the officer wrote.")]
    banner_zh: Annotated[str, Meta(description="What the text says of its own end, in Chinese.")]
    banner_en: Annotated[str, Meta(description="The same in English.")]
    taken_over_at: Instant


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
class SumDecided:
    """A decision approved a sum of public money for the organisation of a case, or said how much it has to return."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    programme: ProgrammeRef
    payee_uscc: Uscc
    budget: Annotated[str, Meta(description="Id of the budget in the programme that the sum is of.")]
    direction: Annotated[Literal["out", "back"], Meta(description="out: approved; back: to be returned.")]
    amount: Annotated[str, Meta(description="CNY, a decimal string above zero.")]
    decided_at: Instant


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

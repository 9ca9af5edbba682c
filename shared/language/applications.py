"""Understands the words about calls and applications: opened, filed, taken back, sent back for correction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from msgspec import UNSET, Meta, UnsetType

from shared.language.parts import Applicant, CaseRef, Document, Instant, Objection, ProgrammeRef, Region


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
    objections: Annotated[
        tuple[Objection, ...] | UnsetType,
        Meta(description="The items taken apart; left out in the first publications."),
    ] = UNSET
    filing_id: Annotated[
        str | UnsetType,
        Meta(description="The filing at intake that is to be corrected; left out where it is an application."),
    ] = UNSET
    due_at: Annotated[
        Instant | UnsetType, Meta(description="Last instant to correct it, in UTC; left out where there is none.")
    ] = UNSET
    due_provisional: Annotated[
        bool | UnsetType,
        Meta(description="True while that rests on a calendar year that is not published; left out where it does not."),
    ] = UNSET


@dataclass(frozen=True)
class CorrectionDueMoved:
    """A calendar year was published: an application may be corrected until another instant, never an earlier one. Of
    other filings FilingAwaited is said again."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    due_at: Instant
    due_provisional: Annotated[
        bool, Meta(description="True while it rests on a further calendar year that is not published yet.")
    ]
    because: Annotated[str, Meta(description="Which notice of the calendar it was counted with.")]
    moved_at: Instant

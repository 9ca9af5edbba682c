"""Understands the words about everything else that is handed in: what is awaited, what came, what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from msgspec import UNSET, Meta, UnsetType

from shared.language.parts import Applicant, CaseRef, Document, Filer, Instant, ProgrammeRef


@dataclass(frozen=True)
class Replaced:
    """What a corrected filing takes back of the one before; all else of that one still stands in the new one."""

    filing_id: Annotated[str, Meta(description="The filing that was corrected.")]
    documents: Annotated[tuple[Document, ...], Meta(description="Papers that the corrected filing no longer has.")]
    answers: Annotated[tuple[str, ...], Meta(description="Keys of answers that it no longer gives.")]


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
    replaces: Annotated[
        Replaced | UnsetType, Meta(description="Left out where the filing corrects none and adds to its case.")
    ] = UNSET


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
class FilingTimePassed:
    """The time of a step that waits for something passed. Review goes on without it only once intake has answered:
    what was filed in time counts, whoever heard of it late. Asked again, ever more seldom, until it is answered."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    step: Annotated[str, Meta(description="Id of the programme's step that waits.")]
    of_application: Annotated[bool, Meta(description="True where it waits for the correction of an application.")]
    visit: Annotated[int, Meta(description="Which of the case's steps this is, counted from 1.")]
    due_at: Annotated[datetime, Meta(description="The instant that passed, in UTC.", tz=True)]
    asked: Annotated[int, Meta(description="How often it was asked, this time included.")]
    passed_at: Instant


@dataclass(frozen=True)
class FilingTimeClosed:
    """Intake's answer: all that was filed for this step was said before this word, and nothing can follow it."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    step: Annotated[str, Meta(description="Id of the programme's step.")]
    visit: Annotated[int, Meta(description="Which of the case's steps, as it was asked.")]
    asked: Annotated[int, Meta(description="Which question this answers.")]
    closed_at: Instant

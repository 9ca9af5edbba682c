"""Understands the words about what is owed because of a title before it is late: an event, a reminder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

from msgspec import Meta

from shared.language.parts import CaseRef, Instant, ProgrammeRef


@dataclass(frozen=True)
class ObligationIncurred:
    """Something happened because of which something is owed: it is on record, with the day by which it is due."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    programme: ProgrammeRef
    number: Annotated[str, Meta(description="Number of the registry entry.")]
    obligation: Annotated[str, Meta(description="Id of the obligation in the programme.")]
    event: Annotated[str, Meta(description="Name of the event among those of the title.")]
    title_zh: Annotated[str, Meta(description="What is owed, in the regulation's words.")]
    title_en: Annotated[str, Meta(description="What is owed, in English.")]
    owed_by_holder: Annotated[bool, Meta(description="False where an authority owes it.")]
    reason: Annotated[str, Meta(description="What happened, as it was put on record.")]
    happened_on: Annotated[date, Meta(description="Day of the event, Asia/Shanghai.")]
    due_at: Annotated[Instant | None, Meta(description="Last instant in time; null where the text sets no day.")]
    provisional: Annotated[bool, Meta(description="Rests on a year whose holidays are not published.")]
    incurred_at: Instant


@dataclass(frozen=True)
class TitleReminded:
    """What is owed because of a title, its re-review or the end of its validity is near; it is not done yet."""

    SCHEMA: ClassVar[int] = 1
    case_id: CaseRef
    programme: ProgrammeRef
    number: Annotated[str, Meta(description="Number of the registry entry.")]
    about: Annotated[str, Meta(description="obligation, review (the re-review), or end (of validity).")]
    name: Annotated[str, Meta(description="Id of the obligation or re-review, or name of the event; may be empty.")]
    title_zh: Annotated[str, Meta(description="What is due, in the regulation's words.")]
    title_en: Annotated[str, Meta(description="What is due, in English.")]
    owed_by_holder: Annotated[bool, Meta(description="False where an authority owes it.")]
    due_on: Annotated[date, Meta(description="Last day in time, Asia/Shanghai.")]
    provisional: Annotated[bool, Meta(description="Rests on a year whose holidays are not published.")]
    renewable: Annotated[bool, Meta(description="Whether a new term may be applied for, at the end of validity.")]
    reminded_at: Instant

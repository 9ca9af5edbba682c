"""Understands the words about a title's life: certified, renewed, missed, put right, lapsed, revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

from msgspec import Meta

from shared.language.parts import CaseRef, Instant, ProgrammeRef, Region, Uscc


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

"""Understands what can be asked of the registry: the list of titles on a day, one title, and the audit trail.

Questions and answers only; how they are kept and found stands in ``adapters``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from services.registry.domain.entry import Status

PAGE_LIMIT = 200
"""Rows in one page, at most."""


@dataclass(frozen=True)
class TitlesWanted:
    """A selection of the list: as it was on ``on``, as the registry knew it before ``known_before`` (None: now)."""

    on: date
    known_before: datetime | None = None
    programme: str = ""
    region: str = ""
    status: Status | None = None
    name: str = ""
    holder: str = ""


@dataclass(frozen=True)
class TitleRow:
    """One line of the list. ``status`` is that of the day asked for; the last five fields are empty unless revoked."""

    case_id: str
    number: str
    programme: str
    holder_uscc: str
    holder_name: str
    holder_region: str
    holder_level: str
    title_zh: str
    title_en: str
    issuer_region: str
    issuer_name: str
    valid_from: date
    valid_to: date | None
    decided_at: datetime
    entered_at: datetime
    status: Status
    revoked_on: date | None = None
    revoked_at: datetime | None = None
    ground: str | None = None
    clause: str | None = None
    reason: str | None = None


@dataclass(frozen=True, order=True)
class TitleMark:
    """Where a page of the list ended: newest validity first, then by number."""

    valid_from: date
    number: str


class Titles(Protocol):
    """The list of demonstration platforms."""

    async def page(self, wanted: TitlesWanted, after: TitleMark | None, limit: int) -> Sequence[TitleRow]: ...

    async def count(self, wanted: TitlesWanted, ceiling: int) -> int:
        """How many rows the selection has, counted up to ``ceiling``."""
        ...


@dataclass(frozen=True)
class Happening:
    """One fact about a title. ``by`` is the role that acted, never a person; ``since`` the first day of what it says,
    ``until`` the last one of a new term. ``taken_over``: its case was begun on paper, on the day ``since``, in the file
    ``record``, under a text that says of its own end what the banner says."""

    version: int
    what: Literal["taken_over", "entered", "revoked", "lapsed", "renewed"]
    at: datetime
    by: str
    caused_by: str
    ground: str | None = None
    clause: str | None = None
    reason: str | None = None
    since: date | None = None
    until: date | None = None
    record: str | None = None
    banner_zh: str | None = None
    banner_en: str | None = None


class Happenings(Protocol):
    """The recorded facts of a case's entry."""

    async def of(self, case_id: str) -> list[Happening]: ...


@dataclass(frozen=True)
class EntriesWanted:
    """A selection of the audit trail; an empty field selects everything. ``until`` is excluded."""

    case_id: str = ""
    actor: str = ""
    service: str = ""
    fact: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class AuditEntry:
    """One fact of one service as it was received. ``data`` is its JSON, byte for byte; ``digest`` its SHA-256."""

    entry: int
    service: str
    stream: str
    version: int
    fact: str
    schema: int
    case_id: str
    actor_id: str
    actor_role: str
    actor_organisation: str
    actor_region: str
    command_id: str
    caused_by: str
    trace_id: str
    reason: str
    occurred_at: datetime
    position: str
    digest: bytes
    data: bytes
    received_at: datetime


@dataclass(frozen=True, order=True)
class EntryMark:
    """Where a page of the trail ended: newest first."""

    occurred_at: datetime
    entry: int


@dataclass(frozen=True)
class Discrepancy:
    """A row of the trail that does not agree with itself or with its stream."""

    service: str
    stream: str
    version: int
    what: str


@dataclass(frozen=True)
class Hole:
    """A fact that later facts of its stream prove to exist and that has not arrived."""

    service: str
    stream: str
    version: int
    noticed_at: datetime


@dataclass(frozen=True)
class Examination:
    """What re-reading a part of the trail found. ``next`` names where the next part begins, None at the end."""

    rows: int
    discrepancies: tuple[Discrepancy, ...]
    next: tuple[str, str, int] | None


class Trail(Protocol):
    """Every fact of every service."""

    async def page(self, wanted: EntriesWanted, after: EntryMark | None, limit: int) -> Sequence[AuditEntry]: ...

    async def count(self, wanted: EntriesWanted, ceiling: int) -> int: ...

    def export(self, wanted: EntriesWanted, limit: int) -> AsyncIterator[Sequence[AuditEntry]]:
        """The whole selection in pages, oldest first, as it stood when asked."""
        ...

    async def examine(self, after: tuple[str, str, int] | None, limit: int) -> Examination: ...

    async def holes(self, limit: int) -> Sequence[Hole]:
        """The facts that are missing, the longest missing first."""
        ...


def folded(name: str) -> str:
    """A name as it is compared: compatibility forms unified, case folded, blanks left out."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def grams(name: str) -> list[str]:
    """Single characters and pairs of neighbours of a folded name: what a search for one or more characters hits."""
    text = folded(name)
    return sorted({*text, *(text[index : index + 2] for index in range(len(text) - 1))})


def grams_wanted(name: str) -> list[str]:
    """What a name that contains this must have: its pairs, or the character itself where it is only one."""
    text = folded(name)
    return [text] if len(text) == 1 else sorted({text[index : index + 2] for index in range(len(text) - 1)})

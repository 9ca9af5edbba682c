"""Understands what can be asked of intake's lists: applications of an organisation or of a region, and rounds.

Questions, answers and the pure fold from facts to rows; how rows are kept and found stands in ``adapters``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from services.intake.domain import events as e
from shared.runtime.ports import Recorded


@dataclass(frozen=True)
class ApplicationsWanted:
    """A selection; an empty field selects everything. ``stem`` is the beginning of a region's code."""

    uscc: str = ""
    stem: str = ""
    status: str = ""
    programme: str = ""
    round_id: str = ""


@dataclass(frozen=True)
class ApplicationRow:
    """One line of the list of applications."""

    case_id: str
    uscc: str
    name: str
    region: str
    level: str
    programme: str
    round_id: str
    status: str
    revision: int
    number: str
    valid_to: date | None
    drafted_at: datetime
    moved_at: datetime


@dataclass(frozen=True, order=True)
class ApplicationMark:
    """Where a page ended: newest draft first."""

    drafted_at: datetime
    case_id: str


@dataclass(frozen=True)
class RoundRow:
    """One call for applications."""

    round_id: str
    programme: str
    title: str
    opens_at: datetime
    closes_at: datetime
    issuer_region: str


@dataclass(frozen=True, order=True)
class RoundMark:
    """Where a page ended: latest closing first."""

    closes_at: datetime
    round_id: str


class Applications(Protocol):
    """The list of applications."""

    async def page(
        self, wanted: ApplicationsWanted, after: ApplicationMark | None, limit: int
    ) -> list[ApplicationRow]: ...


class Rounds(Protocol):
    """The list of rounds; ``open_at`` selects those whose window covers the instant."""

    async def page(self, open_at: datetime | None, after: RoundMark | None, limit: int) -> list[RoundRow]: ...


COMPLETED, STAYS = "completed", frozenset({"titled", "revoked"})
"""A case that ends after its title was conferred leaves the title standing."""

_STATUS: Mapping[type, str] = {
    e.ApplicationDrafted: "draft",
    e.ApplicationSubmitted: "submitted",
    e.ApplicationWithdrawn: "withdrawn",
    e.ApplicationReturned: "returned",
    e.RefusalReceived: "refused",
    e.CompletionReceived: COMPLETED,
    e.TitleReceived: "titled",
    e.TitleLost: "revoked",
    e.TitleLapsed: "lapsed",
    e.TitleExtended: "titled",
}


def changes(batch: Iterable[Recorded]) -> Mapping[str, Mapping[str, Any]]:
    """Case -> columns that these facts set, the last word of a batch counting; other facts are left out."""
    found: dict[str, dict[str, Any]] = {}
    for recorded in batch:
        status = _STATUS.get(type(recorded.fact))
        if status is None and not isinstance(recorded.fact, e.TextReplaced):
            continue
        case_id = recorded.stream.partition(":")[2]
        row = found.setdefault(case_id, {"case_id": case_id})
        if status == COMPLETED and row.get("status") in STAYS:
            status = row["status"]
        row.update(_columns(recorded.fact), moved_at=recorded.origin.occurred_at)
        if status is not None:
            row["status"] = status
    return found


def _columns(fact: e.Fact) -> Mapping[str, Any]:
    match fact:
        case e.ApplicationDrafted():
            asks = fact.applicant
            return {
                "uscc": asks.uscc,
                "name": asks.name,
                "region": asks.region,
                "level": asks.level,
                "programme": fact.programme,
                "round_id": fact.round_id,
                "drafted_at": fact.drafted_at,
            }
        case e.TextReplaced():
            return {"programme": fact.after}
        case e.ApplicationSubmitted():
            return {"revision": fact.revision}
        case e.TitleReceived():
            return {"number": fact.number, "valid_to": fact.valid_to}
        case e.TitleExtended():
            return {"valid_to": fact.valid_to}
        case _:
            return {}


# ── filings ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Scope:
    """Whose filings somebody may see: an organisation's, or those of a role in a region; empty fields select all."""

    role: str = ""
    uscc: str = ""
    region: str = ""
    stem: str = ""


@dataclass(frozen=True)
class FilingRow:
    """One line of the list of filings."""

    filing_id: str
    case_id: str
    uscc: str
    name: str
    region: str
    programme: str
    procedure: str
    step: str
    status: str
    revision: int
    drafted_at: datetime
    moved_at: datetime


@dataclass(frozen=True, order=True)
class FilingMark:
    """Where a page ended: newest draft first."""

    drafted_at: datetime
    filing_id: str


@dataclass(frozen=True)
class AwaitedRow:
    """What one case waits for, and until when; ``to_correct`` says what was wrong with the filing before."""

    case_id: str
    filing_id: str
    uscc: str
    name: str
    region: str
    programme: str
    procedure: str
    step: str
    step_zh: str
    step_en: str
    party_zh: str
    party_en: str
    due_at: datetime | None
    due_provisional: bool
    to_correct: list[str]
    awaited_at: datetime


@dataclass(frozen=True, order=True)
class AwaitedMark:
    """Where a page ended: what waits longest first."""

    awaited_at: datetime
    case_id: str


class Filings(Protocol):
    """The lists of filings and of what is owed."""

    async def filings(
        self, scope: Scope, status: str, case_id: str, after: FilingMark | None, limit: int
    ) -> list[FilingRow]: ...

    async def awaited(self, scope: Scope, after: AwaitedMark | None, limit: int) -> list[AwaitedRow]: ...

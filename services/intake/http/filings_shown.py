"""Understands what filings look like from outside, who may see them, and how they are listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fastapi import Response

from services.intake.domain.application import Entry
from services.intake.domain.filing_acts import ensure_own
from services.intake.domain.filing_errors import FilingUnknown
from services.intake.domain.filing_lacks import lacking, wants_declaration
from services.intake.domain.filings import Filing
from services.intake.domain.materials import Lack
from services.intake.domain.objected import Held, Objected, objected
from services.intake.domain.parts import Answer, Applicant, Document, Filer
from services.intake.filings import FILING, FilingHandlers, Write
from services.intake.views import AwaitedMark, AwaitedRow, FilingMark, FilingRow, Filings, Scope
from shared.envelope import Actor, Role
from shared.identifiers import region_stem
from shared.runtime.clock import local_day
from shared.runtime.http import Command, Page
from shared.runtime.http.pages import instant
from shared.runtime.ports import Loaded, Receipt, Streams

PARTIES: tuple[Role, ...] = ("applicant", "reviewer", "officer", "approver", "finance", "operator")
"""Whom a programme may name for handing something in."""
READERS: tuple[Role, ...] = (*PARTIES, "inspector")
FILINGS, AWAITED = "filings", "awaited"


@dataclass(frozen=True)
class ShownFiling:
    """A filing as those see it who may act in it; ``version`` is the ETag's number. ``refused_*`` say why review did
    not take the last revision. ``corrects`` is the filing that it began with, ``objections`` what was
    wrong with that; ``due_at`` is the last instant to hand it in, null where there is none."""

    filing_id: str
    case_id: str
    version: int
    status: str
    programme: str
    procedure: str
    step: str
    title: str
    applicant: Applicant
    drafted_by: str
    answers: Mapping[str, Answer]
    documents: tuple[Document, ...]
    statement: str
    corrects: str
    objections: tuple[Objected, ...]
    due_at: datetime | None
    due_provisional: bool
    declared: bool
    declared_by: str
    revision: int
    submitted_by: str
    submitted_at: datetime | None
    refused_code: str
    refused_zh: str
    refused_en: str
    timeline: tuple[Entry, ...]


@dataclass(frozen=True)
class SelfChecked:
    """What is missing before it may be handed in."""

    missing: list[Lack]
    declaration: bool
    declared: bool


@dataclass(frozen=True)
class FilingPage:
    items: list[FilingRow]


@dataclass(frozen=True)
class AwaitedPage:
    items: list[AwaitedRow]


def shown(loaded: Loaded[Filing]) -> ShownFiling:
    """The whole filing; raises :class:`FilingUnknown` where there is none."""
    f = loaded.state
    if f.applicant is None:
        raise FilingUnknown()
    refusal = f.refusal
    return ShownFiling(
        filing_id=f.filing_id,
        case_id=f.case_id,
        version=loaded.version,
        status=f.status,
        programme=f.programme,
        procedure=f.procedure,
        step=f.step,
        title=f.title,
        applicant=f.applicant,
        drafted_by=f.filer.id,
        answers=dict(f.answers),
        documents=f.documents,
        statement=f.statement,
        corrects=f.corrects,
        objections=objected(f.objections, f.former, Held(f.answers, f.documents)),
        due_at=f.due_at,
        due_provisional=f.due_provisional,
        declared=f.declared,
        declared_by=f.declared_by,
        revision=f.revision,
        submitted_by=f.submitted_by,
        submitted_at=f.submitted_at,
        refused_code=refusal.code if refusal else "",
        refused_zh=refusal.zh if refusal else "",
        refused_en=refusal.en if refusal else "",
        timeline=f.timeline,
    )


def self_checked(f: Filing, handlers: FilingHandlers, now: datetime) -> SelfChecked:
    """Nothing of it is stored."""
    programme = handlers.programme(f)
    return SelfChecked(
        list(lacking(f, programme, local_day(now))), wants_declaration(programme.step(f.step)), f.declared
    )


def filer(actor: Actor) -> Filer:
    """The caller in the domain's words."""
    return Filer(actor.id, actor.role, actor.region, actor.organisation)


async def visible(streams: Streams, name: str, actor: Actor) -> Loaded[Filing]:
    """The filing, when the caller may see it; else it is unknown to them."""
    loaded = await streams.load(FILING, name)
    if actor.role != "inspector":
        ensure_own(loaded.state, filer(actor))
    return loaded


def scope_of(actor: Actor) -> Scope:
    """Whose filings the caller may list. An empty selector never selects everybody's ("!" begins no code)."""
    if actor.role == "inspector":
        return Scope()
    if actor.role == "applicant":
        return Scope(actor.role, uscc=actor.organisation or "-")
    return Scope(actor.role, region=actor.region or "!", stem=region_stem(actor.region) if actor.region else "!")


def writing(command: Command, status: int = 200, reason: str = "") -> Write:
    """What a handler needs of an HTTP command; the answer to remember is the filing after the change."""
    return Write(command.origin(reason), command.expected, lambda after: receipt(command, after, status))


def receipt(command: Command, after: Loaded[Filing], status: int = 200) -> Receipt:
    """The answer to remember, with the new ETag."""
    return command.receipt(status, shown(after), version=after.version)


async def next_filing(
    filings: Filings, scope: Scope, status: str, case_id: str, page: Page, response: Response
) -> FilingPage:
    """One page of filings, newest first."""
    steps = page.after(FILINGS, (str, str))
    after = FilingMark(instant(steps[0]), str(steps[1])) if steps else None
    rows = await filings.filings(scope, status, case_id, after, page.limit + 1)
    last = rows[page.limit - 1] if len(rows) > page.limit else None
    response.headers.update(page.link(FILINGS, (last.drafted_at.isoformat(), last.filing_id) if last else None))
    return FilingPage(rows[: page.limit])


async def next_awaited(filings: Filings, scope: Scope, page: Page, response: Response) -> AwaitedPage:
    """One page of what is owed, what waits longest first."""
    steps = page.after(AWAITED, (str, str))
    after = AwaitedMark(instant(steps[0]), str(steps[1])) if steps else None
    rows = await filings.awaited(scope, after, page.limit + 1)
    last = rows[page.limit - 1] if len(rows) > page.limit else None
    response.headers.update(page.link(AWAITED, (last.awaited_at.isoformat(), last.case_id) if last else None))
    return AwaitedPage(rows[: page.limit])

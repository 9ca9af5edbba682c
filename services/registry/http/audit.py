"""Understands what inspectors may ask of the audit trail: every fact of every service, an export, an examination."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime
from starlette.responses import StreamingResponse

from services.registry.views import PAGE_LIMIT, AuditEntry, Discrepancy, EntriesWanted, EntryMark, Hole, Trail
from shared.runtime.http import Accepts, Allow, Page, Paged, codes, router
from shared.runtime.http.pages import decode, encode
from shared.runtime.http.sheet import ROWS_AT_MOST, SECONDS_AT_MOST, TOO_MANY_ROWS, Cell, sheet

LISTING = "audit"
EXAMINATION = "audit-examination"
NOTE = "discipline inspection reads everything and writes nothing"
EXAMINED_AT_MOST = 5000
EARLIEST, LATEST = datetime(1949, 10, 1, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)
LARGEST = 2**63
"""No bigint of PostgreSQL reaches it."""


@dataclass(frozen=True)
class AuditLine:
    """One fact of one service. ``digest`` is the SHA-256 of its JSON as it was received, in hexadecimal."""

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
    digest: str
    data: Mapping[str, Any]
    received_at: datetime


@dataclass(frozen=True)
class AuditPage:
    items: list[AuditLine]


@dataclass(frozen=True)
class ExaminationReport:
    """What re-reading a part of the trail found; go on with ``cursor`` until it is empty."""

    rows: int
    discrepancies: list[Discrepancy]
    cursor: str


@dataclass(frozen=True)
class HoleList:
    """Facts that are known to exist and have not arrived, the longest missing first."""

    items: list[Hole]


def wanted(
    case: Annotated[str, Query(max_length=200)] = "",
    actor: Annotated[str, Query(max_length=200, description="Id of the person or machine that acted.")] = "",
    service: Annotated[str, Query(max_length=50)] = "",
    fact: Annotated[str, Query(max_length=200, description="Stored name, with or without its version.")] = "",
    since: Annotated[AwareDatetime | None, Query(ge=EARLIEST, le=LATEST, description="From this instant on.")] = None,
    until: Annotated[AwareDatetime | None, Query(ge=EARLIEST, le=LATEST, description="Before this instant.")] = None,
) -> EntriesWanted:
    return EntriesWanted(case, actor, service, fact, since, until)


Wanted = Annotated[EntriesWanted, Depends(wanted)]


def audit_routes(trail: Trail) -> APIRouter:
    """The trail, for discipline inspection only."""
    routes = router(tags=["audit"])

    @routes.get("/audit")
    @Allow(roles=("inspector",), note=NOTE)
    async def listed(wanted: Wanted, page: Paged, response: Response) -> AuditPage:
        rows = list(await trail.page(wanted, _mark(page), page.limit + 1))
        last = rows[page.limit - 1] if len(rows) > page.limit else None
        steps = None if last is None else (last.occurred_at.isoformat(), last.entry)
        response.headers.update(page.link(LISTING, steps))
        return AuditPage([line_of(row) for row in rows[: page.limit]])

    @routes.get("/audit.csv", response_class=StreamingResponse)
    @Accepts(seconds=SECONDS_AT_MOST)
    @Allow(roles=("inspector",), note=NOTE)
    async def exported(wanted: Wanted) -> StreamingResponse:
        rows = await trail.count(wanted, ROWS_AT_MOST + 1)
        if rows > ROWS_AT_MOST:
            raise TOO_MANY_ROWS.refuse()
        return sheet("audit", [field.name for field in fields(AuditLine)], _pages(trail, wanted), rows)

    @routes.get("/audit/examination")
    @Accepts(seconds=SECONDS_AT_MOST)
    @Allow(roles=("inspector",), note="digests recomputed and holes looked for, a part at a time")
    async def examined(
        cursor: Annotated[str, Query(max_length=600)] = "",
        limit: Annotated[int, Query(ge=1, le=EXAMINED_AT_MOST)] = 1000,
    ) -> ExaminationReport:
        found = await trail.examine(_address(cursor), limit)
        following = "" if found.next is None else encode(EXAMINATION, found.next)
        return ExaminationReport(found.rows, list(found.discrepancies), following)

    @routes.get("/audit/holes")
    @Allow(roles=("inspector", "operator"), note="what is missing, and since when; no content")
    async def missing(limit: Annotated[int, Query(ge=1, le=PAGE_LIMIT)] = PAGE_LIMIT) -> HoleList:
        return HoleList(list(await trail.holes(limit)))

    return routes


def line_of(entry: AuditEntry) -> AuditLine:
    """The line as it is shown: digest in hexadecimal, the fact's content as JSON."""
    values = {field.name: getattr(entry, field.name) for field in fields(AuditLine)}
    return AuditLine(**values | {"digest": entry.digest.hex(), "data": json.loads(entry.data)})


async def _pages(trail: Trail, wanted: EntriesWanted) -> AsyncIterator[Iterable[tuple[Cell, ...]]]:
    names = [field.name for field in fields(AuditLine)]
    async for rows in trail.export(wanted, ROWS_AT_MOST):
        yield [tuple(_cell(row, name) for name in names) for row in rows]


def _cell(row: AuditEntry, name: str) -> Cell:
    if name == "digest":
        return row.digest.hex()
    return row.data.decode() if name == "data" else cast(Cell, getattr(row, name))


def _mark(page: Page) -> EntryMark | None:
    steps = page.after(LISTING, (str, int))
    if steps is None:
        return None
    entry = int(steps[1])
    try:
        occurred_at = datetime.fromisoformat(str(steps[0]))
    except ValueError:
        raise codes.CURSOR.refuse() from None
    if occurred_at.tzinfo is None or not EARLIEST <= occurred_at <= LATEST or not 0 < entry < LARGEST:
        raise codes.CURSOR.refuse()
    return EntryMark(occurred_at, entry)


def _address(cursor: str) -> tuple[str, str, int] | None:
    if not cursor:
        return None
    service, stream, version = decode(EXAMINATION, cursor, (str, str, int))
    if not 0 < int(version) < LARGEST:
        raise codes.CURSOR.refuse()
    return str(service), str(stream), int(version)

"""Understands how the audit trail is read: by case, actor, fact, service and time; exported; and examined."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

import asyncpg

from services.registry.adapters.conditions import Conditions, beginning
from services.registry.domain.trail import digest_of
from services.registry.views import AuditEntry, Discrepancy, EntriesWanted, EntryMark, Examination, Hole

EXPORT_PAGE = 1000
"""Rows fetched at a time for an export: about a megabyte."""

FIELDS = """entry, service, stream, version, fact, schema, case_id, actor_id, actor_role, actor_organisation,
    actor_region, command_id, caused_by, trace_id, reason, occurred_at, position, digest, data, received_at"""
PAGE = "SELECT <fields> FROM audit_trail WHERE <where> ORDER BY occurred_at DESC, entry DESC LIMIT <limit>"
OLDEST_FIRST = "SELECT <fields> FROM audit_trail WHERE <where> ORDER BY occurred_at, entry LIMIT <limit>"
COUNT = "SELECT count(*) FROM (SELECT 1 FROM audit_trail WHERE <where> LIMIT <limit>) AS counted"
SETTLED = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text"
EXAMINE = """
SELECT service, stream, version, digest, data FROM audit_trail
WHERE (service, stream, version) > ($1, $2, $3) ORDER BY service, stream, version LIMIT $4
"""

# Two partitions may notice and fill the same hole at once, each unseen by the other: what is on the trail is no hole.
HOLES = """
SELECT service, stream, version, noticed_at FROM audit_holes AS hole
WHERE NOT EXISTS (SELECT 1 FROM audit_trail AS trail
    WHERE (trail.service, trail.stream, trail.version) = (hole.service, hole.stream, hole.version))
ORDER BY noticed_at, service, stream, version LIMIT $1
"""


class SqlTrail:
    """The reading side of the trail."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def page(self, wanted: EntriesWanted, after: EntryMark | None, limit: int) -> list[AuditEntry]:
        query = _selected(wanted)
        if after is not None:
            query.add("(occurred_at, entry) < ({}, {})", after.occurred_at, after.entry)
        return await self._fetch(PAGE, query, limit)

    async def count(self, wanted: EntriesWanted, ceiling: int) -> int:
        statement, *values = _statement(COUNT, _selected(wanted), ceiling)
        return int(await self._pool.fetchval(statement, *values))

    async def export(self, wanted: EntriesWanted, limit: int) -> AsyncIterator[list[AuditEntry]]:
        # No transaction stays open while a slow reader fetches: what was committed at the start is told by its xid.
        settled = await self._pool.fetchval(SETTLED)
        mark: EntryMark | None = None
        while limit > 0:
            query = _selected(wanted)
            query.add("xid < {}::text::xid8", settled)
            if mark is not None:
                query.add("(occurred_at, entry) > ({}, {})", mark.occurred_at, mark.entry)
            rows = await self._fetch(OLDEST_FIRST, query, min(limit, EXPORT_PAGE))
            if not rows:
                return
            yield rows
            limit -= len(rows)
            mark = EntryMark(rows[-1].occurred_at, rows[-1].entry)

    async def examine(self, after: tuple[str, str, int] | None, limit: int) -> Examination:
        """Recompute digests and look for holes in the next ``limit`` rows after an address."""
        rows = await self._pool.fetch(EXAMINE, *(after or ("", "", 0)), limit)
        found = tuple(_discrepancies(rows, after or ("", "", 0)))
        last = rows[-1] if len(rows) == limit else None
        return Examination(len(rows), found, None if last is None else (last[0], last[1], last[2]))

    async def holes(self, limit: int) -> list[Hole]:
        return [Hole(**row) for row in await self._pool.fetch(HOLES, limit)]

    async def _fetch(self, template: str, query: Conditions, limit: int) -> list[AuditEntry]:
        return [AuditEntry(**row) for row in await self._pool.fetch(*_statement(template, query, limit))]


def _selected(wanted: EntriesWanted) -> Conditions:
    query = Conditions()
    query.add_if("case_id = {}", wanted.case_id)
    query.add_if("actor_id = {}", wanted.actor)
    query.add_if("service = {}", wanted.service)
    if wanted.fact:
        query.add("(fact = {} OR fact LIKE {})", wanted.fact, beginning(f"{wanted.fact}."))
    query.add_if("occurred_at >= {}", wanted.since)
    query.add_if("occurred_at < {}", wanted.until)
    return query


def _statement(template: str, query: Conditions, limit: int) -> tuple[str, object]:
    bound = query.bind(limit)
    text = template.replace("<fields>", FIELDS).replace("<where>", query.where()).replace("<limit>", bound)
    return text, *query.values


def _discrepancies(rows: Iterable[asyncpg.Record], before: tuple[str, str, int]) -> Iterable[Discrepancy]:
    service, stream, version = before
    for row in rows:
        expected = version + 1 if (row[0], row[1]) == (service, stream) else 1
        service, stream, version = row[0], row[1], row[2]
        if version != expected:
            yield Discrepancy(service, stream, version, f"gap: version {expected} is missing")
        if digest_of(row[4]) != row[3]:
            yield Discrepancy(service, stream, version, "altered: the content does not match its digest")

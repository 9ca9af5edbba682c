"""Understands how facts of other services are added to the audit trail: many at once, and never with a hole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

import asyncpg

from services.registry.domain.trail import Address, Admitted, StreamKey
from shared.runtime.ports import Conflict

if TYPE_CHECKING:
    from shared.runtime.ports import AnyConnection

COLUMNS = (
    "service", "stream", "version", "fact", "schema", "case_id", "actor_id", "actor_role", "actor_organisation",
    "actor_region", "command_id", "caused_by", "trace_id", "reason", "occurred_at", "position", "digest", "data",
    "received_at",
)  # fmt: skip

_ROW = attrgetter(*COLUMNS)

HEADS = """
SELECT asked.service, asked.stream, coalesce(head.version, 0)
FROM unnest($1::text[], $2::text[]) AS asked (service, stream)
LEFT JOIN LATERAL (
    SELECT version FROM audit_trail AS trail
    WHERE trail.service = asked.service AND trail.stream = asked.stream ORDER BY version DESC LIMIT 1
) AS head ON true
"""
KEPT = """
SELECT trail.service, trail.stream, trail.version, trail.digest
FROM audit_trail AS trail
JOIN unnest($1::text[], $2::text[], $3::bigint[]) AS asked (service, stream, version) USING (service, stream, version)
"""


MISS = """
INSERT INTO audit_holes (service, stream, version, noticed_at)
SELECT service, stream, version, $4 FROM unnest($1::text[], $2::text[], $3::bigint[]) AS hole (service, stream, version)
ON CONFLICT DO NOTHING
"""
FILL = """
DELETE FROM audit_holes AS hole USING unnest($1::text[], $2::text[], $3::bigint[]) AS filled (service, stream, version)
WHERE (hole.service, hole.stream, hole.version) = (filled.service, filled.stream, filled.version)
"""


class SqlTrailWriter:
    """The writing side of the trail: INSERT and SELECT are all that the application role may do here."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def heads(self, streams: Sequence[StreamKey]) -> Mapping[StreamKey, int]:
        """The highest version on the trail per stream, 0 where there is none."""
        services, names = [key[0] for key in streams], [key[1] for key in streams]
        return {(row[0], row[1]): row[2] for row in await self._pool.fetch(HEADS, services, names)}

    async def digests(self, facts: Sequence[Address]) -> Mapping[Address, bytes]:
        """The digests of those of these facts that are on the trail."""
        if not facts:
            return {}
        rows = await self._pool.fetch(KEPT, *_columns(facts))
        return {(row[0], row[1], row[2]): row[3] for row in rows}

    async def add(self, connection: AnyConnection, admitted: Admitted) -> None:
        """Add facts and note the holes. Raises :class:`Conflict` where a fact was added meanwhile."""
        records = [_ROW(fact) for fact in admitted.facts]
        try:
            await connection.copy_records_to_table("audit_trail", records=records, columns=COLUMNS)
        except asyncpg.UniqueViolationError as fault:
            raise Conflict from fault
        if admitted.missing:
            await connection.execute(MISS, *_columns(admitted.missing), admitted.facts[0].received_at)
        if admitted.filled:
            await connection.execute(FILL, *_columns(admitted.filled))


def _columns(addresses: Sequence[Address]) -> list[list[object]]:
    return [list(column) for column in zip(*addresses, strict=True)]

"""Understands which case a number was allotted to, and refuses to allot it twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import asyncpg

from shared.runtime.ports import Conflict

if TYPE_CHECKING:
    from shared.runtime.ports import AnyConnection

OWNER = "SELECT case_id FROM numbers WHERE number = $1"
ALLOT = """
INSERT INTO numbers (number, case_id) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING
"""
KEPT = """
SELECT count(*) FROM numbers JOIN unnest($1::text[], $2::text[]) AS wanted (number, case_id) USING (number, case_id)
"""


class SqlNumbers:
    """Allotted numbers."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def owner(self, number: str) -> str | None:
        """The case that has this number."""
        case_id: str | None = await self._pool.fetchval(OWNER, number)
        return case_id

    async def allot(self, connection: AnyConnection, cases: Mapping[str, str]) -> None:
        """Write ``number -> case`` with the titles. Raises :class:`Conflict` where somebody was quicker."""
        if not cases:
            return
        numbers, owners = list(cases), list(cases.values())
        await connection.execute(ALLOT, numbers, owners)
        if await connection.fetchval(KEPT, numbers, owners) != len(numbers):
            raise Conflict

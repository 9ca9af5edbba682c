"""Understands where the cases of a round stand, with everything that was acknowledged before the question.

A list must not miss a case whose score was opened a moment ago only because the view is a moment behind: so the view is
waited for, up to where the log is now.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg

from services.review.adapters.asking import ask
from services.review.adapters.views import CasesView
from shared.runtime.ports import Transient

LOOK_SECONDS, LOOKS = 0.02, 150
END = "SELECT xid, position FROM facts ORDER BY xid DESC, position DESC LIMIT 1"
REACHED = "SELECT 1 FROM checkpoints WHERE name = $1 AND (xid, number) >= ($2, $3)"
AT = """
SELECT case_id FROM view_cases.cases
WHERE round_id = $1 AND status = 'open' AND step = $2 AND starts_with(region, $3) ORDER BY case_id LIMIT $4
"""
AMONG = """
SELECT count(*) AS cases FROM view_cases.cases
WHERE round_id = $1 AND status = 'open' AND step = ANY($2::text[]) AND starts_with(region, $3)
"""


class SqlStanding:
    """Answers from the view of cases, once it has reached the end of the log."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool

    async def at(self, round_id: str, step: str, stem: str, limit: int) -> Sequence[str]:
        await self._caught_up()
        return [row["case_id"] for row in await ask(self._pool, AT, round_id, step, stem, limit)]

    async def among(self, round_id: str, steps: Sequence[str], stem: str) -> int:
        await self._caught_up()
        (row,) = await ask(self._pool, AMONG, round_id, list(steps), stem)
        found: int = row["cases"]
        return found

    async def _caught_up(self) -> None:
        """Raises ``Transient`` when the view does not come near in a few seconds."""
        end = await self._pool.fetchrow(END)
        if end is None:
            return
        checkpoint = f"view:{CasesView.name}"
        for _ in range(LOOKS):
            if await self._pool.fetchval(REACHED, checkpoint, end["xid"], end["position"]):
                return
            await asyncio.sleep(LOOK_SECONDS)
        raise Transient("the list of cases is behind the log")

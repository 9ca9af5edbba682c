"""Understands what a service forgets in time: answers that were kept for commands sent twice, once they expired."""

from __future__ import annotations

import asyncio

from shared.runtime.ports import Transient
from shared.runtime.postgres.pool import TRANSIENT, Database

EVERY_SECONDS = 600.0
AT_ONCE = 1000
AWAY: tuple[type[Exception], ...] = (Transient, *TRANSIENT)

# Whoever uses an expired key again holds its row: that one is left for the next time.
_FORGET = """
DELETE FROM receipts USING (
    SELECT scope, key FROM receipts WHERE expires_at < now() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
) AS old WHERE receipts.scope = old.scope AND receipts.key = old.key
"""


class Forgetting:
    """A worker of every service; several processes may do it at once."""

    name = "forgetting"

    def __init__(self, database: Database, *, every_seconds: float = EVERY_SECONDS) -> None:
        self._database = database
        self._every_seconds = every_seconds
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    def healthy(self) -> str:
        if self._task is not None and self._task.done() and not self._task.cancelled():
            return f"forgetting stopped: {type(self._task.exception()).__name__}"
        return ""

    async def forget(self) -> int:
        """Delete some that have expired; answers how many."""
        async with self._database.reading() as connection:
            return int((await connection.execute(_FORGET, AT_ONCE)).rpartition(" ")[2])

    async def _run(self) -> None:
        while True:
            try:
                full = await self.forget() == AT_ONCE
            except AWAY:
                full = False  # what is not forgotten now is forgotten the next time
            if not full:
                await asyncio.sleep(self._every_seconds)

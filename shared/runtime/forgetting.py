"""Understands what a service forgets in time: bookkeeping that would grow for ever and that nothing rests on any more.

Facts, the audit trail and what an operator resolved with a reason are never forgotten. What was seen of a stream
(``seen``) is one row per case and stream: without it a late duplicate would be applied again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from shared.runtime.ports import Transient
from shared.runtime.postgres.pool import TRANSIENT, Database
from shared.runtime.symptom import symptom

log = logging.getLogger(__name__)

EVERY_SECONDS = 600.0
AT_ONCE = 1000
STRANGE_DAYS, STRANGE_ROWS = 30, 1_000
NEWER_DAYS, NEWER_ROWS = 400, 100_000
FIRED_DAYS = 90
AWAY: tuple[type[Exception], ...] = (Transient, *TRANSIENT)


@dataclass(frozen=True)
class Old:
    """One kind of row that may go. ``statement`` deletes at most ``$1`` of them; ``needs`` is a table that it reads and
    that may not be there yet. ``loss``: it is said in the log, because somebody might still have wanted them."""

    what: str
    statement: str
    needs: str = ""
    loss: bool = False


def by_age(what: str, table: str, *, key: str, column: str, days: int) -> Old:
    """Rows of a service's own table whose ``column`` is so many days ago."""
    return Old(
        what,
        f"""
DELETE FROM {table} WHERE {key} IN (
    SELECT {key} FROM {table} WHERE {column} < now() - interval '{days} days' LIMIT $1
)
""",  # noqa: S608 - our own words and numbers only
    )


# Whoever uses an expired key again holds its row: that one is left for the next time.
RECEIPTS = Old(
    "answers to commands that may be sent again",
    """
DELETE FROM receipts USING (
    SELECT scope, key FROM receipts WHERE expires_at < now() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
) AS old WHERE receipts.scope = old.scope AND receipts.key = old.key
""",
)


def _foreign(what: str, ours: str, days: int, rows: int, *, loss: bool) -> Old:
    """Rows of ``foreign_events`` that are too old, or more than so many behind the newest."""
    return Old(
        what,
        f"""
DELETE FROM foreign_events WHERE id IN (
    SELECT id FROM foreign_events WHERE {ours} AND (
        stored_at < now() - interval '{days} days'
        OR id <= (SELECT id FROM foreign_events WHERE {ours} ORDER BY id DESC OFFSET {rows} LIMIT 1)
    ) ORDER BY id LIMIT $1
)
""",  # noqa: S608 - our own words and numbers only
        loss=loss,
    )


_OURS = "starts_with(coalesce(headers->>'ce_source', ''), '/shifan/')"
STRANGE = _foreign("records of strangers", f"NOT {_OURS}", STRANGE_DAYS, STRANGE_ROWS, loss=False)
NEWER = _foreign("deliveries that no release here understood", _OURS, NEWER_DAYS, NEWER_ROWS, loss=True)

# While the view still holds the deadline, the row is what keeps it from firing again and again.
ATTEMPTS = Old(
    "attempts at deadlines that are over",
    f"""
DELETE FROM deadline_attempts USING (
    SELECT a.deadline_id, a.due_at FROM deadline_attempts AS a
    WHERE coalesce(a.fired_at, a.next_at) < now() - interval '{FIRED_DAYS} days' AND NOT EXISTS (
        SELECT 1 FROM view_deadlines.deadlines AS d WHERE d.deadline_id = a.deadline_id AND d.due_at = a.due_at
    ) LIMIT $1
) AS old WHERE deadline_attempts.deadline_id = old.deadline_id AND deadline_attempts.due_at = old.due_at
""",  # noqa: S608 - our own number only
    needs="view_deadlines.deadlines",
)
EVERYWHERE: tuple[Old, ...] = (RECEIPTS, STRANGE, NEWER, ATTEMPTS)


class Forgetting:
    """A worker of every service; several processes may do it at once. ``own`` is what this service adds."""

    name = "forgetting"

    def __init__(self, database: Database, own: Sequence[Old] = (), *, every_seconds: float = EVERY_SECONDS) -> None:
        self._database = database
        self._olds = (*EVERYWHERE, *own)
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
            return f"forgetting stopped: {symptom(self._task.exception())}"
        return ""

    async def forget(self) -> int:
        """Delete some of every kind that may go; answers how many at most of one kind."""
        return max([await self._some(old) for old in self._olds])

    async def _some(self, old: Old) -> int:
        async with self._database.reading() as connection:
            if old.needs and await connection.fetchval("SELECT to_regclass($1)", old.needs) is None:
                return 0
            gone = int((await connection.execute(old.statement, AT_ONCE)).rpartition(" ")[2])
        if gone and old.loss:
            log.warning("forgot %s %s: they were too old, or too many", gone, old.what)
        return gone

    async def _run(self) -> None:
        while True:
            try:
                full = await self.forget() == AT_ONCE
            except AWAY:
                full = False  # what is not forgotten now is forgotten the next time
            if not full:
                await asyncio.sleep(self._every_seconds)

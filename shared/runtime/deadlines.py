"""Understands how a deadline fires: once, by any replica, and again until it was really carried out.

Which deadlines are open is a view of the service's own log: ``view_deadlines.deadlines``, one row each. The worker
claims due rows with a lease and hands them to the service as commands; a process that dies leaves its claim to the
next one. Firing twice is harmless: the case refuses what has happened already.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg
import structlog

from shared.runtime.clock import Clock
from shared.runtime.ports import Conflict, Transient
from shared.runtime.postgres.pool import TRANSIENT, Database
from shared.runtime.symptom import symptom
from shared.runtime.trace import tracing

_log = structlog.get_logger("deadlines")

CLAIM = 8
LEASE_SECONDS = 60
LOOK_SECONDS = 0.5
BACKOFF_MOST_SECONDS = 3600
WORRYING_ATTEMPTS = 5

DDL = """
CREATE TABLE deadlines (
    deadline_id text PRIMARY KEY,
    case_id text NOT NULL,
    kind text NOT NULL,
    due_at timestamptz NOT NULL
);
CREATE INDEX deadlines_due ON deadlines (due_at);
"""
"""What a service's view named ``deadlines`` declares; it inserts a row when a deadline begins and deletes it when a
fact says that it was met, missed or lifted."""

_CLAIM = """
WITH due AS (
    SELECT d.deadline_id, d.case_id, d.kind, d.due_at FROM view_deadlines.deadlines d
    LEFT JOIN deadline_attempts a ON a.deadline_id = d.deadline_id AND a.due_at = d.due_at
    WHERE d.due_at <= $1 AND a.fired_at IS NULL AND coalesce(a.next_at, '-infinity') <= now()
    ORDER BY d.due_at LIMIT $2 FOR UPDATE OF d SKIP LOCKED
), claimed AS (
    INSERT INTO deadline_attempts AS a (deadline_id, due_at, attempts, next_at)
    SELECT deadline_id, due_at, 1, now() + make_interval(secs => $3) FROM due
    ON CONFLICT (deadline_id, due_at) DO UPDATE SET attempts = a.attempts + 1, next_at = excluded.next_at
    WHERE a.fired_at IS NULL AND a.next_at <= now()
    RETURNING a.deadline_id, a.due_at, a.attempts
)
SELECT due.*, claimed.attempts FROM due JOIN claimed USING (deadline_id, due_at) ORDER BY due.due_at
"""
_FIRED = """
UPDATE deadline_attempts SET fired_at = now(), last_error = $3 WHERE deadline_id = $1 AND due_at = $2
"""
_FAILED = """
UPDATE deadline_attempts SET next_at = now() + make_interval(secs => $3), last_error = $4
WHERE deadline_id = $1 AND due_at = $2
"""
_WORRYING = """
SELECT deadline_id, due_at, attempts, last_error FROM deadline_attempts
WHERE fired_at IS NULL AND attempts >= $1 ORDER BY attempts DESC LIMIT 1
"""


AWAY: tuple[type[Exception], ...] = (Transient, *TRANSIENT, asyncpg.UndefinedTableError)
"""The database is away, or the view is just being swapped for its rebuilt copy."""
PASSING: tuple[type[Exception], ...] = (Conflict, Transient, *TRANSIENT)


@dataclass(frozen=True)
class Due:
    """A deadline that has come. ``kind`` is the service's word for what it means."""

    deadline_id: str
    case_id: str
    kind: str
    due_at: datetime
    attempts: int = 1


class AlreadySettled(Exception):
    """The case says that this deadline has nothing left to do (it fired before, or its step is over)."""


Fire = Callable[[Due], Awaitable[None]]


class DeadlineWorker:
    """Fires one service's deadlines by the given clock."""

    name = "deadlines"

    def __init__(self, database: Database, clock: Clock, fire: Fire, *, look_seconds: float = LOOK_SECONDS) -> None:
        self._database = database
        self._clock = clock
        self._fire = fire
        self._look_seconds = look_seconds
        self._task: asyncio.Task[None] | None = None
        self._fault = ""

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="deadlines")

    async def stop(self) -> None:
        """Breaks off; what was claimed is claimed again when its lease ends."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    def healthy(self) -> str:
        if self._task is not None and self._task.done() and not self._task.cancelled():
            return f"deadlines stopped: {symptom(self._task.exception())}"
        return self._fault

    async def _run(self) -> None:
        while True:
            try:
                fired = await self.fire_due()
                self._fault = await self._worry()
            except AWAY as away:
                fired, self._fault = 0, f"deadlines wait for the database ({symptom(away)})"
            except Exception as defect:  # noqa: BLE001 - told by health and retried; see the wall
                fired, self._fault = 0, f"deadlines stand still: {symptom(defect)}"
                _log.exception("deadlines_stand_still")
            if not fired:
                await asyncio.sleep(self._look_seconds)

    async def fire_due(self) -> int:
        """Claim what is due now and fire it; returns how many were claimed."""
        due = await self._claim()
        # Together, so that each is fired well within the lease that all of them were claimed for.
        await asyncio.gather(*(self._traced(deadline) for deadline in due))
        return len(due)

    async def _claim(self) -> Sequence[Due]:
        async with self._database.transaction() as connection:
            # the view's tables come with its first projection
            if await connection.fetchval("SELECT to_regclass('view_deadlines.deadlines')") is None:
                return ()
            rows = await connection.fetch(_CLAIM, self._clock.now(), CLAIM, float(LEASE_SECONDS))
        return [Due(r["deadline_id"], r["case_id"], r["kind"], r["due_at"], r["attempts"]) for r in rows]

    async def _traced(self, due: Due) -> None:
        with tracing():  # nobody asked for it: it begins a trace of its own, which its facts and log lines carry
            await self._settle(due)

    async def _settle(self, due: Due) -> None:
        try:
            async with asyncio.timeout(LEASE_SECONDS / 2):
                await self._fire(due)
        except AlreadySettled as settled:
            await self._write(_FIRED, due, str(settled))
        except PASSING as passing:
            await self._try_later(due, passing)
        except Exception as defect:  # noqa: BLE001 - told by health and retried; see the wall
            # Never lost: it is tried again, ever more seldom, and health tells of it until it works.
            _log.exception("deadline_failed", deadline=due.deadline_id)
            await self._try_later(due, defect)
        else:
            await self._write(_FIRED, due, "")

    async def _try_later(self, due: Due, why: Exception) -> None:
        pause = min(2.0 ** min(due.attempts, 12), BACKOFF_MOST_SECONDS)
        async with self._database.reading() as connection:
            named = f"{type(why).__name__}: {why}"[:1000].replace("\0", "")
            await connection.execute(_FAILED, due.deadline_id, due.due_at, pause, named)

    async def _write(self, statement: str, due: Due, remark: str) -> None:
        async with self._database.reading() as connection:
            await connection.execute(statement, due.deadline_id, due.due_at, remark[:1000].replace("\0", ""))

    async def _worry(self) -> str:
        async with self._database.reading() as connection:
            row = await connection.fetchrow(_WORRYING, WORRYING_ATTEMPTS)
        if row is None:
            return ""
        # readiness is public: the text behind the type stays in the table and in the log
        kind = row["last_error"].partition(":")[0]
        return f"deadline {row['deadline_id']} of {row['due_at']:%Y-%m-%d} failed {row['attempts']} times: {kind}"

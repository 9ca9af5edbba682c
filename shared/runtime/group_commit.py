"""Understands how many callers share one durable transaction: a writer task gathers what waits and commits it at once.

Each append succeeds or fails by itself (``ON CONFLICT DO NOTHING RETURNING``): failing the whole batch for one loser
collapses throughput under contention. What waits is bounded; who waits may go away without harm to the others.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import asyncpg

from shared.runtime import append_sql
from shared.runtime.append_sql import Encoded
from shared.runtime.ports import AlreadyAnswered, Conflict, OutcomeUnknown, Overloaded

MAX_WAITING = 4096
MAX_FACTS_PER_COMMIT = 1024
MAX_BYTES_PER_COMMIT = 8 * 1024 * 1024
LOST = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.OperatorInterventionError)
RETRIED = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


@dataclass
class _Waiting:
    append: Encoded
    done: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def settle(self, outcome: Exception | None) -> None:
        if self.done.done():  # its caller went away; the facts stand all the same
            return
        if outcome is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(outcome)


class GroupCommit:
    """One writer for one process and one database."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._waiting: deque[_Waiting] = deque()
        self._something = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    async def start(self) -> None:
        self._closing = False
        self._task = asyncio.create_task(self._run(), name="group-commit")

    async def stop(self) -> None:
        """Write what waits, then end. Appends that come later are refused."""
        self._closing = True
        self._something.set()
        if self._task is not None:
            await self._task
            self._task = None

    async def submit(self, append: Encoded) -> None:
        """Returns when the append is durable. Raises Conflict, AlreadyAnswered, OutcomeUnknown or Overloaded."""
        if self._closing or self._task is None or self._task.done():
            raise Overloaded("the writer is not running")
        if len(self._waiting) >= MAX_WAITING:
            raise Overloaded(f"{MAX_WAITING} appends wait already")
        waiting = _Waiting(append)
        self._waiting.append(waiting)
        self._something.set()
        await waiting.done

    async def _run(self) -> None:
        while self._waiting or not self._closing:
            if not self._waiting:
                self._something.clear()
                await self._something.wait()
                continue
            batch = self._gather()
            try:
                await self._commit(batch)
            except BaseException as fault:
                # whatever happened must reach those who wait; only an end of the task itself goes further
                lost = OutcomeUnknown(f"the database went away while committing ({type(fault).__name__})")
                for waiting in batch:
                    waiting.settle(fault if isinstance(fault, Exception) and not isinstance(fault, LOST) else lost)
                if not isinstance(fault, Exception):
                    raise

    def _gather(self) -> list[_Waiting]:
        """As much as fits one commit; of each stream and each key only the first, the others wait for the next."""
        batch: list[_Waiting] = []
        later: list[_Waiting] = []
        streams: set[str] = set()
        keys: set[tuple[str, str]] = set()
        facts = size = 0
        while self._waiting and facts < MAX_FACTS_PER_COMMIT and size < MAX_BYTES_PER_COMMIT:
            waiting = self._waiting.popleft()
            append = waiting.append
            if append.stream in streams or append.key in keys:
                later.append(waiting)
                continue
            streams.add(append.stream)
            if append.key is not None:
                keys.add(append.key)
            batch.append(waiting)
            facts += len(append.facts)
            size += append.size
        self._waiting.extendleft(reversed(later))
        return batch

    async def _commit(self, batch: Sequence[_Waiting]) -> None:
        try:
            outcomes = await self._together([w.append for w in batch])
        except LOST:
            raise
        except (append_sql.Entangled, asyncpg.PostgresError, ValueError):
            # one of them cannot be written as it is: the others must not suffer for it
            for waiting in batch:
                waiting.settle(await self._alone(waiting.append))
            return
        for waiting, outcome in zip(batch, outcomes, strict=True):
            waiting.settle(outcome)

    async def _together(self, appends: Sequence[Encoded]) -> list[Exception | None]:
        async with self._pool.acquire() as connection:
            if all(a.receipt is None and len(a.facts) == 1 for a in appends):
                # one statement is its own transaction: two round trips less
                return await append_sql.insert(connection, appends)
            async with connection.transaction():
                return await append_sql.insert(connection, appends)

    async def _alone(self, append: Encoded) -> Exception | None:
        for _ in range(3):
            with suppress(*RETRIED):
                try:
                    return (await self._together([append]))[0]
                except append_sql.Entangled as entangled:
                    return AlreadyAnswered(str(entangled)) if entangled.by_receipt else Conflict(str(entangled))
                except (*LOST, *RETRIED):
                    raise
                except (asyncpg.PostgresError, ValueError) as refused:
                    return refused
        return Overloaded("the database chose this transaction three times to break a deadlock")

"""Understands how many callers share one durable transaction: a writer task gathers what waits and commits it at once.

Each append succeeds or fails by itself (``ON CONFLICT DO NOTHING RETURNING``): failing the whole batch for one loser
collapses throughput under contention. What waits is bounded; who waits may go away without harm to the others.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import asyncpg

from shared.runtime import append_sql
from shared.runtime.append_sql import Encoded
from shared.runtime.ports import AlreadyAnswered, Conflict, NotWritten, OutcomeUnknown, Overloaded

WRITERS = 2
"""While one waits for the database to commit, the other prepares: two keep both sides at work."""
MAX_WAITING = 4096
PATIENCE_SECONDS = 10.0
MAX_FACTS_PER_COMMIT = 64
"""Small enough that one batch is prepared while another commits: with 256 callers 64 made 1.7 times what 1024 did."""
MAX_BYTES_PER_COMMIT = 8 * 1024 * 1024
# InternalClientError is what asyncpg says of a connection that was lost between two of its own steps.
LOST = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
)
ROLLED_BACK = (asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError)
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
    """The writers of one process for one database."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._waiting: deque[_Waiting] = deque()
        self._something = asyncio.Event()
        self._writers: list[asyncio.Task[None]] = []
        self._closing = False
        self.observe: Callable[[int], None] = lambda _: None
        self._places = asyncio.Semaphore(MAX_WAITING)

    async def start(self) -> None:
        self._closing = False
        self._writers = [asyncio.create_task(self._run(), name=f"group-commit {n}") for n in range(WRITERS)]

    async def stop(self) -> None:
        """Write what waits, then end. Appends that come later are refused."""
        self._closing = True
        self._something.set()
        if self._writers:
            await asyncio.wait(self._writers)
            self._writers = []

    def _working(self) -> bool:
        return any(not writer.done() for writer in self._writers)

    async def submit(self, append: Encoded) -> None:
        """Returns when the append is durable. Raises Conflict, AlreadyAnswered, NotWritten, OutcomeUnknown, and
        Overloaded when the queue stays full for 10 s. A caller that goes away while it waits in the queue withdraws its
        append; afterwards the append stands or falls without it."""
        if self._closing or not self._working():
            raise NotWritten("the writer is not running")
        await self._queue_up()
        waiting = _Waiting(append)
        try:
            if not self._working():
                raise NotWritten("the writer ended")
            self._waiting.append(waiting)
            self._something.set()
            await waiting.done
        finally:
            self._places.release()

    async def _queue_up(self) -> None:
        if not self._places.locked():  # a place is free: it is taken at once, and no time limit is needed
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise Overloaded(f"{MAX_WAITING} appends wait already") from None

    async def _run(self) -> None:
        try:
            while self._waiting or not self._closing:
                if not self._waiting:
                    self._something.clear()
                    await self._something.wait()
                    continue
                await self._settle(self._gather())
        finally:
            # only an end of the last task itself comes here with somebody still waiting: nobody may wait for ever
            if all(writer.done() or writer is asyncio.current_task() for writer in self._writers):
                for waiting in self._waiting:
                    waiting.settle(NotWritten("the writer ended before it came to this append"))
                self._waiting.clear()

    async def _settle(self, batch: Sequence[_Waiting]) -> None:
        try:
            if batch:
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
            if waiting.done.done():
                continue
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
        except (*LOST, NotWritten):
            raise
        except (append_sql.Entangled, asyncpg.PostgresError, ValueError):
            # one of them cannot be written as it is: the others must not suffer for it
            for waiting in batch:
                waiting.settle(await self._alone(waiting.append))
            return
        self.observe(len(batch))
        for waiting, outcome in zip(batch, outcomes, strict=True):
            waiting.settle(outcome)

    async def _together(self, appends: Sequence[Encoded]) -> list[Exception | None]:
        try:
            connection = await self._pool.acquire(timeout=PATIENCE_SECONDS)
        except (*LOST, TimeoutError, asyncpg.PostgresError) as away:
            raise NotWritten(f"the database cannot be reached: {away}") from away
        try:
            if all(a.receipt is None and len(a.facts) == 1 for a in appends):
                # one statement is its own transaction: two round trips less
                return await append_sql.insert(connection, appends)
            async with connection.transaction():
                return await append_sql.insert(connection, appends)
        except ROLLED_BACK as slow:
            raise NotWritten(f"the database gave up: {slow}") from slow
        finally:
            await self._pool.release(connection)

    async def _alone(self, append: Encoded) -> Exception | None:
        for _ in range(3):
            with suppress(*RETRIED):
                try:
                    return (await self._together([append]))[0]
                except append_sql.Entangled as entangled:
                    if entangled.by_receipt:
                        return AlreadyAnswered(str(entangled))
                    return await self._overtaken(append, entangled)
                except (*LOST, *RETRIED, NotWritten):
                    raise
                except (asyncpg.PostgresError, ValueError) as refused:
                    return refused
        return NotWritten("the database chose this transaction three times to break a deadlock")

    async def _overtaken(self, append: Encoded, entangled: append_sql.Entangled) -> Exception:
        """Who came first is committed now: it was either this very command or another one."""
        async with self._pool.acquire(timeout=PATIENCE_SECONDS) as connection:
            if await append_sql.answered(connection, append):
                return AlreadyAnswered(str(entangled))
        return Conflict(str(entangled))

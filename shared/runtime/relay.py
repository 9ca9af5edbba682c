"""Understands how a service's log reaches the bus: every fact in order, at least once, by one process at a time.

The log is the outbox. The relay reads it from its checkpoint, publishes, and moves the checkpoint afterwards; a crash
in between publishes a suffix again. A session's advisory lock makes one process the active one, as long as that session
beats (:mod:`shared.runtime.held`). The checkpoint is moved over that same session, so that who lost the lock cannot
move it, and who is not sure of it begins to publish nothing. A fact that cannot be published stops the relay, visibly,
at that fact: skipping it would lose it for every other service.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.envelope import START, Position
from shared.runtime.held import Held, LockLost, held
from shared.runtime.outbound import CaseOf, Outbound, ToPublic, stands
from shared.runtime.ports import AnyConnection, Bus, Record, Recorded, Transient
from shared.runtime.postgres.pool import TRANSIENT, Database
from shared.runtime.store import FactStore
from shared.runtime.symptom import symptom
from shared.runtime.tail import Tail

log = logging.getLogger(__name__)

BATCH = 500
CHUNK_BYTES = 4_000_000
STANDBY_SECONDS = 1.0
BACKOFF_SECONDS = 0.2
BACKOFF_MOST_SECONDS = 10.0
LAG_COUNTED = 10_000
STOP_SECONDS = 20.0
_LOCK = 7_401_010
_NAME = "relay"

_MOVE = """
INSERT INTO checkpoints (name, xid, number, updated_at) VALUES ($1, $2, $3, now())
ON CONFLICT (name) DO UPDATE SET xid = excluded.xid, number = excluded.number, updated_at = now()
"""
_LAG = """
SELECT count(*) FROM (SELECT 1 FROM facts WHERE (xid, position) > ($1::text::xid8, $2::bigint) LIMIT $3) AS waiting
"""


class Unpublishable(Exception):
    """A fact that the outbox cannot translate, or whose record no bus would take."""

    def __init__(self, recorded: Recorded, fault: Exception) -> None:
        self.where = f"{recorded.stream}/{recorded.version} ({recorded.name})"
        super().__init__(f"{self.where}: {type(fault).__name__} {fault}")


PASSING: tuple[type[Exception], ...] = (LockLost, Transient, *TRANSIENT)


@dataclass(frozen=True)
class RelayHealth:
    """``waiting`` facts are not published yet (counted up to 10,000), the oldest of them since ``since``; ``fault`` is
    empty when well; ``leading`` is False in a process that stands by."""

    leading: bool
    waiting: int
    since: datetime | None
    fault: str


class Relay:
    """Publishes one service's facts. Start it in every process; one of them works, the others stand by."""

    def __init__(
        self,
        service: str,
        database: Database,
        store: FactStore,
        bus: Bus,
        to_public: ToPublic,
        case_of: CaseOf,
        *,
        to_partners: ToPublic | None = None,
        audit: bool = True,
    ) -> None:
        self.fault = self._symptom = ""
        self.leading = False
        self._failures = 0
        self._outbound = Outbound(service, store.codec, to_public, case_of, to_partners, audit)
        self._database = database
        self._store = store
        self._bus = bus
        self._task: asyncio.Task[None] | None = None

    def healthy(self) -> str:
        """Empty when well, else what everybody may know of it; :attr:`fault` says more, to operators."""
        return f"relay of {self._outbound.service} {self._symptom}" if self.fault else ""

    def start(self) -> None:
        self.fault = ""
        self._task = asyncio.create_task(self._run(), name=f"relay {self._outbound.service}")
        self._task.add_done_callback(self._ended)

    async def stop(self) -> None:
        """Breaks off at once: what was published and not remembered is published again, and refused as seen."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task}, timeout=STOP_SECONDS)

    async def health(self) -> RelayHealth:
        """How far behind the log the bus is. Raises where the database is away."""
        async with self._database.reading() as connection:
            after = await _checkpoint(connection)
            waiting = await connection.fetchval(_LAG, str(after.xid), after.number, LAG_COUNTED)
        oldest = await self._store.read(after, 1) if waiting else []
        return RelayHealth(self.leading, waiting, oldest[0].origin.occurred_at if oldest else None, self.fault)

    # ── the loop ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _run(self) -> None:
        while True:
            try:
                async with self._turn() as session:
                    await self._lead(session)
            except PASSING as why:
                self._failures += 1
                self.fault = f"relay of {self._outbound.service}: {type(why).__name__} {why}"
                self._symptom = f"waits: {symptom(why)}"
                log.warning("%s; it begins again at its checkpoint", self.fault)
                await asyncio.sleep(min(BACKOFF_SECONDS * 2 ** min(self._failures, 16), BACKOFF_MOST_SECONDS))

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[Held]:
        """A session that holds the lock; waits until it is free."""
        async with held(self._database, "relay") as session:
            try:
                while not await session.ask(_lock):
                    self.fault = ""  # standing by is being well
                    await asyncio.sleep(STANDBY_SECONDS)
                self.leading = True
                yield session
            finally:
                self.leading = False

    async def _lead(self, session: Held) -> None:
        """Publishes until the session ends; always raises."""
        after = await session.ask(_checkpoint)
        tail = Tail(self._store, after, limit=BATCH)
        try:
            async with aclosing(_until(session.lost, tail)) as batches:
                async for batch in batches:
                    if await session.ask(_checkpoint) != after:
                        raise LockLost("another process moved the checkpoint")
                    for records, reached in self._pieces(batch):
                        await session.during(self._bus.publish(records))
                        await session.ask(_move_to(reached))
                        after, self.fault, self._failures = reached, "", 0
        finally:
            tail.close()
        raise LockLost("the session that held the lock ended")

    def _pieces(self, batch: Sequence[Recorded]) -> Iterator[tuple[list[Record], Position]]:
        """The batch's records in pieces that can be published in time; before a fact that cannot be translated, what
        stands in front of it."""
        records: list[Record] = []
        reached: Position | None = None
        size = 0
        for recorded in batch:
            try:
                made = self._outbound.records(recorded)
            except Exception as fault:
                if reached is not None:
                    yield records, reached
                raise Unpublishable(recorded, fault) from fault
            records += made
            reached = stands(recorded)
            size += sum(len(record.value) for record in made)
            if size > CHUNK_BYTES:
                yield records, reached
                records, reached, size = [], None, 0
        if reached is not None:
            yield records, reached

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (poison := task.exception()) is not None:
            self.fault = (
                f"relay of {self._outbound.service} stopped: {poison}. Nothing behind it is published; "
                "repair what is said here and start again"
            )
            self._symptom = f"stopped, nothing behind it is published: {symptom(poison)}"
            log.error("%s", self.fault, exc_info=poison)


async def _until(lost: asyncio.Event, tail: Tail) -> AsyncGenerator[list[Recorded], None]:
    """The tail's batches, until the event happens: also while there is no news."""
    batches = tail.batches()
    gone = asyncio.ensure_future(lost.wait())
    waits: list[asyncio.Future[Any]] = [gone]
    try:
        while True:
            news = asyncio.ensure_future(anext(batches))
            waits = [gone, news]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                return
            yield news.result()
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


async def _lock(connection: AnyConnection) -> bool:
    return bool(await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK))


def _move_to(reached: Position) -> Callable[[AnyConnection], Awaitable[object]]:
    return lambda connection: connection.execute(_MOVE, _NAME, reached.xid, reached.number)


async def _checkpoint(connection: AnyConnection) -> Position:
    row = await connection.fetchrow("SELECT xid, number FROM checkpoints WHERE name = $1", _NAME)
    return START if row is None else Position(row["xid"], row["number"])

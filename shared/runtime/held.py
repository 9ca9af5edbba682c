"""Understands how a session holds a lock only while its process lives and works: it beats, or the server ends it.

A process that is stopped, swapped out or on a paused machine says no farewell, and its TCP still answers: its session
would hold an advisory lock for ever. So the server ends a session that said nothing for :data:`LEASE_SECONDS`, its
process says something every :data:`BEAT_SECONDS`, and who wakes up after a silence of his own believes that the lock is
gone until the server has answered again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg

from shared.runtime.postgres.pool import TRANSIENT, Database

T = TypeVar("T")
BEAT_SECONDS = 3.0
LEASE_SECONDS = 15.0


class LockLost(Exception):
    """The session that held the lock ended, or may have: begin again as a standby."""


class Held:
    """A session of one's own; :attr:`lost` is set when it ended. Its questions are asked one after the other."""

    def __init__(self, connection: asyncpg.Connection[Any]) -> None:
        self.lost = asyncio.Event()
        self._connection = connection
        self._turn = asyncio.Lock()
        self._heard = time.monotonic()
        connection.add_termination_listener(lambda _: self.lost.set())

    async def ask(self, question: Callable[[asyncpg.Connection[Any]], Awaitable[T]]) -> T:
        """Ask the server something over this connection; raises what asyncpg raises."""
        async with self._turn:
            asked = time.monotonic()
            answer = await question(self._connection)
            self._heard = asked  # the server counts its lease from later than this
            return answer

    def sure(self) -> bool:
        """Whether the server cannot have ended the session meanwhile."""
        return not self.lost.is_set() and time.monotonic() - self._heard < LEASE_SECONDS

    async def during(self, work: Coroutine[Any, Any, T]) -> T:
        """Do ``work`` while the session lasts. Raises :class:`LockLost`: it was not begun, or broken off."""
        if not self.sure():
            work.close()
            raise LockLost("nothing was heard from the server for longer than it keeps a silent session")
        doing, gone = asyncio.ensure_future(work), asyncio.ensure_future(self.lost.wait())
        try:
            await asyncio.wait({doing, gone}, return_when=asyncio.FIRST_COMPLETED)
            if doing.done():
                return doing.result()
            raise LockLost("the session that held the lock ended while something was published")
        finally:
            for each in (doing, gone):
                each.cancel()
            await asyncio.gather(doing, gone, return_exceptions=True)

    async def beat(self) -> None:
        """Until the session ends."""
        while not self.lost.is_set():
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await self.ask(_anything)
            except TRANSIENT:
                self.lost.set()


async def _anything(connection: asyncpg.Connection[Any]) -> None:
    await connection.execute("SELECT 1", timeout=LEASE_SECONDS - 2 * BEAT_SECONDS)


@asynccontextmanager
async def held(database: Database, purpose: str, **settings: str) -> AsyncIterator[Held]:
    """A session that beats; it is closed, and its locks are free, when the block ends."""
    patience = str(round(LEASE_SECONDS * 1000))
    connection = await database.connect(purpose, idle_session_timeout=patience, **settings)
    session = Held(connection)
    beating = asyncio.create_task(session.beat(), name=f"beat of {purpose}")
    try:
        yield session
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
        await _close(connection)


async def _close(connection: asyncpg.Connection[Any]) -> None:
    try:
        await connection.close(timeout=5)
    except TRANSIENT:
        connection.terminate()

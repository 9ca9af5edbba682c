"""Understands how the application connects: bounded pools, limits on every statement, which faults will pass.

An open transaction with a write in it holds back every reader of the log in the whole cluster: that is why idle ones
are ended by the server.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy

TRANSIENT: tuple[type[Exception], ...] = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    # Class 57: it shuts down or starts up, cancelled a statement, or ended an idle session.
    asyncpg.OperatorInterventionError,
    # Class 53: no connection, memory or disk left. Class 58: its own input and output failed.
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    # A failover that has not ended: a standby that is not the primary yet, or a primary that no longer is.
    asyncpg.ReadOnlySQLTransactionError,
    # A password is being changed, or the new primary does not know the role yet.
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)
"""Faults of the database that are worth another attempt, with a back-off, of the same thing: none says anything about
what was to be read or written, and who gives up at one of them stays down when the database is well again."""

STATEMENT_LIMIT_S = 30.0
IDLE_IN_TRANSACTION_LIMIT_S = 15.0
LOCK_LIMIT_S = 10.0


class Database:
    """A service's database as its application role sees it."""

    def __init__(self, url: str, pool: asyncpg.Pool[Any], name: str) -> None:
        self.url = url
        self.pool = pool
        self.name = name

    @classmethod
    async def open(cls, url: str, name: str, size: int = 10) -> Database:
        """``name`` is shown in pg_stat_activity. Raises one of :data:`TRANSIENT` where the server is not there."""
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=size,
            timeout=10,
            command_timeout=STATEMENT_LIMIT_S + 5,
            server_settings=_settings(name),
            reset=_reset,
        )
        return cls(url, pool, name)

    async def close(self, patience_s: float = 10.0) -> None:
        """Waits for borrowed connections, then ends them."""
        try:
            async with asyncio.timeout(patience_s):
                await self.pool.close()
        except TimeoutError:
            self.pool.terminate()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[PoolConnectionProxy[Any]]:
        """A connection without a transaction: every statement sees what is committed when it begins."""
        async with self.pool.acquire(timeout=10) as connection:
            yield connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[PoolConnectionProxy[Any]]:
        """A connection inside a transaction, committed at the end, rolled back on an exception.

        Load and decide before you begin it: its place in the log is taken at its first write or row lock.
        """
        async with self.pool.acquire(timeout=10) as connection, connection.transaction():
            yield connection

    async def connect(self, purpose: str, **settings: str) -> asyncpg.Connection[Any]:
        """A connection of one's own, outside the pool, for a session lock or a writer; the caller closes it."""
        return await asyncpg.connect(
            self.url,
            timeout=10,
            command_timeout=STATEMENT_LIMIT_S + 5,
            server_settings=_settings(f"{self.name} {purpose}") | settings,
        )


def _settings(name: str) -> dict[str, str]:
    return {
        "application_name": name[:63],
        "statement_timeout": _ms(STATEMENT_LIMIT_S),
        "idle_in_transaction_session_timeout": _ms(IDLE_IN_TRANSACTION_LIMIT_S),
        "lock_timeout": _ms(LOCK_LIMIT_S),
        # A machine that vanishes says no farewell; without these the server would keep its session, and with it the
        # relay's advisory lock, for the two hours that are TCP's default.
        "tcp_keepalives_idle": "20",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "4",
        "timezone": "UTC",
        "jit": "off",
    }


def _ms(seconds: float) -> str:
    return str(round(seconds * 1000))


async def _reset(_: asyncpg.Connection[Any]) -> None:
    """Nothing here sets a session's variables (SET LOCAL only), so a connection goes back without a round trip; a
    transaction that was left open has been rolled back by asyncpg before this is called."""

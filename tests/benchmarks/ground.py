"""Understands what the benchmarks stand on: a PostgreSQL of their own with default durability, and small facts."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from shared.envelope import Actor, Origin
from shared.runtime.postgres.launcher import Server, launch
from shared.runtime.postgres.migrations import migrate
from shared.runtime.postgres.pool import Database
from shared.runtime.postgres.roles import Provisioned, provision

ORIGIN = Origin(Actor("demo-benchmark", "officer"), datetime(2026, 1, 5, 1, 0, tzinfo=UTC), "benchmark")


@dataclass(frozen=True)
class Noted:
    """A fact whose stored state is about 300 bytes, like most of ours."""

    NAME: ClassVar[str] = "benchmark.noted.1"
    text: str


NOTED = Noted("x" * 120)


@dataclass
class Ground:
    server: Server
    folder: Path

    async def database(self, service: str) -> Provisioned:
        """Provisioned and migrated."""
        made = await provision(self.server.url, service, f"bench_{service}")
        await migrate(made.owner_url, made.application_role, service, None)
        return made

    async def empty(self, service: str) -> Provisioned:
        return await provision(self.server.url, service, f"bench_{service}")

    @asynccontextmanager
    async def opened(self, service: str, size: int) -> AsyncIterator[Database]:
        made = await self.database(service)
        database = await Database.open(made.application_url, "benchmark", size)
        try:
            yield database
        finally:
            await database.close()


@asynccontextmanager
async def ground() -> AsyncIterator[Ground]:
    with tempfile.TemporaryDirectory(prefix="shifan-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = await launch(Path(folder), settings={"max_connections": "200"})
        try:
            yield Ground(server, Path(folder))
        finally:
            await server.stop("immediate")

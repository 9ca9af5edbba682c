"""Understands how a test gets a real database of its own in a few milliseconds: one server a session, one template per
set of migrations, one copy per test."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.runtime.postgres import roles
from shared.runtime.postgres.launcher import Server, launch
from shared.runtime.postgres.migrations import migrate
from shared.runtime.postgres.pool import Database


class Databases:
    """Makes migrated databases: ``create("probe")``, or with a service's own directory of migrations."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._templates: dict[tuple[str, Path | None], roles.Provisioned] = {}
        self._numbers = itertools.count(1)

    async def create(self, service: str = "probe", directory: Path | None = None) -> roles.Provisioned:
        template = await self._template(service, directory)
        return await roles.clone(self.server.url, template, f"test_{service}_{next(self._numbers)}")

    async def empty(self, service: str = "probe") -> roles.Provisioned:
        """Provisioned but not migrated."""
        return await roles.provision(self.server.url, service, f"test_{service}_{next(self._numbers)}")

    async def drop(self, provisioned: roles.Provisioned) -> None:
        await roles.drop(self.server.url, provisioned.database)

    async def _template(self, service: str, directory: Path | None) -> roles.Provisioned:
        if (service, directory) not in self._templates:
            made = await self.empty(service)
            await migrate(made.owner_url, made.application_role, service, directory)
            self._templates[service, directory] = made
        return self._templates[service, directory]


@pytest.fixture(scope="session")
async def postgres() -> AsyncIterator[Server]:
    """A server for this test session only; its files go away with it."""
    with tempfile.TemporaryDirectory(prefix="shifan-pg-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # the server's account must be able to walk in
        server = await launch(Path(folder), settings={"max_connections": "300"})
        yield server
        await server.stop("immediate")


@pytest.fixture(scope="session")
async def databases(postgres: Server) -> Databases:
    return Databases(postgres)


@pytest.fixture
async def provisioned(databases: Databases) -> AsyncIterator[roles.Provisioned]:
    """A fresh database with the runtime's tables."""
    made = await databases.create()
    yield made
    await databases.drop(made)


@pytest.fixture
async def database(provisioned: roles.Provisioned) -> AsyncIterator[Database]:
    """The same, connected as the application role."""
    opened = await Database.open(provisioned.application_url, "test")
    yield opened
    await opened.close()

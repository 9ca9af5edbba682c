"""Fixtures of the registry's tests: its own database with its own migrations."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import services.registry.adapters
from shared.runtime.postgres.pool import Database
from tests.support.database import Databases

MIGRATIONS = Path(services.registry.adapters.__file__).parent / "migrations"


@pytest.fixture
async def registry(databases: Databases) -> AsyncIterator[Database]:
    """The registry's database, connected as the application role."""
    made = await databases.create("registry", MIGRATIONS)
    opened = await Database.open(made.application_url, "test")
    yield opened
    await opened.close()
    await databases.drop(made)

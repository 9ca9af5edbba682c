"""What the contracts of consumer, parking and relay stand on: one database with the probe's table."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.runtime.postgres.pool import Database
from shared.runtime.store import FactStore
from tests.contracts.probe import CODEC, TABLE


@pytest.fixture
async def desk(database: Database) -> Database:
    """The test's database, with the table that the scribe writes to."""
    async with database.transaction() as connection:
        await connection.execute(TABLE)
    return database


@pytest.fixture
async def store(desk: Database) -> AsyncIterator[FactStore]:
    store = FactStore(desk.pool, CODEC)
    await store.start()
    yield store
    await store.stop()

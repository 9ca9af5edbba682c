"""What contracts stand on: one database with the probe's table, or two processes of review on one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from services.review.domain.events import FACTS
from shared.runtime.codec import FactCodec
from shared.runtime.postgres.pool import Database
from shared.runtime.postgres.roles import Provisioned
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


@pytest.fixture
async def stores(provisioned: Provisioned) -> AsyncIterator[list[FactStore]]:
    """Two processes of review on one database."""
    async with AsyncExitStack() as stack:
        made = []
        for name in ("one", "two"):
            database = await Database.open(provisioned.application_url, name, 5)
            stack.push_async_callback(database.close)
            store = FactStore(database.pool, FactCodec(FACTS))
            await store.start()
            stack.push_async_callback(store.stop)
            made.append(store)
        yield made

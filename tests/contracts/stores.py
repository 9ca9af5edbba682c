"""Understands how a test gets a running store, or several on one database as several processes would have."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.runtime.codec import FactCodec
from shared.runtime.postgres.pool import Database
from shared.runtime.postgres.roles import Provisioned
from shared.runtime.store import FactStore
from tests.support.probe import FACTS


@asynccontextmanager
async def running(provisioned: Provisioned, name: str = "store", size: int = 10) -> AsyncIterator[FactStore]:
    database = await Database.open(provisioned.application_url, name, size)
    store = FactStore(database.pool, FactCodec(FACTS))
    await store.start()
    try:
        yield store
    finally:
        await store.stop()
        await database.close()

"""A database that answers and takes no writes (a standby, a demoted or a full server) is waited for, not given up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from shared.runtime.consumer import Consumer
from shared.runtime.deadlines import DDL, DeadlineWorker, Due
from shared.runtime.memory_bus import MemoryBus
from shared.runtime.ports import Transient
from shared.runtime.postgres.launcher import Server
from shared.runtime.postgres.pool import TRANSIENT, Database
from shared.runtime.postgres.roles import Provisioned
from shared.runtime.relay import Relay
from shared.runtime.store import FactStore
from tests.contracts.buses import Collector
from tests.contracts.probe import EVENTS, Scribe, case_of, count, delivered, note, to_public, told, written
from tests.support.clock import FixedClock
from tests.support.waiting import eventually, eventually_asked

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
Role = Callable[[str], Awaitable[None]]


@pytest.fixture
async def become(postgres: Server, provisioned: Provisioned) -> AsyncIterator[Role]:
    """``become("on")``: from the next moment every session is a standby's; ``become("off")``: a primary's again."""
    admin = await asyncpg.connect(postgres.url)

    async def change(read_only: str) -> None:
        await admin.execute(f'ALTER DATABASE "{provisioned.database}" SET default_transaction_read_only = {read_only}')
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", provisioned.database
        )

    yield change
    await change("off")
    await admin.close()


async def settled(desk: Database) -> None:
    """Until no connection of the pool is one that the change of roles broke."""

    async def answers() -> bool:
        try:
            for _ in range(12):
                await count(desk, "offsets")
        except TRANSIENT:
            return False
        return True

    await eventually_asked(answers, "the new server answers")


async def test_a_delivery_waits_for_a_database_that_takes_no_writes_and_is_not_parked(
    desk: Database, become: Role
) -> None:
    consumer = Consumer(desk, Scribe())
    await become("on")
    await settled(desk)
    with pytest.raises(Transient):
        await consumer.receive(delivered([told("a", 1)]))
    await become("off")
    await settled(desk)
    await consumer.receive(delivered([told("a", 1)]))
    assert await written(desk) == ["1"]
    assert await count(desk, "parked") == 0


async def test_an_append_to_a_database_that_takes_no_writes_may_be_sent_again(
    desk: Database, store: FactStore, become: Role
) -> None:
    await become("on")
    await settled(desk)
    with pytest.raises((Transient, *TRANSIENT)):
        await note(store, "a", "1")
    await become("off")
    await settled(desk)
    await note(store, "a", "1")
    assert len(await store.load("case:a")) == 1


async def test_the_relay_goes_on_when_the_database_takes_writes_again(
    desk: Database, store: FactStore, become: Role
) -> None:
    inbox, bus = Collector(topics=(EVENTS,)), MemoryBus()
    bus.subscribe(inbox)
    await bus.start()
    await note(store, "a", "1")
    await become("on")
    await settled(desk)
    relay = Relay("review", desk, store, bus, to_public, case_of)
    relay.start()
    try:
        await eventually(lambda: "read-only" in relay.fault, "the relay says what it waits for")
        await become("off")

        async def caught_up() -> bool:
            try:
                return (await relay.health()).waiting == 0
            except TRANSIENT:
                return False

        await eventually_asked(caught_up, "the relay moves its checkpoint again")
        await eventually(lambda: relay.fault == "", "and is well")
    finally:
        await relay.stop()
        await bus.stop()


async def test_deadlines_go_on_when_the_database_takes_writes_again(desk: Database, become: Role) -> None:
    async with desk.transaction() as connection:
        await connection.execute("CREATE SCHEMA view_deadlines; SET LOCAL search_path TO view_deadlines;" + DDL)
        await connection.execute("INSERT INTO deadlines VALUES ('d1', 'case-1', 'answer', $1)", NOW - timedelta(days=1))
    fired = asyncio.Event()

    async def fire(_: Due) -> None:
        fired.set()

    worker = DeadlineWorker(desk, FixedClock(NOW), fire, look_seconds=0.05)
    await become("on")
    await settled(desk)
    await worker.start()
    try:
        await eventually(worker.healthy, "it says what it waits for")
        assert not fired.is_set()
        await become("off")
        await eventually(fired.is_set, "the deadline fires")
        await eventually(lambda: worker.healthy() == "", "and the worker is well")
    finally:
        await worker.stop()

"""From log to log over a real Kafka that is killed, with relays and readers that come and go: nothing lost, nothing
twice, every case in order."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from infra.kafka import LocalKafka, user_cache
from shared.runtime.consumer import Consumer
from shared.runtime.kafka_bus import KafkaBus
from shared.runtime.kafka_settings import KafkaSettings
from shared.runtime.postgres.pool import Database
from shared.runtime.relay import Relay
from shared.runtime.store import FactStore
from shared.runtime.topics import Topic, ensure_topics
from tests.contracts.probe import AUDIT, CODEC, EVENTS, TABLE, Scribe, case_of, note, to_public, written
from tests.support.waiting import eventually_asked

CASES = 12


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalKafka]:
    """A broker of our own, because it is killed."""
    broker = LocalKafka(tmp_path_factory.mktemp("killed-kafka"), cache=user_cache(), tied=True)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
async def settings(broker: LocalKafka, topic_prefix: str) -> KafkaSettings:
    settings = KafkaSettings(
        broker.bootstrap, topic_prefix, session_seconds=3, publish_seconds=5, stop_seconds=3, stalled_seconds=20
    )
    await ensure_topics(settings, [Topic(EVENTS, 3), Topic(AUDIT, 3), Topic(f"{EVENTS}.dlq", 1)])
    return settings


@pytest.fixture
async def desk(database: Database) -> Database:
    async with database.transaction() as connection:
        await connection.execute(TABLE)
    return database


@pytest.fixture
async def store(desk: Database) -> AsyncIterator[FactStore]:
    store = FactStore(desk.pool, CODEC)
    await store.start()
    yield store
    await store.stop()


@asynccontextmanager
async def member(settings: KafkaSettings, desk: Database, store: FactStore) -> AsyncIterator[Consumer]:
    """One process' worth: a relay and a reader on a bus of their own."""
    bus = KafkaBus(settings)
    consumer = Consumer(desk, Scribe(), bury=bus.publish)
    bus.subscribe(consumer)
    relay = Relay("review", desk, store, bus, to_public, case_of)
    await bus.start()
    relay.start()
    try:
        yield consumer
    finally:
        await relay.stop()
        await bus.stop()


async def write(store: FactStore, first: int, last: int) -> None:
    for number in range(first, last):
        await asyncio.gather(*(note(store, f"c{case}", str(number), expected=number) for case in range(CASES)))


async def arrived(desk: Database, number: int) -> None:
    async def whole() -> bool:
        return len(await written(desk)) >= CASES * number

    await eventually_asked(whole, f"{number} events of each of {CASES} cases", seconds=90)


async def in_order(desk: Database, number: int) -> None:
    for case in range(CASES):
        assert await written(desk, f"c{case}") == [str(n) for n in range(number)]


async def test_a_killed_broker_loses_nothing_and_repeats_nothing(
    broker: LocalKafka, settings: KafkaSettings, desk: Database, store: FactStore
) -> None:
    async with member(settings, desk, store):
        await write(store, 0, 20)
        await arrived(desk, 5)
        writing = asyncio.create_task(write(store, 20, 60))
        broker.kill()
        await asyncio.to_thread(broker.start)
        await writing
        await arrived(desk, 60)
        await write(store, 60, 70)
        await arrived(desk, 70)
    await in_order(desk, 70)


async def test_members_that_come_and_go_lose_nothing_and_repeat_nothing(
    settings: KafkaSettings, desk: Database, store: FactStore
) -> None:
    writing = asyncio.create_task(write(store, 0, 120))
    async with AsyncExitStack() as last:
        for _ in range(5):
            async with member(settings, desk, store):
                await arrived(desk, min(len(await written(desk)) // CASES + 12, 120))
        await last.enter_async_context(member(settings, desk, store))
        await last.enter_async_context(member(settings, desk, store))
        await writing
        await arrived(desk, 120)
    await in_order(desk, 120)


async def test_processes_that_are_killed_lose_nothing_and_repeat_nothing(
    settings: KafkaSettings, desk: Database, store: FactStore
) -> None:
    """SIGKILL in the middle of whatever it does; every time another process takes over."""
    arguments = [sys.executable, "-m", "tests.faults.member_process", desk.url, settings.bootstrap, settings.prefix]
    writing = asyncio.create_task(write(store, 0, 150))
    for turn in range(5):
        process = await asyncio.create_subprocess_exec(*arguments)
        try:
            await arrived(desk, min(len(await written(desk)) // CASES + 5, 150) if turn < 4 else 150)
        finally:
            process.kill()
            await process.wait()
    await writing
    await in_order(desk, 150)

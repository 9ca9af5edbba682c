"""A relay's process that is frozen, not killed: its TCP still answers, and its lock must become free all the same."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.runtime.codec import FactCodec
from shared.runtime.held import LEASE_SECONDS
from shared.runtime.kafka_bus import KafkaBus
from shared.runtime.kafka_settings import KafkaSettings
from shared.runtime.postgres.pool import Database
from shared.runtime.postgres.roles import Provisioned
from shared.runtime.relay import Relay
from shared.runtime.store import FactStore
from shared.runtime.topics import Topic, ensure_topics
from tests.contracts.probe import AUDIT, EVENTS, TABLE, Noted, case_of, note, to_public, written
from tests.support.waiting import eventually, eventually_asked

SOON_SECONDS = LEASE_SECONDS + 15


@asynccontextmanager
async def member(url: str, bootstrap: str, prefix: str) -> AsyncIterator[asyncio.subprocess.Process]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.member_process", url, bootstrap, prefix, env=dict(os.environ)
    )
    try:
        yield child
    finally:
        child.send_signal(signal.SIGCONT)
        child.kill()
        await child.wait()


async def leader(database: Database) -> int:
    """The server's process whose session holds the relay's lock; 0: none."""
    async with database.reading() as connection:
        found = await connection.fetchval(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = 7401010"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
    return int(found or 0)


async def test_a_frozen_relay_loses_its_lock_and_publishes_nothing_when_it_thaws(
    database: Database, provisioned: Provisioned, kafka: str, topic_prefix: str
) -> None:
    await database.pool.execute(TABLE)
    store = FactStore(database.pool, FactCodec([Noted]))
    await store.start()
    settings = KafkaSettings(kafka, topic_prefix, session_seconds=3)
    await ensure_topics(settings, [Topic(EVENTS, 1), Topic(AUDIT, 1)])
    bus = KafkaBus(settings)
    await bus.start()
    ours = Relay("review", database, store, bus, to_public, case_of)
    async with member(provisioned.application_url, kafka, topic_prefix) as frozen:
        try:
            await note(store, "a", "1")

            async def arrived(count: int) -> bool:
                return len(await written(database)) == count

            await eventually_asked(lambda: arrived(1), "the member publishes and reads")
            theirs = await leader(database)
            ours.start()
            await note(store, "b", "2")
            await eventually_asked(lambda: arrived(2), "while it lives, it leads")
            assert (await leader(database), ours.leading) == (theirs, False)
            frozen.send_signal(signal.SIGSTOP)
            await note(store, "c", "3")
            await eventually(lambda: ours.leading, "the server ended the frozen session", SOON_SECONDS)
            await eventually_asked(lambda: caught_up(ours), "what waited is published")
            assert await leader(database) not in (0, theirs)
            published = await ends(settings)
            frozen.send_signal(signal.SIGCONT)
            await eventually_asked(lambda: arrived(3), "the thawed process works on: it reads what we published")
            assert ours.leading
            assert await ends(settings) == published, "and published nothing more"
            await note(store, "d", "4")
            await eventually_asked(lambda: arrived(4), "we lead")
            await ours.stop()
            await note(store, "e", "5")
            await eventually_asked(lambda: arrived(5), "the thawed one stands by, and takes over again", SOON_SECONDS)
        finally:
            await ours.stop()
            await bus.stop()
            await store.stop()
    assert await written(database) == ["1", "2", "3", "4", "5"]


async def caught_up(relay: Relay) -> bool:
    return (await relay.health()).waiting == 0


async def ends(settings: KafkaSettings) -> list[int]:
    """How many records the topics hold."""
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.bootstrap)
    await consumer.start()
    try:
        found = await consumer.end_offsets([TopicPartition(settings.prefix + topic, 0) for topic in (EVENTS, AUDIT)])
    finally:
        await consumer.stop()
    return sorted(found.values())

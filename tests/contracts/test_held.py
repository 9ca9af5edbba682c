"""A lock is held by a session that beats: a silent one is ended by the server, and its holder does nothing more."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from shared.runtime import held as holding
from shared.runtime.held import LEASE_SECONDS, Held, LockLost, held
from shared.runtime.memory_bus import MemoryBus
from shared.runtime.ports import Record
from shared.runtime.postgres.pool import TRANSIENT, Database
from shared.runtime.relay import Relay
from shared.runtime.store import FactStore
from tests.contracts.buses import Collector
from tests.contracts.probe import EVENTS, case_of, note, to_public
from tests.support.waiting import eventually, eventually_asked

LOCK = 4_711


async def locks(database: Database) -> int:
    async with database.reading() as connection:
        return int(await connection.fetchval("SELECT count(*) FROM pg_locks WHERE objid = $1 AND granted", LOCK))


async def test_a_silent_session_is_ended_by_the_server_and_its_lock_is_free(database: Database) -> None:
    connection = await database.connect("silent", idle_session_timeout="300")
    silent = Held(connection)
    await silent.ask(lambda session: session.execute("SELECT pg_advisory_lock($1)", LOCK))
    assert await locks(database) == 1
    await eventually(silent.lost.is_set, "the holder hears of it")
    await eventually_asked(lambda: free(database), "the lock is free")
    with pytest.raises(LockLost):
        await silent.during(never())
    with pytest.raises(TRANSIENT):
        await silent.ask(lambda session: session.execute("SELECT 1"))


async def free(database: Database) -> bool:
    return await locks(database) == 0


async def never() -> None:
    raise AssertionError("who is not sure of the lock begins nothing")


async def test_a_session_that_beats_outlives_its_patience(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(holding, "LEASE_SECONDS", 0.6)
    async with held(database, "beating") as session:
        await session.ask(lambda connection: connection.execute("SELECT pg_advisory_lock($1)", LOCK))
        began = asyncio.get_running_loop().time()
        await eventually(lambda: asyncio.get_running_loop().time() > began + 1.5, "more than twice its patience")
        assert session.sure()
        assert await locks(database) == 1
    assert await free(database)


async def test_who_slept_longer_than_the_lease_is_not_sure_before_the_server_answered(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = await database.connect("sleeper")
    sleeper = Held(connection)
    await sleeper.ask(lambda session: session.execute("SELECT 1"))
    assert sleeper.sure()
    now = holding.time.monotonic()
    monkeypatch.setattr(holding.time, "monotonic", lambda: now + LEASE_SECONDS + 1)
    with pytest.raises(LockLost):
        await sleeper.during(never())
    await sleeper.ask(lambda session: session.execute("SELECT 1"))
    assert sleeper.sure()
    await connection.close()


async def test_a_publication_in_hand_is_broken_off_when_the_lock_is_lost(desk: Database, store: FactStore) -> None:
    """What it had not handed over yet is published by whoever leads next, from the checkpoint."""
    begun, broken_off = asyncio.Event(), asyncio.Event()

    class Stuck(MemoryBus):
        async def publish(self, records: Sequence[Record]) -> None:
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                broken_off.set()

    await note(store, "a", "1")
    stuck = Relay("review", desk, store, Stuck(), to_public, case_of)
    stuck.start()
    await begun.wait()
    inbox, bus = Collector(topics=(EVENTS,)), MemoryBus()
    bus.subscribe(inbox)
    await bus.start()
    other = Relay("review", desk, store, bus, to_public, case_of)
    other.start()
    await eventually(lambda: stuck.leading and not other.leading, "one leads")
    async with desk.reading() as connection:
        await connection.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
    try:
        await eventually(broken_off.is_set, "it is broken off", seconds=5)
        await eventually(lambda: "LockLost" in stuck.fault or stuck.leading, "it begins again")
        await eventually(lambda: inbox.received or stuck.leading, "somebody leads")
    finally:
        await stuck.stop()
        await eventually(lambda: len(inbox.received) == 1, "the other one publishes it")
        await other.stop()
        await bus.stop()

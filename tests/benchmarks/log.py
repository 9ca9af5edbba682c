"""Measures the log: single durable appends, commands through the domain, and a reader behind sixteen writers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from uuid import uuid4

from shared.envelope import START
from shared.runtime.append_sql import Encoded, insert
from shared.runtime.codec import FactCodec
from shared.runtime.ports import AnyConnection, StreamKind
from shared.runtime.postgres.pool import Database
from shared.runtime.store import FactStore
from shared.runtime.streams import CommittingStreams, change
from tests.benchmarks import stock
from tests.benchmarks.figures import Figure, against
from tests.benchmarks.ground import NOTED, ORIGIN, Ground, Noted

SECONDS = 5.0
CONNECTIONS = 8
CALLERS = 256
WRITERS = 16

INSERT = (
    "INSERT INTO facts (stream_id, version, name, state) VALUES "
    "(gen_random_uuid()::text, 1, 'benchmark.noted.1', decode(repeat('78', 300), 'hex'));"
)
"""What pgbench does: a row of the same shape and size into the same table."""


Once = Callable[[], Awaitable[int]]


async def per_second(workers: Sequence[Once]) -> float:
    """How much these tasks get done a second; each call answers how much it did."""

    async def loop(once: Once, until: float) -> int:
        done = 0
        while time.perf_counter() < until:
            done += await once()
        return done

    warm = time.perf_counter() + 0.5
    await asyncio.gather(*(loop(worker, warm) for worker in workers))
    began = time.perf_counter()
    total = sum(await asyncio.gather(*(loop(worker, began + SECONDS) for worker in workers)))
    return total / (time.perf_counter() - began)


async def single_appends(ground: Ground) -> Sequence[Figure]:
    """One event per durable transaction on eight connections, without the group commit. We are handed bytes and keep
    our connections, as both peers do; what encoding costs is part of the commands' figure."""
    stored = FactCodec((Noted,)).encode("noted:1", 1, NOTED, ORIGIN)
    fact = (1, stored.topic, stored.state)
    async with ground.opened("single", CONNECTIONS) as database, AsyncExitStack() as stack:
        connections = [await stack.enter_async_context(_connection(database)) for _ in range(CONNECTIONS)]
        ours = await per_second([partial(_insert, connection, fact) for connection in connections])
        peer = await asyncio.to_thread(stock.pgbench, database.url, INSERT, CONNECTIONS, int(SECONDS), ground.folder)
    empty = await ground.empty("stock")
    theirs = await asyncio.to_thread(stock.recorder, empty.owner_url, CONNECTIONS, SECONDS)
    return [
        against("single appends, 8 connections", ours, "events/s", "pgbench, same INSERT", peer, 0.75),
        against("single appends, 8 connections", ours, "events/s", "stock recorder, 8 threads", theirs, 8),
    ]


@asynccontextmanager
async def _connection(database: Database) -> AsyncIterator[AnyConnection]:
    connection = await database.connect("append")
    try:
        yield connection
    finally:
        await connection.close()


async def _insert(connection: AnyConnection, fact: tuple[int, str, bytes]) -> int:
    assert await insert(connection, [Encoded(f"noted:{uuid4().hex}", 0, (fact,))]) == [None]
    return 1


async def _append_alone(store: FactStore) -> int:
    stored = store.codec.encode(f"noted:{uuid4().hex}", 1, NOTED, ORIGIN)
    async with store.pool.acquire() as connection:
        return await _insert(connection, (1, stored.topic, stored.state))


class _Count:
    """The smallest state that a decision needs."""

    kind: StreamKind[int] = StreamKind("noted", 0, lambda count, _: count + 1)


async def commands(ground: Ground) -> Sequence[Figure]:
    """Load, decide, append from 256 callers: open a stream, then change it, as the peer does."""
    async with ground.opened("commands", CONNECTIONS) as database:
        store = FactStore(database.pool, FactCodec((Noted,)))
        streams = CommittingStreams(store)
        await store.start()

        async def two() -> int:
            identity = uuid4().hex
            await change(streams, _Count.kind, identity, lambda _: (NOTED,), ORIGIN)
            await change(streams, _Count.kind, identity, lambda _: (NOTED,), ORIGIN)
            return 2

        ours = await per_second([two] * CALLERS)
        await store.stop()
    empty = await ground.empty("stock_commands")
    theirs = await asyncio.to_thread(stock.application, empty.owner_url, CONNECTIONS, SECONDS)
    return [against("commands, 256 callers", ours, "commands/s", "stock application, 8 threads", theirs, 25)]


async def tailing(ground: Ground) -> Sequence[Figure]:
    """A reader follows the log while sixteen writers append on connections of their own: how many did it miss?"""
    async with ground.opened("tailing", WRITERS + 2) as database:
        store = FactStore(database.pool, FactCodec((Noted,)))
        reader = asyncio.create_task(_follow(store))
        rate = await per_second([partial(_append_alone, store)] * WRITERS)
        written = await database.pool.fetchval("SELECT count(*) FROM facts")
        seen = await _until(reader, written)
    return [
        Figure("tailing reader, 16 writers: missed", float(written - seen), "events", aim=0, higher=False),
        Figure("tailing reader, 16 writers: written", rate, "events/s"),
    ]


class _Seen:
    count = 0


async def _follow(store: FactStore) -> None:
    _Seen.count, position = 0, START
    while True:
        batch = await store.read(position, 2000)
        if batch:
            _Seen.count += len(batch)
            last = batch[-1].position
            assert last is not None
            position = last
        else:
            await asyncio.sleep(0.002)


async def _until(reader: asyncio.Task[None], written: int) -> int:
    async with asyncio.timeout(30):
        before = -1
        while _Seen.count < written and before != _Seen.count:
            before = _Seen.count
            await asyncio.sleep(1)
    reader.cancel()
    return _Seen.count


async def reading(ground: Ground) -> Sequence[Figure]:
    """Facts a second out of the log, decoded, against the same rows fetched and left alone."""
    async with ground.opened("tailing", 2) as database:  # filled by the writers above
        store = FactStore(database.pool, FactCodec((Noted,)))
        began, count, position = time.perf_counter(), 0, START
        while batch := await store.read(position, 5000):
            count += len(batch)
            last = batch[-1].position
            assert last is not None
            position = last
        ours = count / (time.perf_counter() - began)
        raw = await _raw(database)
    return [against("log read and decoded", ours, "events/s", "SELECT of the same rows", raw)]


async def _raw(database: Database) -> float:
    began = time.perf_counter()
    rows = await database.pool.fetch("SELECT stream_id, version, name, state FROM facts")
    return len(rows) / (time.perf_counter() - began)

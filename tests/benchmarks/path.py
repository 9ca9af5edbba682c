"""Measures the way of a fact to the others: log -> relay -> Kafka -> the registry's audit trail."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from uuid import uuid4

from infra.kafka import LocalKafka, user_cache
from services.registry.adapters.trail_writer import SqlTrailWriter
from services.registry.app import MIGRATIONS
from services.registry.inbox import Witness
from shared.envelope import CaseId
from shared.runtime.clock import SystemClock
from shared.runtime.codec import FactCodec
from shared.runtime.consumer import Consumer
from shared.runtime.kafka_bus import KafkaBus
from shared.runtime.kafka_settings import KafkaSettings
from shared.runtime.ports import Append, Recorded
from shared.runtime.postgres.migrations import migrate
from shared.runtime.postgres.pool import Database
from shared.runtime.relay import Relay
from shared.runtime.store import FactStore
from shared.runtime.topics import ensure_topics
from tests.benchmarks.figures import Figure
from tests.benchmarks.ground import NOTED, ORIGIN, Ground, Noted

BACKLOG = 40_000
RATE = 1_000
SECONDS = 15.0


@dataclass
class Way:
    """A log whose facts are relayed as review's, and the registry's trail at the other end."""

    store: FactStore
    relay: Relay
    trail: Database
    sent: dict[str, float] = field(default_factory=dict)

    async def arrived(self) -> int:
        return int(await self.trail.pool.fetchval("SELECT count(*) FROM audit_trail"))


def _case_of(recorded: Recorded) -> CaseId:
    return CaseId(recorded.stream.partition(":")[2])


@asynccontextmanager
async def way(ground: Ground, name: str) -> AsyncIterator[Way]:
    broker = LocalKafka(ground.folder / "kafka", cache=user_cache(), tied=True)
    settings = KafkaSettings(await asyncio.to_thread(broker.start), prefix=f"{name}.")
    try:
        await ensure_topics(settings)
        async with ground.opened(f"{name}_log", 10) as log, _trail(ground, name) as trail:
            store = FactStore(log.pool, FactCodec((Noted,)))
            sending, receiving = KafkaBus(settings), KafkaBus(settings)
            receiving.subscribe(Consumer(trail, Witness(SqlTrailWriter(trail.pool), SystemClock())))
            await store.start()
            await sending.start()
            await receiving.start()
            relay = Relay("review", log, store, sending, lambda _: None, _case_of)
            try:
                yield Way(store, relay, trail)
            finally:
                await relay.stop()
                await receiving.stop()
                await sending.stop()
                await store.stop()
    finally:
        await asyncio.to_thread(broker.stop)


@asynccontextmanager
async def _trail(ground: Ground, name: str) -> AsyncIterator[Database]:
    made = await ground.empty(f"{name}_registry")
    await migrate(made.owner_url, made.application_role, f"{name}_registry", Path(str(MIGRATIONS)))
    database = await Database.open(made.application_url, "benchmark", 10)
    try:
        yield database
    finally:
        await database.close()


async def drain(ground: Ground) -> Sequence[Figure]:
    """A backlog in the log is relayed, carried by Kafka and on the trail: from the relay's start to the last row."""
    async with way(ground, "drain") as path:
        await asyncio.gather(*(_fill(path.store, BACKLOG // 100) for _ in range(100)))
        began = time.perf_counter()
        path.relay.start()
        async with asyncio.timeout(120):
            while await path.arrived() < BACKLOG:
                await asyncio.sleep(0.01)
        taken = time.perf_counter() - began
    return [Figure("drain: log -> Kafka -> registry", BACKLOG / taken, "events/s")]


async def _fill(store: FactStore, count: int) -> None:
    for _ in range(count):
        await store.append(Append(f"noted:{uuid4().hex}", 0, (NOTED,), ORIGIN))


async def visible(ground: Ground) -> Sequence[Figure]:
    """At 1,000 events a second: from the durable append to the row on the trail being visible to a reader."""
    async with way(ground, "visible") as path:
        path.relay.start()
        await _warm(path)
        watching = asyncio.create_task(_watch(path))
        began = time.perf_counter()
        appends: set[asyncio.Task[None]] = set()
        for number in range(int(RATE * SECONDS)):
            await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            appends.add(asyncio.create_task(_send(path)))
        await asyncio.gather(*appends)
        async with asyncio.timeout(30):
            waits = await watching
    cuts = quantiles([1000 * wait for wait in waits], n=100)
    offered = len(waits) / SECONDS
    return [
        Figure("commit to visible in the registry, p50", cuts[49], "ms"),
        Figure("commit to visible in the registry, p99", cuts[98], "ms"),
        Figure("commit to visible: events offered", offered, "events/s"),
    ]


async def _warm(path: Way) -> None:
    await _fill(path.store, 1)
    async with asyncio.timeout(30):
        while await path.arrived() < 1:
            await asyncio.sleep(0.05)


async def _send(path: Way) -> None:
    identity = uuid4().hex
    await path.store.append(Append(f"noted:{identity}", 0, (NOTED,), ORIGIN))
    path.sent[f"noted:{identity}"] = time.perf_counter()


async def _watch(path: Way) -> list[float]:
    """Asks for new rows every millisecond or so; a row counts from when the answer with it came."""
    waits: list[float] = []
    last = int(await path.trail.pool.fetchval("SELECT max(entry) FROM audit_trail"))
    early: dict[str, float] = {}
    total = int(RATE * SECONDS)
    while len(waits) < total:
        rows = await path.trail.pool.fetch(
            "SELECT entry, stream FROM audit_trail WHERE entry > $1 AND xid < pg_snapshot_xmin(pg_current_snapshot())"
            " ORDER BY entry",
            last,
        )
        now = time.perf_counter()
        early |= {row["stream"]: now for row in rows}
        for stream in [stream for stream in early if stream in path.sent]:
            # a fact may be seen before its own append has returned to its caller: that is a wait of nothing
            waits.append(max(0.0, early.pop(stream) - path.sent.pop(stream)))
        last = max([last, *(row["entry"] for row in rows)])
        await asyncio.sleep(0.001)
    return waits

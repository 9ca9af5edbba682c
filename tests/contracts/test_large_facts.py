"""Large facts: a batch is limited by its bytes as well as by its count, wherever the log is read."""

from __future__ import annotations

from collections.abc import Sequence

from shared.envelope import START, Position
from shared.runtime.codec import MAX_STATE_BYTES
from shared.runtime.memory_bus import MemoryBus
from shared.runtime.ports import AnyConnection, Recorded
from shared.runtime.postgres.pool import Database
from shared.runtime.projector import Projector
from shared.runtime.relay import Relay
from shared.runtime.store import READ_BYTES, FactStore
from tests.contracts.buses import Collector
from tests.contracts.probe import AUDIT, case_of, note
from tests.support.waiting import eventually

COUNT = 30
LARGE = 400_000
BOUND = READ_BYTES + MAX_STATE_BYTES


def weight(batch: Sequence[Recorded]) -> int:
    return sum(len(one.state) for one in batch)


async def fill(store: FactStore) -> None:
    for case in range(COUNT):
        await note(store, f"c{case:02}", "x" * LARGE)


class Weighing:
    """A view that remembers how heavy its batches were."""

    name = "weighing"
    ddl = "CREATE TABLE seen (stream text);"

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.streams: list[str] = []

    async def apply(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None:
        self.batches.append(weight(batch))
        self.streams += [one.stream for one in batch]


async def test_a_read_stops_at_its_bytes_and_the_next_goes_on_where_it_stopped(store: FactStore) -> None:
    await fill(store)
    after: Position = START
    streams: list[str] = []
    while batch := await store.read(after, 500):
        assert len(batch) == 1 or weight(batch[:-1]) < READ_BYTES
        assert weight(batch) <= BOUND
        streams += [one.stream for one in batch]
        after = batch[-1].position or START
    assert streams == [f"case:c{case:02}" for case in range(COUNT)]


async def test_a_fact_larger_than_the_limit_comes_alone_and_small_ones_come_by_the_count(store: FactStore) -> None:
    await note(store, "a", *map(str, range(20)))
    await note(store, "b", "x" * LARGE)
    assert [len(await store.read(START, 7, most)) for most in (1, READ_BYTES)] == [1, 7]
    assert [one.version for one in await store.read(START, 500)] == [*range(1, 21), 1]


async def test_relay_and_views_take_large_facts_in_light_batches(desk: Database, store: FactStore) -> None:
    await fill(store)
    view, inbox, bus = Weighing(), Collector(topics=(AUDIT,)), MemoryBus()
    bus.subscribe(inbox)
    await bus.start()
    heaviest: list[int] = []

    def weighed(recorded: Recorded) -> None:
        heaviest.append(len(recorded.state))

    relay, projector = Relay("review", desk, store, bus, weighed, case_of), Projector(desk, store, view)
    relay.start()
    await projector.start()
    try:
        await eventually(lambda: len(inbox.received) >= COUNT and len(view.streams) >= COUNT, "both are through")
    finally:
        await relay.stop()
        await projector.stop()
        await bus.stop()
    assert max(view.batches) <= BOUND
    assert await projector.rebuild() == COUNT
    assert max(view.batches) <= BOUND
    assert len(inbox.received) == len(heaviest) == COUNT

"""A rolling deployment: the old process meets facts that only the new one knows. It waits; nothing is parked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import pytest

from shared.runtime.codec import FactCodec, UnknownFact
from shared.runtime.consumer import Consumer
from shared.runtime.memory_bus import MemoryBus
from shared.runtime.ports import AnyConnection, Append, Recorded, Transient
from shared.runtime.postgres.pool import Database
from shared.runtime.projector import Projector
from shared.runtime.relay import Relay
from shared.runtime.store import FactStore
from tests.contracts.buses import Collector
from tests.contracts.probe import (
    AUDIT,
    CODEC,
    ORIGIN,
    Noted,
    Scribe,
    case_of,
    count,
    delivered,
    note,
    to_public,
    told,
    written,
)
from tests.support.waiting import eventually


@dataclass(frozen=True)
class Sealed:
    """What the next release adds."""

    NAME: ClassVar[str] = "review.sealed.1"
    text: str


NEWER = FactCodec([Noted, Sealed])


class Sizes:
    """A view that only needs facts."""

    name = "sizes"
    ddl = "CREATE TABLE sizes (stream text, size int);"

    async def apply(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None:
        rows = [(one.stream, len(one.fact.text)) for one in batch]
        await connection.executemany("INSERT INTO sizes VALUES ($1, $2)", rows)


def silent(_: Recorded) -> None:
    """Nothing of it is public."""


@pytest.fixture
async def newer(desk: Database) -> AsyncIterator[FactStore]:
    store = FactStore(desk.pool, NEWER)
    await store.start()
    yield store
    await store.stop()


def subscriber(store: FactStore) -> Scribe:
    """Loads its own stream before it decides, as every subscriber does."""

    async def load() -> None:
        await store.load("case:a")

    return Scribe(before=load)


async def seal(store: FactStore, expected: int) -> None:
    await store.append(Append("case:a", expected, (Sealed("密封"),), ORIGIN))


async def test_a_delivery_is_tried_again_and_not_parked(desk: Database, store: FactStore, newer: FactStore) -> None:
    await note(store, "a", "1")
    await seal(newer, 1)
    old = Consumer(desk, subscriber(store))
    with pytest.raises(Transient, match=r"case:a/2 \(review\.sealed\.1\)"):
        await old.receive(delivered([told("a", 1), told("a", 2)]))
    assert (await count(desk, "parked"), await written(desk)) == (0, [])
    assert await old.positions([("review.events.v1", 0)]) == {}, "the offset stays where it was"
    await Consumer(desk, subscriber(newer)).receive(delivered([told("a", 1), told("a", 2)]))
    assert await written(desk) == ["1", "2"]


async def test_the_old_relay_says_so_and_lets_the_new_one_publish(
    desk: Database, store: FactStore, newer: FactStore
) -> None:
    inbox, bus = Collector(topics=(AUDIT,)), MemoryBus()
    bus.subscribe(inbox)
    await bus.start()
    old = Relay("review", desk, store, bus, to_public, case_of)
    await note(store, "a", "1")
    await seal(newer, 1)
    old.start()
    await eventually(lambda: "case:a/2 (review.sealed.1)" in old.healthy(), "the old relay names the fact it waits at")
    new = Relay("review", desk, newer, bus, silent, case_of)
    new.start()
    try:
        await eventually(lambda: len(inbox.received) == 2, "the new one publishes both")
    finally:
        await old.stop()
        await new.stop()
        await bus.stop()


async def test_the_old_view_says_which_release_it_waits_for(desk: Database, store: FactStore, newer: FactStore) -> None:
    view = Projector(desk, store, Sizes())
    await view.start()
    try:
        await seal(newer, 0)
        wanted = "view sizes waits for the release that knows case:a/1 (review.sealed.1)"
        await eventually(lambda: view.healthy() == wanted, "health names the fact")
    finally:
        await view.stop()


def test_an_unknown_fact_is_an_error_that_passes() -> None:
    with pytest.raises(UnknownFact) as raised:
        CODEC.decode("case:a", 2, "review.sealed.1", b"{}", None)
    assert isinstance(raised.value, Transient)
    assert raised.value.where == "case:a/2 (review.sealed.1)"

"""The log reaches the bus whole and in order, whoever publishes it and however often that has to begin again."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from shared.envelope import Envelope
from shared.events import CorrectionRequested, PublicEvent
from shared.runtime.consumer import Consumer
from shared.runtime.memory_bus import MemoryBus
from shared.runtime.ports import Delivery, Record, Recorded, Transient
from shared.runtime.postgres.pool import Database
from shared.runtime.records import MAX_RECORD_BYTES, from_record
from shared.runtime.relay import Relay
from shared.runtime.store import FactStore
from shared.runtime.topic_names import CERTIFICATIONS
from tests.contracts.buses import Collector
from tests.contracts.probe import (
    AUDIT,
    EVENTS,
    NOON,
    ORIGIN,
    Scribe,
    case_of,
    note,
    text_of,
    to_public,
    written,
)
from tests.support.waiting import eventually, eventually_asked


def texts(inbox: Collector, topic: str = EVENTS) -> list[str]:
    return [text_of(read(delivery)) for delivery in inbox.received if delivery.record.topic == topic]


def read(delivery: Delivery) -> Envelope:
    envelope = from_record(delivery.record)
    assert isinstance(envelope, Envelope)
    return envelope


@asynccontextmanager
async def relaying(
    desk: Database,
    store: FactStore,
    *inboxes: Any,
    translate: Callable[[Recorded], PublicEvent | None] = to_public,
    **more: Any,
) -> AsyncIterator[Relay]:
    bus = MemoryBus(backoff_seconds=0.01, patience_seconds=0.2)
    for inbox in inboxes:
        bus.subscribe(inbox)
    await bus.start()
    relay = Relay("review", desk, store, bus, translate, case_of, **more)
    relay.start()
    try:
        yield relay
    finally:
        await relay.stop()
        await bus.stop()


async def published(desk: Database, store: FactStore) -> bool:
    """Whether the checkpoint stands at the head of the log."""
    head = await store.head()
    async with desk.reading() as connection:
        row = await connection.fetchrow("SELECT xid, number FROM checkpoints WHERE name = 'relay'")
    return row is not None and (row["xid"], row["number"]) == (head.xid, head.number)


async def test_every_fact_is_published_in_order_and_the_checkpoint_follows(desk: Database, store: FactStore) -> None:
    inbox = Collector(topics=(EVENTS, AUDIT))
    await note(store, "a", "1", "-2", "3")
    async with relaying(desk, store, inbox):
        await note(store, "b", "4")
        await eventually_asked(lambda: published(desk, store), "all is published")
    assert texts(inbox) == ["1", "3", "4"]
    assert texts(inbox, AUDIT) == ["1", "-2", "3", "4"]


async def test_a_public_event_carries_its_origin_and_address(desk: Database, store: FactStore) -> None:
    inbox = Collector()
    async with relaying(desk, store, inbox, audit=False):
        await note(store, "a", "-", "补正")
        await eventually_asked(lambda: published(desk, store), "all is published")
    (event,) = map(read, inbox.received)
    recorded = (await store.read())[1]
    assert event.id == "case:a/2"
    assert (event.source, event.type, event.schema, event.case_id) == ("review", "CorrectionRequested", 1, "a")
    assert (event.origin, event.position) == (ORIGIN, recorded.position)
    assert event.data == {"case_id": "a", "items": ["补正"], "requested_at": "2026-03-02T04:00:00Z"}


async def test_an_audit_record_holds_the_fact_and_the_digest_of_its_bytes(desk: Database, store: FactStore) -> None:
    inbox = Collector(topics=(AUDIT,))
    await note(store, "a", "补正")
    async with relaying(desk, store, inbox):
        await eventually(lambda: inbox.received, "the audit record")
    (fact,) = map(read, inbox.received)
    async with desk.reading() as connection:
        state = await connection.fetchval("SELECT state FROM facts")
    data: Any = fact.data
    assert (fact.type, fact.schema, fact.case_id) == ("review.noted.1", 1, "a")
    assert (data["stream"], data["version"], data["name"]) == ("case:a", 1, "review.noted.1")
    assert data["sha256"] == hashlib.sha256(state).hexdigest()
    assert data["state"]["text"] == "补正"
    assert data["state"]["meta"]["actor"]["id"] == "u-7"


async def test_partners_learn_what_was_decided_and_not_by_whom(desk: Database, store: FactStore) -> None:
    partner = Collector(topics=(CERTIFICATIONS,))
    async with relaying(desk, store, partner, to_partners=to_public):
        await note(store, "a", "1")
        await eventually(lambda: partner.received, "the partner's record")
    record = partner.received[0].record
    assert read(partner.received[0]).origin.actor.id == "machine:review"
    assert "u-7" not in str(record)
    assert "材料不齐" not in str(record)


async def test_a_publish_that_fails_is_repeated_from_the_checkpoint_and_loses_nothing(
    desk: Database, store: FactStore
) -> None:
    inbox = Collector()
    inbox.fails = lambda batch: failing
    failing = True
    await note(store, "a", *map(str, range(30)))
    async with relaying(desk, store, inbox) as relay:
        await eventually(lambda: "not just now" in relay.fault, "the relay says why it waits")
        health = await relay.health()
        assert (health.leading, health.waiting, health.since) == (True, 30, NOON) or not health.leading
        failing = False
        await eventually_asked(lambda: published(desk, store), "all is published")
        assert (await relay.health()).waiting == 0
        assert relay.fault == ""
    assert texts(inbox) == [str(number) for number in range(30)]


async def test_a_crash_before_the_checkpoint_repeats_a_suffix_that_consumers_refuse(
    desk: Database, store: FactStore
) -> None:
    """Stops the relay again and again between handing over and remembering."""
    consumer = Consumer(desk, Scribe())

    class Crashing(Collector):
        """Handles the batch, and then the publisher dies before it hears of it."""

        async def receive(self, batch: Sequence[Delivery]) -> None:
            await consumer.receive(batch)
            crashed.set()
            await asyncio.Event().wait()

    await note(store, "a", *map(str, range(700)))
    for _ in range(3):
        crashed = asyncio.Event()
        async with relaying(desk, store, Crashing(), audit=False):
            await crashed.wait()
    async with relaying(desk, store, consumer, audit=False):
        await eventually_asked(lambda: published(desk, store), "all is published")
    assert await written(desk) == [str(number) for number in range(700)]
    assert consumer.tally.duplicates >= 1500


async def test_a_fact_that_cannot_be_translated_stops_the_relay_before_it_and_nothing_is_skipped(
    desk: Database, store: FactStore
) -> None:
    def stumbling(recorded: Recorded) -> PublicEvent | None:
        return None if recorded.fact.text == "3" and 1 / poison else to_public(recorded)

    poison = 0
    inbox = Collector()
    await note(store, "a", "1", "2", "3", "4")
    async with relaying(desk, store, inbox, translate=stumbling) as relay:
        await eventually(lambda: relay.fault, "the relay stops")
        assert "case:a/3 (review.noted.1): ZeroDivisionError" in relay.fault
        health = await relay.health()
        assert (health.waiting, health.leading, health.fault) == (2, False, relay.fault)
        assert texts(inbox) == ["1", "2"]
    async with relaying(desk, store, inbox) as relay:
        await eventually_asked(lambda: published(desk, store), "all is published after the repair")
        assert relay.fault == ""
    assert texts(inbox) == ["1", "2", "3", "4"]


async def test_a_public_record_that_no_bus_would_take_stops_the_relay_with_words(
    desk: Database, store: FactStore
) -> None:
    def verbose(recorded: Recorded) -> PublicEvent:
        return CorrectionRequested(case_of(recorded), ("x" * MAX_RECORD_BYTES,), NOON)

    await note(store, "a", "1")
    async with relaying(desk, store, Collector(), translate=verbose) as relay:
        await eventually(lambda: "publish its digest" in relay.fault, "the relay says what to do")
    assert not await published(desk, store)


async def test_a_word_about_another_case_than_its_fact_stops_the_relay(desk: Database, store: FactStore) -> None:
    """It would travel under a key of its own, beside the other events of that case instead of behind them."""

    def astray(recorded: Recorded) -> PublicEvent:
        return CorrectionRequested("b", ("1",), NOON)

    inbox = Collector()
    await note(store, "a", "1")
    async with relaying(desk, store, inbox, translate=astray) as relay:
        await eventually(lambda: "disagree" in relay.fault, "the relay says what is wrong")
    assert inbox.received == []


async def test_a_large_backlog_goes_out_in_pieces(desk: Database, store: FactStore) -> None:
    sizes: list[int] = []

    class Counting(MemoryBus):
        async def publish(self, records: Sequence[Record]) -> None:
            sizes.append(sum(len(record.value) for record in records))
            await super().publish(records)

    for case in range(40):
        await note(store, f"c{case}", "x" * 300_000)
    bus = Counting()
    await bus.start()
    relay = Relay("review", desk, store, bus, to_public, case_of)
    relay.start()
    await eventually_asked(lambda: published(desk, store), "all is published")
    await relay.stop()
    assert len(sizes) >= 5
    assert max(sizes) < 6_000_000


async def test_one_leads_and_the_other_takes_over_when_its_session_ends(desk: Database, store: FactStore) -> None:
    consumer = Consumer(desk, Scribe())
    async with relaying(desk, store, consumer) as one:
        await eventually(lambda: one.leading, "the first leads")
        async with relaying(desk, store, consumer) as two:
            await note(store, "a", "1")
            await eventually_asked(lambda: published(desk, store), "published by the first")
            assert not two.leading
            async with desk.reading() as connection:
                await connection.fetch(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
                    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                )
            await eventually(lambda: not one.leading, "the first notices without any news in the log", seconds=5)
            await eventually(lambda: one.leading or two.leading, "one of them leads again")
            assert not (one.leading and two.leading)
            await note(store, "a", "2", expected=1)
            await eventually_asked(lambda: published(desk, store), "published by whoever leads")
    assert await written(desk) == ["1", "2"]


async def test_who_lost_the_checkpoint_publishes_nothing_more(desk: Database, store: FactStore) -> None:
    inbox = Collector()
    await note(store, "a", "1")
    async with relaying(desk, store, inbox) as relay:
        await eventually_asked(lambda: published(desk, store), "all is published")
        async with desk.transaction() as connection:
            await connection.execute("UPDATE checkpoints SET number = 0, xid = 0")
        await note(store, "a", "2", expected=1)
        await eventually(lambda: len(inbox.received) == 3, "it begins again at the checkpoint that stands")
        await eventually(lambda: relay.fault == "", "and is well")
    assert texts(inbox) == ["1", "1", "2"]


async def test_a_transient_fault_is_told_from_a_poison(desk: Database, store: FactStore) -> None:
    class Away(MemoryBus):
        async def publish(self, records: Sequence[Record]) -> None:
            tries.append(len(records))
            if len(tries) < 3:
                raise Transient("the broker is away")
            await super().publish(records)

    tries: list[int] = []
    bus = Away()
    await bus.start()
    await note(store, "a", "1")
    relay = Relay("review", desk, store, bus, to_public, case_of)
    relay.start()
    await eventually_asked(lambda: published(desk, store), "the third attempt goes through")
    await relay.stop()
    assert tries == [2, 2, 2]

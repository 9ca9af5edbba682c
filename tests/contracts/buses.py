"""The buses under contract, and what each of them openly does not promise."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer

from shared.runtime.kafka_bus import KafkaBus
from shared.runtime.kafka_settings import KafkaSettings
from shared.runtime.memory_bus import MemoryBus
from shared.runtime.ports import Bus, Delivery, Record, Transient
from shared.runtime.topics import Topic, ensure_topics

EVENTS, OTHERS = "review.events.v1", "intake.events.v1"
PARTITIONS = 3


@dataclass(frozen=True)
class Features:
    """A promise that one bus makes and another does not; a test of it is skipped where it is False."""

    handled_on_return: bool
    """``publish`` returns when every subscriber has handled the records, not merely when they are durable."""
    keeps_records: bool
    """Records wait in the bus for a subscriber that is away; without it the publisher's log has to keep them."""
    shares_a_group: bool
    """Several processes with the same inbox name divide the work."""
    isolates_failures: bool
    """A failing inbox holds up one partition, not every publisher."""
    knows_its_topics: bool
    """Publishing to a topic that was never made is refused."""
    open_to_others: bool
    """Somebody else can write to a topic, in any form."""


class KafkaRig:
    features = Features(False, True, True, True, True, True)

    def __init__(self, bootstrap: str, prefix: str) -> None:
        self.settings = KafkaSettings(
            bootstrap, prefix, session_seconds=3, publish_seconds=4, stop_seconds=5, backoff_seconds=0.02, batch=50
        )

    async def prepare(self) -> None:
        await ensure_topics(self.settings, [Topic(EVENTS, PARTITIONS), Topic(OTHERS, PARTITIONS)])

    def bus(self) -> Bus:
        return KafkaBus(self.settings)

    async def write_anything(
        self, key: bytes | None, headers: Sequence[tuple[str, bytes]], value: bytes | None
    ) -> None:
        producer = AIOKafkaProducer(bootstrap_servers=self.settings.bootstrap)
        await producer.start()
        try:
            await producer.send_and_wait(self.settings.prefix + EVENTS, value, key, headers=headers)
        finally:
            await producer.stop()


class MemoryRig:
    features = Features(True, False, False, False, False, False)

    async def prepare(self) -> None: ...

    def bus(self) -> Bus:
        return MemoryBus(batch=50, backoff_seconds=0.01, backoff_most_seconds=0.02, patience_seconds=4)

    async def write_anything(
        self, key: bytes | None, headers: Sequence[tuple[str, bytes]], value: bytes | None
    ) -> None:
        raise NotImplementedError("nobody else reaches into this process")


Rig = KafkaRig | MemoryRig


@dataclass
class Collector:
    """An inbox that keeps what it received, and how far, in memory; ``fails`` says which batches it refuses."""

    topics: tuple[str, ...] = (EVENTS,)
    name: str = field(default_factory=lambda: f"collector-{uuid.uuid4().hex[:8]}")
    fails: Callable[[Sequence[Delivery]], bool] = lambda batch: False
    received: list[Delivery] = field(default_factory=list)
    refused: int = 0
    next: dict[tuple[str, int], int] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)

    async def positions(self, partitions: Sequence[tuple[str, int]]) -> Mapping[tuple[str, int], int]:
        self.asked.extend(partitions)
        return {partition: self.next[partition] for partition in partitions if partition in self.next}

    async def receive(self, batch: Sequence[Delivery]) -> None:
        if self.fails(batch):
            self.refused += 1
            raise Transient("not just now")
        self.received.extend(batch)
        for delivery in batch:
            if delivery.offset is not None:
                self.next[delivery.record.topic, delivery.partition] = delivery.offset + 1

    def values(self, key: str | None = None) -> list[str]:
        return [d.record.value.decode() for d in self.received if key is None or d.record.key == key]

    def keys(self) -> set[str]:
        return {delivery.record.key for delivery in self.received}


def record(key: str, value: str, topic: str = EVENTS, headers: Mapping[str, str] | None = None) -> Record:
    return Record(topic, key, headers or {"ce_id": f"case:{key}/{value}"}, value.encode())


def series(key: str, count: int, first: int = 0) -> list[Record]:
    return [record(key, str(number)) for number in range(first, first + count)]


def numbers(count: int, first: int = 0) -> list[str]:
    return [str(number) for number in range(first, first + count)]

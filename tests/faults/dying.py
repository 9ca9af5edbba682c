"""A real service that kills itself at one exact point: ``dying <service> relay|consumer`` in the service's environment.

``relay``: after the bus took what was published, before the checkpoint is moved. ``consumer``: after the subscriber's
effect was written, before the transaction commits. Nothing of the service itself is different.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

from services.__main__ import builds
from shared.runtime import service as assembly
from shared.runtime.consumer import Consumer
from shared.runtime.kafka_bus import KafkaBus
from shared.runtime.kafka_settings import KafkaSettings
from shared.runtime.ports import AnyConnection, Delivery, Effect, Record, Subscriber
from shared.runtime.process import opened
from shared.runtime.settings import Settings


def die(what: str) -> None:
    print(what, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


class PublishesAndDies(KafkaBus):
    async def publish(self, records: Sequence[Record]) -> None:
        await super().publish(records)
        if records:
            die(f"published {len(records)} records")


class WritesAndDies:
    """A subscriber whose effect is carried out to the end."""

    def __init__(self, subscriber: Subscriber) -> None:
        self.name = subscriber.name
        self.topics = subscriber.topics
        self._subscriber = subscriber

    async def prepare(self, batch: Sequence[Delivery]) -> Effect:
        effect = await self._subscriber.prepare(batch)

        async def written(connection: AnyConnection) -> None:
            await effect(connection)
            die(f"{self.name} wrote the effect of {len(batch)} deliveries")

        return written


class DyingConsumer(Consumer):
    def __init__(self, database: Any, subscriber: Subscriber, bury: Any = None) -> None:
        super().__init__(database, WritesAndDies(subscriber), bury)


async def run(name: str, where: str) -> None:
    settings = Settings()
    kafka = KafkaSettings(settings.kafka, prefix=settings.topic_prefix, client=name)
    if where == "consumer":
        assembly.Consumer = DyingConsumer  # type: ignore[misc]
    bus = PublishesAndDies(kafka) if where == "relay" else KafkaBus(kafka)
    async with opened(name, builds()[name], settings, bus) as service, service.running():
        await bus.start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], sys.argv[2]))

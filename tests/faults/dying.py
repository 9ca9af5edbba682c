"""A real service that kills itself at one exact point: ``dying <service> relay|consumer|answer`` in the service's
environment.

``relay``: after the bus took what was published, before the checkpoint is moved. ``consumer``: after the subscriber's
effect was written, before the transaction commits. ``answer``: after a command was committed, before its caller hears
of it. Nothing of the service itself is different.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

from services.__main__ import builds
from shared.runtime import process, service
from shared.runtime.consumer import Consumer
from shared.runtime.kafka_bus import KafkaBus
from shared.runtime.ports import AnyConnection, Append, Delivery, Effect, Record, Subscriber
from shared.runtime.store import FactStore


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


class AppendsAndDies(FactStore):
    async def append(self, append: Append) -> None:
        await super().append(append)
        die(f"appended to {append.stream}")


def run(name: str, where: str) -> None:
    """As the service's own entry point does, with one class replaced."""
    match where:
        case "relay":
            vars(process)["KafkaBus"] = PublishesAndDies
        case "consumer":
            vars(service)["Consumer"] = DyingConsumer
        case "answer":
            vars(service)["FactStore"] = AppendsAndDies
        case _:
            raise ValueError(where)
    process.run_alone(name, builds()[name])


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2])

"""One member as a process of its own, so that it can be killed: ``member_process URL KAFKA PREFIX``."""

from __future__ import annotations

import asyncio
import sys

from shared.runtime.consumer import Consumer
from shared.runtime.kafka_bus import KafkaBus
from shared.runtime.kafka_settings import KafkaSettings
from shared.runtime.postgres.pool import Database
from shared.runtime.relay import Relay
from shared.runtime.store import FactStore
from tests.contracts.probe import CODEC, Scribe, case_of, to_public


async def main(url: str, bootstrap: str, prefix: str) -> None:
    database = await Database.open(url, "member", size=3)
    store = FactStore(database.pool, CODEC)
    bus = KafkaBus(KafkaSettings(bootstrap, prefix, session_seconds=1.5, publish_seconds=5))
    bus.subscribe(Consumer(database, Scribe()))
    await bus.start()
    Relay("review", database, store, bus, to_public, case_of).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

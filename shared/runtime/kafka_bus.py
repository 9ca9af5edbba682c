"""Understands how records travel over Kafka: what is published is durable, what is read begins where the database says.

Two rules learned from the client library (aiokafka 0.14). A producer that raised is never used again: its idempotent
sequence may be stuck for ever (aio-libs/aiokafka#1017), so it is stopped and a new one is built, and the caller
publishes the suffix again. And the offsets that Kafka keeps are for showing lag only: the truth is the inbox's.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.runtime.kafka_reader import KafkaReader
from shared.runtime.kafka_settings import KafkaSettings
from shared.runtime.ports import Inbox, Record, Transient
from shared.runtime.records import limited
from shared.runtime.symptom import symptom

log = logging.getLogger(__name__)


class KafkaBus:
    """A :class:`shared.runtime.ports.Bus` on Kafka. Topics must exist (``topics.ensure_topics``)."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None
        self._making = asyncio.Lock()
        self._readers: list[KafkaReader] = []
        self._fault = ""
        self._started = False

    def subscribe(self, inbox: Inbox) -> None:
        if self._started:
            raise RuntimeError("subscribe before start")
        if any(reader.name == inbox.name for reader in self._readers):
            raise ValueError(f"two inboxes are called {inbox.name}")
        self._readers.append(KafkaReader(self._settings, inbox))

    async def start(self) -> None:
        """Begins to read. Publishing connects by itself; a broker that is away is waited for, and healthy() says so."""
        self._started = True
        for reader in self._readers:
            reader.start()

    async def stop(self) -> None:
        await asyncio.gather(*(reader.stop() for reader in self._readers))
        producer, self._producer, self._started = self._producer, None, False
        if producer is not None:
            await self._abandon(producer)

    async def publish(self, records: Sequence[Record]) -> None:
        """Returns when every in-sync replica has all records.

        Raises ``TooLarge`` before anything is sent, ``Transient`` on any doubt: then some records may have arrived.
        """
        for record in records:
            limited(record)
        if not self._started:
            raise Transient("the bus is stopped")
        if not records:
            return
        producer: AIOKafkaProducer | None = None
        try:
            async with asyncio.timeout(self._settings.publish_seconds):
                producer = await self._ready()
                await self._send(producer, records)
        except (KafkaError, TimeoutError, OSError) as fault:
            self._fault = f"Kafka: publishing failed: {symptom(fault)}"
            await self._discard(producer)
            raise Transient(f"Kafka: publishing failed: {type(fault).__name__} {fault}") from fault
        except asyncio.CancelledError:
            await self._discard(producer)  # what was queued may still be sent: this producer's order ends here
            raise
        self._fault = ""

    def healthy(self) -> str:
        return "; ".join(filter(None, [self._fault, *(reader.healthy() for reader in self._readers)]))

    def behind(self) -> Mapping[str, int]:
        return {reader.name: reader.behind for reader in self._readers}

    async def _ready(self) -> AIOKafkaProducer:
        async with self._making:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    **self._settings.connection(), acks="all", enable_idempotence=True, linger_ms=0
                )
                try:
                    await producer.start()
                except BaseException:
                    await self._abandon(producer)
                    raise
                self._producer = producer
            return self._producer

    async def _send(self, producer: AIOKafkaProducer, records: Sequence[Record]) -> None:
        pending = []
        try:
            for record in records:
                headers = [(name, text.encode()) for name, text in record.headers.items()]
                topic = self._settings.prefix + record.topic
                pending.append(await producer.send(topic, record.value, key=record.key.encode(), headers=headers))
            await asyncio.gather(*pending)
        finally:
            for sent in pending:  # after a failure nobody waits for the others; their outcome is the caller's doubt
                if sent.done() and not sent.cancelled():
                    sent.exception()

    async def _discard(self, producer: AIOKafkaProducer | None) -> None:
        if producer is None:
            return
        if self._producer is producer:
            self._producer = None
        await self._abandon(producer)

    async def _abandon(self, producer: AIOKafkaProducer) -> None:
        """Stops it, but not longer than the limit: a stuck producer waits for its queue for ever."""
        try:
            async with asyncio.timeout(self._settings.stop_seconds):
                await producer.stop()
        except (KafkaError, TimeoutError, OSError) as fault:
            log.warning("a Kafka producer did not stop in order: %s %s", type(fault).__name__, fault)
            with contextlib.suppress(KafkaError, TimeoutError, OSError):
                async with asyncio.timeout(self._settings.stop_seconds):
                    await producer.client.close()

"""Understands how one inbox reads its topics from Kafka: from the database's offset, per partition in order, for ever.

Whatever goes wrong with the client is answered in one way: throw the consumer away, wait a little longer each time,
build another one and ask the inbox where it stands. Whatever goes wrong in the inbox concerns one partition: it is
paused, and after a wait read again from where the inbox stands, while the other partitions go on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import ConsumerStoppedError, IllegalStateError, KafkaError

from shared.runtime.kafka_settings import KafkaSettings
from shared.runtime.ports import Delivery, Inbox, Record, Transient
from shared.runtime.symptom import symptom

log = logging.getLogger(__name__)

POLL_MILLISECONDS = 200
FETCH_MILLISECONDS = 200
"""How long the broker may hold an empty answer back; a seek waits for it, and so do retries and a stop."""

LAG_SECONDS = 5.0


class OffsetsDiffer(Exception):
    """The topic does not hold the offset at which the database wants to go on; reading there would lose records."""

    def __init__(self, partition: TopicPartition, said: str) -> None:
        self.where = f"{partition.topic}[{partition.partition}]"
        super().__init__(f"{self.where} {said}")


class NoTopic(Transient):
    """A topic that is to be read was never made."""

    def __init__(self, missing: Iterable[str]) -> None:
        self.where = ", ".join(sorted(missing))
        super().__init__(f"no topic {self.where}: make the topics first (shifan topics ensure)")


class Stalled(Exception):
    """The topic has more, and nothing arrives: the consumer is stuck and has to be built anew."""


class Partitions(Protocol):
    """What the rebalance listener tells: forget where the partitions stood."""

    def forget(self) -> None: ...


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no type hints
    """Only forgets: the loop then asks the database, so that every failure to do so is the loop's to answer."""

    def __init__(self, partitions: Partitions) -> None:
        self._partitions = partitions

    async def on_partitions_revoked(self, revoked: object) -> None:
        self._partitions.forget()

    async def on_partitions_assigned(self, assigned: object) -> None:
        self._partitions.forget()


class KafkaReader:
    """Reads for one inbox, as a member of the group ``<prefix><inbox name>``. ``fault`` is empty when well and tells
    operators; :meth:`healthy` tells everybody."""

    def __init__(self, settings: KafkaSettings, inbox: Inbox) -> None:
        self.name = inbox.name
        self.fault = self._symptom = ""
        self.behind = 0
        self._settings = settings
        self._inbox = inbox
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._next: dict[TopicPartition, int] = {}
        self._resume_at: dict[TopicPartition, float] = {}
        self._paused: dict[TopicPartition, int] = {}
        self._failures: dict[TopicPartition, int] = {}
        self._suspect: dict[TopicPartition, int] = {}
        self._lag_shown = self._progress = 0.0

    def start(self) -> None:
        self._stopping = False
        self._task = asyncio.create_task(self._run(), name=f"kafka-reader {self._inbox.name}")
        self._task.add_done_callback(self._ended)

    async def stop(self) -> None:
        """Lets the batch in hand finish, within the limit; what is cut off then is delivered again."""
        self._stopping = True
        task, self._task = self._task, None
        if task is None:
            return
        _, late = await asyncio.wait({task}, timeout=self._settings.stop_seconds)
        if late:
            task.cancel()
            await asyncio.wait({task}, timeout=self._settings.stop_seconds)

    def healthy(self) -> str:
        return f"{self._inbox.name} {self._symptom}" if self.fault else ""

    def forget(self) -> None:
        self._next.clear()
        self._resume_at.clear()

    # ── the loop ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _run(self) -> None:
        failures = 0
        while not self._stopping:
            began = time.monotonic()
            try:
                await self._consume()
            except (KafkaError, ConsumerStoppedError, OffsetsDiffer, Stalled, Transient, TimeoutError, OSError) as why:
                long = time.monotonic() - began > self._settings.stalled_seconds
                failures = 0 if long else failures + 1
                self.fault = f"{self._inbox.name}: {type(why).__name__} {why}"
                self._symptom = f"reads anew: {symptom(why)}"
                log.warning("reading from Kafka begins anew: %s", self.fault)
                await asyncio.sleep(self._settings.backoff(failures))
            except Exception as defect:
                # A defect of ours: the partitions stand still until it is repaired, but not until a restart.
                failures += 1
                self.fault = f"{self._inbox.name}: reading stands still: {type(defect).__name__} {defect}"
                self._symptom = f"stands still: {symptom(defect)}"
                log.exception("%s", self.fault)
                await asyncio.sleep(self._settings.backoff(failures))

    async def _consume(self) -> None:
        consumer = AIOKafkaConsumer(
            **self._settings.connection(),
            group_id=self._settings.prefix + self._inbox.name,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=FETCH_MILLISECONDS,
            session_timeout_ms=int(self._settings.session_seconds * 1000),
            heartbeat_interval_ms=int(self._settings.session_seconds * 300),
        )
        self.forget()
        self._failures.clear()
        try:
            async with asyncio.timeout(self._settings.request_seconds):
                await consumer.start()
                await self._join(consumer)
            self.fault, self._progress = "", time.monotonic()
            while not self._stopping:
                await self._step(consumer)
        finally:
            await self._abandon(consumer)

    async def _join(self, consumer: AIOKafkaConsumer) -> None:
        wanted = [self._settings.prefix + topic for topic in self._inbox.topics]
        missing = set(wanted) - await consumer.topics()
        if missing:
            raise NoTopic(missing)
        consumer.subscribe(wanted, listener=_Listener(self))

    async def _step(self, consumer: AIOKafkaConsumer) -> None:
        self._resume(consumer)
        with contextlib.suppress(IllegalStateError):  # a partition went away meanwhile: the next step knows better
            await self._position(consumer)
        got = await consumer.getmany(timeout_ms=POLL_MILLISECONDS, max_records=self._settings.batch)
        await self._hand_over(consumer, {partition: got[partition] for partition in got if self._belongs(partition)})
        await self._show_lag(consumer)
        await self._watch(consumer, bool(got))

    async def _position(self, consumer: AIOKafkaConsumer) -> None:
        """Seeks every newly assigned partition to the inbox's offset; one never read before to its beginning."""
        missing = sorted(consumer.assignment() - self._next.keys() - self._resume_at.keys())
        if not missing:
            return
        ours = await self._inbox.positions([self._ours(partition) for partition in missing])
        first, end = await consumer.beginning_offsets(missing), await consumer.end_offsets(missing)
        for partition in missing:
            offset = ours.get(self._ours(partition), first[partition])
            if not first[partition] <= offset <= end[partition]:
                raise OffsetsDiffer(
                    partition,
                    f"holds {first[partition]} to {end[partition]} and the "
                    f"database goes on at {offset}: the topic was made anew or cut. Publish it again from the log, "
                    f"then delete this row of table offsets; what was seen is not applied twice",
                )
            consumer.seek(partition, offset)
            self._next[partition] = offset

    def _belongs(self, partition: TopicPartition) -> bool:
        """Not so a partition that was not positioned yet: it is sought and read again."""
        return partition in self._next and partition not in self._resume_at

    async def _hand_over(self, consumer: AIOKafkaConsumer, got: Mapping[TopicPartition, Sequence[Any]]) -> None:
        """All partitions in one batch, which is one transaction; where that fails each by itself, so that only the
        partition with the fault waits."""
        for partition, messages in got.items():
            if messages[0].offset < self._next[partition]:
                raise OffsetsDiffer(partition, f"jumped back to {messages[0].offset}")
        if len(got) > 1:
            with contextlib.suppress(Transient, OSError, TimeoutError):
                await self._inbox.receive(
                    [self._delivery(message) for messages in got.values() for message in messages]
                )
                self._moved(got)
                return
        for partition, messages in got.items():
            if self._belongs(partition):  # else it was taken from us while another one was tried
                await self._hand_over_alone(consumer, partition, messages)

    async def _hand_over_alone(
        self, consumer: AIOKafkaConsumer, partition: TopicPartition, messages: Sequence[Any]
    ) -> None:
        try:
            await self._inbox.receive([self._delivery(message) for message in messages])
        except (Transient, OSError, TimeoutError) as fault:
            self._pause(consumer, partition, fault)
        else:
            self._moved({partition: messages})

    def _moved(self, got: Mapping[TopicPartition, Sequence[Any]]) -> None:
        self._progress = time.monotonic()
        for partition, messages in got.items():
            self._failures.pop(partition, None)
            if partition in self._next:  # else it was taken from us while the batch was written
                self._next[partition] = messages[-1].offset + 1
        if got and not self._failures:
            self.fault = ""

    def _pause(self, consumer: AIOKafkaConsumer, partition: TopicPartition, fault: Exception) -> None:
        failures = self._failures[partition] = self._failures.get(partition, 0) + 1
        self.fault = f"{self._inbox.name}: {partition.topic}[{partition.partition}] waits: {fault}"
        self._symptom = f"waits at {partition.topic}[{partition.partition}]: {symptom(fault)}"
        log.warning("%s", self.fault)
        if (stood := self._next.pop(partition, None)) is not None:
            self._paused[partition] = stood
            self._resume_at[partition] = time.monotonic() + self._settings.backoff(failures)
            with contextlib.suppress(IllegalStateError):
                consumer.pause(partition)

    def _resume(self, consumer: AIOKafkaConsumer) -> None:
        now = time.monotonic()
        for partition in [late for late, at in self._resume_at.items() if at <= now]:
            del self._resume_at[partition]
            with contextlib.suppress(IllegalStateError):
                consumer.resume(partition)

    async def _show_lag(self, consumer: AIOKafkaConsumer) -> None:
        """Tells Kafka where we are, for its tools to show lag; nobody reads it back, so a failure changes nothing."""
        if time.monotonic() - self._lag_shown < LAG_SECONDS:
            return
        self._lag_shown = time.monotonic()
        stands = {partition: self._paused[partition] for partition in self._resume_at} | self._next
        self.behind = sum(
            max(0, (consumer.highwater(partition) or offset) - offset)
            for partition, offset in stands.items()
            if partition in consumer.assignment()
        )
        if not self._next:
            return
        with contextlib.suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(POLL_MILLISECONDS / 100):
                await consumer.commit(dict(self._next))

    async def _watch(self, consumer: AIOKafkaConsumer, moved: bool) -> None:
        """Asks after a silence whether there is more; the same answer a tenth of the limit later means stuck."""
        if moved or time.monotonic() - self._progress < self._settings.stalled_seconds:
            return
        self._progress = time.monotonic()
        before = dict(self._next)
        ends = await consumer.end_offsets(list(before))
        if all(ends[partition] <= offset for partition, offset in before.items()):
            self._suspect = {}
        elif before == self._suspect == self._next:
            raise Stalled(f"nothing arrived for {self._settings.stalled_seconds:.0f} s though the topic has more")
        else:
            self._suspect = before
            self._progress -= self._settings.stalled_seconds * 0.9

    async def _abandon(self, consumer: AIOKafkaConsumer) -> None:
        try:
            async with asyncio.timeout(self._settings.stop_seconds):
                await consumer.stop()
        except (KafkaError, TimeoutError, OSError) as fault:
            log.warning("a Kafka consumer did not stop in order: %s %s", type(fault).__name__, fault)

    # ── names ────────────────────────────────────────────────────────────────────────────────────────────────

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (bug := task.exception()) is not None:
            self.fault = f"{self._inbox.name}: reading ended: {type(bug).__name__} {bug}"
            self._symptom = f"ended: {symptom(bug)}"
            log.error("%s", self.fault, exc_info=bug)

    def _ours(self, partition: TopicPartition) -> tuple[str, int]:
        return partition.topic.removeprefix(self._settings.prefix), partition.partition

    def _delivery(self, message: Any) -> Delivery:
        topic, partition = self._ours(TopicPartition(message.topic, message.partition))
        headers = {name: _text(value) for name, value in message.headers}
        return Delivery(Record(topic, _text(message.key), headers, message.value or b""), partition, message.offset)


def _text(raw: bytes | None) -> str:
    """Whatever somebody put there, as text that PostgreSQL can keep."""
    return (raw or b"").decode(errors="backslashreplace").replace("\0", "\\x00")

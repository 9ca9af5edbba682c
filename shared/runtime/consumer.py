"""Understands how deliveries take effect exactly once: effect, offset and what was seen, in one transaction.

What was seen is dropped. What can never be applied is parked with its reason, and so is everything later of the same
case, while the other cases go on. What is not ours, or newer than we are, is kept aside. The row of the partition's
offset is locked first: a member of the group that lost its partition and does not know it yet finds the offset moved.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.runtime import parking
from shared.runtime.attempt import TRIES, Refused, prepared
from shared.runtime.batch import Plan, plan_of, storable, streams_of
from shared.runtime.parking import ToPark
from shared.runtime.ports import AnyConnection, Conflict, Delivery, Effect, Record, Subscriber, Transient
from shared.runtime.postgres.pool import TRANSIENT, Database
from shared.runtime.records import TooLarge, from_record
from shared.runtime.topic_names import dead_letters

log = logging.getLogger(__name__)

Partition = tuple[str, int]
Bury = Callable[[Sequence[Record]], Awaitable[None]]
BURY_SECONDS = 5.0

# In the order of the key, so that two members of a group never wait for each other crosswise.
_LOCK_OFFSETS = """
INSERT INTO offsets AS o (subscriber, topic, partition, next_offset)
SELECT $1, w.* FROM unnest($2::text[], $3::int[], $4::bigint[]) AS w(topic, partition, first)
ORDER BY w.topic, w.partition
ON CONFLICT (subscriber, topic, partition) DO UPDATE SET updated_at = now() RETURNING topic, partition, next_offset
"""
_MOVE_OFFSETS = """
UPDATE offsets AS o SET next_offset = w.next
FROM unnest($2::text[], $3::int[], $4::bigint[]) AS w(topic, partition, next)
WHERE o.subscriber = $1 AND o.topic = w.topic AND o.partition = w.partition
"""
_SEEN = """
SELECT s.source, s.stream, s.version FROM seen s
JOIN unnest($2::text[], $3::text[]) AS w(source, stream) ON s.source = w.source AND s.stream = w.stream
WHERE s.subscriber = $1
"""
_SEE = """
INSERT INTO seen AS s (subscriber, source, stream, version)
SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[])
ON CONFLICT (subscriber, source, stream) DO UPDATE SET version = greatest(s.version, excluded.version)
"""
_KEEP = """
INSERT INTO foreign_events (subscriber, topic, partition, record_offset, key, headers, value)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


class Fenced(Transient):
    """The partition's offset is not where we left it: somebody else reads it, or our last commit did arrive."""


class _Replan(Exception):
    """A case was parked or released since the plan was made."""


@dataclass
class Tally:
    """What happened to deliveries since the start, for health and metrics."""

    applied: int = 0
    duplicates: int = 0
    parked: int = 0
    kept: int = 0


class Consumer:
    """A :class:`shared.runtime.ports.Inbox`: one subscriber on one database.

    ``bury`` shows parked deliveries to whoever reads the dead letters (a bus's ``publish``); it is called after they
    are durable in the table, and its failures are only logged.
    """

    def __init__(self, database: Database, subscriber: Subscriber, bury: Bury | None = None) -> None:
        self.tally = Tally()
        self._database = database
        self._subscriber = subscriber
        self._bury = bury
        self._next: dict[Partition, int] = {}

    @property
    def name(self) -> str:
        return self._subscriber.name

    @property
    def topics(self) -> tuple[str, ...]:
        return self._subscriber.topics

    async def positions(self, partitions: Sequence[Partition]) -> Mapping[Partition, int]:
        """The truth about where to go on. Raises ``Transient`` where the database is away."""
        topics, numbers = [topic for topic, _ in partitions], [number for _, number in partitions]
        try:
            async with self._database.reading() as connection:
                rows = await connection.fetch(
                    "SELECT topic, partition, next_offset FROM offsets JOIN unnest($2::text[], $3::int[])"
                    " AS w(topic, partition) USING (topic, partition) WHERE subscriber = $1",
                    self.name,
                    topics,
                    numbers,
                )
        except TRANSIENT as fault:
            raise Transient(f"{type(fault).__name__} {fault}") from fault
        found = {(row["topic"], row["partition"]): int(row["next_offset"]) for row in rows}
        for partition in partitions:
            self._next.pop(partition, None)
        self._next.update(found)
        return found

    async def receive(self, batch: Sequence[Delivery]) -> None:
        """Returns when the batch is applied, parked or kept, all of it in one transaction where nothing is refused.
        Each partition's deliveries stand in their order. Raises ``Transient``: hand the same over again."""
        try:
            await self._settle([storable(delivery) for delivery in batch])
        except TRANSIENT as fault:
            raise Transient(f"{type(fault).__name__} {fault}") from fault

    # ── one batch, of one partition or of several ────────────────────────────────────────────────────────────

    async def _settle(self, batch: Sequence[Delivery], refusal: str = "") -> None:
        """``refusal`` is the reason to park the only delivery that is left after halving."""
        for _ in range(TRIES):
            plan = await self._plan(batch, refusal)
            try:
                await self._commit(batch, plan, await self._effect(plan))
            except Refused as refused:
                await self._divide(batch, refused.reason)
            except (Conflict, _Replan):
                continue
            else:
                await self._account(plan)
            return
        raise Transient(f"{self.name}: {TRIES} decisions in a row were overtaken")

    async def _divide(self, batch: Sequence[Delivery], reason: str) -> None:
        """Halves until the refused one stands alone; every half is a transaction, so the order is kept."""
        if len(batch) == 1:
            await self._settle(batch, reason)
            return
        middle = len(batch) // 2
        await self._settle(batch[:middle])
        await self._settle(batch[middle:])

    async def _effect(self, plan: Plan) -> Effect | None:
        return await prepared(self._subscriber, plan.live) if plan.live else None

    async def _plan(self, batch: Sequence[Delivery], refusal: str) -> Plan:
        read = [(delivery, from_record(delivery.record)) for delivery in batch]
        streams = streams_of(read)
        async with self._database.reading() as connection:
            blocked = await parking.blocked(connection, self.name, {delivery.record.key for delivery in batch})
            rows = await connection.fetch(_SEEN, self.name, [s for s, _ in streams], [s for _, s in streams])
        seen = {(row["source"], row["stream"]): int(row["version"]) for row in rows}
        return plan_of(read, seen, blocked, refusal)

    async def _commit(self, batch: Sequence[Delivery], plan: Plan, effect: Effect | None) -> None:
        spans = _spans(batch)
        async with self._database.transaction() as connection:
            await self._fence(connection, spans)
            await parking.lock(connection, self.name, [item.delivery.record.key for item in plan.park])
            if await parking.blocked(connection, self.name, plan.keys) != plan.blocked:
                raise _Replan
            if effect is not None:
                await effect(connection)
            if plan.park:
                await parking.park(connection, self.name, plan.park)
            if plan.keep:
                await connection.executemany(_KEEP, [(self.name, *parking.stored(kept)) for kept in plan.keep])
            await self._remember(connection, plan)
            if spans:
                await connection.execute(
                    _MOVE_OFFSETS, self.name, *_columns(spans, [after for _, after in spans.values()])
                )
        self._next |= {partition: after for partition, (_, after) in spans.items()}

    async def _fence(self, connection: AnyConnection, spans: Mapping[Partition, tuple[int, int]]) -> None:
        if not spans:
            return
        firsts = _columns(spans, [first for first, _ in spans.values()])
        for topic, number, stands in await connection.fetch(_LOCK_OFFSETS, self.name, *firsts):
            partition, first = (topic, number), spans[topic, number][0]
            if stands != self._next.get(partition, stands) or first < stands:
                self._next.pop(partition, None)
                raise Fenced(f"{topic}[{number}] stands at {stands}; we have {first} in hand")

    async def _remember(self, connection: AnyConnection, plan: Plan) -> None:
        rows = sorted((source, stream, version) for (source, stream), version in plan.seen.items())
        if rows:
            await connection.execute(_SEE, self.name, *map(list, zip(*rows, strict=True)))

    async def _account(self, plan: Plan) -> None:
        self.tally.applied += len(plan.live)
        self.tally.duplicates += plan.duplicates
        self.tally.parked += len(plan.park)
        self.tally.kept += len(plan.keep)
        for item in plan.park:
            log.error("%s parked %s/%s (%s): %s", self.name, item.stream, item.version, item.kind, item.reason)
        await self._show_dead_letters(plan.park)

    async def _show_dead_letters(self, parked: Sequence[ToPark]) -> None:
        if self._bury is None or not parked:
            return
        try:
            async with asyncio.timeout(BURY_SECONDS):
                await self._bury([_dead(self.name, item) for item in parked])
        except (Transient, TooLarge, TimeoutError, OSError) as fault:
            log.warning("%s: dead letters are in the table, but were not published: %s", self.name, fault)


def _spans(batch: Sequence[Delivery]) -> dict[Partition, tuple[int, int]]:
    """Per partition the first offset in hand and the one after the last; nothing where the bus keeps no offsets."""
    spans: dict[Partition, tuple[int, int]] = {}
    for delivery in batch:
        if delivery.offset is not None:
            partition = delivery.record.topic, delivery.partition
            first, _ = spans.get(partition, (delivery.offset, 0))
            spans[partition] = first, delivery.offset + 1
    return spans


def _columns(partitions: Iterable[Partition], offsets: Sequence[int]) -> tuple[list[str], list[int], Sequence[int]]:
    topics, numbers = zip(*partitions, strict=True)
    return list(topics), list(numbers), offsets


def _dead(subscriber: str, item: ToPark) -> Record:
    record = item.delivery.record
    why = {"shifan-subscriber": subscriber, "shifan-reason": item.reason, "shifan-kind": item.kind}
    return Record(dead_letters(record.topic), record.key, {**record.headers, **why}, record.value)

"""Understands deliveries that could not be applied: what waits, why, and how an operator lets it go on or ends it.

A case's deliveries stay in order: what comes behind a parked one of the same case is parked too. Whoever adds to a
case's queue or takes from it holds the case's advisory lock, so that nothing is put behind a queue just emptied.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from shared.envelope import Actor
from shared.runtime.attempt import TRIES, Refused, prepared
from shared.runtime.ports import AnyConnection, Conflict, Delivery, Record, Subscriber, Transient
from shared.runtime.postgres.pool import TRANSIENT, Database

MAX_QUEUE = 10_000
MAX_REASON = 2_000
Kind = Literal["rejected", "behind"]


@dataclass(frozen=True)
class ToPark:
    """A delivery with what the table keeps of it; ``kind`` is behind where only an earlier one failed."""

    delivery: Delivery
    source: str
    stream: str
    version: int
    reason: str
    kind: Kind


@dataclass(frozen=True)
class Parked:
    """A row of the table ``parked``."""

    id: int
    subscriber: str
    source: str
    stream: str
    version: int
    delivery: Delivery
    reason: str
    kind: str
    status: str
    parked_at: datetime
    resolved_by: str | None
    resolved_reason: str | None
    resolved_at: datetime | None


@dataclass(frozen=True)
class Outcome:
    """How many deliveries of the case were applied, how many still wait, and why the first of these does."""

    applied: int
    waiting: int
    reason: str = ""


class NotParked(LookupError):
    """No open parked delivery has this id."""


class NotFirst(ValueError):
    """An earlier delivery of the same case is parked: it has to be retried or skipped first."""


async def lock(connection: AnyConnection, subscriber: str, keys: Collection[str]) -> None:
    """Until the end of the transaction; sorted, so that two never wait for each other crosswise. Takes no xid."""
    for key in sorted(set(keys)):
        await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"parked {subscriber} {key}")


async def blocked(connection: AnyConnection, subscriber: str, keys: Collection[str]) -> set[str]:
    """Those of the keys for which something is parked."""
    rows = await connection.fetch(
        "SELECT DISTINCT key FROM parked WHERE subscriber = $1 AND key = ANY($2::text[]) AND status = 'parked'",
        subscriber,
        list(keys),
    )
    return {row["key"] for row in rows}


async def park(connection: AnyConnection, subscriber: str, items: Sequence[ToPark]) -> None:
    """Adds to the queues of the cases, in order; the caller holds their locks."""
    await connection.executemany(
        "INSERT INTO parked (subscriber, source, stream, version, topic, partition, record_offset, key, headers, value,"
        " reason, kind) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        [
            (subscriber, item.source, item.stream, item.version, *stored(item.delivery), item.reason, item.kind)
            for item in items
        ],
    )


def stored(delivery: Delivery) -> tuple[str, int, int | None, str, str, bytes]:
    """Topic, partition, offset, key, headers and value as the tables keep them."""
    record = delivery.record
    return record.topic, delivery.partition, delivery.offset, record.key, json.dumps(dict(record.headers)), record.value


class Parking:
    """What an operator may do; ``subscribers`` by name, as far as this process has them (retry needs them)."""

    def __init__(self, database: Database, subscribers: Mapping[str, Subscriber]) -> None:
        self._database = database
        self._subscribers = subscribers

    async def entries(
        self, subscriber: str | None = None, status: str = "parked", after: int = 0, limit: int = 100
    ) -> list[Parked]:
        """The parked deliveries in the order in which they came, at most 1000 at a time, after the given id."""
        async with self._database.reading() as connection:
            rows = await connection.fetch(
                "SELECT * FROM parked WHERE status = $1 AND id > $2 AND ($3::text IS NULL OR subscriber = $3)"
                " ORDER BY id LIMIT $4",
                status,
                after,
                subscriber,
                min(limit, 1000),
            )
        return [_parked(row) for row in rows]

    async def show(self, number: int) -> Parked:
        """One entry, open or resolved. Raises :class:`NotParked`."""
        async with self._database.reading() as connection:
            row = await connection.fetchrow("SELECT * FROM parked WHERE id = $1", number)
        if row is None:
            raise NotParked(f"没有编号为 {number} 的搁置记录。No parked delivery has the number {number}.")
        return _parked(row)

    async def retry(self, number: int, actor: Actor) -> Outcome:
        """Applies the delivery in one transaction with its resolution, then the ones behind it, each in its own.

        Stops at the first that is rejected again, whose reason is renewed. Raises :class:`NotParked`,
        :class:`NotFirst`, and ``Transient`` where the database is away (what was applied stays applied).
        """
        entry = await self._first(number)
        return await self._drain(entry.subscriber, entry.delivery.record.key, actor)

    async def skip(self, number: int, reason: str, actor: Actor) -> Outcome:
        """Ends it without applying it, with a reason on record, and goes on with the ones behind it.

        Raises ``ValueError`` without a reason, :class:`NotParked`, :class:`NotFirst`, ``Transient``.
        """
        if not reason.strip() or len(reason) > MAX_REASON:
            raise ValueError(
                f"跳过须说明理由(不超过 {MAX_REASON} 字)。Skipping needs a reason of at most {MAX_REASON} characters."
            )
        entry = await self._first(number)
        key = entry.delivery.record.key
        try:
            async with self._database.transaction() as connection:
                await lock(connection, entry.subscriber, [key])
                await self._resolve(connection, number, "skipped", actor, reason.strip())
        except TRANSIENT as fault:
            raise Transient(f"{type(fault).__name__} {fault}") from fault
        return await self._drain(entry.subscriber, key, actor)

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _first(self, number: int) -> Parked:
        entry = await self.show(number)
        if entry.status != "parked":
            raise NotParked(f"编号 {number} 已处理({entry.status})。Number {number} is {entry.status} already.")
        self._subscriber(entry.subscriber)
        async with self._database.reading() as connection:
            head = await _head(connection, entry.subscriber, entry.delivery.record.key)
        if head is not None and head.id != number:
            raise NotFirst(f"请先处理编号 {head.id}。Retry or skip number {head.id} first: it is of the same case.")
        return entry

    def _subscriber(self, name: str) -> Subscriber:
        if name not in self._subscribers:
            raise NotParked(f"{name}: 请在该服务上执行。This is parked for {name}: ask the service that runs it.")
        return self._subscribers[name]

    async def _drain(self, name: str, key: str, actor: Actor) -> Outcome:
        for applied in range(MAX_QUEUE):
            try:
                if not await self._next(name, key, actor):
                    return Outcome(applied, 0)
            except Refused as refused:
                return Outcome(applied, await self._refuse(name, key, refused.reason), refused.reason)
            except TRANSIENT as fault:
                raise Transient(f"{type(fault).__name__} {fault}") from fault
        raise Transient(f"{MAX_QUEUE} deliveries of one case were applied; retry again to go on")

    async def _next(self, name: str, key: str, actor: Actor) -> bool:
        """Applies the case's first one; False where none waits any more."""
        for _ in range(TRIES):
            async with self._database.reading() as connection:
                head = await _head(connection, name, key)
            if head is None:
                return False
            effect = await prepared(self._subscriber(name), [head.delivery])
            try:
                async with self._database.transaction() as connection:
                    await lock(connection, name, [key])
                    await self._resolve(connection, head.id, "retried", actor, "")
                    await effect(connection)
            except Conflict:
                continue  # the stream moved on since it was loaded: decide again
            return True
        raise Transient(f"the case {key} is busy: three decisions in a row were overtaken")

    async def _resolve(self, connection: AnyConnection, number: int, status: str, actor: Actor, reason: str) -> None:
        done = await connection.fetchval(
            "UPDATE parked SET status = $2, resolved_by = $3, resolved_reason = $4, resolved_at = now()"
            " WHERE id = $1 AND status = 'parked' RETURNING id",
            number,
            status,
            actor.id,
            reason,
        )
        if done is None:
            raise NotParked(f"编号 {number} 刚刚被处理。Number {number} was resolved by somebody else just now.")

    async def _refuse(self, name: str, key: str, reason: str) -> int:
        async with self._database.transaction() as connection:
            await lock(connection, name, [key])
            await connection.execute(
                "UPDATE parked SET kind = 'rejected', reason = $3 WHERE id = (SELECT min(id) FROM parked"
                " WHERE subscriber = $1 AND key = $2 AND status = 'parked')",
                name,
                key,
                reason,
            )
            return int(
                await connection.fetchval(
                    "SELECT count(*) FROM parked WHERE subscriber = $1 AND key = $2 AND status = 'parked'", name, key
                )
            )


async def _head(connection: AnyConnection, subscriber: str, key: str) -> Parked | None:
    row = await connection.fetchrow(
        "SELECT * FROM parked WHERE subscriber = $1 AND key = $2 AND status = 'parked' ORDER BY id LIMIT 1",
        subscriber,
        key,
    )
    return None if row is None else _parked(row)


def _parked(row: Any) -> Parked:
    record = Record(row["topic"], row["key"], json.loads(row["headers"]), row["value"])
    return Parked(
        row["id"],
        row["subscriber"],
        row["source"],
        row["stream"],
        row["version"],
        Delivery(record, row["partition"], row["record_offset"]),
        row["reason"],
        row["kind"],
        row["status"],
        row["parked_at"],
        row["resolved_by"],
        row["resolved_reason"],
        row["resolved_at"],
    )

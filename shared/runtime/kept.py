"""Understands deliveries that were kept aside unread: what they are, and how they take effect once we read them.

A rolling deployment publishes words that the old processes do not know; they keep them (table ``foreign_events``) and
go on. After the upgrade they are applied in the order in which they came, each in one transaction with its removal, so
that doing it again, or twice at once, applies nothing twice. A case's later words were applied meanwhile: whether an
earlier one still fits is for the domain to say. Records of strangers stay unread until they are forgotten.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from shared.envelope import Envelope
from shared.runtime import parking
from shared.runtime.attempt import TRIES, Refused, prepared
from shared.runtime.ports import Conflict, Delivery, Record, Subscriber, Transient
from shared.runtime.postgres.pool import TRANSIENT, Database
from shared.runtime.records import Foreign, Malformed, from_record, understood

PAGE = 200
What = Literal["readable", "newer", "strange"]
"""``readable``: this release understands it; ``newer``: a word that it does not; ``strange``: none of the services'."""

Progress = Callable[[int], None]
"""Told how many deliveries were looked at so far."""

_PAGE = """
SELECT * FROM foreign_events WHERE id > $1 AND ($2::text IS NULL OR subscriber = $2) ORDER BY id LIMIT $3
"""


@dataclass(frozen=True)
class Kept:
    """A row of the table ``foreign_events``; ``word`` is its type as it names itself."""

    id: int
    subscriber: str
    delivery: Delivery
    stored_at: datetime
    what: What
    word: str


@dataclass
class Applied:
    """What became of them. ``waiting`` stand behind a refused, unread or parked one of their case; ``refused`` says
    why, by number."""

    applied: int = 0
    newer: int = 0
    strange: int = 0
    waiting: int = 0
    refused: dict[int, str] = field(default_factory=dict)


class _Behind(Exception):
    """An earlier delivery of the case is parked."""


class KeptAside:
    """``subscribers`` by name, as far as this process has them."""

    def __init__(self, database: Database, subscribers: Mapping[str, Subscriber]) -> None:
        self._database = database
        self._subscribers = subscribers

    async def count(self) -> int:
        async with self._database.reading() as connection:
            return int(await connection.fetchval("SELECT count(*) FROM foreign_events"))

    async def entries(self, after: int = 0, limit: int = 100) -> list[Kept]:
        """In the order in which they came, at most 1000 at a time, after the given number."""
        return await self._page(after, None, min(limit, 1000))

    async def apply(self, progress: Progress | None = None) -> Applied:
        """Apply what can be read now. Raises ``Transient`` where the database is away: what was applied stays so, and
        doing it again goes on."""
        told, seen = Applied(), 0
        for subscriber in self._subscribers.values():
            held: set[str] = set()
            async for kept in self._all(subscriber.name):
                await self._one(subscriber, kept, held, told)
                seen += 1
                if progress is not None:
                    progress(seen)
        return told

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _all(self, subscriber: str) -> AsyncIterator[Kept]:
        after = 0
        while page := await self._page(after, subscriber, PAGE):
            for kept in page:
                yield kept
            after = page[-1].id

    async def _page(self, after: int, subscriber: str | None, limit: int) -> list[Kept]:
        try:
            async with self._database.reading() as connection:
                return [_kept(row) for row in await connection.fetch(_PAGE, after, subscriber, limit)]
        except TRANSIENT as fault:
            raise Transient(f"{type(fault).__name__} {fault}") from fault

    async def _one(self, subscriber: Subscriber, kept: Kept, held: set[str], told: Applied) -> None:
        key = kept.delivery.record.key
        if kept.what == "strange":
            told.strange += 1
            return
        if kept.what == "newer" or key in held:
            told.newer, told.waiting = told.newer + (kept.what == "newer"), told.waiting + (kept.what != "newer")
            held.add(key)
            return
        try:
            told.applied += await self._settle(subscriber, kept)
        except Refused as refused:
            told.refused[kept.id] = refused.reason
            held.add(key)
        except _Behind:
            told.waiting += 1
            held.add(key)
        except TRANSIENT as fault:
            raise Transient(f"{type(fault).__name__} {fault}") from fault

    async def _settle(self, subscriber: Subscriber, kept: Kept) -> int:
        """1; or 0 where somebody else did it meanwhile."""
        for _ in range(TRIES):
            effect = await prepared(subscriber, [kept.delivery])
            try:
                async with self._database.transaction() as connection:
                    key = kept.delivery.record.key
                    await parking.lock(connection, subscriber.name, [key])
                    if await parking.blocked(connection, subscriber.name, [key]):
                        raise _Behind
                    gone = await connection.execute("DELETE FROM foreign_events WHERE id = $1", kept.id)
                    if gone.endswith(" 0"):
                        return 0
                    await effect(connection)
            except Conflict:
                continue  # the stream moved on since it was loaded: decide again
            return 1
        raise Transient(f"the case {kept.delivery.record.key} is busy: {TRIES} decisions in a row were overtaken")


def _kept(row: Any) -> Kept:
    record = Record(row["topic"], row["key"], json.loads(row["headers"]), row["value"])
    delivery = Delivery(record, row["partition"], row["record_offset"])
    what: What
    match from_record(record):
        case Foreign() | Malformed():
            what = "strange"
        case Envelope() as envelope:
            what = "readable" if understood(envelope) else "newer"
    return Kept(row["id"], row["subscriber"], delivery, row["stored_at"], what, record.headers.get("ce_type", ""))

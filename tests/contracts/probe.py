"""A service in miniature: one kind of fact, its public word, and a subscriber that writes down what it was told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from shared.envelope import Actor, CaseId, Envelope, Origin, Position
from shared.events import CorrectionRequested, PublicEvent
from shared.runtime.codec import FactCodec
from shared.runtime.ports import AnyConnection, Append, Delivery, Effect, Record, Recorded, Rejected
from shared.runtime.postgres.pool import Database
from shared.runtime.records import from_record, to_record
from shared.runtime.store import FactStore

EVENTS, AUDIT = "review.events.v1", "review.audit.v1"
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
OFFICER = Actor("u-7", "officer", "91110000000000000X", "000000")
ORIGIN = Origin(OFFICER, NOON, "command-1", reason="材料不齐")


@dataclass(frozen=True)
class Noted:
    """The probe's only fact."""

    NAME: ClassVar[str] = "review.noted.1"
    text: str


CODEC = FactCodec([Noted])


def to_public(recorded: Recorded) -> PublicEvent | None:
    """Every fact is public unless it begins with a dash."""
    text = recorded.fact.text
    return (
        None if text.startswith("-") else CorrectionRequested(case_of(recorded), (text,), recorded.origin.occurred_at)
    )


def case_of(recorded: Recorded) -> CaseId:
    return CaseId(recorded.stream.partition(":")[2])


async def note(store: FactStore, case: str, *texts: str, expected: int = 0) -> None:
    facts = tuple(Noted(text) for text in texts)
    await store.append(Append(f"case:{case}", expected, facts, ORIGIN))


def told(
    case: str, version: int, text: str = "", *, topic: str = EVENTS, stream: str = "", word: str = "CorrectionRequested"
) -> Record:
    """A record as a relay publishes it."""
    data = {"case_id": case, "items": [text or str(version)], "requested_at": "2026-03-02T04:00:00Z"}
    identity = f"{stream or 'case:' + case}/{version}"
    return to_record(Envelope(identity, "review", word, 1, Position(1, version), CaseId(case), ORIGIN, data), topic)


def delivered(records: Sequence[Record], first: int | None = 0, partition: int = 0) -> list[Delivery]:
    """As a bus hands them over; ``first`` None: without offsets."""
    return [Delivery(r, partition, None if first is None else first + n) for n, r in enumerate(records)]


TABLE = """
CREATE SCHEMA IF NOT EXISTS probe;
CREATE TABLE IF NOT EXISTS probe.told (n bigint GENERATED ALWAYS AS IDENTITY, topic text, case_id text, id text,
    text text CHECK (text <> 'forbidden'));
"""


@dataclass
class Scribe:
    """A subscriber that writes every event down and guards against nothing: what is told twice stands there twice."""

    name: str = "scribe"
    topics: tuple[str, ...] = (EVENTS,)
    refuses: set[str] = field(default_factory=set)
    stumbles: set[str] = field(default_factory=set)
    before: Callable[[], Awaitable[None]] | None = None
    during: Callable[[AnyConnection], Awaitable[None]] | None = None

    async def prepare(self, batch: Sequence[Delivery]) -> Effect:
        rows = [self._row(delivery) for delivery in batch]
        if self.before is not None:
            await self.before()

        async def effect(connection: AnyConnection) -> None:
            await connection.executemany("INSERT INTO probe.told (topic, case_id, id, text) VALUES ($1,$2,$3,$4)", rows)
            if self.during is not None:
                await self.during(connection)

        return effect

    def _row(self, delivery: Delivery) -> tuple[str, str, str, str]:
        envelope = from_record(delivery.record)
        assert isinstance(envelope, Envelope)
        text = text_of(envelope)
        if text in self.refuses:
            raise Rejected(f"不认识 {text}")
        if text in self.stumbles:
            raise KeyError(text)
        return delivery.record.topic, envelope.case_id, envelope.id, text


def text_of(envelope: Envelope) -> str:
    data: Any = envelope.data
    return str(data["items"][0] if "items" in data else data["state"]["text"])


async def written(database: Database, case: str | None = None) -> list[str]:
    """The texts in the order in which they were written."""
    async with database.reading() as connection:
        rows = await connection.fetch(
            "SELECT text FROM probe.told WHERE $1::text IS NULL OR case_id = $1 ORDER BY n", case
        )
    return [row["text"] for row in rows]


async def count(database: Database, table: str) -> int:
    async with database.reading() as connection:
        return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))

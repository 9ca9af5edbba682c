"""Readiness is public: it says what is stuck and where, and nothing that an exception's text may quote."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest

from shared.events import PublicEvent
from shared.runtime.deadlines import DDL, WORRYING_ATTEMPTS, DeadlineWorker, Due
from shared.runtime.http.app import create_app
from shared.runtime.memory_bus import MemoryBus
from shared.runtime.ports import AnyConnection, Recorded, Transient
from shared.runtime.postgres.pool import Database
from shared.runtime.projector import Projector
from shared.runtime.relay import Relay
from shared.runtime.store import FactStore
from shared.runtime.symptom import symptom
from tests.contracts.buses import Collector, record
from tests.contracts.probe import case_of, note, to_public
from tests.support.clock import FixedClock
from tests.support.edge import Receipts, asgi, by_header
from tests.support.waiting import eventually

PRIVATE = "张三 13800138000 postgresql://u:pw@10.0.0.7/db"
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


class Private(Exception):
    """Its text quotes what somebody filed."""


def stumbling(_: Recorded) -> PublicEvent | None:
    raise Private(PRIVATE)


class Stumbling:
    name = "stumbling"
    ddl = "CREATE TABLE nothing (n int);"

    async def apply(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None:
        raise Private(PRIVATE)


async def answered(check: Callable[[], str]) -> str:
    """What anybody reads at /healthz/ready."""
    app = create_app("t", clock=FixedClock(), authenticate=by_header, receipts=Receipts().find, checks={"part": check})
    async with asgi(app) as client:
        answer = await client.get("/healthz/ready")
        assert answer.status_code == 503
        assert not any(word in answer.text for word in PRIVATE.split())
        return str(answer.json()["checks"]["part"])


async def test_a_relay_that_stopped_names_stream_version_and_types(desk: Database, store: FactStore) -> None:
    await note(store, "a", "1")
    relay = Relay("review", desk, store, MemoryBus(), stumbling, case_of)
    relay.start()
    await eventually(lambda: PRIVATE in relay.fault, "operators are told all of it")
    said = await answered(relay.healthy)
    await relay.stop()
    at = "Unpublishable at case:a/1 (review.noted.1), by Private"
    assert said == f"relay of review stopped, nothing behind it is published: {at}"


async def test_a_relay_that_waits_names_the_type(desk: Database, store: FactStore) -> None:
    class Away(MemoryBus):
        async def publish(self, records: object) -> None:
            raise Transient(PRIVATE) from ConnectionRefusedError(PRIVATE)

    await note(store, "a", "1")
    relay = Relay("review", desk, store, Away(), to_public, case_of)
    relay.start()
    await eventually(lambda: PRIVATE in relay.fault, "operators are told all of it")
    assert await answered(relay.healthy) == "relay of review waits: Transient, by ConnectionRefusedError"
    await relay.stop()


async def test_a_view_that_stands_still_names_the_facts_and_the_type(desk: Database, store: FactStore) -> None:
    await note(store, "a", "1", "2")
    view = Projector(desk, store, Stumbling())
    await view.start()
    await eventually(view.healthy, "it stands still")
    assert await answered(view.healthy) == "view stumbling stands still between case:a/1 and case:a/2: Private"
    await view.stop()


async def test_a_deadline_that_keeps_failing_is_named_with_its_day_and_the_type(desk: Database) -> None:
    async def fire(_: Due) -> None:
        raise Private(PRIVATE)

    async with desk.transaction() as connection:
        await connection.execute("CREATE SCHEMA view_deadlines; SET LOCAL search_path TO view_deadlines;" + DDL)
        await connection.execute("INSERT INTO deadlines VALUES ('case-1/answer', 'case-1', 'answer', $1)", NOON)
    worker = DeadlineWorker(desk, FixedClock(NOON), fire)
    for _ in range(WORRYING_ATTEMPTS):
        assert await worker.fire_due() == 1
        await desk.pool.execute("UPDATE deadline_attempts SET next_at = now()")
    await worker.start()
    await eventually(worker.healthy, "it worries")
    said = await answered(worker.healthy)
    await worker.stop()
    assert said.startswith("deadline case-1/answer of 2026-03-02 failed ") and said.endswith(" times: Private")


async def test_a_bus_names_who_waits_and_the_type() -> None:
    def fails(_: object) -> bool:
        raise Transient(PRIVATE) from TimeoutError(PRIVATE)

    inbox, bus = Collector(fails=fails), MemoryBus(patience_seconds=0.01)
    bus.subscribe(inbox)
    await bus.start()
    with pytest.raises(Transient, match="13800138000"):
        await bus.publish([record("a", "1")])
    assert await answered(bus.healthy) == f"{inbox.name} waits: Transient, by TimeoutError"
    await bus.stop()


def test_what_is_told_of_a_fault_is_types_and_a_place() -> None:
    assert symptom(Private(PRIVATE)) == "Private"
    assert symptom(None) == "ended"

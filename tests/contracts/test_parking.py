"""A parked case goes on in order when it is retried, or without one delivery when that is skipped for a reason."""

from __future__ import annotations

import asyncio

import pytest

from shared.runtime.consumer import Consumer
from shared.runtime.parking import NotFirst, NotParked, Outcome, Parking
from shared.runtime.ports import AnyConnection, Transient
from shared.runtime.postgres.pool import Database
from tests.contracts.probe import OFFICER, Scribe, count, delivered, told, written


async def parked(desk: Database, scribe: Scribe) -> Parking:
    """Case a waits with 1 (rejected), 2 and 3 behind it; case b went on."""
    await Consumer(desk, scribe).receive(delivered([told("a", 1, "bad"), told("b", 1), told("a", 2), told("a", 3)]))
    return Parking(desk, {scribe.name: scribe})


async def numbers(parking: Parking) -> list[int]:
    return [entry.id for entry in await parking.entries()]


async def test_a_retry_applies_the_case_in_order(desk: Database) -> None:
    scribe = Scribe(refuses={"bad"})
    parking = await parked(desk, scribe)
    first, *_ = await numbers(parking)
    scribe.refuses.clear()
    assert await parking.retry(first, OFFICER) == Outcome(applied=3, waiting=0)
    assert await written(desk, "a") == ["bad", "2", "3"]
    assert await numbers(parking) == []
    entry = await parking.show(first)
    assert (entry.status, entry.resolved_by) == ("retried", "u-7")
    assert entry.resolved_at is not None
    await Consumer(desk, scribe).receive(delivered([told("a", 4)], first=4))
    assert await written(desk, "a") == ["bad", "2", "3", "4"]


async def test_a_retry_that_is_rejected_again_keeps_the_queue_and_renews_the_reason(desk: Database) -> None:
    scribe = Scribe(refuses={"bad"})
    parking = await parked(desk, scribe)
    first, *_ = await numbers(parking)
    scribe.refuses, scribe.stumbles = set(), {"bad"}
    assert await parking.retry(first, OFFICER) == Outcome(applied=0, waiting=3, reason="KeyError: 'bad'")
    assert (await parking.show(first)).reason == "KeyError: 'bad'"
    assert await written(desk, "a") == []


async def test_a_retry_stops_at_the_next_that_is_rejected(desk: Database) -> None:
    scribe = Scribe(refuses={"bad"})
    parking = await parked(desk, scribe)
    first, second, third = await numbers(parking)
    scribe.refuses = {"2"}
    assert await parking.retry(first, OFFICER) == Outcome(applied=1, waiting=2, reason="不认识 2")
    assert [(e.id, e.kind) for e in await parking.entries()] == [(second, "rejected"), (third, "behind")]


async def test_effect_and_resolution_are_one_transaction(desk: Database) -> None:
    scribe = Scribe(refuses={"bad"})
    parking = await parked(desk, scribe)
    first, *_ = await numbers(parking)

    async def kill(connection: AnyConnection) -> None:
        async with desk.reading() as other:
            await other.execute("SELECT pg_terminate_backend($1)", connection.get_server_pid())
        await connection.execute("SELECT 1")

    scribe.refuses, scribe.during = set(), kill
    with pytest.raises(Transient):
        await parking.retry(first, OFFICER)
    assert await written(desk, "a") == []
    assert (await parking.show(first)).status == "parked"
    scribe.during = None
    assert (await parking.retry(first, OFFICER)).applied == 3


async def test_only_the_first_of_a_case_is_retried_or_skipped(desk: Database) -> None:
    parking = await parked(desk, Scribe(refuses={"bad"}))
    first, second, _ = await numbers(parking)
    with pytest.raises(NotFirst, match=str(first)):
        await parking.retry(second, OFFICER)
    with pytest.raises(NotFirst, match=str(first)):
        await parking.skip(second, "reason", OFFICER)


async def test_a_skip_is_on_record_and_the_ones_behind_go_on(desk: Database) -> None:
    parking = await parked(desk, Scribe(refuses={"bad"}))
    first, *_ = await numbers(parking)
    assert await parking.skip(first, " 重复登记 ", OFFICER) == Outcome(applied=2, waiting=0)
    assert await written(desk, "a") == ["2", "3"]
    entry = await parking.show(first)
    assert (entry.status, entry.resolved_by, entry.resolved_reason) == ("skipped", "u-7", "重复登记")


@pytest.mark.parametrize("reason", ["", "  ", "长" * 2001])
async def test_a_skip_needs_a_reason(desk: Database, reason: str) -> None:
    parking = await parked(desk, Scribe(refuses={"bad"}))
    first, *_ = await numbers(parking)
    with pytest.raises(ValueError, match="reason"):
        await parking.skip(first, reason, OFFICER)
    assert (await parking.show(first)).status == "parked"


async def test_what_is_resolved_or_unknown_or_elsewhere_is_refused_with_words(desk: Database) -> None:
    parking = await parked(desk, Scribe(refuses={"bad"}))
    first, *_ = await numbers(parking)
    with pytest.raises(NotParked, match="ask the service"):
        await Parking(desk, {}).retry(first, OFFICER)
    await parking.skip(first, "reason", OFFICER)
    with pytest.raises(NotParked, match="skipped already"):
        await parking.retry(first, OFFICER)
    with pytest.raises(NotParked, match="999"):
        await parking.retry(999, OFFICER)


async def test_entries_are_shown_by_subscriber_and_page(desk: Database) -> None:
    parking = await parked(desk, Scribe(refuses={"bad"}))
    await parked(desk, Scribe("another", refuses={"bad"}))
    everything = await numbers(parking)
    assert len(everything) == 6
    assert [entry.id for entry in await parking.entries("another")] == everything[3:]
    assert [entry.id for entry in await parking.entries(after=everything[1], limit=2)] == everything[2:4]
    assert await parking.entries(status="retried") == []


@pytest.mark.parametrize("attempt", range(5))
async def test_what_arrives_while_the_queue_is_emptied_is_neither_lost_nor_early(desk: Database, attempt: int) -> None:
    scribe = Scribe(refuses={"bad"})
    parking = await parked(desk, scribe)
    first, *_ = await numbers(parking)
    scribe.refuses.clear()
    consumer = Consumer(desk, scribe)

    async def arrive() -> None:
        for version in range(4, 24):
            await consumer.receive(delivered([told("a", version)], first=version))

    async def release() -> None:
        await parking.retry(first, OFFICER)

    await asyncio.gather(arrive(), release())
    assert await written(desk, "a") == ["bad", *map(str, range(2, 24))]
    assert await count(desk, "parked WHERE status = 'parked'") == 0

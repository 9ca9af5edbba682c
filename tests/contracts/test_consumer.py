"""Every delivery takes effect once, is parked with its reason, or is kept aside: nothing else may become of it."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace

import pytest

from shared.runtime.consumer import Consumer, Fenced
from shared.runtime.memory_bus import MemoryBus
from shared.runtime.parking import Parking
from shared.runtime.ports import AnyConnection, Conflict, Delivery, Record, Transient
from shared.runtime.postgres.pool import Database
from tests.contracts.buses import Collector
from tests.contracts.probe import AUDIT, EVENTS, Scribe, count, delivered, told, written
from tests.support.waiting import eventually_asked


async def test_applied_and_remembered_in_one_transaction(desk: Database) -> None:
    consumer = Consumer(desk, Scribe())
    await consumer.receive(delivered([told("a", 1), told("b", 1), told("a", 2)], first=40))
    assert await written(desk) == ["1", "1", "2"]
    assert await Consumer(desk, Scribe()).positions([(EVENTS, 0), (EVENTS, 1)]) == {(EVENTS, 0): 43}
    assert consumer.tally.applied == 3


async def test_what_was_seen_is_not_applied_again(desk: Database) -> None:
    consumer = Consumer(desk, Scribe())
    await consumer.receive(delivered([told("a", 1), told("a", 1), told("a", 3)]))
    await consumer.receive(delivered([told("a", 1), told("a", 3), told("a", 4)], first=3))
    assert await written(desk) == ["1", "3", "4"]
    assert consumer.tally.duplicates == 3


async def test_without_offsets_what_was_seen_is_refused_all_the_same(desk: Database) -> None:
    for consumer in (Consumer(desk, Scribe()), Consumer(desk, Scribe())):
        await consumer.receive(delivered([told("a", 1), told("a", 2)], first=None))
    assert await written(desk) == ["1", "2"]
    assert await count(desk, "offsets") == 0


async def test_facts_of_one_round_about_many_cases_may_come_in_any_order(desk: Database) -> None:
    """A later version of the stream in a faster partition must not make the earlier one of another case look seen."""
    consumer = Consumer(desk, Scribe())
    await consumer.receive(delivered([told("b", 8, stream="round:1")], partition=1))
    await consumer.receive(delivered([told("a", 7, stream="round:1")], partition=0))
    assert await written(desk) == ["8", "7"]


async def test_one_fact_on_two_topics_is_two_deliveries(desk: Database) -> None:
    consumer = Consumer(desk, Scribe(topics=(EVENTS, AUDIT)))
    await consumer.receive(delivered([told("a", 1, topic=AUDIT), told("a", 2, topic=AUDIT)]))
    await consumer.receive(delivered([told("a", 1)]))
    assert await written(desk) == ["1", "2", "1"]


async def test_two_subscribers_of_one_database_do_not_see_for_each_other(desk: Database) -> None:
    for name in ("one", "two"):
        await Consumer(desk, Scribe(name)).receive(delivered([told("a", 1)]))
    assert await written(desk) == ["1", "1"]


async def test_a_rejected_delivery_is_parked_with_everything_later_of_its_case_and_the_others_go_on(
    desk: Database,
) -> None:
    consumer = Consumer(desk, Scribe(refuses={"bad"}))
    records = [told("a", 1), told("b", 1), told("a", 2, "bad"), told("b", 2), told("a", 3), told("c", 1), told("a", 4)]
    await consumer.receive(delivered(records))
    await consumer.receive(delivered([told("a", 5), told("b", 3)], first=7))
    assert [await written(desk, case) for case in "abc"] == [["1"], ["1", "2", "3"], ["1"]]
    parked = await Parking(desk, {}).entries()
    assert [(p.stream, p.version, p.kind) for p in parked] == [
        ("case:a", 2, "rejected"),
        ("case:a", 3, "behind"),
        ("case:a", 4, "behind"),
        ("case:a", 5, "behind"),
    ]
    assert parked[0].reason == "不认识 bad"
    assert parked[0].delivery == Delivery(records[2], 0, 2)
    assert await consumer.positions([(EVENTS, 0)]) == {(EVENTS, 0): 9}


async def test_a_defect_that_one_delivery_meets_is_parked_under_its_name(desk: Database) -> None:
    await Consumer(desk, Scribe(stumbles={"odd"})).receive(delivered([told("a", 1, "odd"), told("b", 1)]))
    assert await written(desk) == ["1"]
    (parked,) = await Parking(desk, {}).entries()
    assert parked.reason == "KeyError: 'odd'"


async def test_an_effect_that_the_database_refuses_leaves_nothing_and_is_parked(desk: Database) -> None:
    await Consumer(desk, Scribe()).receive(delivered([told("a", 1), told("b", 1, "forbidden"), told("c", 1)]))
    assert await written(desk) == ["1", "1"]
    (parked,) = await Parking(desk, {}).entries()
    assert parked.stream == "case:b"
    assert parked.reason.startswith("CheckViolationError")


async def test_a_parked_delivery_that_comes_again_is_not_parked_twice(desk: Database) -> None:
    consumer = Consumer(desk, Scribe(refuses={"bad"}))
    again = delivered([told("a", 1, "bad"), told("a", 2)], first=None)
    await consumer.receive(again)
    await consumer.receive(again)
    assert await count(desk, "parked") == 2


async def test_what_is_not_ours_and_what_is_newer_is_kept_aside_once(desk: Database) -> None:
    strange = Record(EVENTS, "a\0b", {"h\0": "\0\\"}, b"\x00\xff")
    newer = told("a", 1, word="Rewarded")
    consumer = Consumer(desk, Scribe())
    await consumer.receive(delivered([strange, newer, newer, told("a", 2)]))
    assert await written(desk) == ["2"]
    async with desk.reading() as connection:
        kept = await connection.fetch("SELECT key, record_offset, value FROM foreign_events ORDER BY id")
    assert [(row["key"], row["record_offset"], row["value"]) for row in kept] == [
        ("a\\x00b", 0, b"\x00\xff"),
        ("a", 1, newer.value),
    ]
    assert consumer.tally.kept == 2


async def test_a_record_that_claims_to_be_ours_and_is_broken_holds_its_case_and_no_other(desk: Database) -> None:
    broken = replace(told("a", 1), value=b"{")
    await Consumer(desk, Scribe()).receive(delivered([broken, told("a", 2), told("b", 1)]))
    assert await written(desk) == ["1"]
    assert [entry.kind for entry in await Parking(desk, {}).entries()] == ["rejected", "behind"]


def _random(length: int) -> str:
    """Text that PostgreSQL cannot compress into an index row."""
    return "".join(random.Random(7).choices("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", k=length))


def hostile(record: Record, **headers: str) -> Record:
    return replace(record, headers={**record.headers, **headers})


@pytest.mark.parametrize(
    "record",
    [
        replace(told("a", 1), value=b'{"items":' + b"[" * 200_000 + b"]" * 200_000 + b"}"),
        hostile(told("a", 1), ce_time="0001-01-01T00:00:00+23:59"),
        hostile(told("a", 1, "bad"), ce_source="/shifan/re%00view"),
        hostile(told("a", 1), ce_id=f"case:{_random(6000)}/1"),
        replace(told("a", 1), key=_random(6000)),
        hostile(replace(told("a", 1), key=_random(6000)), ce_subject=_random(6000)),
    ],
    ids=["nested without end", "an hour that no calendar has", "NUL in the source", "long id", "long key", "long case"],
)
async def test_a_hostile_record_is_put_aside_and_the_partition_goes_on(desk: Database, record: Record) -> None:
    """None of these may raise: the reader of the partition would end, for every case of every partition."""
    consumer = Consumer(desk, Scribe(refuses={"bad"}))
    await consumer.receive(delivered([record, told("b", 1)]))
    assert await written(desk) == ["1"]
    assert await count(desk, "parked") + await count(desk, "foreign_events") == 1
    assert await consumer.positions([(EVENTS, 0)]) == {(EVENTS, 0): 2}


async def test_a_zombie_finds_the_offset_moved_and_writes_nothing(desk: Database) -> None:
    zombie, successor = Consumer(desk, Scribe()), Consumer(desk, Scribe())
    await zombie.receive(delivered([told("a", 1)]))
    await successor.positions([(EVENTS, 0)])
    await successor.receive(delivered([told("a", 2), told("a", 3)], first=1))
    with pytest.raises(Fenced):
        await zombie.receive(delivered([told("a", 2), told("b", 9)], first=1))
    assert await written(desk) == ["1", "2", "3"]
    assert await zombie.positions([(EVENTS, 0)]) == {(EVENTS, 0): 3}


async def test_several_partitions_are_one_transaction_and_each_keeps_its_place(desk: Database) -> None:
    ours = [*delivered([told("a", 1), told("a", 2)], first=5, partition=0), *delivered([told("b", 1)], partition=1)]
    await Consumer(desk, Scribe()).receive(ours)
    assert await written(desk) == ["1", "2", "1"]
    assert await Consumer(desk, Scribe()).positions([(EVENTS, 0), (EVENTS, 1)]) == {(EVENTS, 0): 7, (EVENTS, 1): 1}


async def test_one_partition_that_moved_on_keeps_back_the_whole_batch(desk: Database) -> None:
    zombie = Consumer(desk, Scribe())
    await zombie.receive(delivered([told("a", 1)], partition=0))
    await Consumer(desk, Scribe()).receive(delivered([told("a", 2)], first=1, partition=0))
    late = [*delivered([told("b", 1)], partition=1), *delivered([told("a", 3)], first=1, partition=0)]
    with pytest.raises(Fenced):
        await zombie.receive(late)
    assert await written(desk) == ["1", "2"]
    assert await Consumer(desk, Scribe()).positions([(EVENTS, 1)]) == {}


async def test_two_that_begin_a_partition_at_once_write_it_once(desk: Database) -> None:
    """The second waits for the row, and finds it elsewhere than it believed."""
    second = Consumer(desk, Scribe())
    batch = delivered([told("a", 1), told("b", 1)])
    late: list[asyncio.Task[None]] = []

    async def waits() -> bool:
        return await count(desk, "pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%INTO offsets%'") > 0

    async def overtake(_: AnyConnection) -> None:
        late.append(asyncio.create_task(second.receive(batch)))
        await eventually_asked(waits, "the second waits for the first one's row")

    await Consumer(desk, Scribe(during=overtake)).receive(batch)
    with pytest.raises(Fenced):
        await late[0]
    assert await written(desk) == ["1", "1"]


async def test_a_lost_connection_is_transient_and_the_same_batch_applies_once(desk: Database) -> None:
    killed = 0

    async def kill(connection: AnyConnection) -> None:
        nonlocal killed
        if killed < 2:
            killed += 1
            async with desk.reading() as other:
                await other.execute("SELECT pg_terminate_backend($1)", connection.get_server_pid())
            await connection.execute("SELECT 1")

    consumer = Consumer(desk, Scribe(during=kill))
    for _ in range(2):
        with pytest.raises(Transient):
            await consumer.receive(delivered([told("a", 1), told("b", 1)]))
        assert await written(desk) == []
    await consumer.receive(delivered([told("a", 1), told("b", 1)]))
    assert await written(desk) == ["1", "1"]
    assert await count(desk, "parked") == 0


async def test_a_conflict_is_decided_again_and_never_parked(desk: Database) -> None:
    conflicts = 0

    async def conflict(_: AnyConnection) -> None:
        nonlocal conflicts
        conflicts += 1
        if conflicts < 3:
            raise Conflict("moved on")

    await Consumer(desk, Scribe(during=conflict)).receive(delivered([told("a", 1)]))
    assert conflicts == 3
    assert await written(desk) == ["1"]
    assert await count(desk, "parked") == 0


async def test_a_conflict_without_end_is_transient(desk: Database) -> None:
    async def conflict(_: AnyConnection) -> None:
        raise Conflict("moved on")

    with pytest.raises(Transient, match="overtaken"):
        await Consumer(desk, Scribe(during=conflict)).receive(delivered([told("a", 1)]))
    assert await written(desk) == []


async def test_dead_letters_are_shown_after_they_are_parked(desk: Database) -> None:
    graveyard = Collector(topics=(f"{EVENTS}.dlq",))
    bus = MemoryBus()
    bus.subscribe(graveyard)
    await bus.start()
    consumer = Consumer(desk, Scribe(refuses={"bad"}), bury=bus.publish)
    await consumer.receive(delivered([told("a", 1, "bad"), told("a", 2)]))
    assert [d.record.headers["shifan-kind"] for d in graveyard.received] == ["rejected", "behind"]
    assert graveyard.received[0].record.headers["shifan-reason"] == "不认识 bad"
    assert graveyard.received[0].record.value == told("a", 1, "bad").value


async def test_dead_letters_that_cannot_be_shown_change_nothing(desk: Database) -> None:
    stopped = MemoryBus()
    await Consumer(desk, Scribe(refuses={"bad"}), bury=stopped.publish).receive(delivered([told("a", 1, "bad")]))
    assert await count(desk, "parked") == 1


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_is_repeated_cut_or_refused_every_event_ends_in_one_place(desk: Database, seed: int) -> None:
    """Two members read one partition in turns, rewinding as they like, while some events are refused or forbidden."""
    dice = random.Random(seed)
    versions: dict[str, int] = {}
    records: list[Record] = []
    good: dict[str, list[str]] = {}
    for _ in range(120):
        case = dice.choice("abcdefgh")
        versions[case] = versions.get(case, 0) + dice.choice([1, 1, 2])
        text = f"{case}{versions[case]}" if dice.random() > 0.04 else dice.choice(["bad", "forbidden", "odd"])
        records.append(told(case, versions[case], text))
        good.setdefault(case, []).append(text)
    log = delivered(records)
    members = [Consumer(desk, Scribe(refuses={"bad"}, stumbles={"odd"})) for _ in range(2)]
    position = 0
    while position < len(log):
        member = dice.choice(members)
        if dice.random() < 0.8:
            position = (await member.positions([(EVENTS, 0)])).get((EVENTS, 0), 0)
        length = dice.randint(1, 25)
        try:
            await member.receive(log[max(0, position - dice.choice([0, 0, 3])) :][:length])
        except Fenced:
            continue
        position = (await member.positions([(EVENTS, 0)]))[EVENTS, 0]
    parked = await Parking(desk, {}).entries(limit=1000)
    for case, texts in good.items():
        applied = [text for text in texts if text not in ("bad", "odd", "forbidden")]
        first_bad = next((i for i, text in enumerate(texts) if text not in applied), len(texts))
        assert await written(desk, case) == texts[:first_bad]
        assert len([entry for entry in parked if entry.delivery.record.key == case]) == len(texts) - first_bad

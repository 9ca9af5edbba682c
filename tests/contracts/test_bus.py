"""What every bus promises, and for each promise that only one makes, a feature that says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from shared.runtime.ports import Bus, Transient
from shared.runtime.records import MAX_RECORD_BYTES, TooLarge
from tests.contracts.buses import EVENTS, OTHERS, Collector, KafkaRig, MemoryRig, Rig, numbers, record, series
from tests.support.waiting import eventually


@pytest.fixture(params=["memory", "kafka"])
async def rig(request: pytest.FixtureRequest) -> Rig:
    if request.param == "memory":
        return MemoryRig()
    rig = KafkaRig(request.getfixturevalue("kafka"), request.getfixturevalue("topic_prefix"))
    await rig.prepare()
    return rig


@asynccontextmanager
async def running(rig: Rig, *inboxes: Collector) -> AsyncIterator[Bus]:
    """A started bus with these subscribers, once each of them reads."""
    bus = rig.bus()
    for inbox in inboxes:
        bus.subscribe(inbox)
    await bus.start()
    try:
        yield bus
    finally:
        await bus.stop()


def needs(rig: Rig, feature: str) -> None:
    if not getattr(rig.features, feature):
        pytest.skip(f"{type(rig).__name__} does not promise {feature}")


async def arrived(inbox: Collector, count: int) -> None:
    await eventually(lambda: len(inbox.received) >= count, f"{count} deliveries, not {len(inbox.received)}")


# ── universal ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_empty_publish_is_no_publish(rig: Rig) -> None:
    inbox = Collector()
    async with running(rig, inbox) as bus:
        await bus.publish([])
        await bus.publish([record("a", "1")])
        await arrived(inbox, 1)
    assert inbox.values() == ["1"]


async def test_a_record_arrives_as_it_was_sent(rig: Rig) -> None:
    sent = record(
        "案件-7",
        "认定 ✓",
        headers={"ce_id": "案:7/1", "ce_reason": "材料齐全，同意", "content-type": "application/json"},
    )
    inbox = Collector()
    async with running(rig, inbox) as bus:
        await bus.publish([sent])
        await arrived(inbox, 1)
    assert [delivery.record for delivery in inbox.received] == [sent]


async def test_order_per_key_is_kept(rig: Rig) -> None:
    inbox = Collector()
    mixed = [record(f"k{number % 7}", str(number)) for number in range(700)]
    async with running(rig, inbox) as bus:
        for first in range(0, 700, 70):
            await bus.publish(mixed[first : first + 70])
        await arrived(inbox, 700)
    for key in range(7):
        assert inbox.values(f"k{key}") == [str(number) for number in range(key, 700, 7)]


async def test_concurrent_publishers_lose_nothing_and_keep_their_own_order(rig: Rig) -> None:
    inbox = Collector()
    async with running(rig, inbox) as bus:

        async def publisher(key: str) -> None:
            for first in range(0, 100, 10):
                await bus.publish(series(key, 10, first))

        await asyncio.gather(*(publisher(f"p{number}") for number in range(8)))
        await arrived(inbox, 800)
    assert len(inbox.received) == 800
    assert all(inbox.values(f"p{number}") == numbers(100) for number in range(8))


async def test_every_inbox_receives_everything_of_its_topics_and_nothing_else(rig: Rig) -> None:
    one, two, both = Collector(), Collector(topics=(OTHERS,)), Collector(topics=(EVENTS, OTHERS))
    async with running(rig, one, two, both) as bus:
        await bus.publish([record("a", "1"), record("a", "2", OTHERS), record("b", "3")])
        await asyncio.gather(arrived(one, 2), arrived(two, 1), arrived(both, 3))
    assert sorted(one.values()) == ["1", "3"]
    assert two.values() == ["2"]
    assert sorted(both.values()) == ["1", "2", "3"]


async def test_a_failing_inbox_is_handed_the_same_again_and_loses_nothing(rig: Rig) -> None:
    inbox = Collector()
    inbox.fails = lambda batch: inbox.refused < 3
    async with running(rig, inbox) as bus:
        await bus.publish(series("a", 20))
        await arrived(inbox, 20)
    assert inbox.refused == 3
    assert inbox.values() == numbers(20)


async def test_a_failure_in_the_middle_breaks_no_order(rig: Rig) -> None:
    inbox = Collector()
    inbox.fails = lambda batch: len(inbox.received) > 100 and inbox.refused < 4
    async with running(rig, inbox) as bus:
        await bus.publish(series("a", 300))
        await arrived(inbox, 300)
    assert inbox.refused == 4
    assert inbox.values() == numbers(300)


async def test_a_failing_inbox_does_not_hold_up_another_one(rig: Rig) -> None:
    broken, well = Collector(fails=lambda batch: True), Collector()
    async with running(rig, broken, well) as bus:
        publishing = asyncio.create_task(bus.publish(series("a", 10)))
        await arrived(well, 10)
        await eventually(lambda: broken.refused > 1, "the broken one is tried again")
        await asyncio.gather(publishing, return_exceptions=True)
    assert well.values() == numbers(10)
    assert broken.received == []


async def test_a_bus_says_who_waits_and_is_well_again(rig: Rig) -> None:
    inbox = Collector()
    inbox.fails = lambda batch: failing
    failing = True
    async with running(rig, inbox) as bus:
        publishing = asyncio.create_task(bus.publish([record("a", "1")]))
        await eventually(lambda: inbox.name in bus.healthy(), "the failing inbox is named")
        failing = False
        await arrived(inbox, 1)
        await publishing
        await eventually(lambda: bus.healthy() == "", "well again")


async def test_what_is_published_twice_is_delivered_twice(rig: Rig) -> None:
    """A bus refuses no duplicate: the consumer does, in the transaction of the effect."""
    inbox = Collector()
    async with running(rig, inbox) as bus:
        await bus.publish(series("a", 3))
        await bus.publish(series("a", 4))
        await arrived(inbox, 7)
    assert inbox.values() == [*numbers(3), *numbers(4)]


async def test_an_oversized_record_is_refused_before_anything_of_its_batch_is_sent(rig: Rig) -> None:
    inbox = Collector()
    async with running(rig, inbox) as bus:
        with pytest.raises(TooLarge):
            await bus.publish([record("a", "1"), record("a", "x" * MAX_RECORD_BYTES)])
        await bus.publish([record("a", "2")])
        await arrived(inbox, 1)
    assert inbox.values() == ["2"]


async def test_the_largest_allowed_record_goes_through(rig: Rig) -> None:
    inbox = Collector()
    largest = record("a", "界" * (MAX_RECORD_BYTES // 3 - 10), headers={"ce_id": "case:a/1"})
    async with running(rig, inbox) as bus:
        await bus.publish([largest, largest, largest])
        await arrived(inbox, 3)
    assert [delivery.record for delivery in inbox.received] == [largest] * 3


async def test_a_stopped_bus_refuses_and_a_stop_is_repeatable(rig: Rig) -> None:
    bus = rig.bus()
    with pytest.raises(Transient):
        await bus.publish([record("a", "1")])
    await bus.start()
    await bus.stop()
    await bus.stop()
    with pytest.raises(Transient):
        await bus.publish([record("a", "1")])


async def test_subscribing_after_the_start_is_refused(rig: Rig) -> None:
    async with running(rig) as bus:
        with pytest.raises(RuntimeError, match="before start"):
            bus.subscribe(Collector())


async def test_two_inboxes_of_one_name_on_one_bus_are_refused(rig: Rig) -> None:
    bus = rig.bus()
    bus.subscribe(Collector(name="same"))
    with pytest.raises(ValueError, match="same"):
        bus.subscribe(Collector(name="same"))


async def test_a_slow_inbox_is_not_hurried_and_never_called_twice_at_once(rig: Rig) -> None:
    at_once: list[int] = []

    class Slow(Collector):
        inside = 0

        async def receive(self, batch: object) -> None:
            self.inside += 1
            at_once.append(self.inside)
            await asyncio.sleep(0)
            await super().receive(batch)  # type: ignore[arg-type]
            self.inside -= 1

    inbox = Slow()
    async with running(rig, inbox) as bus:
        await asyncio.gather(*(bus.publish(series(f"k{number}", 20)) for number in range(10)))
        await arrived(inbox, 200)
    assert set(at_once) == {1}


# ── promised by some ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_publish_returns_when_everybody_has_handled_it(rig: Rig) -> None:
    needs(rig, "handled_on_return")
    inboxes = [Collector(), Collector()]
    async with running(rig, *inboxes) as bus:
        await bus.publish(series("a", 120))
        assert [inbox.values() for inbox in inboxes] == [numbers(120)] * 2


async def test_publish_raises_when_a_subscriber_fails_for_too_long(rig: Rig) -> None:
    needs(rig, "handled_on_return")
    async with running(rig, Collector(fails=lambda batch: True)) as bus:
        with pytest.raises(Transient, match="not just now"):
            await bus.publish([record("a", "1")])


async def test_records_wait_for_a_subscriber_that_comes_later(rig: Rig) -> None:
    needs(rig, "keeps_records")
    async with running(rig) as bus:
        await bus.publish(series("a", 5))
    inbox = Collector()
    async with running(rig, inbox):
        await arrived(inbox, 5)
    assert inbox.values() == numbers(5)


async def test_a_restart_goes_on_where_the_inbox_says(rig: Rig) -> None:
    needs(rig, "keeps_records")
    inbox = Collector()
    async with running(rig, inbox) as bus:
        await bus.publish(series("a", 5))
        await arrived(inbox, 5)
    async with running(rig, inbox) as bus:
        await bus.publish(series("a", 5, first=5))
        await arrived(inbox, 10)
    assert inbox.values() == numbers(10)


async def test_the_inboxs_offset_beats_the_one_that_the_bus_remembers(rig: Rig) -> None:
    needs(rig, "keeps_records")
    inbox = Collector()
    async with running(rig, inbox) as bus:
        await bus.publish(series("a", 30))
        await arrived(inbox, 30)
    ((partition, _),) = [item for item in inbox.next.items() if item[1] == 30]
    again = Collector(name=inbox.name, next={partition: 12})
    async with running(rig, again):
        await arrived(again, 18)
    assert again.values() == numbers(18, first=12)


async def test_an_offset_that_the_topic_does_not_hold_stops_loudly(rig: Rig) -> None:
    needs(rig, "keeps_records")
    inbox = Collector(next={(EVENTS, 0): 9, (EVENTS, 1): 9, (EVENTS, 2): 9})
    async with running(rig, inbox) as bus:
        await bus.publish(series("a", 5))
        await eventually(lambda: "OffsetsDiffer at " in bus.healthy(), "says where an offset is missing")
    assert inbox.received == []


async def test_a_failing_partition_does_not_hold_up_the_others(rig: Rig) -> None:
    needs(rig, "isolates_failures")
    inbox = Collector(fails=lambda batch: any(delivery.record.key == "bad" for delivery in batch))
    async with running(rig, inbox) as bus:
        await bus.publish([record("bad", "0")])
        await eventually(lambda: inbox.refused > 0, "the bad one was tried")
        await bus.publish([record(f"good{number}", "1") for number in range(40)])
        await eventually(lambda: len({d.partition for d in inbox.received}) == 2, "the other two partitions go on")
        inbox.fails = lambda batch: False
        await arrived(inbox, 41)
    assert inbox.keys() == {"bad", *(f"good{number}" for number in range(40))}


async def test_a_bus_that_keeps_records_says_how_many_wait(rig: Rig) -> None:
    needs(rig, "keeps_records")
    inbox = Collector(fails=lambda batch: True)
    async with running(rig, inbox) as bus:
        assert bus.behind() == {inbox.name: 0}
        await bus.publish(series("a", 7))
        await eventually(lambda: bus.behind() == {inbox.name: 7}, "what waits is counted")
        inbox.fails = lambda batch: False
        await arrived(inbox, 7)
        await eventually(lambda: bus.behind() == {inbox.name: 0}, "nothing waits")


async def test_two_members_share_the_work_and_one_takes_over_when_the_other_leaves(rig: Rig) -> None:
    needs(rig, "shares_a_group")
    inbox = Collector()
    other = Collector(name=inbox.name, received=inbox.received, next=inbox.next)
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(running(rig, inbox))
        await first.publish([record(f"k{number}", "0") for number in range(30)])
        await arrived(inbox, 30)
        async with running(rig, other):
            await eventually(lambda: other.asked, "the second member has partitions")
            await first.publish([record(f"k{number}", "1") for number in range(30)])
            await arrived(inbox, 60)
        await first.publish([record(f"k{number}", "2") for number in range(30)])
        await arrived(inbox, 90)
    for number in range(30):
        assert without_repetitions(inbox.values(f"k{number}")) == ["0", "1", "2"]


async def test_a_topic_that_was_never_made_is_refused(rig: Rig) -> None:
    needs(rig, "knows_its_topics")
    inbox = Collector()
    async with running(rig, inbox) as bus:
        with pytest.raises(Transient):
            await bus.publish([record("a", "1", topic="typing.error.v1")])
        assert "publishing failed" in bus.healthy()
        await bus.publish([record("a", "2")])
        await arrived(inbox, 1)
        await eventually(lambda: bus.healthy() == "", "well again")
    assert inbox.values() == ["2"]


async def test_a_subscriber_of_a_topic_that_is_missing_says_so(rig: Rig) -> None:
    needs(rig, "knows_its_topics")
    async with running(rig, Collector(topics=("typing.error.v1",))) as bus:
        await eventually(lambda: "NoTopic at " in bus.healthy(), "says which is missing")


async def test_whatever_others_write_is_delivered_and_stops_nothing(rig: Rig) -> None:
    needs(rig, "open_to_others")
    inbox = Collector()
    async with running(rig, inbox) as bus:
        await rig.write_anything(b"", [], None)
        await rig.write_anything(b"\xff\x00\xfe", [("h", b"\x00\xff"), ("h", b"twice")], b"\x00\x01")
        await bus.publish([record("a", "1")])
        await arrived(inbox, 3)
    by_key = {delivery.record.key: delivery.record for delivery in inbox.received}
    assert by_key[""].value == b""
    assert by_key["\\xff\\x00\\xfe"].value == b"\x00\x01"
    assert by_key["a"].value == b"1"


def without_repetitions(values: list[str]) -> list[str]:
    """What a consumer makes of them that refuses what it has seen."""
    kept: list[str] = []
    for value in values:
        if not kept or value > kept[-1]:
            kept.append(value)
    return kept

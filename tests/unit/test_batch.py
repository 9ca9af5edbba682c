"""Every delivery of a batch ends in exactly one place, and no case overtakes itself."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shared.envelope import Envelope
from shared.runtime.batch import BEHIND, Plan, plan_of, storable, stream_of
from shared.runtime.ports import Delivery, Record
from shared.runtime.records import from_record
from tests.contracts.probe import told

cases = st.sampled_from("abc")
ours = st.builds(told, cases, st.integers(1, 6), word=st.sampled_from(["CorrectionRequested", "Rewarded"]))
broken = cases.map(lambda case: replace(told(case, 1), value=b"["))
foreign = cases.map(lambda case: Record("review.events.v1", case, {}, b"?"))
batches = st.lists(ours | broken | foreign, max_size=12)
seen_before = st.dictionaries(cases, st.integers(1, 6))


def planned(records: list[Record], seen: dict[str, int], blocked: set[str], refusal: str = "") -> Plan:
    deliveries = [Delivery(record, 0, offset) for offset, record in enumerate(records)]
    remembered = {("review.events.v1", f"{case} case:{case}"): version for case, version in seen.items()}
    return plan_of([(d, from_record(d.record)) for d in deliveries], remembered, blocked, refusal)


@given(batches, seen_before, st.sets(cases))
def test_every_delivery_ends_in_one_place(records: list[Record], seen: dict[str, int], blocked: set[str]) -> None:
    plan = planned(records, seen, blocked)
    offsets = [d.offset for d in [*plan.live, *(item.delivery for item in plan.park), *plan.keep]]
    assert len(set(offsets)) == len(offsets) == len(records) - plan.duplicates


@given(batches, seen_before, st.sets(cases))
def test_no_case_overtakes_itself_and_nothing_is_applied_twice(
    records: list[Record], seen: dict[str, int], blocked: set[str]
) -> None:
    plan = planned(records, seen, blocked)
    held: dict[str, int] = {}
    for item in plan.park:
        held.setdefault(item.delivery.record.key, item.delivery.offset or 0)
    best = dict(seen)
    for delivery in plan.live:
        key, envelope = delivery.record.key, from_record(delivery.record)
        assert isinstance(envelope, Envelope)
        assert key not in blocked
        assert (delivery.offset or 0) < held.get(key, len(records))
        assert envelope.version > best.get(key, 0)
        best[key] = envelope.version
        assert plan.seen[stream_of(delivery, envelope)] >= envelope.version


@given(batches, seen_before, st.sets(cases))
def test_what_waits_says_why(records: list[Record], seen: dict[str, int], blocked: set[str]) -> None:
    queue = set(blocked)
    for item in planned(records, seen, blocked).park:
        key = item.delivery.record.key
        assert (item.kind == "behind") == (item.reason == BEHIND)
        assert item.kind == "rejected" or key in queue
        queue.add(key)


def test_a_refusal_parks_the_delivery_that_stands_alone_and_holds_nothing_else() -> None:
    plan = planned([told("a", 1)], {}, set(), "no")
    assert [(item.reason, item.kind) for item in plan.park] == [("no", "rejected")]
    waits = planned([told("a", 1)], {}, {"a"}, "no")
    assert [(item.reason, item.kind) for item in waits.park] == [(BEHIND, "behind")]


@given(st.text(), st.dictionaries(st.text(), st.text(), max_size=3))
def test_what_is_stored_holds_no_nul(key: str, headers: dict[str, str]) -> None:
    record = storable(Delivery(Record("t", key, headers, b"\0"))).record
    assert "\0" not in record.key + "".join(record.headers) + "".join(record.headers.values())
    assert record.value == b"\0"

"""Understands what is to become of each delivery of a batch: applied, parked, kept aside, or dropped as seen. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from shared.envelope import Envelope
from shared.runtime.parking import Kind, ToPark
from shared.runtime.ports import Delivery
from shared.runtime.records import Foreign, Malformed, understood

BEHIND = "an earlier delivery of the same case is parked"

Reading = Envelope | Foreign | Malformed
Stream = tuple[str, str]
"""Topic, and one case's part of one stream: see :func:`stream_of`."""


@dataclass
class Plan:
    """``seen`` maps every stream of the batch to its highest version; ``keys`` are the batch's cases, and ``blocked``
    those of them that waited already when the plan was made."""

    keys: set[str]
    blocked: set[str]
    live: list[Delivery] = field(default_factory=list)
    park: list[ToPark] = field(default_factory=list)
    keep: list[Delivery] = field(default_factory=list)
    seen: dict[Stream, int] = field(default_factory=dict)
    duplicates: int = 0


def stream_of(delivery: Delivery, envelope: Envelope) -> Stream:
    """Within which versions only rise: one case's events of one stream on one topic. (A round's facts belong to many
    cases, whose partitions are read at different speeds; and a fact goes to two topics under one id.)"""
    return delivery.record.topic, f"{envelope.case_id} {envelope.stream}"


def streams_of(read: Sequence[tuple[Delivery, Reading]]) -> list[Stream]:
    """The streams of a batch, each once."""
    return sorted({stream_of(delivery, what) for delivery, what in read if isinstance(what, Envelope)})


def plan_of(
    read: Sequence[tuple[Delivery, Reading]], seen: Mapping[Stream, int], blocked: Collection[str], refusal: str = ""
) -> Plan:
    """Sorts a batch out. ``refusal`` is the reason to park its first live delivery (the only one, after halving)."""
    plan = Plan({delivery.record.key for delivery, _ in read}, set(blocked))
    held = set(blocked)
    for delivery, what in read:
        reason = ""
        if isinstance(what, Foreign):
            plan.keep.append(delivery)
            continue
        if isinstance(what, Malformed):
            reason = what.reason
        elif _seen_before(plan, stream_of(delivery, what), what.version, seen):
            plan.duplicates += 1
            continue
        elif not understood(what):
            plan.keep.append(delivery)
            continue
        elif delivery.record.key not in held:
            reason, refusal = refusal, ""
            if not reason:
                plan.live.append(delivery)
                continue
        plan.park.append(_to_park(delivery, what, reason))
        held.add(delivery.record.key)
    return plan


def storable(delivery: Delivery) -> Delivery:
    """PostgreSQL keeps no NUL in texts; nothing of ours has one, but anybody's record may."""
    record = delivery.record
    texts = {_plain(name): _plain(text) for name, text in record.headers.items()}
    if texts == record.headers and "\0" not in record.key:
        return delivery
    return replace(delivery, record=replace(record, key=_plain(record.key), headers=texts))


def _plain(text: str) -> str:
    return text.replace("\0", "\\x00")


def _seen_before(plan: Plan, stream: Stream, version: int, seen: Mapping[Stream, int]) -> bool:
    if version <= max(plan.seen.get(stream, -1), seen.get(stream, -1)):
        return True
    plan.seen[stream] = version
    return False


def _to_park(delivery: Delivery, what: Envelope | Malformed, reason: str) -> ToPark:
    kind: Kind = "rejected" if reason else "behind"
    if isinstance(what, Malformed):
        return ToPark(delivery, delivery.record.headers.get("ce_source", "")[:200], "", 0, reason, kind)
    return ToPark(delivery, what.source, what.stream, what.version, reason or BEHIND, kind)

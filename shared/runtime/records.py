"""Understands how an envelope becomes a record of a bus and comes back: CloudEvents 1.0, binary mode.

Source: CloudEvents 1.0.2 and its Kafka protocol binding, section 3.2 (attributes travel as ``ce_*`` headers, the media
type as ``content-type``). The trace travels as the W3C ``traceparent`` header.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, get_args
from urllib.parse import unquote

import msgspec

from shared.envelope import ROLES, Actor, CaseId, Envelope, Origin, Position, Role
from shared.events import PublicEvent
from shared.runtime.ports import Record, Rejected

MAX_RECORD_BYTES: Final = 900_000
"""Key, headers and value together; below the 1 MiB that brokers allow by default, with room for the batch around it."""

MAX_HEADERS: Final = 64
MAX_CASE_BYTES: Final = 512
MAX_ID_BYTES: Final = 1_280
"""A case and an event's id are keys of indexes, whose rows PostgreSQL limits to 2,704 bytes; both stand in one."""

SOURCE: Final = "/shifan/"
SCHEMA: Final = "urn:shifan:schema:"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f%]")
_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_AUDIT_TYPE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.[1-9][0-9]*")
_READING: Final = "_reading"
_ROLES: Final[Mapping[str, Role]] = {role: role for role in ROLES}
_WORDS: Final[Mapping[str, type]] = {word.__name__: word for word in get_args(PublicEvent)}


class TooLarge(ValueError):
    """A record that no broker would take; it is refused before anything of its batch is sent."""


@dataclass(frozen=True)
class Foreign:
    """A record that somebody else put there; it is kept aside and never stops a partition."""

    reason: str


@dataclass(frozen=True)
class Malformed:
    """A record that claims to be ours and cannot be read: to be parked, because something of a case would be lost."""

    reason: str


def to_record(envelope: Envelope, topic: str) -> Record:
    """The record of an envelope; its key is the case, so that a case's events stay in order.

    Raises :class:`TooLarge` and ``ValueError`` (no case, no actor, or an id that is not ``<stream>/<version>``).
    """
    origin, actor = envelope.origin, envelope.origin.actor
    if not envelope.case_id or not actor.id or not _well_named(envelope.id):
        raise ValueError(f"{envelope.id!r}: a record needs a case, an actor and an id <stream>/<version>")
    if not _indexable(envelope.case_id, envelope.id):
        raise ValueError(f"{envelope.id[:100]!r}: a case has {MAX_CASE_BYTES} bytes at most, an id {MAX_ID_BYTES}")
    headers = {
        "ce_specversion": "1.0",
        "ce_id": envelope.id,
        "ce_source": SOURCE + envelope.source,
        "ce_type": envelope.type,
        "ce_subject": envelope.case_id,
        "ce_time": origin.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "ce_dataschema": f"{SCHEMA}{envelope.type}:{envelope.schema}",
        "content-type": "application/json",
        "ce_position": str(envelope.position),
        "ce_actor": actor.id,
        "ce_actorrole": actor.role,
        "ce_actororganisation": actor.organisation,
        "ce_actorregion": actor.region,
        "ce_command": origin.command_id,
        "ce_causedby": origin.caused_by,
        "ce_reason": origin.reason,
        "traceparent": _traceparent(origin.trace_id, envelope.id),
    }
    escaped = {name: _CONTROL.sub(_percent, text) for name, text in headers.items() if text}
    return limited(Record(topic, envelope.case_id, escaped, msgspec.json.encode(envelope.data)))


def limited(record: Record) -> Record:
    """The same record; raises :class:`TooLarge` where a broker might refuse it."""
    size = len(record.key.encode()) + len(record.value)
    size += sum(len(name.encode()) + len(text.encode()) for name, text in record.headers.items())
    if size > MAX_RECORD_BYTES or len(record.headers) > MAX_HEADERS:
        raise TooLarge(
            f"{record.headers.get('ce_id', '?')} for {record.topic}: {size} bytes and {len(record.headers)} headers; "
            f"a record may have {MAX_RECORD_BYTES} and {MAX_HEADERS}. Put the content in a file and publish its digest."
        )
    return record


def from_record(record: Record) -> Envelope | Foreign | Malformed:
    """Reads what :func:`to_record` wrote. Never raises: whatever a topic holds, it is one of the three.

    A record is read once: its consumer and every subscriber behind it are given the same answer.
    """
    known: Envelope | Foreign | Malformed | None = record.__dict__.get(_READING)
    if known is None:
        # a record never changes, so neither does its reading; it is kept as functools.cached_property keeps a value
        known = record.__dict__[_READING] = _read(record)
    return known


def _read(record: Record) -> Envelope | Foreign | Malformed:
    source = record.headers.get("ce_source", "")
    if record.headers.get("ce_specversion") != "1.0":
        return Foreign("not a CloudEvent 1.0 in binary mode: ce_specversion is missing or another")
    if not source.startswith(SOURCE):
        return Foreign(f"published by {source[:100]!r}, which is none of the services")
    if not _indexable(record.key, ""):
        return Foreign(f"its key has more than {MAX_CASE_BYTES} bytes, which no case of ours has")
    try:
        return _envelope(
            record, {name: unquote(text) if "%" in text else text for name, text in record.headers.items()}
        )
    # An hour that no calendar has overflows, and what is nested without end recurses: neither is a ValueError.
    except (KeyError, ValueError, OverflowError, RecursionError, msgspec.DecodeError) as fault:
        return Malformed(f"{type(fault).__name__}: {fault}"[:300])


def understood(envelope: Envelope) -> bool:
    """False for a type, or a schema of a type, that only a newer release than ours knows. Facts on an audit stream are
    always understood: their readers keep them whole."""
    if is_audit(envelope):
        return True
    word = _WORDS.get(envelope.type)
    return word is not None and envelope.schema <= _schema(word)


def is_audit(envelope: Envelope) -> bool:
    """Whether this is a stored fact (``review.score-sealed.1``) and no word of the published language (``Scored``)."""
    return _AUDIT_TYPE.fullmatch(envelope.type) is not None


def event_of(envelope: Envelope) -> PublicEvent:
    """The public event inside. Unknown fields are ignored (a newer publisher may add some).

    Raises :class:`Rejected` when the data does not fit its own schema.
    """
    word = _WORDS.get(envelope.type)
    if word is None or envelope.schema != _schema(word):
        raise Rejected(f"{envelope.type} version {envelope.schema} is not a word that this release reads")
    try:
        event: PublicEvent = msgspec.convert(envelope.data, word)
    except msgspec.ValidationError as fault:
        raise Rejected(f"{envelope.type} {envelope.id}: {fault}") from fault
    return event


def data_of(event: PublicEvent) -> dict[str, object]:
    """The event as plain JSON values."""
    data: dict[str, object] = msgspec.to_builtins(event)
    return data


def schema_of(event: PublicEvent) -> int:
    """The version of the published word that this event is written in."""
    return _schema(type(event))


# ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _envelope(record: Record, headers: Mapping[str, str]) -> Envelope:
    kind, _, schema = headers["ce_dataschema"].removeprefix(SCHEMA).rpartition(":")
    envelope = Envelope(
        id=headers["ce_id"],
        source=headers["ce_source"].removeprefix(SOURCE),
        type=headers["ce_type"],
        schema=int(schema),
        position=Position.parse(headers["ce_position"]),
        case_id=CaseId(headers["ce_subject"]),
        origin=_origin(headers),
        data=msgspec.json.decode(record.value, type=dict[str, object]),
    )
    if kind != envelope.type:
        raise ValueError(f"type {envelope.type[:100]!r} and schema {kind[:100]!r} do not agree")
    if record.key != envelope.case_id:
        raise ValueError("the key is not the case")
    if not _well_named(envelope.id) or not _indexable(envelope.case_id, envelope.id):
        raise ValueError("the id is not <stream>/<version>, or too long")
    if "\0" in envelope.id + envelope.case_id + envelope.type + envelope.source:
        raise ValueError("a NUL stands in id, case, type or source")
    return envelope


def _origin(headers: Mapping[str, str]) -> Origin:
    trace = _TRACEPARENT.fullmatch(headers.get("traceparent", ""))
    actor = Actor(
        id=headers["ce_actor"],
        role=_ROLES[headers["ce_actorrole"]],
        organisation=headers.get("ce_actororganisation", ""),
        region=headers.get("ce_actorregion", ""),
    )
    return Origin(
        actor=actor,
        occurred_at=_instant(headers["ce_time"]),
        command_id=headers.get("ce_command", ""),
        caused_by=headers.get("ce_causedby", ""),
        trace_id=trace[1] if trace else "",
        reason=headers.get("ce_reason", ""),
    )


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("ce_time without a zone")
    return instant.astimezone(UTC)


def _well_named(identity: str) -> bool:
    stream, _, version = identity.rpartition("/")
    return bool(stream) and version.isascii() and version.isdecimal() and 0 < len(version) < 19


def _indexable(case_id: str, identity: str) -> bool:
    """Whether both fit into one row of an index, where the consumer remembers what it saw."""
    return len(case_id.encode()) <= MAX_CASE_BYTES and len(identity.encode()) <= MAX_ID_BYTES


def _traceparent(trace_id: str, identity: str) -> str:
    """The span id is derived from the event's id, so that publishing again gives the same bytes."""
    return f"00-{trace_id}-{hashlib.sha256(identity.encode()).hexdigest()[:16]}-01" if trace_id else ""


def _percent(found: re.Match[str]) -> str:
    """CloudEvents allows no control characters in attributes (section 3.1); a person's reason may hold a line break."""
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


def _schema(word: type) -> int:
    version: int = word.SCHEMA  # type: ignore[attr-defined]  # every word of the published language has one
    return version

"""Understands what leaves a service for one of its facts: a public word, perhaps one for partners, and the fact itself
for the audit trail. Pure: the same fact always gives the same records."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec

from shared.envelope import CaseId, Envelope, Origin, Position, machine
from shared.events import PublicEvent
from shared.runtime.codec import FactCodec, version_of
from shared.runtime.ports import Record, Recorded
from shared.runtime.records import data_of, schema_of, to_record
from shared.runtime.topic_names import CERTIFICATIONS, audit_topic, events_topic

ToPublic = Callable[[Recorded], PublicEvent | None]
CaseOf = Callable[[Recorded], CaseId]


@dataclass(frozen=True)
class Outbound:
    """The translator of one service. ``case_of`` names the case that a fact belongs to (the key of its audit record);
    ``to_partners`` says what other regions' systems learn, without who did it."""

    service: str
    codec: FactCodec
    to_public: ToPublic
    case_of: CaseOf
    to_partners: ToPublic | None = None
    audit: bool = True

    def records(self, recorded: Recorded) -> list[Record]:
        """Everything that leaves for this fact, at most one record per topic.

        Raises ``TooLarge``, and whatever the translators raise: the relay then stops, it skips nothing.
        """
        records = []
        public = self.to_public(recorded)
        if public is not None:
            records.append(to_record(self._event(recorded, public), events_topic(self.service)))
        partner = self.to_partners(recorded) if self.to_partners else None
        if partner is not None:
            records.append(to_record(_anonymous(self._event(recorded, partner), self.service), CERTIFICATIONS))
        if self.audit:
            records.append(to_record(self._audit(recorded), audit_topic(self.service)))
        return records

    def _event(self, recorded: Recorded, event: PublicEvent) -> Envelope:
        """Under the key of its case. An event that names another case would leave that case's order: refused."""
        key = self.case_of(recorded)
        if getattr(event, "case_id", key) != key:
            raise ValueError(f"{type(event).__name__} names another case than its fact: case_of and to_public disagree")
        return Envelope(
            id=f"{recorded.stream}/{recorded.version}",
            source=self.service,
            type=type(event).__name__,
            schema=schema_of(event),
            position=stands(recorded),
            case_id=key,
            origin=recorded.origin,
            data=data_of(event),
        )

    def _audit(self, recorded: Recorded) -> Envelope:
        """The stored text as it is (origin included, as ``meta``), and the digest of the stored bytes."""
        data: dict[str, object] = {
            "stream": recorded.stream,
            "version": recorded.version,
            "name": recorded.name,
            "sha256": hashlib.sha256(recorded.state).hexdigest(),
            "state": msgspec.Raw(self.codec.plain(recorded.state)),
        }
        return Envelope(
            id=f"{recorded.stream}/{recorded.version}",
            source=self.service,
            type=recorded.name,
            schema=version_of(recorded.name),
            position=stands(recorded),
            case_id=self.case_of(recorded),
            origin=recorded.origin,
            data=data,
        )


def stands(recorded: Recorded) -> Position:
    """Where the fact stands in the log."""
    if recorded.position is None:
        raise ValueError(f"{recorded.stream}/{recorded.version} was not read from the log")
    return recorded.position


def _anonymous(envelope: Envelope, service: str) -> Envelope:
    """A partner learns what was decided, not by which person nor for which internal reason."""
    origin = Origin(machine(service), envelope.origin.occurred_at, envelope.id, trace_id=envelope.origin.trace_id)
    return replace(envelope, origin=origin)

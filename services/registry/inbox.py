"""Understands what the others' words mean for the registry: a decision becomes an entry, a fact a line of the trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Protocol

import msgspec

from services.registry.domain.commands import Command, EnterTitle, LapseTitle, NoteOldCase, RenewTitle, RevokeTitle
from services.registry.domain.errors import NumberTaken, Refusal
from services.registry.domain.trail import Address, Admitted, StreamKey, Untrustworthy, Witnessed, admit
from services.registry.handlers import Handlers, Numbers
from shared.envelope import Envelope, Origin, machine
from shared.events import (
    CaseTakenOver,
    PublicEvent,
    RecognitionApproved,
    RevocationOrdered,
    TitleLapsed,
    TitleRenewed,
)
from shared.runtime.clock import Clock
from shared.runtime.ports import AnyConnection, Delivery, Effect, Rejected, Streams
from shared.runtime.records import Foreign, Malformed, event_of, from_record
from shared.runtime.store import FactStore
from shared.runtime.streams import CollectingStreams

ACTOR = machine("registry")
SERVICES = ("intake", "review", "registry", "notifications")


class Allotting(Numbers, Protocol):
    """Allotted numbers, written with the titles that they belong to."""

    async def allot(self, connection: AnyConnection, cases: Mapping[str, str]) -> None: ...


class TrailWriter(Protocol):
    """The writing side of the audit trail."""

    async def heads(self, streams: Sequence[StreamKey]) -> Mapping[StreamKey, int]: ...

    async def digests(self, facts: Sequence[Address]) -> Mapping[Address, bytes]: ...

    async def add(self, connection: AnyConnection, admitted: Admitted) -> None: ...


class Decisions:
    """Enters, renews, lapses and revokes titles as review decided."""

    name = "registry"
    topics = ("review.events.v1",)

    def __init__(self, store: FactStore, handlers: Handlers, numbers: Allotting, clock: Clock) -> None:
        self._store = store
        self._handlers = handlers
        self._numbers = numbers
        self._clock = clock

    async def prepare(self, batch: Sequence[Delivery]) -> Effect:
        streams = CollectingStreams(self._store)
        allotted: dict[str, str] = {}
        for delivery in batch:
            envelope = _envelope(delivery)
            command = None if envelope is None else to_command(event_of(envelope))
            if envelope is not None and command is not None:
                await self._obey(streams, command, envelope, allotted)

        async def effect(connection: AnyConnection) -> None:
            await streams.write(connection)
            await self._numbers.allot(connection, allotted)

        return effect

    async def _obey(self, streams: Streams, command: Command, envelope: Envelope, allotted: dict[str, str]) -> None:
        origin = Origin(ACTOR, self._clock.now(), envelope.id, caused_by=envelope.id, trace_id=envelope.origin.trace_id)
        try:
            match command:
                case NoteOldCase():
                    await self._handlers.note_old_case(streams, command, origin)
                case EnterTitle():
                    number = await self._handlers.enter_title(streams, command, origin)
                    if allotted.setdefault(number, command.case_id) != command.case_id:
                        raise NumberTaken
                case RevokeTitle():
                    await self._handlers.revoke_title(streams, command, origin)
                case LapseTitle():
                    await self._handlers.lapse_title(streams, command, origin)
                case RenewTitle():
                    await self._handlers.renew_title(streams, command, origin)
        except Refusal as refusal:
            raise Rejected(f"{refusal.code}: {refusal.en} {refusal.zh}") from refusal


def to_command(event: PublicEvent) -> Command | None:
    """What a public event asks of the registry; None where it asks nothing."""
    match event:
        case CaseTakenOver():
            return NoteOldCase(
                event.case_id, event.programme, event.begun_on, event.record, event.banner_zh, event.banner_en
            )
        case RecognitionApproved():
            return EnterTitle(
                case_id=event.case_id,
                programme=event.programme,
                holder_uscc=event.applicant.uscc,
                holder_name=event.applicant.name,
                holder_region=event.applicant.region,
                holder_level=event.applicant.level,
                title_zh=event.title_zh,
                title_en=event.title_en,
                issuer_region=event.issuer_region,
                issuer_name=event.issuer_name,
                valid_from=event.valid_from,
                valid_to=event.valid_to,
                decided_at=event.decided_at,
            )
        case RevocationOrdered():
            return RevokeTitle(
                case_id=event.case_id,
                number=event.number,
                ground=event.ground,
                clause=event.clause,
                reason=event.reason,
                ordered_at=event.ordered_at,
            )
        case TitleLapsed():
            return LapseTitle(event.case_id, event.number, event.reason, event.lapsed_on)
        case TitleRenewed():
            return RenewTitle(event.case_id, event.number, event.valid_from, event.valid_to)
        case _:
            return None


class Witness:
    """Puts every fact of every service on the audit trail; a hole or an alteration parks the case, visibly."""

    name = "registry-audit"
    topics = tuple(f"{service}.audit.v1" for service in SERVICES)

    def __init__(self, trail: TrailWriter, clock: Clock) -> None:
        self._trail = trail
        self._clock = clock

    async def prepare(self, batch: Sequence[Delivery]) -> Effect:
        now = self._clock.now()
        facts = [fact for delivery in batch if (fact := _witnessed(delivery, now)) is not None]
        heads = await self._trail.heads(sorted({fact.key for fact in facts}))
        repeated = [fact.address for fact in facts if fact.version <= heads[fact.key]]
        try:
            admitted = admit(facts, heads, await self._trail.digests(repeated))
        except Untrustworthy as fault:
            raise Rejected(f"{type(fault).__name__}: {fault}") from fault

        async def effect(connection: AnyConnection) -> None:
            await self._trail.add(connection, admitted)

        return effect


def _envelope(delivery: Delivery) -> Envelope | None:
    match from_record(delivery.record):
        case Malformed(reason):
            raise Rejected(reason)
        case Foreign():
            return None
        case envelope:
            return envelope


def _witnessed(delivery: Delivery, now: datetime) -> Witnessed | None:
    envelope = _envelope(delivery)
    if envelope is None:
        return None
    if delivery.record.topic != f"{envelope.source}.audit.v1":
        raise Rejected(f"{envelope.source[:100]!r} published on {delivery.record.topic}: no service speaks for another")
    carried = _carried(delivery, envelope)
    origin, actor = envelope.origin, envelope.origin.actor
    return Witnessed(
        service=envelope.source,
        stream=envelope.stream,
        version=envelope.version,
        fact=envelope.type,
        schema=envelope.schema,
        case_id=envelope.case_id,
        actor_id=actor.id,
        actor_role=actor.role,
        actor_organisation=actor.organisation,
        actor_region=actor.region,
        command_id=origin.command_id,
        caused_by=origin.caused_by,
        trace_id=origin.trace_id,
        reason=origin.reason,
        occurred_at=origin.occurred_at,
        position=str(envelope.position),
        digest=bytes.fromhex(carried.sha256),
        data=bytes(carried.state),
        received_at=now,
    )


class Carried(msgspec.Struct):
    """What an audit record holds: the fact's address again, its stored JSON as it is, and the digest of that."""

    stream: str
    version: int
    name: str
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    state: msgspec.Raw


def _carried(delivery: Delivery, envelope: Envelope) -> Carried:
    try:
        carried = msgspec.json.decode(delivery.record.value, type=Carried)
    except msgspec.DecodeError as fault:
        raise Rejected(f"{envelope.id}: this is no fact of an audit stream ({fault})") from fault
    if (carried.stream, carried.version, carried.name) != (envelope.stream, envelope.version, envelope.type):
        raise Rejected(f"{envelope.id}: the record's headers name another fact than its content")
    return carried

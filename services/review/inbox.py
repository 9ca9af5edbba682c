"""Understands what the others' words mean for review: an application opens a case, the registry's word closes it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UnsetType

from services.review.domain import commands as c
from services.review.domain.errors import Refusal
from services.review.domain.people import Person
from services.review.domain.subject import Applicant, Paper
from services.review.domain.title import TitleEntered
from services.review.handlers import CASE, Handlers, Write
from services.review.kinds import Holdings
from shared import events as said
from shared.envelope import Envelope, Origin, machine
from shared.runtime.clock import Clock
from shared.runtime.ports import Delivery, Effect, Rejected, Streams
from shared.runtime.records import Foreign, Malformed, event_of, from_record
from shared.runtime.store import FactStore
from shared.runtime.streams import CollectingStreams

ACTOR = machine("review")
MYSELF = Person(ACTOR.id, ACTOR.role)


class Inbox:
    """A subscriber to intake and the registry."""

    name = "review"
    topics = ("intake.events.v1", "registry.events.v1")

    def __init__(self, store: FactStore, handlers: Handlers, clock: Clock, holdings: Holdings) -> None:
        self._store = store
        self._holdings = holdings
        self._handlers = handlers
        self._clock = clock

    async def prepare(self, batch: Sequence[Delivery]) -> Effect:
        streams = CollectingStreams(self._store)
        for delivery in batch:
            match from_record(delivery.record):
                case Malformed(reason):
                    raise Rejected(reason)
                case Foreign():
                    continue
                case envelope:
                    await self._obey(streams, envelope)
        return streams.write

    async def _obey(self, streams: Streams, envelope: Envelope) -> None:
        origin = Origin(ACTOR, self._clock.now(), envelope.id, caused_by=envelope.id, trace_id=envelope.origin.trace_id)
        try:
            match event_of(envelope):
                case said.ApplicationSubmitted() as event:
                    await self._receive(streams, event, origin)
                case said.ApplicationWithdrawn() as event:
                    await self._handlers.withdraw_case(streams, event.case_id, event.reason, origin)
                case said.FilingSubmitted() as event:
                    await self._handlers.take_filing(streams, _filing(event), self._holdings, origin)
                case said.FilingWithdrawn() as event:
                    await self._handlers.withdraw_case(streams, event.case_id, event.reason, origin)
                case said.FilingTimeClosed() as event:
                    await self._handlers.close_time(streams, event.case_id, event.visit, event.asked, origin)
                case said.Certified() as event:
                    await self._handlers.enter_title(streams, _entered(event), MYSELF, origin)
                case said.Revoked() as event:
                    await self._handlers.titles.record_revocation(
                        streams, event.case_id, event.number, event.revoked_at, origin
                    )
                case _:
                    return
        except Refusal as refusal:
            raise Rejected(f"{refusal.code}: {refusal.en} {refusal.zh}") from refusal

    async def _receive(self, streams: Streams, event: said.ApplicationSubmitted, origin: Origin) -> None:
        """The first submission opens the case; each one is the filing that the case's present step waits for."""
        asks = event.applicant
        applicant = Applicant(asks.uscc, asks.name, asks.region, asks.level, asks.kind, asks.category)
        opening = c.OpenCase(event.case_id, event.programme, event.round_id, applicant)
        await self._handlers.open_case(streams, opening, origin, self._holdings)
        known = (await streams.load(CASE, event.case_id)).state
        if known.status != "open" or event.revision <= known.revision:
            return  # it was withdrawn or decided before this came, or came before
        filing = c.ReceiveFiling(
            step=known.step,
            by=MYSELF,
            answers=event.answers,
            papers=_papers(event.documents),
            declared_by=event.declared_by,
            revision=event.revision,
            filed_at=event.submitted_at,
        )
        await self._handlers.act(streams, event.case_id, filing, Write(origin))


def _papers(documents: Sequence[said.Document]) -> tuple[Paper, ...]:
    return tuple(Paper(d.material, d.name, d.media_type, d.sha256, d.size) for d in documents)


def _filing(event: said.FilingSubmitted) -> c.TakeFiling:
    about, by = event.applicant, event.filer
    back = None if isinstance(event.replaces, UnsetType) else event.replaces
    return c.TakeFiling(
        case_id=event.case_id,
        filing_id=event.filing_id,
        revision=event.revision,
        programme=event.programme,
        procedure=event.procedure,
        step=event.step,
        visit=event.visit,
        title=event.title,
        applicant=Applicant(about.uscc, about.name, about.region, about.level, about.kind, about.category),
        by=Person(by.id, by.role, by.region, by.organisation),
        answers=event.answers,
        papers=_papers(event.documents),
        statement=event.statement,
        declared_by=event.declared_by,
        submitted_at=event.submitted_at,
        corrects=back.filing_id if back else "",
        dropped=_papers(back.documents) if back else (),
        cleared=back.answers if back else (),
    )


def _entered(event: said.Certified) -> TitleEntered:
    return TitleEntered(
        case_id=event.case_id,
        programme=event.programme,
        number=event.number,
        holder_uscc=event.holder_uscc,
        holder_name=event.holder_name,
        holder_region=event.holder_region,
        title_zh=event.title_zh,
        valid_from=event.valid_from,
        valid_to=event.valid_to,
        entered_at=event.certified_at,
    )

"""Understands what the others' words mean for intake: a round opens, a case comes back, moves on, or ends."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UnsetType

from services.intake.domain import commands as c
from services.intake.domain import corrected, filed
from services.intake.domain import events as e
from services.intake.domain.parts import Applicant, Objection
from services.intake.domain.refusal import Refusal
from services.intake.filings import FilingHandlers
from services.intake.handlers import Handlers
from shared import events as said
from shared.envelope import Envelope, Origin, machine
from shared.runtime.clock import Clock, local_day
from shared.runtime.ports import Delivery, Effect, Rejected, Streams
from shared.runtime.records import Foreign, Malformed, event_of, from_record
from shared.runtime.store import FactStore
from shared.runtime.streams import CollectingStreams

ACTOR = machine("intake")


class Inbox:
    """A subscriber to review and the registry: keeps rounds, and the timeline that an applicant sees."""

    name = "intake"
    topics = ("review.events.v1", "registry.events.v1")

    def __init__(self, store: FactStore, handlers: Handlers, filings: FilingHandlers, clock: Clock) -> None:
        self._store = store
        self._handlers = handlers
        self._filings = filings
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
        event = event_of(envelope)
        try:
            match event:
                case said.RoundOpened():
                    await self._handlers.announce_round(streams, _round(event), origin)
                case said.CorrectionRequested():
                    await self._handlers.return_application(streams, event.case_id, _returned(event), origin)
                    await self._filings.hear_corrections(streams, event.case_id, _asked(event), origin)
                case said.CorrectionDueMoved():
                    moved = corrected.CorrectionDueMoved(
                        event.due_at, event.due_provisional, event.because, event.moved_at
                    )
                    await self._handlers.move_correction_due(streams, event.case_id, moved, origin)
                case said.FilingTimePassed():
                    about = (event.case_id, event.step, event.visit, event.due_at, event.asked)
                    closed = corrected.FilingTimeClosed(*about, origin.occurred_at)
                    await self._filings.hear_time_passed(streams, closed, event.of_application, origin)
                case said.FilingAwaited() | said.FilingTaken() | said.FilingRefused() | said.FilingLapsed():
                    await self._hear_of_filing(streams, event, origin)
                case (
                    said.ApplicationSubmitted()
                    | said.ApplicationWithdrawn()
                    | said.FilingSubmitted()
                    | said.FilingWithdrawn()
                    | said.FilingTimeClosed()
                ):
                    return  # our own words
                case said.CaseTakenOver():
                    return  # what it wants of the organisation is said by what it awaits
                case said.TitleLapsed() | said.TitleRenewed():
                    return  # told once it stands on record
                case said.ObligationMissed() | said.ObligationIncurred() if not event.owed_by_holder:
                    return  # an authority's duty
                case said.TitleReminded():
                    return  # a message, not a step of the application
                case said.SumDecided():
                    return  # nothing was paid yet
                case said.FundsPaid():
                    await self._handlers.remember(streams, event.payee_uscc, _funds(event), origin)
                case _:
                    fact = to_fact(event)
                    await self._handlers.tell_progress(streams, event.case_id, fact, origin)
                    await self._filings.hear_progress(streams, event.case_id, fact, origin)
                    await self._remember(streams, event, origin)
        except Refusal as refusal:
            raise Rejected(f"{refusal.code}: {refusal.en} {refusal.zh}") from refusal

    async def _hear_of_filing(
        self,
        streams: Streams,
        event: said.FilingAwaited | said.FilingTaken | said.FilingRefused | said.FilingLapsed,
        origin: Origin,
    ) -> None:
        filings, case_id = self._filings, event.case_id
        match event:
            case said.FilingAwaited():
                await filings.hear_awaited(streams, _awaited(event), origin)
            case said.FilingTaken():
                taken = filed.FilingTaken(event.revision, event.taken_at)
                if event.filing_id:
                    await filings.hear_answer(streams, event.filing_id, taken, origin)
                ended = filed.WaitEnded(event.step, "taken", event.taken_at)
                await filings.hear_wait_ended(streams, case_id, ended, origin)
            case said.FilingRefused():
                refused = filed.FilingRefused(event.revision, event.code, event.zh, event.en, event.refused_at)
                await filings.hear_answer(streams, event.filing_id, refused, origin)
            case said.FilingLapsed():
                ended = filed.WaitEnded(event.step, "lapsed", event.lapsed_at)
                await filings.hear_wait_ended(streams, case_id, ended, origin)

    async def _remember(self, streams: Streams, event: Progress, origin: Origin) -> None:
        """What it says of the organisation, whichever service its case began at."""
        match event:
            case said.Certified():
                held = e.TitleHeld(
                    event.case_id, event.programme, event.number, event.title_zh, event.valid_from, event.valid_to
                )
                await self._handlers.remember(streams, event.holder_uscc, held, origin)
            case said.Revoked():
                ended = e.TitleEnded(event.case_id, event.number, local_day(event.revoked_at))
                await self._handlers.remember(streams, event.holder_uscc, ended, origin)
            case said.Lapsed():
                ended = e.TitleEnded(event.case_id, event.number, event.lapsed_on)
                await self._handlers.remember(streams, event.holder_uscc, ended, origin)
            case said.Renewed():
                prolonged = e.TitleProlonged(event.case_id, event.number, event.valid_to)
                await self._handlers.remember(streams, event.holder_uscc, prolonged, origin)
            case _:
                return


def _objections(event: said.CorrectionRequested) -> tuple[Objection, ...]:
    """The first publications say every item in one sentence only."""
    if isinstance(event.objections, UnsetType):
        return tuple(Objection("", item) for item in event.items)
    return tuple(Objection(each.subject, each.fault) for each in event.objections)


def _returned(event: said.CorrectionRequested) -> c.ReturnApplication:
    due_at = None if isinstance(event.due_at, UnsetType) else event.due_at
    return c.ReturnApplication(event.items, _objections(event), due_at, event.due_provisional is True)


def _asked(event: said.CorrectionRequested) -> filed.CorrectionsAsked:
    filing = "" if isinstance(event.filing_id, UnsetType) else event.filing_id
    return filed.CorrectionsAsked(event.items, event.requested_at, _objections(event), filing)


def _awaited(event: said.FilingAwaited) -> filed.FilingAwaited:
    about = event.applicant
    return filed.FilingAwaited(
        case_id=event.case_id,
        programme=event.programme,
        procedure=event.procedure,
        step=event.step,
        visit=event.visit,
        step_zh=event.step_zh,
        step_en=event.step_en,
        party_zh=event.party_zh,
        party_en=event.party_en,
        role=event.role,
        applicant=Applicant(about.uscc, about.name, about.region, about.level, about.kind, about.category),
        due_at=event.due_at,
        due_provisional=event.due_provisional,
        awaited_at=event.awaited_at,
    )


def _funds(event: said.FundsPaid) -> e.FundsReceived:
    return e.FundsReceived(event.case_id, event.programme, event.direction, event.amount, local_day(event.paid_at))


def _round(event: said.RoundOpened) -> e.RoundAnnounced:
    return e.RoundAnnounced(
        event.round_id, event.programme, event.title, event.opens_at, event.closes_at, event.issuer_region
    )


Progress = (
    said.CaseMoved
    | said.PreliminaryApproved
    | said.Scored
    | said.Publicized
    | said.RecognitionApproved
    | said.RecognitionRefused
    | said.CaseCompleted
    | said.Certified
    | said.RevocationOrdered
    | said.Revoked
    | said.ObligationIncurred
    | said.ObligationMissed
    | said.RectificationOrdered
    | said.Lapsed
    | said.Renewed
)


def to_fact(event: Progress) -> e.Fact:
    """What the applicant is told about an event."""
    match event:
        case said.CaseMoved():
            return e.TextReplaced(event.before, event.after, event.rule, event.reason, event.moved_at)
        case said.PreliminaryApproved():
            return e.MilestoneReached("preliminary_approved", event.approved_at)
        case said.Scored():
            return e.MilestoneReached("scored", event.scored_at)
        case said.Publicized():
            return e.MilestoneReached("publicized", event.publicized_at, event.posted_on, event.closes_on)
        case said.RecognitionApproved():
            return e.MilestoneReached("recognition_approved", event.decided_at, event.valid_from, event.valid_to)
        case said.RevocationOrdered():
            return e.MilestoneReached("revocation_ordered", event.ordered_at)
        case said.RecognitionRefused():
            return e.RefusalReceived(event.step, event.reason, event.refused_at)
        case said.CaseCompleted():
            return e.CompletionReceived(event.result, event.completed_at)
        case said.Certified():
            return e.TitleReceived(
                number=event.number,
                title_zh=event.title_zh,
                title_en=event.title_en,
                valid_from=event.valid_from,
                valid_to=event.valid_to,
                certified_at=event.certified_at,
            )
        case said.Revoked():
            return e.TitleLost(event.number, event.ground, event.reason, event.revoked_at)
        case said.ObligationIncurred():
            until = local_day(event.due_at) if event.due_at else None
            return e.MilestoneReached("obligation_incurred", event.incurred_at, event.happened_on, until)
        case said.ObligationMissed():
            return e.MilestoneReached("obligation_missed", event.missed_at, until=event.due_on)
        case said.RectificationOrdered():
            return e.MilestoneReached("rectification_ordered", event.ordered_at, until=event.due_on)
        case said.Lapsed():
            return e.TitleLapsed(event.number, event.reason, event.lapsed_on, event.lapsed_at)
        case said.Renewed():
            return e.TitleExtended(event.number, event.valid_from, event.valid_to, event.renewed_at)

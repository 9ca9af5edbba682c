"""Understands what each public event means for those concerned: the words that its texts need, and whose case it is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import assert_never

from msgspec import UnsetType

from services.notifications.domain.commands import Announce, Applicant
from services.notifications.domain.errors import Refusal
from services.notifications.domain.wording import APPLICANT, AUTHORITY, TOLD
from services.notifications.handlers import Handlers
from shared import events as words
from shared.envelope import Origin, machine
from shared.runtime.clock import SHANGHAI, Clock, local_day
from shared.runtime.ports import Delivery, Effect, Rejected, Streams
from shared.runtime.records import Foreign, Malformed, event_of, from_record
from shared.runtime.store import FactStore
from shared.runtime.streams import CollectingStreams

ACTOR = machine("notifications")
Heard = tuple[Announce, Origin]


class Announcements:
    """Tells those concerned of every public event."""

    name = "notifications"
    topics = ("intake.events.v1", "review.events.v1", "registry.events.v1")

    def __init__(self, store: FactStore, handlers: Handlers, clock: Clock) -> None:
        self._store = store
        self._handlers = handlers
        self._clock = clock

    async def prepare(self, batch: Sequence[Delivery]) -> Effect:
        streams = CollectingStreams(self._store)
        cases: dict[str, list[Heard]] = {}
        for delivery in batch:
            if (heard := self._heard(delivery)) is not None:
                cases.setdefault(heard[0].case_id, []).append(heard)
        # Cases share no stream, so they are told side by side; what belongs to one case is told in its order.
        ends = await asyncio.gather(*(self._announce(streams, case) for case in cases.values()), return_exceptions=True)
        for fault in ends:
            if fault is not None:
                raise fault
        return streams.write

    def _heard(self, delivery: Delivery) -> Heard | None:
        match from_record(delivery.record):
            case Malformed(reason):
                raise Rejected(reason)
            case Foreign():
                return None
            case envelope:
                event = event_of(envelope)
                if isinstance(event, words.BETWEEN_SERVICES):
                    return None
                command = to_command(event, envelope.id, envelope.case_id)
                cause, trace = envelope.id, envelope.origin.trace_id
        return command, Origin(ACTOR, self._clock.now(), cause, caused_by=cause, trace_id=trace)

    async def _announce(self, streams: Streams, case: Sequence[Heard]) -> None:
        for command, origin in case:
            try:
                await self._handlers.announce(streams, command, origin)
            except Refusal as refusal:
                raise Rejected(f"{refusal.code}: {refusal.en} {refusal.zh}") from refusal


def to_command(event: words.PublicEvent, event_id: str, case_id: str) -> Announce:
    """The announcement of an event. ``words`` are those that its texts may use besides ``name`` and ``case``."""
    region = event.issuer_region if isinstance(event, words.RoundOpened) else ""
    return Announce(event_id, type(event).__name__, case_id, _words(event), _applicant(event), region)


def _applicant(event: words.PublicEvent) -> Applicant | None:
    """Whose case it is, where the event says so."""
    match event:
        case (
            words.ApplicationSubmitted()
            | words.RecognitionApproved()
            | words.CaseTakenOver()
            | words.FilingAwaited()
            | words.FilingSubmitted()
        ):
            return Applicant(event.applicant.uscc, event.applicant.name, event.applicant.region)
        case words.Certified() | words.Revoked() | words.Lapsed() | words.Renewed():
            return Applicant(event.holder_uscc, event.holder_name, event.holder_region)
        case _:
            return None


def _words(event: words.PublicEvent) -> Mapping[str, str]:
    match event:
        case words.RoundOpened():
            return {"title": event.title, "opens_on": _day(event.opens_at), "closes_at": _minute(event.closes_at)}
        case words.ApplicationSubmitted():
            return {"day": _day(event.submitted_at), "revision": str(event.revision)}
        case words.ApplicationWithdrawn():
            return {"day": _day(event.withdrawn_at), "reason": event.reason}
        case words.CorrectionRequested():
            return _correction(event)
        case words.CorrectionDueMoved():
            said = {"day": _day(event.moved_at), "until": _minute(event.due_at), "because": event.because}
            return said | _provisional(event.due_provisional)
        case words.FilingAwaited():
            return _owed(event)
        case words.FilingSubmitted():
            return {"day": _day(event.submitted_at), "revision": str(event.revision)}
        case words.FilingWithdrawn():
            return {"day": _day(event.withdrawn_at), "reason": event.reason}
        case words.FilingTaken():
            return {"day": _day(event.taken_at)}
        case words.FilingRefused():
            return {"day": _day(event.refused_at), "reason_zh": event.zh, "reason_en": event.en}
        case words.FilingLapsed():
            return {"day": _day(event.lapsed_at)}
        case words.CaseTakenOver():
            kept = {"begun_on": _written(event.begun_on), "record": event.record, "reason": event.reason}
            return {"day": _day(event.taken_over_at), **kept, "text_zh": event.banner_zh, "text_en": event.banner_en}
        case words.CaseMoved():
            before, after = event.before.partition("@")[0], event.after.partition("@")[0]
            texts = {"before": before, "after": after, "rule": event.rule, "reason": event.reason}
            return {"day": _day(event.moved_at), **texts}
        case words.PreliminaryApproved():
            return {"day": _day(event.approved_at)}
        case words.Scored():
            return _score(event)
        case words.Publicized():
            return _notice(event)
        case words.RecognitionApproved() | words.Certified():
            return _title(event)
        case words.RecognitionRefused():
            return {"day": _day(event.refused_at), "reason": event.reason}
        case words.SumDecided():
            return _sum(event)
        case words.FundsPaid():
            return _payment(event)
        case words.CaseCompleted():
            return {"day": _day(event.completed_at)}
        case words.RevocationOrdered():
            return _ground(event, event.ordered_at)
        case words.Revoked():
            return _ground(event, event.revoked_at)
        case words.FilingTimePassed() | words.FilingTimeClosed():
            return {}  # between services
        case _:
            return _life(event)


def _life(
    event: words.ObligationIncurred
    | words.TitleReminded
    | words.ObligationMissed
    | words.RectificationOrdered
    | words.TitleLapsed
    | words.TitleRenewed
    | words.Lapsed
    | words.Renewed,
) -> Mapping[str, str]:
    """What becomes of a title on record."""
    match event:
        case words.ObligationIncurred():
            return _begun(event)
        case words.TitleReminded():
            return _reminder(event)
        case words.ObligationMissed():
            said = {"day": _day(event.missed_at), "due_on": _written(event.due_on)}
            return said | {"number": event.number, "duty_zh": event.title_zh, "duty_en": event.title_en}
        case words.RectificationOrdered():
            said = {"due_on": _written(event.due_on), "ground_zh": event.title_zh, "ground_en": event.title_en}
            return said | _ground(event, event.ordered_at)
        case words.TitleLapsed() | words.Lapsed():
            said = {"day": _day(event.lapsed_at), "lapsed_on": _written(event.lapsed_on)}
            return said | {"number": event.number, "reason": event.reason}
        case words.TitleRenewed() | words.Renewed():
            since, until = _written(event.valid_from), event.valid_to and _written(event.valid_to)
            return {
                "day": _day(event.renewed_at),
                "number": event.number,
                "validity_zh": f"{since} 至 {until}" if until else f"自 {since} 起",
                "validity_en": f"from {since} to {until}" if until else f"from {since}",
            }
        case _:
            assert_never(event)


PROVISIONAL_ZH = "（待国务院公布节假日安排后确认）"
PROVISIONAL_EN = " (provisional until the year's holidays are published)"


def _begun(event: words.ObligationIncurred) -> Mapping[str, str]:
    until = None if event.due_at is None else _minute(event.due_at)
    said = {"day": _day(event.incurred_at), "happened_on": _written(event.happened_on), "reason": event.reason}
    return said | {
        "number": event.number,
        "duty_zh": event.title_zh,
        "duty_en": event.title_en,
        "until_zh": f"，截止 {until}" + (PROVISIONAL_ZH if event.provisional else "") if until else "",
        "until_en": f" by {until}" + (PROVISIONAL_EN if event.provisional else "") if until else "",
        TOLD: APPLICANT if event.owed_by_holder else AUTHORITY,
    }


def _reminder(event: words.TitleReminded) -> Mapping[str, str]:
    renewal = event.about == "end" and event.renewable
    return {
        "day": _day(event.reminded_at),
        "number": event.number,
        "due_on": _written(event.due_on),
        "duty_zh": event.title_zh,
        "duty_en": event.title_en,
        "provisional_zh": PROVISIONAL_ZH if event.provisional else "",
        "provisional_en": PROVISIONAL_EN if event.provisional else "",
        "advice_zh": "如需延续，请在该日前申请。" if renewal else "如已办理，请忽略。",
        "advice_en": "Apply before that day if it is to go on." if renewal else "Ignore this if it is done already.",
        TOLD: APPLICANT if event.owed_by_holder else AUTHORITY,
    }


def _correction(event: words.CorrectionRequested) -> Mapping[str, str]:
    items = "\n".join(f"{number}. {item}" for number, item in enumerate(event.items, 1))
    said = {"day": _day(event.requested_at), "count": str(len(event.items)), "items": items}
    if isinstance(event.due_at, UnsetType):
        return said | {"until_zh": "", "until_en": ""}
    until, open_ = _minute(event.due_at), _provisional(event.due_provisional is True)
    return said | {
        "until_zh": f"请于 {until}（UTC+8）前提交补正{open_['provisional_zh']}。",
        "until_en": f"Correct it by {until} (UTC+8){open_['provisional_en']}.",
    }


def _provisional(provisional: bool) -> dict[str, str]:
    return {
        "provisional_zh": "（待国务院公布节假日安排后确认）" if provisional else "",
        "provisional_en": " (provisional until the year's holidays are published)" if provisional else "",
    }


def _owed(event: words.FilingAwaited) -> Mapping[str, str]:
    until = None if event.due_at is None else _minute(event.due_at)
    open_ = _provisional(event.due_provisional)
    return {
        "day": _day(event.awaited_at),
        "step_zh": event.step_zh,
        "step_en": event.step_en,
        "party_zh": event.party_zh,
        "party_en": event.party_en,
        "until_zh": f"，截止 {until}（UTC+8）{open_['provisional_zh']}" if until else "",
        "until_en": f" by {until} (UTC+8){open_['provisional_en']}" if until else "",
    }


def _score(event: words.Scored) -> Mapping[str, str]:
    return {
        "day": _day(event.scored_at),
        "score": event.score,
        "max_score": event.max_score,
        "experts": str(event.experts),
        "result_zh": "达到合格线" if event.passed else "未达到合格线",
        "result_en": "the pass mark was reached" if event.passed else "the pass mark was not reached",
    }


def _sum(event: words.SumDecided) -> Mapping[str, str]:
    back = event.direction == "back"
    return {
        "day": _day(event.decided_at),
        "amount": event.amount,
        "decided_zh": "决定应退回" if back else "批准资金",
        "decided_en": "to be returned" if back else "approved",
    }


def _payment(event: words.FundsPaid) -> Mapping[str, str]:
    back = event.direction == "back"
    return {
        "day": _day(event.paid_at),
        "amount": event.amount,
        "direction_zh": "收回" if back else "拨付",
        "direction_en": "came back" if back else "was paid",
    }


def _notice(event: words.Publicized) -> Mapping[str, str]:
    return {
        "day": _day(event.publicized_at),
        "posted_on": _written(event.posted_on),
        "closes_on": _written(event.closes_on),
        "channel": event.channel,
        "provisional_zh": "（截止日期待国务院公布节假日安排后确认）" if event.provisional else "",
        "provisional_en": " (the last day is provisional until the year's holidays are published)"
        if event.provisional
        else "",
    }


def _title(event: words.RecognitionApproved | words.Certified) -> Mapping[str, str]:
    since = _written(event.valid_from)
    until = None if event.valid_to is None else _written(event.valid_to)
    said = event.decided_at if isinstance(event, words.RecognitionApproved) else event.certified_at
    return {
        "day": _day(said),
        "number": event.number if isinstance(event, words.Certified) else "",
        "title_zh": event.title_zh,
        "title_en": event.title_en,
        "issuer": event.issuer_name,
        "validity_zh": f"{since} 至 {until}" if until else f"自 {since} 起",
        "validity_en": f"from {since} to {until}" if until else f"from {since}",
    }


def _ground(
    event: words.RevocationOrdered | words.Revoked | words.RectificationOrdered, said: datetime
) -> dict[str, str]:
    return {"day": _day(said), "number": event.number, "clause": event.clause, "reason": event.reason}


def _day(instant: datetime) -> str:
    return _written(local_day(instant))


def _minute(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _written(day: date) -> str:
    return day.isoformat()

"""Understands what review does with a title on record: load, decide, save. ``Handlers.titles`` of the service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from services.review.domain import arising, duties, effects, expiry, proof, rectification, reminding
from services.review.domain import commands as c
from services.review.domain.errors import TitleUnknown
from services.review.domain.holding import Title, TitleEntered
from services.review.domain.people import Person
from services.review.domain.steps import award
from services.review.domain.steps.shape import SHANGHAI
from services.review.domain.subject import Case
from services.review.domain.title import decide_confirm, decide_dismiss, decide_propose, decide_revoked
from services.review.kinds import CASE, TITLE, Holdings, Programmes, Write, calendar_at, text_at
from shared.calendar import Calendar
from shared.envelope import Origin
from shared.programmes.model import Awarding, Programme
from shared.runtime.ports import Loaded, Streams
from shared.runtime.streams import change


class TitleHandlers:
    """One method per command on a title; refusals are in domain.errors."""

    def __init__(self, programmes: Programmes) -> None:
        self._programmes = programmes

    async def enter(self, streams: Streams, entered: TitleEntered, case: Case, origin: Origin) -> None:
        """The title is on record: from here on it owes, and ends."""
        programme, now = text_at(self._programmes, entered.programme), origin.occurred_at
        days, known_by_case = await calendar_at(streams, now), _conferred(entered, case, programme)
        await change(
            streams,
            TITLE,
            entered.case_id,
            lambda known: expiry.decide_enter(known_by_case, known, programme, now, days),
            origin,
        )

    async def record_finding(
        self, streams: Streams, case_id: str, command: c.RecordFinding, write: Write
    ) -> Loaded[Title]:
        """A named officer records what was established about the holder."""
        programme = await self._programme(streams, case_id)
        return await self._change_title(
            streams, case_id, lambda known: proof.decide_finding(command, known, programme, write.now), write
        )

    async def record_receipt(
        self, streams: Streams, case_id: str, command: c.RecordReceipt, write: Write
    ) -> Loaded[Title]:
        """What was owed came in."""
        programme, days = await self._programme(streams, case_id), await self._days(streams, case_id, write.now)
        return await self._change_title(
            streams, case_id, lambda known: duties.decide_receipt(command, known, programme, write.now, days), write
        )

    async def record_event(self, streams: Streams, case_id: str, command: c.RecordEvent, write: Write) -> Loaded[Title]:
        """Something happened because of which something is owed."""
        programme = await self._programme(streams, case_id)
        days = await calendar_at(streams, write.now, _begun(command, (await streams.load(TITLE, case_id)).state))
        return await self._change_title(
            streams, case_id, lambda known: arising.decide_event(command, known, programme, write.now, days), write
        )

    async def order_rectification(
        self, streams: Streams, case_id: str, command: c.OrderRectification, write: Write
    ) -> Loaded[Title]:
        """The holder is given time to put something right."""
        programme, days = await self._programme(streams, case_id), await self._days(streams, case_id, write.now)
        return await self._change_title(
            streams,
            case_id,
            lambda known: rectification.decide_order(command, known, programme, write.now, days),
            write,
        )

    async def settle_rectification(
        self, streams: Streams, case_id: str, command: c.SettleRectification, write: Write
    ) -> Loaded[Title]:
        """An officer records whether it was put right."""
        return await self._change_title(
            streams, case_id, lambda known: rectification.decide_settle(command, known, write.now), write
        )

    async def let_date_pass(
        self, streams: Streams, case_id: str, what: str, name: str, by: Person, origin: Origin
    ) -> bool:
        """A date of a title passed; answers whether anything followed."""
        programme = await self._programme(streams, case_id)
        days = await self._days(streams, case_id, origin.occurred_at)

        def decide(known: Title) -> tuple[Any, ...]:
            match what:
                case "obligation":
                    return duties.decide_passed(name, known, programme, origin.occurred_at, days)
                case "review":
                    return expiry.decide_review_day(name, by, known, programme, origin.occurred_at)
                case "rectification":
                    return rectification.decide_overdue(name, by, known, origin.occurred_at)
                case _:
                    return expiry.decide_end(known, programme, origin.occurred_at)

        return await self._moved(streams, case_id, decide, origin)

    async def recount_date(self, streams: Streams, case_id: str, name: str, origin: Origin) -> bool:
        """A year was published that a duty's day may rest on; answers whether anything moved. A day that waited for the
        year beyond its end passes with it."""
        programme = await self._programme(streams, case_id)
        days = await self._days(streams, case_id, origin.occurred_at)
        return await self._moved(
            streams,
            case_id,
            lambda known: duties.decide_passed(name, known, programme, origin.occurred_at, days),
            origin,
        )

    async def remind(self, streams: Streams, case_id: str, key: str, origin: Origin) -> bool:
        """A reminder's day came, of ``<what>/<name>``; answers whether anything followed."""
        programme, days = (
            await self._programme(streams, case_id),
            await calendar_at(streams, origin.occurred_at),
        )
        what, _, name = key.partition("/")

        def decide(known: Title) -> tuple[Any, ...]:
            about: reminding.Subject | None
            match what:
                case "obligation":
                    about = duties.subject(name, programme)
                    return reminding.decide_reminder("obligation", name, known, origin.occurred_at, about)
                case "review":
                    about = expiry.review_subject(name, programme)
                    return reminding.decide_reminder("review", name, known, origin.occurred_at, about)
                case _:
                    about = expiry.term_subject(known, programme, days)
                    return reminding.decide_reminder("end", name, known, origin.occurred_at, about)

        return await self._moved(streams, case_id, decide, origin)

    async def give_dates(self, streams: Streams, case_id: str, origin: Origin) -> bool:
        """A title was entered, perhaps before titles had dates; answers whether it was given some now."""
        known = (await streams.load(TITLE, case_id)).state
        if known.entered is None or known.dated:
            return False
        programme, days = (
            await self._programme(streams, case_id),
            await calendar_at(streams, origin.occurred_at),
        )
        entered = _conferred(known.entered, (await streams.load(CASE, case_id)).state, programme)
        return await self._moved(
            streams,
            case_id,
            lambda title: expiry.decide_dates(entered, title, programme, origin.occurred_at, days),
            origin,
        )

    async def carry_over(self, streams: Streams, case_id: str, by: Person, origin: Origin) -> bool:
        """A procedure on a title was opened or ended: the title follows; answers whether anything did."""
        case = (await streams.load(CASE, case_id)).state
        programme, now = await self._programme(streams, case.title), origin.occurred_at
        days = await self._days(streams, case.title, now)
        over = case.status in ("closed", "withdrawn")

        def decide(known: Title) -> tuple[Any, ...]:
            if over:
                return effects.decide_ended(case, known, programme, by, now, days)
            return effects.decide_begun(case, known, now)

        return await self._moved(streams, case.title, decide, origin)

    async def propose_revocation(
        self, streams: Streams, case_id: str, command: c.ProposeRevocation, write: Write
    ) -> Loaded[Title]:
        """One officer proposes to revoke."""
        programme, days = await self._programme(streams, case_id), await self._days(streams, case_id, write.now)
        return await self._change_title(
            streams, case_id, lambda known: decide_propose(command, known, programme, write.now, days), write
        )

    async def confirm_revocation(
        self, streams: Streams, case_id: str, command: c.ConfirmRevocation, write: Write
    ) -> Loaded[Title]:
        """Another person confirms."""
        programme = await self._programme(streams, case_id)
        return await self._change_title(
            streams, case_id, lambda known: decide_confirm(command, known, programme, write.now), write
        )

    async def dismiss_revocation(
        self, streams: Streams, case_id: str, command: c.DismissRevocation, write: Write
    ) -> Loaded[Title]:
        """Another person disagrees."""
        programme = await self._programme(streams, case_id)
        return await self._change_title(
            streams, case_id, lambda known: decide_dismiss(command, known, programme, write.now), write
        )

    async def record_revocation(
        self, streams: Streams, case_id: str, number: str, revoked_at: datetime, origin: Origin
    ) -> None:
        """The registry has the revocation on record."""
        await change(streams, TITLE, case_id, lambda known: decide_revoked(number, known, revoked_at), origin)

    # ── procedures on a title ────────────────────────────────────────────────────────────────────────────────────

    async def held_for(
        self, streams: Streams, programme: Programme, command: c.OpenCase, holdings: Holdings | None, now: datetime
    ) -> c.OpenCase:
        """The command with the title that the case runs on, a valid one before others. ``holdings`` finds those
        that the organisation may have; the command's number chooses one of them."""
        wanted, command = command.title_number, replace(command, title="", title_number="")
        known = {procedure.id: procedure for procedure in programme.procedures}
        procedure = known.get(command.procedure)
        if procedure is None or not effects.concerns_title(procedure.id, programme):
            return command
        today = now.astimezone(SHANGHAI).date()
        title = await _found(streams, programme, command.applicant.uscc, wanted, holdings, today)
        text = programme if title.entered is None else text_at(self._programmes, title.entered.programme)
        effects.ensure_title(procedure, title, text, now, await calendar_at(streams, now))
        return _on(title, command) if title.valid_on(today) else command

    async def applied_on(
        self, streams: Streams, programme: Programme, command: c.OpenCase, holdings: Holdings, now: datetime
    ) -> c.OpenCase:
        """An application in a round with the title that it needs. Intake refused it where there was none: what ended
        since then is still the title that it runs on, and its case says so."""
        if command.procedure or not effects.needs_title(programme.procedure()):
            return command
        today = now.astimezone(SHANGHAI).date()
        return _on(await _found(streams, programme, command.applicant.uscc, "", holdings, today), command)

    async def of_case(self, streams: Streams, case_id: str) -> Title | None:
        """The title that a case runs on, where it runs on one."""
        case = (await streams.load(CASE, case_id)).state
        return (await streams.load(TITLE, case.title)).state if case.title else None

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _programme(self, streams: Streams, case_id: str) -> Programme:
        known = (await streams.load(TITLE, case_id)).state
        if known.entered is None:
            raise TitleUnknown()
        return text_at(self._programmes, known.entered.programme)

    async def _days(self, streams: Streams, case_id: str, now: datetime) -> Calendar:
        """The calendar over the title's whole life: what is owed may be counted from the award."""
        entered = (await streams.load(TITLE, case_id)).state.entered
        return await calendar_at(streams, now, entered.entered_at if entered else None)

    async def _moved(
        self, streams: Streams, case_id: str, decide: Callable[[Title], tuple[Any, ...]], origin: Origin
    ) -> bool:
        before = await streams.load(TITLE, case_id)
        after = await change(streams, TITLE, case_id, decide, origin)
        return after.version > before.version

    async def _change_title(
        self, streams: Streams, case_id: str, decide: Callable[[Title], tuple[Any, ...]], write: Write
    ) -> Loaded[Title]:
        return await change(
            streams, TITLE, case_id, decide, write.origin, expected=write.expected, receipt=write.receipt
        )


def _begun(command: c.RecordEvent, title: Title) -> datetime | None:
    """The calendar is needed from the event on; of one before the award, which is refused, no year is looked up."""
    day = command.happened_on
    at = command.happened_at or (datetime.combine(day, time(), SHANGHAI) if day is not None else None)
    return at if at is None or title.entered is None else max(at, arising.earliest(title.entered))


async def _found(
    streams: Streams, programme: Programme, uscc: str, number: str, holdings: Holdings | None, today: date
) -> Title:
    """The title of this organisation, a valid one before others; an empty one where there is none."""
    held = await holdings(uscc, programme.id) if holdings is not None else ()
    found = [(await streams.load(TITLE, case_id)).state for case_id in held]
    own = [title for title in found if _is_of(title, uscc, programme, number)]
    return next((title for title in own if title.valid_on(today)), own[0] if own else Title())


def _on(title: Title, command: c.OpenCase) -> c.OpenCase:
    """The command with the title that its case runs on."""
    entered = title.entered
    if entered is None:
        return command
    return replace(command, title=entered.case_id, title_number=entered.number, valid_to=title.valid_to)


def _is_of(title: Title, uscc: str, programme: Programme, number: str) -> bool:
    """A title of this holder, under this programme or an earlier version of it; the named one where one is named."""
    entered = title.entered
    if entered is None or entered.holder_uscc != uscc or entered.programme.partition("@")[0] != programme.id:
        return False
    return number in ("", entered.number)


def _conferred(entered: TitleEntered, case: Case, programme: Programme) -> TitleEntered:
    """With the award and its day, which the case knows."""
    for step, state in case.states.items():
        if isinstance(state, award.State) and state.conferred is not None:
            parameters = programme.step(step).parameters
            assert isinstance(parameters, Awarding), "an award's state stands at a step that awards"
            day = state.conferred.conferred_at.astimezone(SHANGHAI).date()
            return replace(entered, award=parameters.award, awarded_on=day)
    return entered

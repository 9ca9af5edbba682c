"""Understands what review does when asked: load, decide, save. The service's table of contents.

Every act in a step goes through :meth:`Handlers.act`: the pinned programme's graph says whose act it is and what
follows, so that the same lines serve every regulation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.review.domain import commands as c
from services.review.domain import duties, effects, expiry, proof, rectification, rounds
from services.review.domain.errors import (
    CaseUnknown,
    NoticeNotPosted,
    NoticeProvisional,
    ProgrammeNotRunnable,
    TitleUnknown,
)
from services.review.domain.opening import decide_open_directly
from services.review.domain.people import Person
from services.review.domain.progress import decide_in_step, decide_lapse, decide_open, decide_withdraw
from services.review.domain.recount import decide_recount
from services.review.domain.rounds import Round, decide_round
from services.review.domain.steps import award
from services.review.domain.steps.shape import SHANGHAI, StepCommand
from services.review.domain.subject import Case
from services.review.domain.title import (
    Title,
    TitleEntered,
    decide_confirm,
    decide_dismiss,
    decide_propose,
    decide_revoked,
)
from services.review.domain.years import Year, decide_publish
from services.review.kinds import CASE, ROUND, TITLE, YEAR, Programmes, Write, calendar_at
from shared.envelope import Origin
from shared.programmes.catalogue import NoSuchProgramme
from shared.programmes.model import Awarding, Programme
from shared.runtime.ports import Loaded, Streams
from shared.runtime.streams import change

__all__ = ["CASE", "ROUND", "TITLE", "YEAR", "Handlers", "Programmes", "Write"]


NO_TITLE = {"title": "", "title_number": ""}
"""What a case remembers that runs on no title, whatever number the caller sent."""


class Handlers:
    """One method per command; the instant of a command is the instant of its origin. Refusals are in domain.errors."""

    def __init__(self, programmes: Programmes, sandbox: bool) -> None:
        self._programmes = programmes
        self._sandbox = sandbox

    # ── cases ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def open_case(self, streams: Streams, command: c.OpenCase, origin: Origin) -> None:
        """An application was filed for the first time."""
        programme, now = self._programmes.get(command.programme), origin.occurred_at
        days = await calendar_at(streams, now)
        await change(
            streams, CASE, command.case_id, lambda known: decide_open(command, known, programme, now, days), origin
        )

    async def open_directly(
        self,
        streams: Streams,
        programme_id: str,
        command: c.OpenCase,
        by: Person,
        write: Write,
        holdings: Sequence[str] = (),
    ) -> Loaded[Case]:
        """Somebody of the party of a procedure's first step begins a case, under the text of today. ``holdings`` are
        the case ids of the titles that the organisation may have; a procedure on a title runs on a valid one."""
        programme, days = self._open_text(programme_id, write.now), await calendar_at(streams, write.now)
        rounds.ensure_runnable(programme, self._sandbox)
        title = await self._title_for(streams, programme, command, holdings, write.now)
        opening = replace(command, programme=programme.ref, **title)
        return await change(
            streams,
            CASE,
            command.case_id,
            lambda known: decide_open_directly(opening, by, known, programme, write.now, days),
            write.origin,
            receipt=write.receipt,
        )

    async def act(self, streams: Streams, case_id: str, command: StepCommand, write: Write) -> Loaded[Case]:
        """Act in the case's present step."""
        programme, days = await self._programme(streams, case_id), await calendar_at(streams, write.now)
        if isinstance(command, c.ProposeDecision):
            await self._ensure_basis(streams, case_id, command, programme, write.now)
        return await change(
            streams,
            CASE,
            case_id,
            lambda known: decide_in_step(command, known, programme, write.now, days),
            write.origin,
            expected=write.expected,
            receipt=write.receipt,
        )

    async def withdraw_case(self, streams: Streams, case_id: str, reason: str, origin: Origin) -> None:
        """The applicant took the application back."""
        now = origin.occurred_at
        await change(streams, CASE, case_id, lambda known: decide_withdraw(reason, known, now), origin)

    async def let_step_lapse(self, streams: Streams, case_id: str, step: str, origin: Origin) -> bool:
        """The deadline of a step passed; answers whether anything followed."""
        programme, days = await self._programme(streams, case_id), await calendar_at(streams, origin.occurred_at)
        before = await streams.load(CASE, case_id)
        after = await change(
            streams, CASE, case_id, lambda known: decide_lapse(step, known, programme, origin.occurred_at, days), origin
        )
        return after.version > before.version

    async def close_notice(self, streams: Streams, case_id: str, step: str, by: Person, origin: Origin) -> bool:
        """The last day of a notice is over; answers whether anything followed."""
        loaded = await streams.load(CASE, case_id)
        if loaded.state.status != "open" or loaded.state.step != step:
            return False
        try:
            after = await self.act(streams, case_id, c.CloseNotice(step, by), Write(origin))
        except (NoticeNotPosted, NoticeProvisional):
            return False
        return after.version > loaded.version

    async def recount(self, streams: Streams, case_id: str, step: str, by: Person, origin: Origin) -> bool:
        """A year was published; answers whether anything moved."""
        programme, now = await self._programme(streams, case_id), origin.occurred_at
        days, before = await calendar_at(streams, now), await streams.load(CASE, case_id)
        after = await change(
            streams, CASE, case_id, lambda known: decide_recount(step, by, known, programme, now, days), origin
        )
        return after.version > before.version

    # ── the calendar ─────────────────────────────────────────────────────────────────────────────────────────────

    async def publish_year(self, streams: Streams, command: c.PublishYear, write: Write) -> Loaded[Year]:
        """Record a year's notice; what rests on the year is counted again by its deadlines."""
        return await change(
            streams,
            YEAR,
            str(command.year),
            lambda known: decide_publish(command, known, write.now),
            write.origin,
            receipt=write.receipt,
        )

    # ── rounds ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def open_round(
        self, streams: Streams, programme_id: str, command: c.OpenRound, write: Write
    ) -> Loaded[Round]:
        """Call for applications under the text that a new case runs under today."""
        programme = self._open_text(programme_id, write.now)
        return await change(
            streams,
            ROUND,
            command.round_id,
            lambda known: decide_round(command, known, programme, write.now, self._sandbox),
            write.origin,
            receipt=write.receipt,
        )

    # ── titles ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def enter_title(self, streams: Streams, entered: TitleEntered, by: Person, origin: Origin) -> None:
        """The registry has the title on record: the case is done, the title's own life begins."""
        loaded = await streams.load(CASE, entered.case_id)
        if loaded.state.status == "open" and loaded.state.step_type == "award":
            record = c.RecordEntry(loaded.state.step, by, entered.number)
            await self.act(streams, entered.case_id, record, Write(origin))
        programme, days = self._programmes.get(entered.programme), await calendar_at(streams, origin.occurred_at)
        entered = _conferred(entered, loaded.state, programme)
        await change(
            streams,
            TITLE,
            entered.case_id,
            lambda known: expiry.decide_enter(entered, known, programme, origin.occurred_at, days),
            origin,
        )

    async def record_finding(
        self, streams: Streams, case_id: str, command: c.RecordFinding, write: Write
    ) -> Loaded[Title]:
        """A named officer records what was established about the holder."""
        programme = await self._programme_of_title(streams, case_id)
        return await self._change_title(
            streams, case_id, lambda known: proof.decide_finding(command, known, programme, write.now), write
        )

    async def record_receipt(
        self, streams: Streams, case_id: str, command: c.RecordReceipt, write: Write
    ) -> Loaded[Title]:
        """What was owed came in."""
        programme, days = await self._programme_of_title(streams, case_id), await calendar_at(streams, write.now)
        return await self._change_title(
            streams, case_id, lambda known: duties.decide_receipt(command, known, programme, write.now, days), write
        )

    async def order_rectification(
        self, streams: Streams, case_id: str, command: c.OrderRectification, write: Write
    ) -> Loaded[Title]:
        """The holder is given time to put something right."""
        programme, days = await self._programme_of_title(streams, case_id), await calendar_at(streams, write.now)
        return await self._change_title(
            streams, case_id, lambda known: rectification.decide_order(command, known, programme, write.now, days), write
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
        programme, days = await self._programme_of_title(streams, case_id), await calendar_at(streams, origin.occurred_at)

        def decide(known: Title) -> tuple[Any, ...]:
            match what:
                case "obligation":
                    return duties.decide_missed(name, known, programme, origin.occurred_at, days)
                case "review":
                    return expiry.decide_review_day(name, by, known, programme, origin.occurred_at)
                case "rectification":
                    return rectification.decide_overdue(name, by, known, origin.occurred_at)
                case _:
                    return expiry.decide_end(known, programme, origin.occurred_at)

        return await self._moved(streams, case_id, decide, origin)

    async def recount_date(self, streams: Streams, case_id: str, name: str, origin: Origin) -> bool:
        """A year was published that a duty's day rests on; answers whether anything moved."""
        programme, days = await self._programme_of_title(streams, case_id), await calendar_at(streams, origin.occurred_at)
        return await self._moved(
            streams,
            case_id,
            lambda known: duties.decide_recount(name, known, programme, origin.occurred_at, days),
            origin,
        )

    async def carry_over(self, streams: Streams, case_id: str, by: Person, origin: Origin) -> bool:
        """A procedure on a title was opened or ended: the title follows; answers whether anything did."""
        case = (await streams.load(CASE, case_id)).state
        programme, days = await self._programme_of_title(streams, case.title), await calendar_at(streams, origin.occurred_at)
        now = origin.occurred_at
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
        programme, days = await self._programme_of_title(streams, case_id), await calendar_at(streams, write.now)
        return await self._change_title(
            streams, case_id, lambda known: decide_propose(command, known, programme, write.now, days), write
        )

    async def confirm_revocation(
        self, streams: Streams, case_id: str, command: c.ConfirmRevocation, write: Write
    ) -> Loaded[Title]:
        """Another person confirms."""
        programme = await self._programme_of_title(streams, case_id)
        return await self._change_title(
            streams, case_id, lambda known: decide_confirm(command, known, programme, write.now), write
        )

    async def dismiss_revocation(
        self, streams: Streams, case_id: str, command: c.DismissRevocation, write: Write
    ) -> Loaded[Title]:
        """Another person disagrees."""
        programme = await self._programme_of_title(streams, case_id)
        return await self._change_title(
            streams, case_id, lambda known: decide_dismiss(command, known, programme, write.now), write
        )

    async def record_revocation(
        self, streams: Streams, case_id: str, number: str, revoked_at: datetime, origin: Origin
    ) -> None:
        """The registry has the revocation on record."""
        await change(streams, TITLE, case_id, lambda known: decide_revoked(number, known, revoked_at), origin)

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _open_text(self, programme_id: str, now: datetime) -> Programme:
        try:
            programme = self._programmes.open_for_cases(programme_id, now.date(), sandbox=self._sandbox)
        except NoSuchProgramme:
            programme = None
        if programme is None:
            raise ProgrammeNotRunnable(what="unknown, or not open for cases")
        return programme

    async def _programme(self, streams: Streams, case_id: str) -> Programme:
        known = (await streams.load(CASE, case_id)).state
        if known.status == "none":
            raise CaseUnknown()
        return self._programmes.get(known.programme)

    async def _programme_of_title(self, streams: Streams, case_id: str) -> Programme:
        known = (await streams.load(TITLE, case_id)).state
        if known.entered is None:
            raise TitleUnknown()
        return self._programmes.get(known.entered.programme)

    async def _title_for(
        self, streams: Streams, programme: Programme, command: c.OpenCase, holdings: Sequence[str], now: datetime
    ) -> dict[str, str]:
        """The title that the case runs on, a valid one before others, as what the case remembers of it."""
        known = {procedure.id: procedure for procedure in programme.procedures}
        procedure = known.get(command.procedure)
        if procedure is None or not effects.concerns_title(procedure.id, programme):
            return NO_TITLE
        found = [(await streams.load(TITLE, holding)).state for holding in holdings]
        today = now.astimezone(SHANGHAI).date()
        own = [t for t in found if _is_of(t, command.applicant.uscc, programme, command.title_number)]
        title = next((t for t in own if t.valid_on(today)), own[0] if own else Title())
        text = programme if title.entered is None else self._programmes.get(title.entered.programme)
        effects.ensure_title(procedure, title, text, now, await calendar_at(streams, now))
        if title.entered is None or not title.valid_on(today):
            return NO_TITLE
        return {"title": title.entered.case_id, "title_number": title.entered.number}

    async def _ensure_basis(
        self, streams: Streams, case_id: str, command: c.ProposeDecision, programme: Programme, now: datetime
    ) -> None:
        case = (await streams.load(CASE, case_id)).state
        if case.title and case.step == command.step:
            title = (await streams.load(TITLE, case.title)).state
            effects.ensure_basis(command, case, title, programme, now, await calendar_at(streams, now))

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

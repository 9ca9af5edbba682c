"""Understands what review does when asked: load, decide, save. The service's table of contents.

Every act in a step goes through :meth:`Handlers.act`: the pinned programme's graph says whose act it is and what
follows, so that the same lines serve every regulation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from services.review import money, places, together
from services.review.domain import commands as c
from services.review.domain import effects, rounds
from services.review.domain.budgets import Purse
from services.review.domain.errors import (
    CaseUnknown,
    NoProposal,
    NoticeNotPosted,
    NoticeProvisional,
    Refusal,
    TextDoesNotFollow,
)
from services.review.domain.filings import FilingRefused, FilingTaken, answer, decide_take, opening_of
from services.review.domain.moving import Texts, decide_confirm_move, decide_dismiss_move, decide_propose_move
from services.review.domain.old_cases import case_of_record
from services.review.domain.opening import decide_open_directly, ensure_opener
from services.review.domain.people import Person
from services.review.domain.progress import decide_in_step, decide_open, decide_time_closed, decide_withdraw
from services.review.domain.recount import decide_passed, decide_recount
from services.review.domain.rounds import Round, decide_round
from services.review.domain.steps.shape import StepCommand
from services.review.domain.subject import Case
from services.review.domain.taking_over import decide_take_over, ensure_may_take_over, text_of_old_case
from services.review.domain.title import TitleEntered
from services.review.domain.years import Year, decide_publish
from services.review.kinds import (
    CASE,
    FILING,
    ROUND,
    TITLE,
    YEAR,
    Holdings,
    Programmes,
    Write,
    calendar_at,
    text_at,
    text_for_cases,
    versions_of,
)
from services.review.titles import TitleHandlers
from shared.calendar import Calendar
from shared.envelope import Origin
from shared.programmes.catalogue import NoSuchProgramme
from shared.programmes.model import Programme
from shared.runtime.clock import local_day
from shared.runtime.ports import Loaded, Streams
from shared.runtime.streams import change

__all__ = ["CASE", "FILING", "ROUND", "TITLE", "YEAR", "Handlers", "Programmes", "Write"]


class Handlers:
    """One method per command; the instant of a command is the instant of its origin. Refusals are in domain.errors."""

    def __init__(self, programmes: Programmes, sandbox: bool) -> None:
        self._programmes = programmes
        self._sandbox = sandbox
        self.titles = TitleHandlers(programmes)

    # ── cases ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def open_case(
        self, streams: Streams, command: c.OpenCase, origin: Origin, holdings: Holdings | None = None
    ) -> None:
        """An application was filed for the first time. ``holdings`` finds the titles that the organisation may have."""
        programme, now = text_at(self._programmes, command.programme), origin.occurred_at
        days, call = await calendar_at(streams, now), (await streams.load(ROUND, command.round_id)).state.opened
        opening = replace(command, round_opens_at=call.opens_at, round_closes_at=call.closes_at) if call else command
        if holdings is not None:
            opening = await self.titles.applied_on(streams, programme, opening, holdings, now)
        await change(
            streams, CASE, command.case_id, lambda known: decide_open(opening, known, programme, now, days), origin
        )

    async def open_directly(
        self,
        streams: Streams,
        programme_id: str,
        command: c.OpenCase,
        by: Person,
        write: Write,
        holdings: Holdings | None = None,
    ) -> Loaded[Case]:
        """Somebody of the party of a procedure's first step begins a case, under the text of today. ``holdings`` finds
        the titles that the organisation may have; a procedure on a title runs on a valid one."""
        programme, days = self._open_text(programme_id, write.now), await calendar_at(streams, write.now)
        rounds.ensure_runnable(programme, self._sandbox)
        ensure_opener(command, by, programme, write.now)
        command = await self.titles.held_for(streams, programme, command, holdings, write.now)
        opening = replace(command, programme=programme.ref)
        return await change(
            streams,
            CASE,
            command.case_id,
            lambda known: decide_open_directly(opening, by, known, programme, write.now, days),
            write.origin,
            receipt=write.receipt,
        )

    async def take_over(
        self,
        streams: Streams,
        programme_id: str,
        command: c.TakeOverCase,
        write: Write,
        holdings: Holdings | None = None,
    ) -> Loaded[Case]:
        """An authority takes over a case that was begun on paper, under the text of the day on which it was begun.
        ``holdings`` finds the titles that the organisation may have, as for :meth:`open_directly`."""
        today = local_day(write.now)
        versions = versions_of(self._programmes, programme_id)
        programme = text_of_old_case(versions, command.begun_on, today, sandbox=self._sandbox)
        rounds.ensure_complete(programme, self._sandbox)
        ensure_may_take_over(command, programme, write.now)
        case_id = case_of_record(programme.id, command.record)
        asked = replace(command.opening, case_id=case_id, programme=programme.ref)
        opening = await self.titles.held_for(streams, programme, asked, holdings, write.now)
        taking, days = replace(command, opening=opening), await calendar_at(streams, write.now)
        return await change(
            streams,
            CASE,
            case_id,
            lambda known: decide_take_over(taking, known, programme, write.now, days),
            write.origin,
            receipt=write.receipt,
        )

    async def take_filing(self, streams: Streams, command: c.TakeFiling, holdings: Holdings, origin: Origin) -> None:
        """A filing came from intake; whoever filed is told what became of it. The same revision twice is one.
        ``holdings`` finds the titles that the organisation may have, where none is named."""
        known, now = (await streams.load(FILING, command.filing_id)).state, origin.occurred_at
        if command.revision <= known.revision:
            return
        begun = (await streams.load(CASE, command.case_id)).state
        programme = text_at(self._programmes, begun.programme or command.programme)
        days = await calendar_at(streams, now, begun.opened_at)
        said: FilingTaken | FilingRefused
        who = (command.case_id, command.filing_id, command.revision)
        try:
            opening = opening_of(command)
            if not command.visit:
                rounds.ensure_runnable(programme, self._sandbox)
                ensure_opener(opening, command.by, programme, now)
                named = partial(_only, command.title) if command.title else holdings
                opening = await self.titles.held_for(streams, programme, opening, named, now)
            await change(
                streams,
                CASE,
                command.case_id,
                lambda case: decide_take(command, opening, case, programme, now, days),
                origin,
            )
            said = FilingTaken(*who, command.step, now)
        except Refusal as refusal:
            said = FilingRefused(*who, refusal.code, refusal.zh, refusal.en, now)
        await change(streams, FILING, command.filing_id, lambda told: answer(said, told), origin)

    async def act(self, streams: Streams, case_id: str, command: StepCommand, write: Write) -> Loaded[Case]:
        """Act in the case's present step; what is scarce is taken first."""
        days, present = await self._days(streams, case_id, write.now), (await streams.load(CASE, case_id)).state
        await places.take(streams, command, case_id, self._text_of(present), days, write)
        await money.reserve(streams, command, case_id, self._text_of(present), days, write)
        proposing = command if isinstance(command, c.ProposeDecision) else None
        title = await self.titles.of_case(streams, case_id) if proposing else None

        def decide(known: Case) -> tuple[Any, ...]:
            programme = self._text_of(known)
            facts = decide_in_step(command, known, programme, write.now, days)
            if proposing and title:  # to take a title away needs what two officers would need
                effects.ensure_basis(proposing, known, title, programme, write.now, days)
            return facts

        return await change(
            streams,
            CASE,
            case_id,
            decide,
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
        now = origin.occurred_at
        days, before = await self._days(streams, case_id, now), await streams.load(CASE, case_id)
        after = await change(
            streams,
            CASE,
            case_id,
            lambda known: decide_passed(step, known, self._text_of(known), now, days),
            origin,
        )
        return after.version > before.version

    async def close_time(self, streams: Streams, case_id: str, visit: int, asked: int, origin: Origin) -> None:
        """Intake said all that was filed for a step whose time is over. An unknown case waits for nothing."""
        now = origin.occurred_at
        if (await streams.load(CASE, case_id)).state.status != "open":
            return
        days = await self._days(streams, case_id, now)
        await change(
            streams,
            CASE,
            case_id,
            lambda known: decide_time_closed(visit, asked, known, self._text_of(known), now, days),
            origin,
        )

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
        now = origin.occurred_at
        days, before = await self._days(streams, case_id, now), await streams.load(CASE, case_id)
        after = await change(
            streams,
            CASE,
            case_id,
            lambda known: decide_recount(step, by, known, self._text_of(known), now, days),
            origin,
        )
        return after.version > before.version

    async def follow_round(self, streams: Streams, case_id: str, step: str, origin: Origin) -> bool:
        """A list or a notice of the round names the case; answers whether anything followed."""
        return await together.follow(streams, self._programmes, case_id, step, origin)

    # ── money ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def plan_budget(
        self, streams: Streams, programme_id: str, command: c.PlanBudget, write: Write
    ) -> Loaded[Purse]:
        """Record what the plan of a year gives from one source."""
        return await money.plan(streams, self._open_text(programme_id, write.now), command, write)

    async def give_back(self, streams: Streams, case_id: str, payment: str, origin: Origin) -> bool:
        """Money came back from a case; answers whether it was not there again yet."""
        return await money.give_back(streams, self._programmes, case_id, payment, origin)

    # ── another text ─────────────────────────────────────────────────────────────────────────────────────────────

    async def propose_move(self, streams: Streams, case_id: str, command: c.ProposeMove, write: Write) -> Loaded[Case]:
        """One person proposes that the case goes on under a text that followed its own."""
        try:
            wanted = self._programmes.get(command.to)
        except NoSuchProgramme as unknown:
            raise TextDoesNotFollow() from unknown
        round_ = await self._round(streams, case_id)
        return await self._change_case(
            streams,
            case_id,
            lambda known: decide_propose_move(
                command, known, Texts(self._text_of(known), wanted), write.now, self._sandbox, round_
            ),
            write,
        )

    async def confirm_move(self, streams: Streams, case_id: str, command: c.ConfirmMove, write: Write) -> Loaded[Case]:
        """Another person agrees: the case is under the new text."""
        days, round_ = await self._days(streams, case_id, write.now), await self._round(streams, case_id)

        def decide(known: Case) -> tuple[Any, ...]:
            if known.move is None:
                raise NoProposal()
            texts = Texts(self._text_of(known), text_at(self._programmes, known.move.to))
            return decide_confirm_move(command, known, texts, write.now, days, self._sandbox, round_)

        return await self._change_case(streams, case_id, decide, write)

    async def dismiss_move(self, streams: Streams, case_id: str, command: c.DismissMove, write: Write) -> Loaded[Case]:
        """Another person disagrees."""
        return await self._change_case(
            streams, case_id, lambda known: decide_dismiss_move(command, known, self._text_of(known), write.now), write
        )

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
        await self.titles.enter(streams, entered, loaded.state, origin)

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _open_text(self, programme_id: str, now: datetime) -> Programme:
        return text_for_cases(self._programmes, programme_id, local_day(now), sandbox=self._sandbox)

    def _text_of(self, known: Case) -> Programme:
        """The text that the case is under, whenever it is decided: it may have moved since it was looked at last."""
        if known.status == "none":
            raise CaseUnknown()
        return text_at(self._programmes, known.programme)

    async def _days(self, streams: Streams, case_id: str, now: datetime) -> Calendar:
        """The calendar over the case's whole time."""
        return await calendar_at(streams, now, (await streams.load(CASE, case_id)).state.opened_at)

    async def _round(self, streams: Streams, case_id: str) -> Round:
        """What the case's round says; nothing where it has none."""
        return (await streams.load(ROUND, (await streams.load(CASE, case_id)).state.round_id)).state

    async def _change_case(
        self, streams: Streams, case_id: str, decide: Callable[[Case], tuple[Any, ...]], write: Write
    ) -> Loaded[Case]:
        return await change(
            streams, CASE, case_id, decide, write.origin, expected=write.expected, receipt=write.receipt
        )


async def _only(title: str, _uscc: str, _programme: str) -> Sequence[str]:
    """The one title that was named."""
    return (title,)

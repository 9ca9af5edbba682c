"""Understands what intake does with filings when asked: load, decide, save. Everything that is handed in besides an
application comes this way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from services.intake.domain import corrected, filed, filing_errors, filings
from services.intake.domain import events as e
from services.intake.domain import filing_acts as acts
from services.intake.domain.application import NONE as NO_APPLICATION
from services.intake.domain.corrected import decide_closed
from services.intake.domain.filings import Awaited, Filing, filing_of
from services.intake.domain.form_rows import Rows
from services.intake.domain.parts import Answer, Document, Filer
from services.intake.domain.refusal import Refusal
from services.intake.handlers import APPLICATION, text_at
from shared.envelope import Origin
from shared.programmes.catalogue import NoSuchProgramme
from shared.programmes.life import closed_because, follower
from shared.programmes.model import Programme
from shared.runtime.clock import local_day
from shared.runtime.ports import Loaded, Receipt, Stale, StreamKind, Streams
from shared.runtime.streams import change

FILING: StreamKind[Filing] = StreamKind("filing", filings.NONE, filings.evolve)
AWAITED: StreamKind[Awaited] = StreamKind("awaited", filings.NOTHING, filings.evolve_awaited)
"""One per case that ever waited for a filing: ``awaited:<case>``."""


class Programmes(Protocol):
    """The library of regulations: the text at exactly this address, and the one that a new case runs under."""

    def get(self, ref: str) -> Programme: ...

    def programmes(self) -> Sequence[Programme]: ...

    def open_for_cases(self, programme_id: str, day: date, *, sandbox: bool) -> Programme | None: ...


@dataclass(frozen=True)
class Write:
    """What comes along with a command: why, on which version, and how to remember the answer."""

    origin: Origin
    expected: int | None = None
    receipt: Callable[[Loaded[Any]], Receipt] | None = None

    @property
    def now(self) -> datetime:
        return self.origin.occurred_at


class FilingHandlers:
    """One method per command; the instant of a command is the instant of its origin. Refusals are in domain.errors."""

    def __init__(self, programmes: Programmes, sandbox: bool) -> None:
        self._programmes = programmes
        self._sandbox = sandbox

    # ── what the filer does ──────────────────────────────────────────────────────────────────────────────────────

    async def begin(
        self, streams: Streams, programme_id: str, command: acts.BeginFiling, write: Write
    ) -> Loaded[Filing]:
        """Begin what begins a case, under the text that is open for cases today."""
        programme = self._open_text(programme_id, write.now)
        titled = (await streams.load(APPLICATION, command.title)).state if command.title else NO_APPLICATION
        return await self._change(
            streams,
            command.case_id,
            lambda f: acts.decide_begin(command, f, programme, titled, write.now),
            write,
        )

    async def answer_case(self, streams: Streams, case_id: str, by: Filer, write: Write) -> Loaded[Filing]:
        """Begin what a case waits for."""
        awaited = (await streams.load(AWAITED, case_id)).state
        if awaited.now is None:
            raise filing_errors.NothingAwaited()
        programme = text_at(self._programmes, awaited.now.programme)
        former = (await streams.load(FILING, awaited.corrects)).state if awaited.corrects else filings.NONE
        return await self._change(
            streams,
            filing_of(case_id, awaited.now.visit),
            lambda f: acts.decide_answer_case(case_id, by, f, awaited, former, programme, write.now),
            write,
        )

    async def give_answers(
        self,
        streams: Streams,
        name: str,
        given: dict[str, Answer],
        cleared: tuple[str, ...],
        by: Filer,
        write: Write,
    ) -> Loaded[Filing]:
        """Set answers, or take them back."""
        programme = await self._programme(streams, name)
        return await self._change(streams, name, lambda f: acts.decide_answers(given, cleared, by, f, programme), write)

    async def write_statement(self, streams: Streams, name: str, text: str, by: Filer, write: Write) -> Loaded[Filing]:
        """Say something along with the papers."""
        return await self._change(streams, name, lambda f: acts.decide_state(text, by, f), write)

    async def attach_document(
        self,
        streams: Streams,
        name: str,
        document: Document,
        by: Filer,
        write: Write,
        keep: Callable[[], Awaitable[None]],
    ) -> Loaded[Filing]:
        """Add a file. It is kept for good only once nothing refuses it."""
        programme = await self._programme(streams, name)
        return await self._keeping(streams, name, lambda f: acts.decide_attach(document, by, f, programme), write, keep)

    async def fill_form(
        self,
        streams: Streams,
        name: str,
        document: Document,
        fills: Mapping[str, Answer],
        by: Filer,
        write: Write,
        keep: Callable[[], Awaitable[None]],
    ) -> Loaded[Filing]:
        """Fill in a form whose rows were found to fit (:meth:`check_form`); the document holds them, and the figures
        that it answers are answered."""
        return await self._keeping(streams, name, lambda f: acts.decide_form(document, by, f, fills), write, keep)

    async def check_form(self, streams: Streams, name: str, form: str, rows: Rows) -> Mapping[str, Answer]:
        """The figures that it answers. Refuses a form that the step does not ask for, or whose rows do not fit."""
        f = (await streams.load(FILING, name)).state
        return acts.ensure_form(form, rows, f, text_at(self._programmes, _ensure_exists(f).programme))

    async def remove_document(
        self, streams: Streams, name: str, material: str, sha256: str, by: Filer, write: Write
    ) -> Loaded[Filing]:
        """Take a file out again."""
        return await self._change(streams, name, lambda f: acts.decide_remove(material, sha256, by, f), write)

    async def declare_truth(self, streams: Streams, name: str, by: Filer, write: Write) -> Loaded[Filing]:
        """Declare that what stands in the filing is true."""
        return await self._change(streams, name, lambda f: acts.decide_declare(by, f, write.now), write)

    async def submit(self, streams: Streams, name: str, by: Filer, write: Write) -> Loaded[Filing]:
        """Hand it in."""
        f = _ensure_exists((await streams.load(FILING, name)).state)
        programme = text_at(self._programmes, f.programme)
        awaited = (await streams.load(AWAITED, f.case_id)).state
        return await self._change(
            streams, name, lambda f: acts.decide_submit(by, f, awaited, programme, write.now), write
        )

    async def withdraw(self, streams: Streams, name: str, reason: str, by: Filer, write: Write) -> Loaded[Filing]:
        """Give it up, or take it back until review has it."""
        return await self._change(streams, name, lambda f: acts.decide_withdraw(reason, by, f, write.now), write)

    # ── what review tells ────────────────────────────────────────────────────────────────────────────────────────

    async def hear_awaited(self, streams: Streams, told: filed.FilingAwaited, origin: Origin) -> None:
        """A case waits for something; what was begun for it is told when its end moves."""
        await change(streams, AWAITED, told.case_id, lambda known: acts.decide_awaited(told, known), origin)
        name = filing_of(told.case_id, told.visit)
        await change(streams, FILING, name, lambda f: acts.decide_due(told, f), origin)

    async def hear_wait_ended(self, streams: Streams, case_id: str, told: filed.WaitEnded, origin: Origin) -> None:
        """A case waits no longer."""
        await change(streams, AWAITED, case_id, lambda known: acts.decide_wait_ended(told, known), origin)

    async def hear_corrections(
        self, streams: Streams, case_id: str, told: filed.CorrectionsAsked, origin: Origin
    ) -> None:
        """What was filed has to be corrected. An application is returned itself; this is for all other cases."""
        if (await streams.load(APPLICATION, case_id)).state.status == "none":
            await change(streams, AWAITED, case_id, lambda _: (told,), origin)

    async def hear_time_passed(
        self, streams: Streams, told: corrected.FilingTimeClosed, of_application: bool, origin: Origin
    ) -> None:
        """Review asks whether anything was filed in time. The answer stands behind all that was, in the same stream; so
        whatever was being filed at this moment is either before it or refused."""
        if of_application:
            await change(streams, APPLICATION, told.case_id, lambda a: decide_closed(told, a.closed), origin)
        else:
            name = filing_of(told.case_id, told.visit)
            await change(streams, FILING, name, lambda f: decide_closed(told, f.closed), origin)

    async def hear_answer(
        self, streams: Streams, name: str, told: filed.FilingTaken | filed.FilingRefused, origin: Origin
    ) -> None:
        """Review took the filing, or did not."""
        await change(streams, FILING, name, lambda f: acts.decide_told(told, f), origin)

    async def hear_progress(self, streams: Streams, case_id: str, told: e.Fact, origin: Origin) -> None:
        """Put on the timeline of the filing that began a case what became of the case."""
        await change(streams, FILING, case_id, lambda f: () if f.status == "none" else (told,), origin)

    # ── what is asked ────────────────────────────────────────────────────────────────────────────────────────────

    def programme(self, f: Filing) -> Programme:
        """The text that the filing is under."""
        return text_at(self._programmes, _ensure_exists(f).programme)

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _open_text(self, programme_id: str, now: datetime) -> Programme:
        try:
            programme = self._programmes.open_for_cases(programme_id, local_day(now), sandbox=self._sandbox)
        except NoSuchProgramme:
            programme = None
        if programme is None:
            raise self._closed(programme_id, local_day(now))
        return programme

    def _closed(self, programme_id: str, day: date) -> Refusal:
        """Why nothing begins under the programme: its newest text is closed and what follows it, or there is none."""
        versions = [each for each in self._programmes.programmes() if each.id == programme_id]
        why = closed_because(versions[-1], day, sandbox=self._sandbox) if versions else None
        if why is None:
            return filing_errors.ProgrammeNotOpen()
        after = follower(versions[-1], self._programmes.programmes())
        return filing_errors.TextClosed(why_zh=why.zh, why_en=why.en, next_zh=after.zh, next_en=after.en)

    async def _programme(self, streams: Streams, name: str) -> Programme:
        return text_at(self._programmes, _ensure_exists((await streams.load(FILING, name)).state).programme)

    async def _change(
        self, streams: Streams, name: str, decide: Callable[[Filing], tuple[e.Fact, ...]], write: Write
    ) -> Loaded[Filing]:
        return await change(streams, FILING, name, decide, write.origin, expected=write.expected, receipt=write.receipt)

    async def _keeping(
        self,
        streams: Streams,
        name: str,
        decide: Callable[[Filing], tuple[e.Fact, ...]],
        write: Write,
        keep: Callable[[], Awaitable[None]],
    ) -> Loaded[Filing]:
        """Decide, keep the file, decide again and save: a refused file leaves nothing behind."""
        loaded = await streams.load(FILING, name)
        if write.expected is not None and loaded.version != write.expected:
            raise Stale(f"the filing is at version {loaded.version}, not {write.expected}")
        decide(loaded.state)
        await keep()
        return await self._change(streams, name, decide, write)


def _ensure_exists(f: Filing) -> Filing:
    if f.status == "none":
        raise filing_errors.FilingUnknown()
    return f

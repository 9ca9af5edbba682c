"""Understands what intake does when asked: load, decide, save. The service's table of contents."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.intake.domain import application, corrected, organisation, rounds
from services.intake.domain import commands as c
from services.intake.domain import events as e
from services.intake.domain.application import Application
from services.intake.domain.drafting import Closed, decide_answers, decide_attach, decide_draft, decide_remove
from services.intake.domain.errors import ApplicationUnknown, TextMissing
from services.intake.domain.filing import (
    decide_declare,
    decide_due_moved,
    decide_progress,
    decide_return,
    decide_submit,
    decide_withdraw,
)
from services.intake.domain.forms import decide_form
from services.intake.domain.lines import followers_of
from services.intake.domain.organisation import Organisation, Remembered, claim, remember, with_filed
from services.intake.domain.overlaps import Asked, Known, objections, programmes_meant
from services.intake.domain.refusal import Refusal
from services.intake.domain.rounds import Round, announce, ensure_known
from shared.envelope import Origin
from shared.programmes.catalogue import NoSuchProgramme
from shared.programmes.life import closed_because, follower
from shared.programmes.model import Programme
from shared.runtime.clock import local_day
from shared.runtime.ports import Conflict, Loaded, Receipt, Stale, StreamKind, Streams
from shared.runtime.streams import change

APPLICATION: StreamKind[Application] = StreamKind("application", application.NONE, application.evolve)
ROUND: StreamKind[Round] = StreamKind("round", rounds.NONE, rounds.evolve)
ORGANISATION: StreamKind[Organisation] = StreamKind("organisation", organisation.NONE, organisation.evolve)
"""One per organisation: ``organisation:<uscc>``."""

MEETINGS = 8
"""How often one submission looks again because another one of the same organisation came first."""


class Programmes(Protocol):
    """The library of regulations: the text at exactly this address, and all that there are."""

    def get(self, ref: str) -> Programme: ...

    def programmes(self) -> Sequence[Programme]: ...


def text_at(programmes: Programmes, ref: str) -> Programme:
    """The text at this address, or the refusal that says which one is missing and how to put it back."""
    try:
        return programmes.get(ref)
    except NoSuchProgramme as unknown:
        raise TextMissing(ref=ref) from unknown


@dataclass(frozen=True)
class Write:
    """What comes along with a command: why, on which version, and how to remember the answer."""

    origin: Origin
    expected: int | None = None
    receipt: Callable[[Loaded[Application]], Receipt] | None = None

    @property
    def now(self) -> datetime:
        return self.origin.occurred_at


FiledBy = Callable[[str], Awaitable[Sequence[e.PlaceClaimed]]]
"""What an organisation (USCC) ever filed, as the list of applications has it: for what was filed before there were
claims. It follows the log; what is being filed now meets in the organisation's stream."""


async def nothing_filed(_uscc: str) -> Sequence[e.PlaceClaimed]:
    return ()


class Handlers:
    """One method per command; the instant of a command is the instant of its origin. Refusals are in domain.errors."""

    def __init__(self, programmes: Programmes, sandbox: bool = True, filed: FiledBy = nothing_filed) -> None:
        self._programmes = programmes
        self._sandbox = sandbox
        self._filed = filed

    # ── what the applicant does ──────────────────────────────────────────────────────────────────────────────────

    async def draft_application(
        self, streams: Streams, command: c.DraftApplication, write: Write
    ) -> Loaded[Application]:
        """Begin an application in an open round."""
        round_ = (await streams.load(ROUND, command.round_id)).state
        programme = self._text(ensure_known(round_).programme)
        closed = self._closed(programme, write.now)
        return await self._change(
            streams, command.case_id, lambda a: decide_draft(command, a, round_, programme, write.now, closed), write
        )

    async def give_answers(
        self, streams: Streams, case_id: str, command: c.GiveAnswers, write: Write
    ) -> Loaded[Application]:
        """Set answers, or take them back."""
        programme = await self._programme(streams, case_id)
        return await self._change(streams, case_id, lambda a: decide_answers(command, a, programme, write.now), write)

    async def attach_document(
        self,
        streams: Streams,
        case_id: str,
        command: c.AttachDocument,
        write: Write,
        keep: Callable[[], Awaitable[None]] | None = None,
    ) -> Loaded[Application]:
        """Add a file that was received and checked already; ``keep`` keeps it, once nothing refuses it."""
        programme = await self._programme(streams, case_id)
        if keep is not None:
            present = await streams.load(APPLICATION, case_id)
            if write.expected is not None and present.version != write.expected:
                raise Stale(f"the application is at version {present.version}, not {write.expected}")
            decide_attach(command, present.state, programme, write.now)
            await keep()
        return await self._change(streams, case_id, lambda a: decide_attach(command, a, programme, write.now), write)

    async def remove_document(
        self, streams: Streams, case_id: str, command: c.RemoveDocument, write: Write
    ) -> Loaded[Application]:
        """Take a file out again."""
        return await self._change(streams, case_id, lambda a: decide_remove(command, a, write.now), write)

    async def fill_form(self, streams: Streams, case_id: str, command: c.FillForm, write: Write) -> Loaded[Application]:
        """Fill in a form of the programme, anew or for the first time."""
        programme = await self._programme(streams, case_id)
        return await self._change(streams, case_id, lambda a: decide_form(command, a, programme), write)

    async def declare_truth(
        self, streams: Streams, case_id: str, command: c.DeclareTruth, write: Write
    ) -> Loaded[Application]:
        """Declare that what stands in the application is true."""
        return await self._change(streams, case_id, lambda a: decide_declare(command, a, write.now), write)

    async def submit_application(
        self, streams: Streams, case_id: str, command: c.SubmitApplication, write: Write
    ) -> Loaded[Application]:
        """File it. The first time it is put before everything else that the organisation has, and may be refused for
        that: a crash in between leaves a claim of this case, which claims again; no other draft does for some minutes.
        """
        a = (await streams.load(APPLICATION, case_id)).state
        programme = self._text(_ensure_exists(a).programme)
        round_ = (await streams.load(ROUND, a.round_id)).state

        def decide(present: Application) -> tuple[e.Fact, ...]:
            return decide_submit(command, present, round_, programme, write.now)

        decide(a)  # what is refused anyway must not stand in another's way
        if a.status == "draft":
            await self._claim(streams, a, programme, write)
        return await self._change(streams, case_id, decide, write)

    async def withdraw_application(
        self, streams: Streams, case_id: str, command: c.WithdrawApplication, write: Write
    ) -> Loaded[Application]:
        """Take it back before a decision."""
        return await self._change(streams, case_id, lambda a: decide_withdraw(command, a, write.now), write)

    # ── what others tell ─────────────────────────────────────────────────────────────────────────────────────────

    async def announce_round(self, streams: Streams, announced: e.RoundAnnounced, origin: Origin) -> None:
        """Remember a round that review opened."""
        await change(streams, ROUND, announced.round_id, lambda known: announce(announced, known), origin)

    async def return_application(
        self, streams: Streams, case_id: str, command: c.ReturnApplication, origin: Origin
    ) -> None:
        """The reviewing authority asks for corrections."""
        now = origin.occurred_at
        await change(streams, APPLICATION, case_id, lambda a: decide_return(command, a, now), origin)

    async def move_correction_due(
        self, streams: Streams, case_id: str, told: corrected.CorrectionDueMoved, origin: Origin
    ) -> None:
        """There is more time to correct."""
        await change(streams, APPLICATION, case_id, lambda a: decide_due_moved(told, a), origin)

    async def tell_progress(self, streams: Streams, case_id: str, told: e.Fact, origin: Origin) -> None:
        """Put on the timeline what review or the registry said."""
        await change(streams, APPLICATION, case_id, lambda a: decide_progress(told, a), origin)

    async def remember(self, streams: Streams, uscc: str, told: Remembered, origin: Origin) -> None:
        """Keep what an organisation holds or received, under whatever programme."""
        await change(streams, ORGANISATION, uscc, lambda known: remember(told, known), origin)

    # ── what is asked ────────────────────────────────────────────────────────────────────────────────────────────

    async def objections(self, streams: Streams, a: Application, now: datetime) -> tuple[Refusal, ...]:
        """Why the application could not be filed now beside what the organisation has; nothing is stored."""
        if a.applicant is None or a.status != "draft":
            return ()
        programme = self._text(a.programme)
        uscc = a.applicant.uscc
        present = with_filed((await streams.load(ORGANISATION, uscc)).state, await self._filed(uscc))
        known = await self._known(streams, a, present, programme)
        return objections(Asked(a.case_id, a.round_id, programme, present, known, now))

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _change(
        self, streams: Streams, case_id: str, decide: Callable[[Application], tuple[e.Fact, ...]], write: Write
    ) -> Loaded[Application]:
        return await change(
            streams, APPLICATION, case_id, decide, write.origin, expected=write.expected, receipt=write.receipt
        )

    async def _programme(self, streams: Streams, case_id: str) -> Programme:
        a = (await streams.load(APPLICATION, case_id)).state
        return self._text(_ensure_exists(a).programme)

    def _text(self, ref: str) -> Programme:
        return text_at(self._programmes, ref)

    def _closed(self, programme: Programme, now: datetime) -> Closed | None:
        why = closed_because(programme, local_day(now), sandbox=self._sandbox)
        return None if why is None else (why, follower(programme, self._programmes.programmes()))

    async def _claim(self, streams: Streams, a: Application, programme: Programme, write: Write) -> None:
        assert a.applicant is not None, "an application that may be submitted has an applicant"
        uscc, now = a.applicant.uscc, write.now
        wanted = e.PlaceClaimed(programme.id, uscc, a.case_id, now, a.round_id)
        filed = await self._filed(uscc)

        def decide(present: Organisation) -> tuple[e.Fact, ...]:
            beside = with_filed(present, filed)
            for refusal in objections(Asked(a.case_id, a.round_id, programme, beside, known, now)):
                raise refusal
            return claim(present, wanted)

        for _ in range(MEETINGS):
            # What is looked up belongs to exactly this version: whoever moved it has to be looked at as well.
            loaded = await streams.load(ORGANISATION, uscc)
            known = await self._known(streams, a, with_filed(loaded.state, filed), programme)
            try:
                await change(streams, ORGANISATION, uscc, decide, write.origin, expected=loaded.version)
            except Stale:
                continue
            return
        raise Conflict(f"{ORGANISATION.name(uscc)} moved {MEETINGS} times in one submission")

    async def _known(self, streams: Streams, a: Application, present: Organisation, programme: Programme) -> Known:
        """What the programme's rules need to know of the organisation's other cases."""
        followers = followers_of(self._programmes.programmes())
        meant = programmes_meant(programme, followers)
        claims = [each for each in present.claims.values() if each.programme_id in meant and each.case_id != a.case_id]
        applications = {each.case_id: (await streams.load(APPLICATION, each.case_id)).state for each in claims}
        asked = {a.round_id, *(other.round_id for other in applications.values())}
        return Known(
            applications=applications,
            rounds={name: (await streams.load(ROUND, name)).state for name in asked},
            texts=self._texts({title.held.programme for title in present.titles.values()}),
            names={each.id: each.legal.title for each in self._programmes.programmes() if each.id in meant},
            followers=followers,
        )

    def _texts(self, refs: set[str]) -> dict[str, Programme]:
        found = {}
        for ref in refs:
            try:
                found[ref] = self._programmes.get(ref)
            except NoSuchProgramme:
                continue  # a title of another library: its own last day is on record, its rules for renewal are not
        return found


def _ensure_exists(a: Application) -> Application:
    if a.status == "none":
        raise ApplicationUnknown()
    return a

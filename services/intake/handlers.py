"""Understands what intake does when asked: load, decide, save. The service's table of contents."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from services.intake.domain import application, places, rounds
from services.intake.domain import commands as c
from services.intake.domain import events as e
from services.intake.domain.application import Application
from services.intake.domain.drafting import decide_answers, decide_attach, decide_draft, decide_remove
from services.intake.domain.errors import ApplicationUnknown
from services.intake.domain.filing import (
    decide_declare,
    decide_progress,
    decide_return,
    decide_submit,
    decide_withdraw,
)
from services.intake.domain.places import Place
from services.intake.domain.rounds import Round, announce, ensure_known
from shared.envelope import Origin
from shared.programmes.model import Programme
from shared.runtime.ports import Loaded, Receipt, Stale, StreamKind, Streams
from shared.runtime.streams import change

APPLICATION: StreamKind[Application] = StreamKind("application", application.NONE, application.evolve)
ROUND: StreamKind[Round] = StreamKind("round", rounds.NONE, rounds.evolve)
PLACE: StreamKind[Place] = StreamKind("place", places.NONE, places.evolve)
SHANGHAI = ZoneInfo("Asia/Shanghai")


class Programmes(Protocol):
    """The library of regulations: the text at exactly this address."""

    def get(self, ref: str) -> Programme: ...


@dataclass(frozen=True)
class Write:
    """What comes along with a command: why, on which version, and how to remember the answer."""

    origin: Origin
    expected: int | None = None
    receipt: Callable[[Loaded[Application]], Receipt] | None = None

    @property
    def now(self) -> datetime:
        return self.origin.occurred_at


class Handlers:
    """One method per command; the instant of a command is the instant of its origin. Refusals are in domain.errors."""

    def __init__(self, programmes: Programmes) -> None:
        self._programmes = programmes

    # ── what the applicant does ──────────────────────────────────────────────────────────────────────────────────

    async def draft_application(
        self, streams: Streams, command: c.DraftApplication, write: Write
    ) -> Loaded[Application]:
        """Begin an application in an open round."""
        round_ = (await streams.load(ROUND, command.round_id)).state
        programme = self._programmes.get(ensure_known(round_).programme)
        return await self._change(
            streams, command.case_id, lambda a: decide_draft(command, a, round_, programme, write.now), write
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

    async def declare_truth(
        self, streams: Streams, case_id: str, command: c.DeclareTruth, write: Write
    ) -> Loaded[Application]:
        """Declare that what stands in the application is true."""
        return await self._change(streams, case_id, lambda a: decide_declare(command, a, write.now), write)

    async def submit_application(
        self, streams: Streams, case_id: str, command: c.SubmitApplication, write: Write
    ) -> Loaded[Application]:
        """File it. Where the programme gives an organisation one place, the place is taken first: a crash in between
        leaves a place with this case, which takes it again; no other draft does for some minutes."""
        a = (await streams.load(APPLICATION, case_id)).state
        programme = self._programmes.get(_ensure_exists(a).programme)
        round_ = (await streams.load(ROUND, a.round_id)).state

        def decide(present: Application) -> tuple[e.Fact, ...]:
            return decide_submit(command, present, round_, programme, write.now)

        decide(a)  # what is refused anyway must not take the place
        if places.is_exclusive(programme):
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

    async def tell_progress(self, streams: Streams, case_id: str, told: e.Fact, origin: Origin) -> None:
        """Put on the timeline what review or the registry said."""
        await change(streams, APPLICATION, case_id, lambda a: decide_progress(told, a), origin)

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _change(
        self, streams: Streams, case_id: str, decide: Callable[[Application], tuple[e.Fact, ...]], write: Write
    ) -> Loaded[Application]:
        return await change(
            streams, APPLICATION, case_id, decide, write.origin, expected=write.expected, receipt=write.receipt
        )

    async def _programme(self, streams: Streams, case_id: str) -> Programme:
        a = (await streams.load(APPLICATION, case_id)).state
        return self._programmes.get(_ensure_exists(a).programme)

    async def _claim(self, streams: Streams, a: Application, programme: Programme, write: Write) -> None:
        assert a.applicant is not None, "an application that may be submitted has an applicant"
        wanted = e.PlaceClaimed(programme.id, a.applicant.uscc, a.case_id, write.now)
        identity = f"{programme.id}:{a.applicant.uscc}"
        place = (await streams.load(PLACE, identity)).state
        holder = (await streams.load(APPLICATION, place.case_id)).state if place.case_id else application.NONE
        today = write.now.astimezone(SHANGHAI).date()

        def decide(present: Place) -> tuple[e.Fact, ...]:
            # Somebody claimed it since the holder was loaded: that case is open by definition.
            known = holder if present.case_id == place.case_id else Application(status="submitted")
            return places.claim(present, known, wanted, today)

        await change(streams, PLACE, identity, decide, write.origin)


def _ensure_exists(a: Application) -> Application:
    if a.status == "none":
        raise ApplicationUnknown()
    return a

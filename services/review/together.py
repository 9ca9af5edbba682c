"""Understands what is done with many cases of a round at once: who waits, one list, one notice, following.

A list or a notice is one fact of the round; each case follows it in its own stream, by a deadline that is due at once
and is tried until it was carried out, by any replica, after a crash too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from services.review.domain import errors, listing, rounds
from services.review.domain.desks import desk_of
from services.review.domain.gathering import DrawUpList, PostTogether
from services.review.domain.people import Person
from services.review.domain.progress import decide_in_step
from services.review.domain.ranking import Ranked, rank, tied_at_cut
from services.review.domain.rounds import Round
from services.review.domain.steps import list as list_step
from services.review.domain.steps import notice as notice_step
from services.review.domain.subject import Case
from services.review.kinds import CASE, ROUND, Programmes, Write, calendar_at, text_at
from shared.calendar import Calendar
from shared.envelope import Origin
from shared.identifiers import region_stem
from shared.programmes.model import Listing, Programme, Quota, RoundRules, Step
from shared.runtime.ports import Loaded, Streams
from shared.runtime.streams import change

AT_ONCE = 8
"""Cases that are read at the same time."""


class Standing(Protocol):
    """Where the cases of a round stand, with everything that was acknowledged before the question."""

    async def at(self, round_id: str, step: str, stem: str, limit: int) -> Sequence[str]:
        """Open cases of the round at the step, of applicants whose region begins with the stem."""
        ...

    async def among(self, round_id: str, steps: Sequence[str], stem: str) -> int:
        """How many open cases of the round stand at one of the steps."""
        ...


@dataclass(frozen=True)
class Candidates:
    """Who waits for the list, ranked; for how many places; who competes for the last ones; who may still come."""

    ranked: tuple[Ranked, ...]
    order: str
    places: int | None
    tied: tuple[Ranked, ...]
    tied_places: int
    on_the_way: int


class Together:
    """One method per act over many cases of a round. Refusals are in domain.errors."""

    def __init__(self, programmes: Programmes, standing: Standing) -> None:
        self._programmes = programmes
        self._standing = standing

    async def candidates(
        self, streams: Streams, round_id: str, step_id: str, by: Person
    ) -> tuple[Loaded[Round], Candidates]:
        """Who waits for the list at this step, as the one who asks would draw it up."""
        loaded, programme = await self._round(streams, round_id)
        step = listing.gathering_step(programme, step_id, list_step.TYPE)
        parameters = step.parameters
        assert isinstance(parameters, Listing)
        stem = "" if by.role == "inspector" else _stem(step, by, programme)
        cases = await self._cases(streams, round_id, step_id, stem)
        waiting = listing.waiting_for_list(loaded.state, step_id, [listing.candidate(case) for case in cases.values()])
        ranked = rank(waiting, parameters.order)
        places = listing.places_left(loaded.state, step, listing.authority_of(step, by, programme))
        tied, free = tied_at_cut(ranked, places)
        coming = await self._on_the_way(round_id, step, stem, programme)
        return loaded, Candidates(ranked, parameters.order, places, tied, free, coming)

    async def quotas(self, streams: Streams, round_id: str) -> tuple[Quota, ...]:
        """What the round's programme lets its authorities recommend."""
        _, programme = await self._round(streams, round_id)
        return programme.rounds.quotas if isinstance(programme.rounds, RoundRules) else ()

    async def draw_up(self, streams: Streams, round_id: str, command: DrawUpList, write: Write) -> Loaded[Round]:
        """List those who wait. Whoever may not act on one of the cases lists none of them."""
        _, programme = await self._round(streams, round_id)
        step = listing.gathering_step(programme, command.step, list_step.TYPE)
        stem = _stem(step, command.by, programme)
        cases = await self._cases(streams, round_id, step.id, stem)
        days = await _days(streams, cases, write.now)
        coming = await self._on_the_way(round_id, step, stem, programme)

        def decide(known: Round) -> tuple[Any, ...]:
            waiting = [listing.candidate(case) for case in cases.values()]
            facts = listing.decide_list(command, known, programme, waiting, coming, write.now)
            named = [cases[entry.case_id] for drawn in facts for entry in drawn.entries]
            self._ensure_followable(named, facts, known, write, days)
            return facts

        return await _change(streams, round_id, decide, write)

    async def post(self, streams: Streams, round_id: str, command: PostTogether, write: Write) -> Loaded[Round]:
        """Post one notice over those who wait for it."""
        _, programme = await self._round(streams, round_id)
        step = listing.gathering_step(programme, command.step, notice_step.TYPE)
        stem = _stem(step, command.by, programme)
        cases = await self._cases(streams, round_id, step.id, stem)
        days = await _days(streams, cases, write.now)

        def decide(known: Round) -> tuple[Any, ...]:
            facts = listing.decide_notice(command, known, programme, cases, write.now, days)
            named = [cases[each.case_id] for posted in facts for each in posted.cases]
            self._ensure_followable(named, facts, known, write, days)
            return facts

        return await _change(streams, round_id, decide, write)

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _round(self, streams: Streams, round_id: str) -> tuple[Loaded[Round], Programme]:
        loaded = await streams.load(ROUND, round_id)
        return loaded, text_at(self._programmes, listing.known(loaded.state).programme)

    async def _cases(self, streams: Streams, round_id: str, step: str, stem: str) -> Mapping[str, Case]:
        """The cases that wait at the step, each read from its own stream."""
        names = await self._standing.at(round_id, step, stem, listing.MOST_GATHERED + 1)
        if len(names) > listing.MOST_GATHERED:
            raise errors.TooMany(most=listing.MOST_GATHERED)
        found: dict[str, Case] = {}
        for first in range(0, len(names), AT_ONCE):
            some = names[first : first + AT_ONCE]
            found.update(zip(some, await asyncio.gather(*(_case(streams, name) for name in some)), strict=True))
        return {name: case for name, case in found.items() if (case.status, case.step) == ("open", step)}

    def _ensure_followable(
        self, cases: Sequence[Case], facts: Sequence[Any], known: Round, write: Write, days: Calendar
    ) -> None:
        """Each case would follow if it were asked now, under its own text: party, reach, separate duties, guard."""
        for fact in facts:
            known = rounds.evolve(known, fact)
        for case in cases:
            command = listing.follows(case, known)
            assert command is not None
            decide_in_step(command, case, text_at(self._programmes, case.programme), write.now, days)

    async def _on_the_way(self, round_id: str, step: Step, stem: str, programme: Programme) -> int:
        return await self._standing.among(round_id, sorted(listing.ways_to(programme, step.id)), stem)


async def follow(streams: Streams, programmes: Programmes, case_id: str, step: str, origin: Origin) -> bool:
    """Let a case follow what its round says about it; answers whether anything followed."""
    before = await streams.load(CASE, case_id)
    if before.state.status != "open" or before.state.step != step:
        return False
    now = origin.occurred_at
    days = await calendar_at(streams, now, before.state.opened_at)
    round_ = (await streams.load(ROUND, before.state.round_id)).state

    def decide(case: Case) -> tuple[Any, ...]:
        command = listing.follows(case, round_) if (case.status, case.step) == ("open", step) else None
        if command is None:
            return ()
        return decide_in_step(command, case, text_at(programmes, case.programme), now, days)

    after = await change(streams, CASE, case_id, decide, origin)
    return after.version > before.version


async def _days(streams: Streams, cases: Mapping[str, Case], now: datetime) -> Calendar:
    """The calendar over the whole time of all these cases."""
    begun = [case.opened_at for case in cases.values() if case.opened_at is not None]
    return await calendar_at(streams, now, min(begun, default=None))


async def _case(streams: Streams, case_id: str) -> Case:
    return (await streams.load(CASE, case_id)).state


async def _change(streams: Streams, round_id: str, decide: Any, write: Write) -> Loaded[Round]:
    return await change(streams, ROUND, round_id, decide, write.origin, expected=write.expected, receipt=write.receipt)


def _stem(step: Step, by: Person, programme: Programme) -> str:
    """Whose cases: all of the round for an authority that the step's party names, else those of the own region."""
    if by.region in desk_of(step.actor, programme).regions:
        return ""
    # Nobody's region is everywhere ("!" begins no code).
    return region_stem(by.region) if by.region else "!"

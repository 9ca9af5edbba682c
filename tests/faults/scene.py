"""Understands a town under load: callers at work, what was acknowledged, and whether all agrees afterwards."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from tests.support.caller import Callers
from tests.support.evidence import Evidence
from tests.support.journey import Load, applicants
from tests.support.ledger import discrepancies
from tests.support.quiet import gathered
from tests.support.town import Topology, Town, town
from tests.support.waiting import eventually

ACCOUNTS = 40
PROGRESS_SECONDS = 90.0


@dataclass
class Scene:
    """``callers`` keep one ledger for the whole life of the town: everything stored must be in it."""

    town: Town
    callers: Callers
    folder: Path
    round_id: str = ""
    _fresh: Iterator[str] = field(default_factory=lambda: iter(()))

    def newcomer(self) -> str:
        """Somebody who has not applied yet: an unfinished case keeps its applicant's place."""
        return next(self._fresh)

    def load(self) -> Load:
        return Load(self.callers, self.town.clock, self.round_id)

    @asynccontextmanager
    async def working(self, applying: int = 2, drafting: int = 1) -> AsyncIterator[Load]:
        """Callers at work while the block runs; afterwards nothing of theirs may have failed."""
        load = self.load()
        tasks = [asyncio.create_task(load.apply_again_and_again(self.newcomer())) for _ in range(applying)]
        tasks += [asyncio.create_task(load.draft_again_and_again("applicant2")) for _ in range(drafting)]
        try:
            yield load
        finally:
            load.end()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        for outcome in outcomes:
            if outcome is not None:
                raise outcome
        assert not load.refused, load.refused

    def acknowledged(self, *services: str) -> int:
        """How many commands were, so far (by these services)."""
        return sum(
            command.outcome == "acknowledged" and (not services or command.service in services)
            for command in self.callers.commands
        )

    async def progress(self, more: int, *services: str) -> None:
        """Returns when that many more commands were acknowledged."""
        wanted = self.acknowledged(*services) + more
        await eventually(
            lambda: self.acknowledged(*services) >= wanted, f"{more} more commands acknowledged", PROGRESS_SECONDS
        )

    async def agreed(self) -> Evidence:
        """Waits until nothing is left to do, and fails with every discrepancy by its name."""
        await self.town.all_up()
        evidence = await gathered(self.town, self.callers, self.callers.commands)
        if found := discrepancies(evidence):
            kept = self.folder / "evidence.msgpack"
            kept.write_bytes(msgspec.msgpack.encode(evidence))
            raise AssertionError(f"{len(found)} discrepancies, evidence in {kept}:\n" + "\n".join(found[:50]))
        assert not self.callers.tally.faults, self.callers.tally.faults
        return evidence


@asynccontextmanager
async def scene(folder: Path, topology: Topology) -> AsyncIterator[Scene]:
    """A town with a call for applications and forty applicants."""
    names = applicants(ACCOUNTS, folder / "people.json")
    async with town(folder, topology, folder / "people.json") as built, Callers(built.addresses, built.home) as callers:
        made = Scene(built, callers, folder, _fresh=itertools.chain(names))
        load = made.load()
        await load.open_round()
        made.round_id = load.round_id
        yield made

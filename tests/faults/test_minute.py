"""A full minute in which anything may be killed at any time, while callers work; afterwards everything agrees."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from services.__main__ import SERVICES
from tests.faults.scene import Scene
from tests.support.waiting import eventually

MINUTE_SECONDS = 60.0
BREATH_SECONDS = (0.2, 3.0)
"""Between two blows, and between a fall and the return."""


class Storm:
    """Blows, drawn from a seed that a failure shows. Processes and servers fall independently of each other."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self._town = scene.town
        self._random = random.Random(seed)
        self._end = time.monotonic() + MINUTE_SECONDS
        self.blows: Counter[str] = Counter()

    async def rage(self) -> None:
        """Until the minute is over; everything stands again then."""
        await asyncio.gather(self._processes(), self._servers())
        await self._town.all_up()

    async def _processes(self) -> None:
        """What fell is started again as a supervisor does it, ready or not, and may fall while it still comes up."""
        while time.monotonic() < self._end:
            name = self._random.choice([*SERVICES, *SERVICES, "issuer"])
            if self._town.alive(name):
                self.blows[name] += 1
                self._town.kill(name)
            await self._breath()
            for fallen in self._town.processes:
                if not self._town.alive(fallen):
                    self._town.spawn(fallen)
            await self._breath()

    async def _servers(self) -> None:
        while time.monotonic() < self._end:
            await self._breath()
            what = self._random.choice(["postgres: kill", "postgres: immediate", "kafka"])
            self.blows[what] += 1
            await self._blow(what)
            await self._breath()

    async def _blow(self, what: str) -> None:
        fall: dict[str, Callable[[], Awaitable[None]]] = {
            "kafka": self._town.kill_broker,
            "postgres: kill": lambda: self._town.stop_postgres("kill"),
            "postgres: immediate": lambda: self._town.stop_postgres("immediate"),
        }
        await fall[what]()
        await self._breath()
        await (self._town.start_broker() if what == "kafka" else self._town.start_postgres())

    async def _breath(self) -> None:
        await asyncio.sleep(self._random.uniform(*BREATH_SECONDS))


@pytest.mark.timeout(300)
async def test_a_minute_of_mixed_kills_under_load(standing: Scene) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    storm = Storm(standing, seed)
    before = standing.acknowledged()
    async with standing.working(applying=4, drafting=2) as load:
        await storm.rage()
        await eventually(lambda: load.certified, f"a title after the storm (seed {seed})", 90)
    done = standing.acknowledged() - before
    print(
        f"seed {seed}: blows {dict(storm.blows)}, {done} commands acknowledged, {load.certified} certified",
        standing.callers.tally,
    )
    assert sum(storm.blows.values()) >= 8, storm.blows
    assert done >= 200, f"only {done} commands were acknowledged in the storm (seed {seed})"
    await standing.agreed()

"""Processes and servers are taken away while callers work; afterwards everything agrees exactly."""

from __future__ import annotations

import time
from typing import Literal

import httpx
import pytest

from services.__main__ import SERVICES
from tests.faults.scene import Scene
from tests.support.quiet import administrators, quiet
from tests.support.waiting import eventually

AWAY_SECONDS = 10.0
Ending = Literal["immediate", "kill"]
ENDINGS: tuple[Ending, ...] = ("immediate", "kill")


async def test_every_service_is_killed_in_the_middle_of_its_work(standing: Scene) -> None:
    async with standing.working() as load:
        for service in (*SERVICES, "issuer"):
            await standing.progress(10)
            await standing.town.restart(service)
        await standing.progress(20)
        await eventually(lambda: load.certified, "a case that was certified all the same", 90)
    await standing.agreed()


@pytest.mark.parametrize("how", ENDINGS)
async def test_postgres_is_stopped_without_a_word(standing: Scene, how: Ending) -> None:
    async with standing.working():
        for _ in range(2):
            await standing.progress(30)
            await standing.town.stop_postgres(how)
            await standing.town.start_postgres()
        await standing.progress(30)
    await standing.agreed()


async def test_the_broker_is_killed(standing: Scene) -> None:
    async with standing.working():
        await standing.progress(20)
        await standing.town.kill_broker()
        await standing.progress(20, "intake")
        await standing.town.start_broker()
        await standing.progress(20)
    await standing.agreed()


async def test_postgres_is_away_for_ten_seconds(standing: Scene) -> None:
    """Whoever asks is told to come again; whoever waits gets what he asked for; no process ends."""
    town = standing.town
    before = {name: town.parts[name].processes() for name in town.processes}
    async with standing.working():
        await standing.progress(10)
        await town.stop_postgres("immediate")
        gone = time.monotonic()
        while time.monotonic() < gone + AWAY_SECONDS:
            for service, path in (("intake", "/rounds"), ("registry", "/titles")):
                await _told_to_come_again(town.addresses[service] + path)
        await town.start_postgres()
        await standing.progress(20)
    await standing.agreed()
    assert {name: town.parts[name].processes() for name in town.processes} == before, (
        "a process did not live through it"
    )


async def _told_to_come_again(url: str) -> None:
    async with httpx.AsyncClient(timeout=35, trust_env=False) as client:
        answer = await client.get(url)
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert int(answer.headers["Retry-After"]) >= 1
    body = answer.json()
    assert body["detail_zh"] and body["detail_en"] and body["trace_id"]


async def test_one_process_is_killed_and_loses_its_database(alone: Scene) -> None:
    async with alone.working():
        for _ in range(3):
            await alone.progress(20)
            await alone.town.restart("services")
        for how in ENDINGS:
            await alone.progress(20)
            await alone.town.stop_postgres(how)
            await alone.town.start_postgres()
        await alone.progress(20)
    await alone.agreed()


async def test_everything_is_published_a_second_time(standing: Scene) -> None:
    async with standing.working(applying=1, drafting=0):
        await standing.progress(45)
    before = await standing.agreed()
    for service in SERVICES:
        await standing.town.stop(service)
    async with administrators(standing.town) as databases:
        for database in databases.values():
            await database.execute("DELETE FROM checkpoints WHERE name = 'relay'")
    await standing.town.start(*SERVICES)
    await quiet(standing.town)
    after = await standing.agreed()
    for service in SERVICES:
        old = [(row["stream"], row["version"]) for row in before.facts[service]]
        new = [(row["stream"], row["version"]) for row in after.facts[service]]
        assert new == old, f"{service} did something about what it knew"

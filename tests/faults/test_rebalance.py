"""Two processes of one service share its work, while one of them holds a batch that the other one gets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from tests.faults.scene import Scene
from tests.support.quiet import administrators, quiet
from tests.support.waiting import eventually_asked

WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = $1 AND application_name = 'review' AND wait_event_type = 'Lock' AND query ILIKE '%INTO offsets%'
"""
OPENED = "SELECT count(*) FROM facts WHERE stream_id = ANY($1::text[]) AND version = 1"


@asynccontextmanager
async def held(scene: Scene) -> AsyncIterator[None]:
    """Review reads a batch and cannot write it, as long as the block runs."""
    connection = await asyncpg.connect(scene.town.administrator_url("review"))
    watcher = await asyncpg.connect(scene.town.administrator_url("review"))
    try:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("LOCK TABLE offsets IN SHARE ROW EXCLUSIVE MODE")

        async def in_hand() -> bool:
            return bool(await watcher.fetchval(WAITING, "shifan_review"))

        await eventually_asked(in_hand, "review does not hold a batch", 60)
        yield
        await transaction.rollback()
    finally:
        await connection.close()
        await watcher.close()


@pytest.fixture
async def second(standing: Scene) -> AsyncIterator[str]:
    """The name that review's second process gets; it is taken away at the end, however far it came."""
    yield "review-2"
    part = standing.town.parts.pop("review-2", None)
    if part is not None:
        part.stop()


async def test_members_come_and_go_while_a_batch_is_held(standing: Scene, second: str) -> None:
    town = standing.town
    await quiet(town)
    async with standing.working(applying=3, drafting=1):
        async with held(standing):
            await town.twin("review")  # comes while the first one holds a batch
        await standing.progress(30)
        async with held(standing):
            town.kill("review")  # goes while a batch is held, by itself or by the second one
        await standing.progress(30)
        await town.start("review")
    await standing.agreed()


async def test_a_process_out_of_breath_does_not_write_what_another_one_did(standing: Scene, second: str) -> None:
    """A batch is in its hands when it stops breathing; its partitions go to the other one; then it goes on."""
    town, load = standing.town, standing.load()
    await quiet(town)
    filing = asyncio.create_task(load.submitted(standing.newcomer()))
    async with held(standing):
        town.freeze("review")
    try:
        await town.twin("review")
        cases = [await filing, await load.submitted(standing.newcomer())]
        async with administrators(town) as databases:

            async def opened() -> bool:
                streams = [f"case:{case}" for case in cases]
                return bool(await databases["review"].fetchval(OPENED, streams) == len(cases))

            await eventually_asked(opened, "the other process does not take over", 90)
    finally:
        town.thaw("review")
    await standing.agreed()

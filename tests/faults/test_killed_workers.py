"""SIGKILL between claiming a deadline and carrying it out, while a view is rebuilt and swapped, during a migration."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from shared.runtime.deadlines import DDL, DeadlineWorker, Due
from shared.runtime.postgres.migrations import migrate
from shared.runtime.postgres.pool import Database
from shared.runtime.postgres.roles import Provisioned
from shared.runtime.projector import Projector
from shared.runtime.store import FactStore
from tests.contracts.probe import CODEC, note
from tests.faults.killed_worker import NOON, Notes
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.waiting import eventually_asked

LIMIT_SECONDS = 60.0
FACTS = 40


async def dies(url: str, where: str) -> str:
    """Runs the worker until it killed itself; returns what it said last."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.killed_worker", url, where),
        env=dict(os.environ),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            said, _ = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    assert child.returncode == -signal.SIGKILL, said
    return said.decode()


async def test_a_deadline_that_was_claimed_by_a_process_that_died_is_fired_by_the_next(
    database: Database, provisioned: Provisioned
) -> None:
    async with database.transaction() as connection:
        await connection.execute("CREATE SCHEMA view_deadlines; SET LOCAL search_path TO view_deadlines, public;" + DDL)
        await connection.execute("INSERT INTO deadlines VALUES ('d1', 'case-1', 'answer', $1)", NOON)
    assert "claimed" in await dies(provisioned.application_url, "fire")
    fired: list[Due] = []

    async def fire(due: Due) -> None:
        fired.append(due)

    worker = DeadlineWorker(database, FixedClock(NOON), fire)
    assert await worker.fire_due() == 0, "the dead process' lease still holds"
    await database.pool.execute("UPDATE deadline_attempts SET next_at = now()")
    assert await worker.fire_due() == 1
    assert [(due.deadline_id, due.attempts) for due in fired] == [("d1", 2)]
    await database.pool.execute("UPDATE deadline_attempts SET next_at = now()")
    assert await worker.fire_due() == 0, "fired once for all"


@pytest.fixture
async def store(database: Database) -> AsyncIterator[FactStore]:
    store = FactStore(database.pool, CODEC)
    await store.start()
    for case in range(FACTS):
        await note(store, f"c{case}", "x")
    yield store
    await store.stop()


async def rows(database: Database) -> list[str]:
    return [row["stream"] for row in await database.pool.fetch("SELECT stream FROM view_notes.notes")]


@pytest.mark.parametrize(("where", "said"), [("fill", "a part of the second copy"), ("swap", "nothing is committed")])
async def test_a_view_whose_rebuild_was_killed_answers_from_its_old_copy_and_is_rebuilt_again(
    database: Database, provisioned: Provisioned, store: FactStore, where: str, said: str
) -> None:
    view = Projector(database, store, Notes())
    await view.start()

    async def whole() -> bool:
        try:
            return len(await rows(database)) == FACTS
        except asyncpg.UndefinedTableError:
            return False

    try:
        await eventually_asked(whole, "the view is there")
        assert said in await dies(provisioned.application_url, where)
        await eventually_asked(whole, "it answers from its old copy")
        await note(store, "later", "x")

        async def followed() -> bool:
            return "case:later" in await rows(database)

        await eventually_asked(followed, "and goes on following the log")
        assert await view.rebuild() == FACTS + 1
        assert len(await rows(database)) == len(set(await rows(database))) == FACTS + 1
        assert await database.pool.fetchval("SELECT to_regnamespace('view_notes__next')") is None
    finally:
        await view.stop()


async def test_a_migration_that_was_killed_leaves_nothing_and_is_applied_by_the_next(
    databases: Databases, tmp_path: Path
) -> None:
    (tmp_path / "0001_first.sql").write_text("CREATE TABLE first (n int);")
    # long enough to be met at it, and not longer: its dead client is noticed when it would answer
    (tmp_path / "0002_second.sql").write_text("CREATE TABLE second (n int); SELECT pg_sleep(3);")
    made = await databases.empty()
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", MIGRATES, made.owner_url, made.application_role, str(tmp_path)), env=dict(os.environ)
    )
    connection = await asyncpg.connect(made.owner_url)
    try:

        async def sleeping() -> bool:
            return bool(
                await connection.fetchval(
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE wait_event = 'PgSleep' AND datname = current_database()"
                )
            )

        await eventually_asked(sleeping, "the second migration is at work")
        child.kill()
        assert await child.wait() == -signal.SIGKILL
        assert await connection.fetchval("SELECT to_regclass('second')") is None
        applied = await migrate(made.owner_url, made.application_role, "probe", tmp_path)
        assert applied == ["probe/0002_second.sql"]
        assert await connection.fetchval("SELECT count(*) FROM migrations WHERE origin = 'probe'") == 2
        assert await migrate(made.owner_url, made.application_role, "probe", tmp_path) == []
    finally:
        await connection.close()
        if child.returncode is None:
            child.kill()
            await child.wait()
        await databases.drop(made)


MIGRATES = """
import asyncio, pathlib, sys
from shared.runtime.postgres.migrations import migrate
asyncio.run(migrate(sys.argv[1], sys.argv[2], "probe", pathlib.Path(sys.argv[3])))
"""

"""Migrations and roles: applied once, never changed afterwards, and the application may do only what was granted."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest

from shared.runtime.postgres.migrations import MigrationRefused, migrate, pending
from shared.runtime.postgres.pool import Database
from shared.runtime.postgres.roles import Provisioned, provision
from tests.support.database import Databases

SCHEMA = """
SELECT format('%s.%s %s %s', table_name, column_name, data_type, column_default) AS line
FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "0001_first.sql").write_text('CREATE TABLE first (n int); GRANT SELECT ON first TO :"application";')
    return tmp_path


async def schema(made: Provisioned) -> list[str]:
    connection = await asyncpg.connect(made.owner_url)
    try:
        return [row["line"] for row in await connection.fetch(SCHEMA)]
    finally:
        await connection.close()


async def test_applied_once(databases: Databases, directory: Path) -> None:
    made = await databases.empty()
    assert await migrate(made.owner_url, made.application_role, "probe", directory) == [
        "runtime/0001_log.sql",
        "probe/0001_first.sql",
    ]
    before = await schema(made)
    assert await migrate(made.owner_url, made.application_role, "probe", directory) == []
    assert await schema(made) == before


async def test_step_by_step_is_the_same_as_from_scratch(databases: Databases, directory: Path) -> None:
    stepwise, scratch = await databases.empty(), await databases.empty()
    await migrate(stepwise.owner_url, stepwise.application_role, "probe")
    await migrate(stepwise.owner_url, stepwise.application_role, "probe", directory)
    (directory / "0002_second.sql").write_text("ALTER TABLE first ADD COLUMN note text NOT NULL DEFAULT 'x';")
    assert await migrate(stepwise.owner_url, stepwise.application_role, "probe", directory) == ["probe/0002_second.sql"]
    await migrate(scratch.owner_url, scratch.application_role, "probe", directory)
    assert await schema(stepwise) == await schema(scratch)


async def test_two_migrators_at_once(databases: Databases, directory: Path) -> None:
    made = await databases.empty()
    done = await asyncio.gather(*(migrate(made.owner_url, made.application_role, "probe", directory) for _ in range(4)))
    assert sorted(len(names) for names in done) == [0, 0, 0, 2]


async def test_a_changed_file_is_refused(databases: Databases, directory: Path) -> None:
    made = await databases.empty()
    await migrate(made.owner_url, made.application_role, "probe", directory)
    file = directory / "0001_first.sql"
    file.write_bytes(file.read_bytes().replace(b";", b";\r\n"))
    with pytest.raises(MigrationRefused, match="put the change into a new number"):
        await migrate(made.owner_url, made.application_role, "probe", directory)


async def test_other_line_ends_are_no_change(databases: Databases, directory: Path) -> None:
    made = await databases.empty()
    file = directory / "0001_first.sql"
    file.write_bytes(b"CREATE TABLE first (\n n int);\n")
    await migrate(made.owner_url, made.application_role, "probe", directory)
    file.write_bytes(b"CREATE TABLE first (\r\n n int);\r\n")
    assert await migrate(made.owner_url, made.application_role, "probe", directory) == []


async def test_a_missing_file_is_refused(databases: Databases, directory: Path) -> None:
    made = await databases.empty()
    await migrate(made.owner_url, made.application_role, "probe", directory)
    (directory / "0001_first.sql").unlink()
    with pytest.raises(MigrationRefused, match="newer release"):
        await migrate(made.owner_url, made.application_role, "probe", directory)


async def test_a_gap_is_refused(databases: Databases, directory: Path) -> None:
    (directory / "0003_third.sql").write_text("SELECT 1")
    with pytest.raises(MigrationRefused, match=r"0002_name\.sql"):
        await migrate("postgresql://never-asked", "nobody", "probe", directory)


async def test_a_failing_file_leaves_nothing_behind(databases: Databases, directory: Path) -> None:
    made = await databases.empty()
    (directory / "0002_second.sql").write_text("CREATE TABLE second (n int); SELECT 1/0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(made.owner_url, made.application_role, "probe", directory)
    assert not any(line.startswith("second.") for line in await schema(made))
    (directory / "0002_second.sql").write_text("CREATE TABLE second (n int);")
    assert await migrate(made.owner_url, made.application_role, "probe", directory) == ["probe/0002_second.sql"]


async def test_pending_is_seen_by_the_application(databases: Databases, directory: Path) -> None:
    made = await databases.empty()
    opened = await Database.open(made.application_url, "test", size=1)
    try:
        async with opened.reading() as connection:
            assert await pending(connection, "probe", directory) == ["runtime/0001_log.sql", "probe/0001_first.sql"]
            await migrate(made.owner_url, made.application_role, "probe", directory)
            assert await pending(connection, "probe", directory) == []
            assert await connection.fetch("SELECT * FROM first") == []
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute("INSERT INTO first VALUES (1)")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute("CREATE TABLE public.mine (n int)")
            await connection.execute("CREATE SCHEMA view_mine")
    finally:
        await opened.close()


async def test_provisioning_twice_changes_nothing(databases: Databases) -> None:
    made = await databases.empty("other")
    assert await provision(databases.server.url, "other", made.database) == made
    await asyncio.gather(*(provision(databases.server.url, "other", made.database) for _ in range(3)))
    await (await asyncpg.connect(made.owner_url)).close()


async def test_a_service_cannot_open_another_ones_database(databases: Databases) -> None:
    mine, other = await databases.empty("probe"), await databases.empty("other")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(mine.application_url.replace(mine.database, other.database))


async def test_every_connection_has_its_limits(database: Database) -> None:
    """An idle transaction would hold back every reader of the log."""
    async with database.reading() as connection:
        assert await connection.fetchval("SHOW idle_in_transaction_session_timeout") == "15s"
        assert await connection.fetchval("SHOW statement_timeout") == "30s"
        assert await connection.fetchval("SHOW application_name") == "test"

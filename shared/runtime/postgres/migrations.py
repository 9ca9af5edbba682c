"""Understands how a schema moves forward: numbered SQL files, each applied once, never changed afterwards.

Two directories are applied one after the other: the runtime's own and the service's ``adapters/migrations``. In SQL,
``:"application"`` stands for the application role, as psql would write it. Each file is one transaction.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg

RUNTIME = Path(__file__).parent.parent / "migrations"

_LOCK = 7_401_002
_FILE = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
_LEDGER = """
CREATE TABLE IF NOT EXISTS migrations (
    origin text NOT NULL,
    number int NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (origin, number)
)"""


class MigrationRefused(Exception):
    """What is in the tree and what was applied do not fit together; the message says what to do."""


@dataclass(frozen=True)
class Migration:
    """One file. ``origin`` is ``runtime`` or the service's name; the checksum is of its text with plain line ends."""

    origin: str
    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return sha256(self.sql.encode()).hexdigest()


def read(origin: str, directory: Path) -> list[Migration]:
    """The directory's files in order; a wrong name, a gap or a number used twice is refused."""
    files = sorted(path for path in directory.glob("*.sql")) if directory.is_dir() else []
    found = []
    for expected, path in enumerate(files, start=1):
        match = _FILE.fullmatch(path.name)
        if match is None or int(match.group(1)) != expected:
            raise MigrationRefused(
                f"{path}:迁移文件必须命名为 {expected:04d}_name.sql,编号从 0001 起连续。/ "
                f"{path}: call it {expected:04d}_name.sql; numbers begin at 0001 and leave no gap."
            )
        found.append(Migration(origin, expected, path.name, path.read_text(encoding="utf-8").replace("\r\n", "\n")))
    return found


async def migrate(owner_url: str, application_role: str, service: str, directory: Path | None = None) -> list[str]:
    """Applies what is missing and returns the names of what was applied. Two at once: the second waits, finds nothing.

    Raises :class:`MigrationRefused`, or asyncpg's error of the file that failed (which leaves nothing behind).
    """
    wanted = read("runtime", RUNTIME) + (read(service, directory) if directory else [])
    connection = await asyncpg.connect(owner_url, timeout=10, server_settings={"lock_timeout": "60000"})
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        await connection.execute(_LEDGER)
        await connection.execute(f"GRANT SELECT ON migrations TO {_quoted(application_role)}")
        missing = _missing(wanted, await _applied(connection))
        for migration in missing:
            await _apply(connection, migration, application_role)
    finally:
        await connection.close()
    return [f"{migration.origin}/{migration.name}" for migration in missing]


async def pending(connection: Any, service: str, directory: Path | None = None) -> list[str]:
    """What is still to be applied, as the application role sees it (readiness asks this). Raises as :func:`migrate`."""
    wanted = read("runtime", RUNTIME) + (read(service, directory) if directory else [])
    if not await connection.fetchval("SELECT to_regclass('public.migrations') IS NOT NULL"):
        return [f"{migration.origin}/{migration.name}" for migration in wanted]
    return [f"{migration.origin}/{migration.name}" for migration in _missing(wanted, await _applied(connection))]


async def _applied(connection: Any) -> dict[tuple[str, int], tuple[str, str]]:
    rows = await connection.fetch("SELECT origin, number, name, checksum FROM migrations")
    return {(row["origin"], row["number"]): (row["name"], row["checksum"]) for row in rows}


def _missing(wanted: Sequence[Migration], applied: Mapping[tuple[str, int], tuple[str, str]]) -> list[Migration]:
    known = {(migration.origin, migration.number): migration for migration in wanted}
    for key, (name, checksum) in applied.items():
        migration = known.get(key)
        if migration is None:
            raise MigrationRefused(
                f"数据库中已执行的迁移 {key[0]}/{name} 在程序中不存在:数据库比程序新,请改用较新的版本。/ "
                f"Migration {key[0]}/{name} was applied to this database but is not in this program: the database is "
                "newer. Run the newer release, or restore the file."
            )
        if migration.checksum != checksum:
            raise MigrationRefused(
                f"迁移 {key[0]}/{migration.name} 在执行之后被修改过:请恢复原文件,并把修改写成新编号的迁移。/ "
                f"Migration {key[0]}/{migration.name} was changed after it was applied (applied as {name}): restore "
                "the file as it was and put the change into a new number."
            )
    return [migration for migration in wanted if (migration.origin, migration.number) not in applied]


async def _apply(connection: asyncpg.Connection[Any], migration: Migration, application_role: str) -> None:
    async with connection.transaction():
        await connection.execute(migration.sql.replace(':"application"', _quoted(application_role)))
        await connection.execute(
            "INSERT INTO migrations (origin, number, name, checksum) VALUES ($1, $2, $3, $4)",
            migration.origin,
            migration.number,
            migration.name,
            migration.checksum,
        )


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'

"""Understands whether a service's database answers, fits the program and keeps up: lag, parked records, transactions.

A service's own role asks, so a transaction of somebody else's role is seen as the log's oldest open one only.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg

from shared.runtime.clock import SystemClock
from shared.runtime.operator.findings import Finding, well
from shared.runtime.operator.migrate import url_setting
from shared.runtime.postgres.migrations import MigrationRefused, pending

LAG = """
    SELECT count(*) FROM (
        SELECT 1 FROM facts
        WHERE (xid::text::bigint, position) > (
            coalesce((SELECT xid FROM checkpoints WHERE name = 'relay'), 0),
            coalesce((SELECT number FROM checkpoints WHERE name = 'relay'), 0))
        LIMIT 100001) AS behind"""
OLDEST = """
    SELECT pid, extract(epoch FROM clock_timestamp() - xact_start)::float8 AS seconds FROM pg_stat_activity
    WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    ORDER BY xact_start LIMIT 1"""


@dataclass(frozen=True)
class Limits:
    """Beyond these a finding is a warning: facts that wait for the relay, and two ages in seconds."""

    lag: int = 1000
    transaction_seconds: float = 30.0
    skew_seconds: float = 2.0


async def all_of(services: Mapping[str, Path], surroundings: Mapping[str, str]) -> list[Finding]:
    """Nothing for a service whose database is not known here."""
    found: list[Finding] = []
    for service, directory in services.items():
        if url := surroundings.get(url_setting(service), ""):
            found += await one(service, directory, url)
    return found


async def one(service: str, directory: Path, url: str, limits: Limits | None = None) -> list[Finding]:
    check = f"database:{service}"
    try:
        connection = await asyncpg.connect(url, timeout=5, command_timeout=10)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as fault:
        zh, en = f"{service} 的数据库没有应答：{fault}", f"{service}'s database does not answer: {fault}"
        return [Finding(check, "fault", zh, en, "shifan stop; shifan up")]
    try:
        return [finding async for finding in _asked(service, directory, connection, limits or Limits())]
    finally:
        await connection.close()


async def _asked(
    service: str, directory: Path, connection: asyncpg.Connection[Any], limits: Limits
) -> AsyncIterator[Finding]:
    schema = await _schema(service, directory, connection)
    yield schema
    if schema.verdict != "well":
        return
    yield _lag(service, int(await connection.fetchval(LAG)), limits.lag)
    parked = await connection.fetchval("SELECT count(*) FROM parked WHERE status = 'parked'")
    yield _parked(service, int(parked))
    oldest = await connection.fetchrow(OLDEST)
    pid, seconds = (oldest["pid"], oldest["seconds"]) if oldest else (0, 0.0)
    yield _transaction(service, pid, seconds, limits.transaction_seconds)
    yield _skew(service, await connection.fetchval("SELECT clock_timestamp()"), limits.skew_seconds)


async def _schema(service: str, directory: Path, connection: asyncpg.Connection[Any]) -> Finding:
    check = f"database:{service}"
    try:
        missing = await pending(connection, service, directory)
    except MigrationRefused as refused:
        zh, _, en = str(refused).partition(" / ")
        return Finding(check, "fault", zh, en or zh, "git status services shared; shifan migrate")
    if missing:
        zh, en = f"{service} 缺少迁移 {', '.join(missing)}", f"{service} lacks the migrations {', '.join(missing)}"
        return Finding(check, "fault", zh, en, f"shifan migrate {service}")
    return well(check, f"{service} 的数据库可用", f"{service}'s database answers and fits")


def _lag(service: str, behind: int, most: int) -> Finding:
    zh, en = f"{service} 有 {behind} 条事实待转发", f"{service}: {behind} facts wait for the relay"
    if behind <= most:
        return well(f"relay:{service}", zh, en)
    return Finding(f"relay:{service}", "warning", zh, en, f"shifan parked list {service}; shifan status")


def _parked(service: str, count: int) -> Finding:
    zh, en = f"{service} 搁置 {count} 条记录", f"{service}: {count} records are parked"
    if not count:
        return well(f"parked:{service}", zh, en)
    return Finding(f"parked:{service}", "fault", zh, en, f"shifan parked list {service}")


def _transaction(service: str, pid: int, seconds: float, most: float) -> Finding:
    zh, en = f"最久的事务 {seconds:.0f} 秒", f"the oldest transaction is {seconds:.0f} s old"
    if seconds <= most:
        return well(f"transaction:{service}", zh, en)
    mend = f"kill {pid}   (PostgreSQL's process that holds it open)"
    return Finding(f"transaction:{service}", "warning", zh, en, mend)


def _skew(service: str, theirs: datetime, most: float) -> Finding:
    apart = abs((SystemClock().now() - theirs).total_seconds())
    zh, en = f"与数据库时钟相差 {apart:.1f} 秒", f"the database's clock is {apart:.1f} s apart"
    if apart <= most:
        return well(f"time:{service}", zh, en)
    return Finding(f"time:{service}", "warning", zh, en, "timedatectl set-ntp true   (on both machines)")

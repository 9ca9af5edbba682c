"""Understands who may do what in a database: one database per service, one role that migrates, one that works.

The owner makes tables; the application role gets what a migration grants it (on facts: INSERT and SELECT) and may make
schemas, which is where its views live. Nobody else may connect.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import asyncpg

_LOCK = 7_401_001


@dataclass(frozen=True)
class Provisioned:
    """A service's database: ``owner_url`` for migrations, ``application_url`` for everything else."""

    database: str
    owner_url: str
    application_url: str
    application_role: str


async def provision(
    admin_url: str, service: str, database: str = "", owner_password: str = "", application_password: str = ""
) -> Provisioned:
    """Makes (or finds) the database and both roles, and sets their passwords again. Safe to repeat and to race.

    Passwords that are not given are derived from the administrator's, so that a second start finds the same ones.
    Raises ``ValueError`` where neither is there.
    """
    name = database or f"shifan_{service}"
    owner, application = f"shifan_{service}_owner", f"shifan_{service}_app"
    passwords = {
        owner: owner_password or _derived(admin_url, owner),
        application: application_password or _derived(admin_url, application),
    }
    await _as_admin(admin_url, lambda connection: _make(connection, name, owner, application, passwords))
    return Provisioned(
        name,
        _url(admin_url, name, owner, passwords[owner]),
        _url(admin_url, name, application, passwords[application]),
        application,
    )


async def clone(admin_url: str, template: Provisioned, database: str) -> Provisioned:
    """A copy of a migrated database, under the same roles: what a test gets in a few milliseconds."""
    owner = urlsplit(template.owner_url).username or ""

    async def copy(connection: asyncpg.Connection[Any]) -> None:
        await connection.execute(
            f"CREATE DATABASE {_quoted(database)} TEMPLATE {_quoted(template.database)} OWNER {_quoted(owner)}"
        )
        await _grant(connection, database, template.application_role)

    await _as_admin(admin_url, copy)
    passwords = {url: unquote(urlsplit(url).password or "") for url in (template.owner_url, template.application_url)}
    return Provisioned(
        database,
        _url(admin_url, database, owner, passwords[template.owner_url]),
        _url(admin_url, database, template.application_role, passwords[template.application_url]),
        template.application_role,
    )


async def drop(admin_url: str, database: str) -> None:
    """Takes a database away, whoever is connected."""
    await _as_admin(admin_url, lambda c: c.execute(f"DROP DATABASE IF EXISTS {_quoted(database)} WITH (FORCE)"))


async def _as_admin(admin_url: str, work: Callable[[asyncpg.Connection[Any]], Awaitable[object]]) -> None:
    connection = await asyncpg.connect(admin_url, timeout=10, command_timeout=60)
    try:
        # CREATE DATABASE cannot stand in a transaction: the lock is the session's and goes with it.
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        await work(connection)
    finally:
        await connection.close()


async def _make(
    connection: asyncpg.Connection[Any], database: str, owner: str, application: str, passwords: dict[str, str]
) -> None:
    for role in (owner, application):
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
            await connection.execute(f"CREATE ROLE {_quoted(role)}")
        literal = await connection.fetchval("SELECT quote_literal($1)", passwords[role])
        await connection.execute(
            f"ALTER ROLE {_quoted(role)} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {literal}"
        )
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
        # An administrator who is no superuser must be a member of the role that he makes an owner.
        await connection.execute(f"GRANT {_quoted(owner)} TO CURRENT_USER")
        await connection.execute(
            f"CREATE DATABASE {_quoted(database)} OWNER {_quoted(owner)} TEMPLATE template0 ENCODING 'UTF8'"
        )
    await _grant(connection, database, application)


async def _grant(connection: asyncpg.Connection[Any], database: str, application: str) -> None:
    await connection.execute(f"REVOKE ALL ON DATABASE {_quoted(database)} FROM PUBLIC")
    await connection.execute(
        f"GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {_quoted(database)} TO {_quoted(application)}"
    )


def _derived(admin_url: str, role: str) -> str:
    secret = urlsplit(admin_url).password
    if not secret:
        raise ValueError(
            f"管理员 URL 没有密码,请明确给出 {role} 的密码。/ "
            f"The administrator's URL has no password to derive from: give the password of {role}."
        )
    return hmac.new(unquote(secret).encode(), role.encode(), "sha256").hexdigest()


def _url(admin_url: str, database: str, role: str, password: str) -> str:
    parts = urlsplit(admin_url)
    where = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{quote(role)}:{quote(password)}@{where}", path=f"/{quote(database)}").geturl()


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'

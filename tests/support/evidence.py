"""Understands what an installation wrote down: the rows of every service's tables, as they stand now."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import orjson

Row = dict[str, Any]

# Not "xid": ORDER BY would then sort by the text.
FACTS = """
SELECT stream_id AS stream, version, name, state, f.xid::text AS wrote, position FROM facts f ORDER BY f.xid, position
"""
RECEIPTS = "SELECT scope, key, status, headers::text AS headers, body FROM receipts"
PARKED = "SELECT subscriber, topic, key, stream, version, kind, reason FROM parked WHERE status = 'parked'"
FOREIGN = "SELECT subscriber, topic, key FROM foreign_events"
TRAIL = "SELECT service, stream, version, fact, actor_id, command_id, position, digest, data FROM audit_trail"
HOLES = "SELECT service, stream, version FROM audit_holes"
TITLES = "SELECT case_id, number, holder_uscc, revoked_on, ground FROM view_titles.titles"
APPLICATIONS = "SELECT case_id, status, number FROM view_applications.applications"


@dataclass(frozen=True)
class Command:
    """One command that a caller sent, as often as it took. ``outcome`` is ``acknowledged``, ``refused``, or ``unknown``
    where the caller gave up without an answer. ``version`` is the ETag's (0: none); ``body`` what was answered."""

    service: str
    actor: str
    key: str
    what: str
    outcome: str = "unknown"
    status: int = 0
    version: int = 0
    body: bytes = b""
    attempts: int = 0

    @property
    def id(self) -> str:
        """As the services compute it: what stands in the facts."""
        return hashlib.sha256(f"{self.actor}\0{self.key}".encode()).hexdigest()[:32]


@dataclass
class Evidence:
    """Everything that has to agree. ``listed`` is the list of titles as the public gets it; ``files`` maps the digest
    that a kept file is named after to the digest of what it holds."""

    commands: Sequence[Command]
    facts: dict[str, list[Row]] = field(default_factory=dict)
    receipts: dict[str, list[Row]] = field(default_factory=dict)
    parked: dict[str, list[Row]] = field(default_factory=dict)
    foreign: dict[str, list[Row]] = field(default_factory=dict)
    trail: list[Row] = field(default_factory=list)
    holes: list[Row] = field(default_factory=list)
    titles: list[Row] = field(default_factory=list)
    applications: list[Row] = field(default_factory=list)
    listed: list[Row] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)


async def collect(
    commands: Sequence[Command], databases: Mapping[str, asyncpg.Connection], listed: Sequence[Row], files: Path
) -> Evidence:
    """Read every service's tables over these connections, and the files in this folder."""
    evidence = Evidence(commands, listed=list(listed), files=_digests(files))
    for service, connection in databases.items():
        evidence.facts[service] = [_opened(row) for row in await _rows(connection, FACTS)]
        evidence.receipts[service] = await _rows(connection, RECEIPTS)
        evidence.parked[service] = await _rows(connection, PARKED)
        evidence.foreign[service] = await _rows(connection, FOREIGN)
    evidence.trail = await _rows(databases["registry"], TRAIL)
    evidence.holes = await _rows(databases["registry"], HOLES)
    evidence.titles = await _rows(databases["registry"], TITLES)
    evidence.applications = await _rows(databases["intake"], APPLICATIONS)
    return evidence


def _digests(folder: Path) -> dict[str, str]:
    kept = (path for path in folder.glob("sha256/*/*") if path.is_file())
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in kept}


async def _rows(connection: asyncpg.Connection, query: str) -> list[Row]:
    return [dict(row) for row in await connection.fetch(query)]


def _opened(row: Row) -> Row:
    """With who did it and why, which travel inside of the state."""
    state = orjson.loads(row["state"])
    meta = state.get("meta", {})
    return row | {
        "actor": meta.get("actor", {}).get("id", ""),
        "command": meta.get("command_id", ""),
        "caused_by": meta.get("caused_by", ""),
        "content": state,
    }


def by(rows: Sequence[Row], *keys: str) -> dict[Any, list[Row]]:
    """The rows under the values of one or several columns."""
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[keys[0]] if len(keys) == 1 else tuple(row[key] for key in keys)].append(row)
    return dict(found)

"""Understands how the lists of applications and of rounds are kept and searched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg

from services.intake.adapters.asking import ask
from services.intake.domain.events import PlaceClaimed, RoundAnnounced
from services.intake.domain.organisation import programme_id
from services.intake.views import (
    ApplicationMark,
    ApplicationRow,
    ApplicationsWanted,
    RoundMark,
    RoundRow,
    changes,
)
from shared.runtime.ports import AnyConnection, Recorded

_COLUMNS = (
    *("case_id", "uscc", "name", "region", "level", "programme", "round_id", "status", "revision", "number"),
    *("valid_to", "drafted_at", "moved_at"),
)
_TYPES = (*("text",) * 8, "int", "text", "date", "timestamptz", "timestamptz")

DDL = """
CREATE TABLE applications (
    case_id text COLLATE "C" PRIMARY KEY,
    uscc text COLLATE "C" NOT NULL,
    name text NOT NULL,
    region text COLLATE "C" NOT NULL,
    level text NOT NULL,
    programme text COLLATE "C" NOT NULL,
    round_id text COLLATE "C" NOT NULL,
    status text NOT NULL,
    revision int NOT NULL DEFAULT 0,
    number text NOT NULL DEFAULT '',
    valid_to date,
    drafted_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL
);
CREATE INDEX ON applications (uscc, drafted_at, case_id);
CREATE INDEX ON applications (region, drafted_at, case_id);
CREATE INDEX ON applications (round_id);
CREATE INDEX ON applications (drafted_at, case_id);
"""
# Every row is drafted before anything else happens to it, so an update always finds it; what a batch says of a case
# that it also drafted is one insert.
DRAFT = f"""
INSERT INTO applications ({", ".join(_COLUMNS)})
SELECT case_id, uscc, name, region, level, programme, round_id, status, coalesce(revision, 0), coalesce(number, ''),
    valid_to, drafted_at, moved_at
FROM unnest({", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_TYPES, 1))}) AS given ({", ".join(_COLUMNS)})
ON CONFLICT (case_id) DO NOTHING
"""  # noqa: S608 -- column names of our own, values are bound
MOVE = """
UPDATE applications SET status = CASE WHEN given.status = 'completed' AND applications.status IN ('titled', 'revoked')
        THEN applications.status ELSE coalesce(given.status, applications.status) END, moved_at = given.moved_at,
    programme = coalesce(given.programme, applications.programme),
    revision = coalesce(given.revision, applications.revision), number = coalesce(given.number, applications.number),
    valid_to = coalesce(given.valid_to, applications.valid_to)
FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::int[], $5::text[], $6::date[],
    $7::text[]) AS given (case_id, status, moved_at, revision, number, valid_to, programme)
WHERE applications.case_id = given.case_id
"""
PAGE = """
SELECT case_id, uscc, name, region, level, programme, round_id, status, revision, number, valid_to, drafted_at, moved_at
FROM view_applications.applications
WHERE ($1 = '' OR uscc = $1) AND starts_with(region, $2) AND ($3 = '' OR status = $3)
  AND ($4 = '' OR programme = $4 OR starts_with(programme, $4 || '@')) AND ($5 = '' OR round_id = $5)
  AND ($6::timestamptz IS NULL OR (drafted_at, case_id) < ($6, $7))
ORDER BY drafted_at DESC, case_id DESC LIMIT $8
"""
ROUNDS_DDL = """
CREATE TABLE rounds (
    round_id text COLLATE "C" PRIMARY KEY,
    programme text COLLATE "C" NOT NULL,
    title text NOT NULL,
    opens_at timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    issuer_region text COLLATE "C" NOT NULL
);
CREATE INDEX ON rounds (closes_at, round_id);
"""
ANNOUNCE = """
INSERT INTO rounds SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[],
    $6::text[])
ON CONFLICT (round_id) DO UPDATE SET programme = excluded.programme, title = excluded.title,
    opens_at = excluded.opens_at, closes_at = excluded.closes_at, issuer_region = excluded.issuer_region
"""
ROUNDS_PAGE = """
SELECT round_id, programme, title, opens_at, closes_at, issuer_region FROM view_rounds.rounds
WHERE ($1::timestamptz IS NULL OR (opens_at <= $1 AND $1 < closes_at))
  AND ($2::timestamptz IS NULL OR (closes_at, round_id) < ($2, $3))
ORDER BY closes_at DESC, round_id DESC LIMIT $4
"""


class ApplicationsView:
    """One row per application."""

    name = "applications"
    ddl = DDL

    async def apply(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None:
        rows = list(changes(batch).values())
        drafted = [row for row in rows if "drafted_at" in row]
        moved = [row for row in rows if "drafted_at" not in row]
        if drafted:
            await connection.execute(DRAFT, *_arrays(drafted, _COLUMNS))
        if moved:
            columns = ("case_id", "status", "moved_at", "revision", "number", "valid_to", "programme")
            await connection.execute(MOVE, *_arrays(moved, columns))


def _arrays(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> list[list[Any]]:
    return [[row.get(column) for row in rows] for column in columns]


class RoundsView:
    """One row per round."""

    name = "rounds"
    ddl = ROUNDS_DDL

    async def apply(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None:
        announced = {r.fact.round_id: r.fact for r in batch if isinstance(r.fact, RoundAnnounced)}
        if announced:
            columns = ("round_id", "programme", "title", "opens_at", "closes_at", "issuer_region")
            await connection.execute(ANNOUNCE, *_arrays([vars(fact) for fact in announced.values()], columns))


FILED_BY = """
SELECT case_id, programme, round_id FROM view_applications.applications
WHERE uscc = $1 AND revision > 0 AND status NOT IN ('draft', 'withdrawn') ORDER BY drafted_at DESC LIMIT 1000
"""


class SqlApplications:
    """Answers what is asked about applications."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool

    async def page(self, wanted: ApplicationsWanted, after: ApplicationMark | None, limit: int) -> list[ApplicationRow]:
        rows = await ask(
            self._pool,
            PAGE,
            wanted.uscc,
            wanted.stem,
            wanted.status,
            wanted.programme,
            wanted.round_id,
            after.drafted_at if after else None,
            after.case_id if after else "",
            limit,
        )
        return [ApplicationRow(**row) for row in rows]

    async def filed_by(self, uscc: str) -> list[PlaceClaimed]:
        """Every application that the organisation ever filed, as what it would have claimed."""
        rows = await ask(self._pool, FILED_BY, uscc)
        return [PlaceClaimed(programme_id(r["programme"]), uscc, r["case_id"], None, r["round_id"]) for r in rows]


class SqlRounds:
    """Answers what is asked about rounds."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool

    async def page(self, open_at: datetime | None, after: RoundMark | None, limit: int) -> list[RoundRow]:
        at, name = (after.closes_at, after.round_id) if after else (None, "")
        return [RoundRow(**row) for row in await ask(self._pool, ROUNDS_PAGE, open_at, at, name, limit)]

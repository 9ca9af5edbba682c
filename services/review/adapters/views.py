"""Understands how the lists of review are kept: tables, and what a batch of facts does to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from services.review.adapters.folding import Batch, fold
from services.review.domain.rounds import RoundOpened
from services.review.domain.years import YearPublished
from shared.runtime.ports import AnyConnection, Recorded

CASES_DDL = """
CREATE TABLE cases (
    case_id text COLLATE "C" PRIMARY KEY,
    programme text COLLATE "C" NOT NULL,
    round_id text COLLATE "C" NOT NULL,
    uscc text COLLATE "C" NOT NULL,
    name text NOT NULL,
    region text COLLATE "C" NOT NULL,
    level text NOT NULL,
    status text NOT NULL,
    result text,
    revision int,
    step text,
    step_type text,
    step_zh text,
    step_en text,
    party text,
    role text,
    digits int,
    regions text[],
    waiting boolean,
    due_at timestamptz,
    due_provisional boolean,
    since timestamptz,
    score text,
    notice_posted_on date,
    notice_closes_on date,
    notice_provisional boolean,
    notice_channel text,
    notice_address text,
    number text,
    opened_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL
);
CREATE INDEX ON cases (opened_at, case_id);
CREATE INDEX ON cases (region, opened_at, case_id);
CREATE INDEX ON cases (role, region) WHERE waiting;
CREATE INDEX ON cases (notice_closes_on, case_id) WHERE status = 'open';
CREATE TABLE errands (
    case_id text COLLATE "C" NOT NULL,
    errand text COLLATE "C" NOT NULL,
    role text NOT NULL,
    person text COLLATE "C" NOT NULL,
    digits int NOT NULL,
    regions text[] NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (case_id, errand)
);
CREATE INDEX ON errands (role, person);
CREATE TABLE titles (
    case_id text COLLATE "C" PRIMARY KEY,
    number text COLLATE "C" NOT NULL,
    programme text COLLATE "C" NOT NULL,
    holder_uscc text COLLATE "C" NOT NULL,
    holder_name text NOT NULL,
    holder_region text COLLATE "C" NOT NULL,
    status text NOT NULL,
    ground text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    entered_at timestamptz NOT NULL
);
CREATE INDEX ON titles (entered_at, case_id);
"""
# A patch is JSON: a key that is missing leaves the column as it is, null empties it. Column lists are the catalogue's.
_MERGE = """
INSERT INTO {table} SELECT (jsonb_populate_record(coalesce(present, NULL::{table}), patch::jsonb)).*
FROM unnest($1::text[], $2::text[]) AS given (identity, patch) LEFT JOIN {table} AS present ON case_id = identity
ON CONFLICT (case_id) DO UPDATE SET {columns}
"""
_CASE_COLUMNS = (
    *(
        "programme",
        "status",
        "result",
        "revision",
        "step",
        "step_type",
        "step_zh",
        "step_en",
        "party",
        "role",
        "digits",
        "regions",
    ),
    *(
        "waiting",
        "due_at",
        "due_provisional",
        "since",
        "score",
        "number",
        "moved_at",
        "notice_posted_on",
        "notice_closes_on",
        "notice_provisional",
        "notice_channel",
        "notice_address",
    ),
)
_TITLE_COLUMNS = ("status", "ground")


def _merge(table: str, columns: Sequence[str]) -> str:
    return _MERGE.format(table=table, columns=", ".join(f"{name} = excluded.{name}" for name in columns))


MERGE_CASES, MERGE_TITLES = _merge("cases", _CASE_COLUMNS), _merge("titles", _TITLE_COLUMNS)
CLEAR_ERRANDS = "DELETE FROM errands WHERE case_id = ANY($1::text[])"
END_ERRANDS = "DELETE FROM errands USING unnest($1::text[], $2::text[]) AS d (c, e) WHERE case_id = c AND errand = e"
BEGIN_ERRAND = """
INSERT INTO errands (case_id, errand, role, person, digits, regions, since) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (case_id, errand) DO UPDATE SET role = excluded.role, person = excluded.person, since = excluded.since,
    digits = excluded.digits, regions = excluded.regions
"""


class CasesView:
    """Cases, errands in them, and titles."""

    name = "cases"
    ddl = CASES_DDL

    async def apply(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None:
        found = fold(batch)
        await _patch(connection, MERGE_CASES, found.cases)
        await _patch(connection, MERGE_TITLES, found.titles)
        await _change_errands(connection, found)


async def _patch(connection: AnyConnection, statement: str, patches: Mapping[str, Mapping[str, Any]]) -> None:
    if patches:
        texts = [orjson.dumps(patch).decode() for patch in patches.values()]
        await connection.execute(statement, list(patches), texts)


async def _change_errands(connection: AnyConnection, found: Batch) -> None:
    if found.cleared:
        await connection.execute(CLEAR_ERRANDS, list(found.cleared))
    ended = [key for key, row in found.errands.items() if row is None]
    if ended:
        await connection.execute(END_ERRANDS, [case_id for case_id, _ in ended], [errand for _, errand in ended])
    columns = ("case_id", "errand", "role", "person", "digits", "regions", "since")
    begun = [[row[name] for name in columns] for row in found.errands.values() if row is not None]
    if begun:
        await connection.executemany(BEGIN_ERRAND, begun)


class RoundsView:
    """One row per round."""

    name = "rounds"
    ddl = """
CREATE TABLE rounds (
    round_id text COLLATE "C" PRIMARY KEY,
    programme text COLLATE "C" NOT NULL,
    title text NOT NULL,
    opens_at timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    issuer_region text COLLATE "C" NOT NULL,
    opened_at timestamptz NOT NULL
);
CREATE INDEX ON rounds (opened_at, round_id);
"""

    async def apply(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None:
        columns = ("round_id", "programme", "title", "opens_at", "closes_at", "issuer_region", "opened_at")
        rows = [[getattr(r.fact, name) for name in columns] for r in batch if isinstance(r.fact, RoundOpened)]
        if rows:
            await connection.executemany(
                "INSERT INTO rounds VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING", rows
            )


class YearsView:
    """One row per published year; a later notice of the same year replaces it."""

    name = "years"
    ddl = """
CREATE TABLE years (
    year int PRIMARY KEY,
    off date[] NOT NULL,
    make_up date[] NOT NULL,
    notice text NOT NULL,
    published_at timestamptz NOT NULL
);
"""

    async def apply(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None:
        facts = [r.fact for r in batch if isinstance(r.fact, YearPublished)]
        rows = [(f.year, list(f.off), list(f.make_up), f.notice, f.published_at) for f in facts]
        if rows:
            await connection.executemany(SET_YEAR, rows)


SET_YEAR = """
INSERT INTO years (year, off, make_up, notice, published_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (year) DO UPDATE SET off = excluded.off, make_up = excluded.make_up, notice = excluded.notice,
    published_at = excluded.published_at
"""

"""Understands how the lists of filings, and of what is owed, are kept and searched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg

from services.intake.adapters.asking import ask
from services.intake.domain import events as e
from services.intake.domain import filed
from services.intake.domain.filings import filing_of
from services.intake.views import AwaitedMark, AwaitedRow, FilingMark, FilingRow, Scope
from shared.runtime.ports import AnyConnection, Recorded

DDL = """
CREATE TABLE filings (
    filing_id text COLLATE "C" PRIMARY KEY,
    case_id text COLLATE "C" NOT NULL,
    uscc text COLLATE "C" NOT NULL,
    name text NOT NULL,
    region text COLLATE "C" NOT NULL,
    programme text COLLATE "C" NOT NULL,
    procedure text NOT NULL,
    step text NOT NULL,
    role text NOT NULL,
    filer_region text COLLATE "C" NOT NULL,
    status text NOT NULL,
    revision int NOT NULL,
    drafted_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL
);
CREATE INDEX ON filings (uscc, drafted_at, filing_id);
CREATE INDEX ON filings (role, filer_region, drafted_at, filing_id);
CREATE INDEX ON filings (case_id);
CREATE TABLE awaited (
    case_id text COLLATE "C" PRIMARY KEY,
    filing_id text COLLATE "C" NOT NULL,
    role text NOT NULL,
    uscc text COLLATE "C" NOT NULL,
    name text NOT NULL,
    region text COLLATE "C" NOT NULL,
    programme text COLLATE "C" NOT NULL,
    procedure text NOT NULL,
    step text NOT NULL,
    step_zh text NOT NULL,
    step_en text NOT NULL,
    party_zh text NOT NULL,
    party_en text NOT NULL,
    due_at timestamptz,
    due_provisional boolean NOT NULL,
    awaited_at timestamptz NOT NULL
);
CREATE INDEX ON awaited (uscc, awaited_at, case_id);
CREATE INDEX ON awaited (role, awaited_at, case_id);
CREATE TABLE corrections (case_id text COLLATE "C" PRIMARY KEY, items text[] NOT NULL);
"""
_FILING = (
    *("filing_id", "case_id", "uscc", "name", "region", "programme", "procedure", "step", "role", "filer_region"),
    *("status", "revision", "drafted_at", "moved_at"),
)
_AWAITED = (
    *("case_id", "filing_id", "role", "uscc", "name", "region", "programme", "procedure", "step", "step_zh"),
    *("step_en", "party_zh", "party_en", "due_at", "due_provisional", "awaited_at"),
)


def _insert(table: str, key: str, columns: Sequence[str]) -> str:
    places = ", ".join(f"${number}" for number, _ in enumerate(columns, 1))
    changed = ", ".join(f"{name} = excluded.{name}" for name in columns if name != key)
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places}) "  # noqa: S608 -- names of our own
        f"ON CONFLICT ({key}) DO UPDATE SET {changed}"
    )


DRAFT, AWAIT = _insert("filings", "filing_id", _FILING), _insert("awaited", "case_id", _AWAITED)
MOVE = """
UPDATE filings SET status = $2, revision = coalesce($3, revision), moved_at = $4 WHERE filing_id = $1
"""
CORRECT = _insert("corrections", "case_id", ("case_id", "items"))
END = ("DELETE FROM awaited WHERE case_id = $1 AND step = $2", "DELETE FROM corrections WHERE case_id = $1")
FILINGS = """
SELECT filing_id, case_id, uscc, name, region, programme, procedure, step, status, revision, drafted_at, moved_at
FROM view_filings.filings
WHERE ($1 = '' OR role = $1) AND ($2 = '' OR uscc = $2) AND ($3 = '' OR filer_region = $3)
  AND ($4 = '' OR status = $4) AND ($5 = '' OR case_id = $5)
  AND ($6::timestamptz IS NULL OR (drafted_at, filing_id) < ($6, $7))
ORDER BY drafted_at DESC, filing_id DESC LIMIT $8
"""
AWAITED = """
SELECT case_id, filing_id, uscc, name, region, programme, procedure, step, step_zh, step_en, party_zh, party_en, due_at,
    due_provisional, coalesce(items, '{}') AS to_correct, awaited_at
FROM view_filings.awaited LEFT JOIN view_filings.corrections USING (case_id)
WHERE ($1 = '' OR role = $1) AND ($2 = '' OR uscc = $2) AND starts_with(region, $3)
  AND ($4::timestamptz IS NULL OR (awaited_at, case_id) > ($4, $5))
ORDER BY awaited_at, case_id LIMIT $6
"""
STATUS = {
    filed.FilingSubmitted: "submitted",
    filed.FilingWithdrawn: "withdrawn",
    filed.FilingTaken: "taken",
    filed.FilingRefused: "refused",
}


class FilingsView:
    """One row per filing, and one for each case that waits for one."""

    name = "filings"
    ddl = DDL

    async def apply(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None:
        for recorded in batch:
            kind, _, identity = recorded.stream.partition(":")
            if kind == "filing":
                await _filing(connection, identity, recorded)
            elif kind == "awaited":
                await _awaited(connection, identity, recorded.fact)


async def _filing(connection: AnyConnection, identity: str, recorded: Recorded) -> None:
    fact, at = recorded.fact, recorded.origin.occurred_at
    if isinstance(fact, filed.FilingDrafted):
        about = (fact.applicant.uscc, fact.applicant.name, fact.applicant.region)
        step = (fact.programme, fact.procedure, fact.step, fact.filer.role, fact.filer.region)
        await connection.execute(DRAFT, identity, fact.case_id, *about, *step, "draft", 0, fact.drafted_at, at)
    elif type(fact) in STATUS:
        revision = fact.revision if isinstance(fact, filed.FilingSubmitted) else None
        await connection.execute(MOVE, identity, STATUS[type(fact)], revision, at)


async def _awaited(connection: AnyConnection, case_id: str, fact: e.Fact) -> None:
    match fact:
        case filed.FilingAwaited():
            about = (fact.applicant.uscc, fact.applicant.name, fact.applicant.region)
            words = (fact.step_zh, fact.step_en, fact.party_zh, fact.party_en)
            due = (fact.due_at, fact.due_provisional, fact.awaited_at)
            step = (fact.programme, fact.procedure, fact.step)
            name = filing_of(case_id, fact.visit)
            await connection.execute(AWAIT, case_id, name, fact.role, *about, *step, *words, *due)
        case filed.CorrectionsAsked():
            await connection.execute(CORRECT, case_id, list(fact.items))
        case filed.WaitEnded():
            await connection.execute(END[0], case_id, fact.step)
            await connection.execute(END[1], case_id)


class SqlFilings:
    """Answers what is asked about filings."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool

    async def filings(
        self, scope: Scope, status: str, case_id: str, after: FilingMark | None, limit: int
    ) -> list[FilingRow]:
        at, name = (after.drafted_at, after.filing_id) if after else (None, "")
        chosen = (scope.role, scope.uscc, scope.region, status, case_id)
        return [FilingRow(**row) for row in await ask(self._pool, FILINGS, *chosen, at, name, limit)]

    async def awaited(self, scope: Scope, after: AwaitedMark | None, limit: int) -> list[AwaitedRow]:
        at, name = (after.awaited_at, after.case_id) if after else (None, "")
        chosen = (scope.role, scope.uscc, scope.stem)
        return [AwaitedRow(**row) for row in await ask(self._pool, AWAITED, *chosen, at, name, limit)]

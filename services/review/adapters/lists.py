"""Understands how the lists of review are searched: scoped in SQL, a page at a time."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import asyncpg

from services.review.adapters.asking import ask
from services.review.views import (
    CaseMark,
    CaseRow,
    CasesWanted,
    NoticeMark,
    NoticeRow,
    RoundMark,
    RoundRow,
    TitleMark,
    TitleRow,
    WorkMark,
    WorkRow,
    WorkWanted,
    YearRow,
)
from shared.identifiers import region_stem

CASES = """
SELECT case_id, programme, round_id, uscc, name, region, level, status, coalesce(result, '') AS result,
    coalesce(revision, 0) AS revision, coalesce(step, '') AS step, coalesce(step_type, '') AS step_type,
    coalesce(step_zh, '') AS step_zh, coalesce(step_en, '') AS step_en, coalesce(party, '') AS party,
    coalesce(waiting, false) AS waiting, due_at, coalesce(due_provisional, false) AS due_provisional,
    coalesce(score, '') AS score, notice_closes_on, coalesce(number, '') AS number, opened_at, moved_at
FROM view_cases.cases
WHERE starts_with(region, $1) AND ($2 = '' OR status = $2)
  AND ($3 = '' OR programme = $3 OR starts_with(programme, $3 || '@')) AND ($4 = '' OR round_id = $4)
  AND ($5 = '' OR step_type = $5) AND ($6 = '' OR uscc = $6)
  AND ($7::timestamptz IS NULL OR (opened_at, case_id) < ($7, $8))
ORDER BY opened_at DESC, case_id DESC LIMIT $9
"""
# $1 role, $2 person, $3 region, $4 its stem, $5 its significant digits (null for a local code)
WORK = """
SELECT case_id, errand, name, region, programme, step, step_type, step_zh, step_en, due_at, since FROM (
    SELECT case_id, '' AS errand, name, region, programme, step, step_type, step_zh, step_en, due_at, since,
        '' AS person, role, digits, regions, uscc
    FROM view_cases.cases WHERE waiting AND status = 'open'
    UNION ALL
    SELECT c.case_id, e.errand, c.name, c.region, c.programme, c.step, c.step_type, c.step_zh, c.step_en, c.due_at,
        e.since, e.person, e.role, e.digits, e.regions, c.uscc
    FROM view_cases.errands e JOIN view_cases.cases c USING (case_id) WHERE c.status = 'open'
) AS work
WHERE role = $1 AND CASE
    WHEN person <> '' THEN person = $2
    WHEN cardinality(regions) > 0 THEN $3 = ANY(regions)
    ELSE starts_with(region, $4) AND (digits = -1 OR $5::int IS NULL OR digits = $5)
    END
  AND ($6::timestamptz IS NULL
       OR (coalesce(due_at, '9999-01-01'), since, case_id, errand) > ($6, $7::timestamptz, $8, $9))
ORDER BY coalesce(due_at, '9999-01-01'), since, case_id, errand LIMIT $10
"""
NOTICES = """
SELECT case_id, step, name, region, programme, notice_channel AS channel, notice_address AS address,
    notice_posted_on AS posted_on, notice_closes_on AS closes_on,
    coalesce(notice_provisional, false) AS provisional
FROM view_cases.cases
WHERE status = 'open' AND step_type = 'notice' AND (notice_closes_on >= $1 OR notice_provisional)
  AND ($2::date IS NULL OR (notice_closes_on, case_id) > ($2, $3))
ORDER BY notice_closes_on, case_id LIMIT $4
"""
TITLES = """
SELECT case_id, number, programme, holder_uscc, holder_name, holder_region, status, ground, valid_from, valid_to,
    entered_at
FROM view_cases.titles
WHERE starts_with(holder_region, $1) AND ($2 = '' OR status = $2)
  AND ($3::timestamptz IS NULL OR (entered_at, case_id) < ($3, $4))
ORDER BY entered_at DESC, case_id DESC LIMIT $5
"""
HELD = """
SELECT case_id FROM view_cases.titles WHERE holder_uscc = $1 AND starts_with(programme, $2 || '@')
ORDER BY entered_at DESC LIMIT $3
"""
ROUNDS = """
SELECT round_id, programme, title, opens_at, closes_at, issuer_region, opened_at FROM view_rounds.rounds
WHERE ($1::timestamptz IS NULL OR (opened_at, round_id) < ($1, $2))
ORDER BY opened_at DESC, round_id DESC LIMIT $3
"""
YEARS = "SELECT year, off, make_up, notice, published_at FROM view_years.years ORDER BY year DESC LIMIT $1"


MOST_HELD = 50
"""Titles of one organisation under one programme, over all years: more are not looked at."""


class SqlLists:
    """Answers what is asked about cases, work, titles and rounds."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool

    async def cases(self, wanted: CasesWanted, after: CaseMark | None, limit: int) -> list[CaseRow]:
        chosen = (wanted.stem, wanted.status, wanted.programme, wanted.round_id, wanted.step_type, wanted.uscc)
        at, name = (after.opened_at, after.case_id) if after else (None, "")
        return [CaseRow(**row) for row in await ask(self._pool, CASES, *chosen, at, name, limit)]

    async def work(self, wanted: WorkWanted, after: WorkMark | None, limit: int) -> list[WorkRow]:
        # Nobody's region is everywhere: without one only what is assigned by name is found ("!" begins no code).
        stem = region_stem(wanted.region) if wanted.region else "!"
        digits = len(stem) if wanted.region.isdigit() else None
        mark: tuple[datetime | None, datetime | None, str, str] = (None, None, "", "")
        if after:
            mark = after.due_at, after.since, after.case_id, after.errand
        rows = await ask(self._pool, WORK, wanted.role, wanted.person, wanted.region, stem, digits, *mark, limit)
        return [WorkRow(**row) for row in rows]

    async def titles(self, stem: str, status: str, after: TitleMark | None, limit: int) -> list[TitleRow]:
        at, name = (after.entered_at, after.case_id) if after else (None, "")
        return [TitleRow(**row) for row in await ask(self._pool, TITLES, stem, status, at, name, limit)]

    async def held(self, uscc: str, programme_id: str) -> list[str]:
        return [row["case_id"] for row in await ask(self._pool, HELD, uscc, programme_id, MOST_HELD)]

    async def notices(self, on: date, after: NoticeMark | None, limit: int) -> list[NoticeRow]:
        day, name = (after.closes_on, after.case_id) if after else (None, "")
        return [NoticeRow(**row) for row in await ask(self._pool, NOTICES, on, day, name, limit)]

    async def rounds(self, after: RoundMark | None, limit: int) -> list[RoundRow]:
        at, name = (after.opened_at, after.round_id) if after else (None, "")
        return [RoundRow(**row) for row in await ask(self._pool, ROUNDS, at, name, limit)]

    async def years(self, limit: int) -> list[YearRow]:
        return [YearRow(**row) for row in await ask(self._pool, YEARS, limit)]

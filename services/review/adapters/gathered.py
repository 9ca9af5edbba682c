"""Understands how lists, notices over many cases and used quotas are kept and found, scoped in SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import asyncpg

from services.review.adapters.asking import ask
from services.review.domain.gathering import ListDrawnUp, NoticePostedTogether
from services.review.domain.quotas import QuotaPlaceReleased, QuotaPlaceTaken
from services.review.views import EntryMark, EntryRow, QuotaMark, QuotaRow
from shared.runtime.ports import AnyConnection, Recorded

DDL = """
CREATE TABLE entries (
    round_id text COLLATE "C" NOT NULL,
    step text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    number int NOT NULL,
    place int NOT NULL,
    case_id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    region text COLLATE "C" NOT NULL,
    score text NOT NULL,
    max_score text NOT NULL,
    rank int NOT NULL,
    listed boolean NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (round_id, step, kind, number, place)
);
CREATE TABLE places (
    round_id text COLLATE "C" NOT NULL,
    quota text COLLATE "C" NOT NULL,
    authority text COLLATE "C" NOT NULL,
    case_id text COLLATE "C" NOT NULL,
    region text COLLATE "C" NOT NULL,
    name text NOT NULL,
    extra boolean NOT NULL,
    places int NOT NULL,
    extra_places int NOT NULL,
    taken_at timestamptz NOT NULL,
    PRIMARY KEY (round_id, quota, authority, case_id)
);
"""
ADD_ENTRY = """
INSERT INTO entries VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING
"""
TAKE_PLACE = """
INSERT INTO places VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (round_id, quota, authority, case_id) DO UPDATE SET extra = excluded.extra, taken_at = excluded.taken_at
"""
RELEASE_PLACE = "DELETE FROM places WHERE round_id = $1 AND quota = $2 AND authority = $3 AND case_id = $4"
ENTRIES = """
SELECT e.kind, e.number, e.place, e.case_id, e.name, e.region, e.score, e.max_score, e.rank, e.listed, e.reason, e.at,
    coalesce(NOT (c.status = 'open' AND c.step = e.step AND c.waiting), false) AS followed
FROM view_gathered.entries e LEFT JOIN view_cases.cases c USING (case_id)
WHERE e.round_id = $1 AND e.step = $2 AND starts_with(e.region, $3)
  AND ($4::text IS NULL OR (e.kind, e.number, e.place) > ($4, $5, $6))
ORDER BY e.kind, e.number, e.place LIMIT $7
"""
QUOTAS = """
SELECT quota, authority, max(places) AS places, max(extra_places) AS extra_places,
    count(*) FILTER (WHERE NOT extra) AS taken, count(*) FILTER (WHERE extra) AS extra_taken,
    (array_agg(name ORDER BY taken_at, case_id))[1:50] AS holders
FROM view_gathered.places
WHERE round_id = $1 AND starts_with(region, $2) AND ($3::text IS NULL OR (quota, authority) > ($3, $4))
GROUP BY quota, authority ORDER BY quota, authority LIMIT $5
"""


class GatheredView:
    """A row for every case that a list or a notice names, and for every place of a quota that is taken."""

    name = "gathered"
    ddl = DDL

    async def apply(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None:
        for recorded in batch:
            match recorded.fact:
                case ListDrawnUp() | NoticePostedTogether() as fact:
                    await connection.executemany(ADD_ENTRY, list(_entries(fact)))
                case QuotaPlaceTaken() as fact:
                    await connection.execute(TAKE_PLACE, *_place(fact))
                case QuotaPlaceReleased() as fact:
                    await connection.execute(RELEASE_PLACE, fact.round_id, fact.quota, fact.authority, fact.case_id)


def _entries(fact: ListDrawnUp | NoticePostedTogether) -> Iterator[tuple[object, ...]]:
    if isinstance(fact, ListDrawnUp):
        for place, e in enumerate(fact.entries, 1):
            head = (fact.round_id, fact.step, "list", fact.number, place, e.case_id, e.name, e.region)
            yield (*head, e.score, e.max_score, e.rank, e.listed, e.reason, fact.drawn_at)
        return
    for place, each in enumerate(fact.cases, 1):
        head = (fact.round_id, fact.step, "notice", fact.number, place, each.case_id, each.name, each.region)
        yield (*head, each.score, each.max_score, 0, True, "", fact.posted_at)


def _place(fact: QuotaPlaceTaken) -> tuple[object, ...]:
    whose = (fact.round_id, fact.quota, fact.authority, fact.case_id, fact.region, fact.name)
    return (*whose, fact.extra, fact.places, fact.extra_places, fact.taken_at)


class SqlGathered:
    """Answers what was gathered in a round."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool

    async def entries(self, round_id: str, step: str, stem: str, after: EntryMark | None, limit: int) -> list[EntryRow]:
        mark = (after.kind, after.number, after.place) if after else (None, 0, 0)
        return [EntryRow(**row) for row in await ask(self._pool, ENTRIES, round_id, step, stem, *mark, limit)]

    async def quotas(self, round_id: str, stem: str, after: QuotaMark | None, limit: int) -> list[QuotaRow]:
        mark = (after.quota, after.authority) if after else (None, "")
        return [QuotaRow(**row) for row in await ask(self._pool, QUOTAS, round_id, stem, *mark, limit)]

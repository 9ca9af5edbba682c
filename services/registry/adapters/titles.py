"""Understands how the list of titles is kept and searched: one row per entry, a status computed for the day asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import MAXYEAR, UTC, datetime, timedelta
from typing import TYPE_CHECKING

import asyncpg

from services.registry.adapters.conditions import Conditions, beginning
from services.registry.domain.events import TitleEntered, TitleLapsed, TitleRenewed, TitleRevoked
from services.registry.views import TitleMark, TitleRow, TitlesWanted, folded, grams, grams_wanted
from shared.runtime.ports import Recorded

if TYPE_CHECKING:
    from shared.runtime.ports import AnyConnection

ALWAYS = datetime(MAXYEAR, 1, 1, tzinfo=UTC)
"""Later than anything the registry can come to know."""

DDL = """
CREATE TABLE titles (
    case_id text COLLATE "C" PRIMARY KEY,
    number text COLLATE "C" NOT NULL UNIQUE,
    programme text COLLATE "C" NOT NULL,
    holder_uscc text COLLATE "C" NOT NULL,
    holder_name text NOT NULL,
    holder_region text COLLATE "C" NOT NULL,
    holder_level text NOT NULL,
    title_zh text NOT NULL,
    title_en text NOT NULL,
    issuer_region text COLLATE "C" NOT NULL,
    issuer_name text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    decided_at timestamptz NOT NULL,
    entered_at timestamptz NOT NULL,
    revoked_on date,
    revoked_at timestamptz,
    ground text,
    clause text,
    reason text,
    folded_name text NOT NULL,
    grams tsvector NOT NULL
);
CREATE INDEX ON titles (valid_from, number);
CREATE INDEX ON titles (programme, valid_from, number);
CREATE INDEX ON titles (holder_region);
CREATE INDEX ON titles (holder_uscc);
CREATE INDEX ON titles USING gin (grams);
CREATE TABLE ends (
    case_id text COLLATE "C" NOT NULL,
    known_at timestamptz NOT NULL,
    last_day date,
    PRIMARY KEY (case_id, known_at)
);
"""

ENTER = """
INSERT INTO titles (case_id, number, programme, holder_uscc, holder_name, holder_region, holder_level, title_zh,
    title_en, issuer_region, issuer_name, valid_from, valid_to, decided_at, entered_at, folded_name, grams)
SELECT case_id, number, programme, holder_uscc, holder_name, holder_region, holder_level, title_zh,
    title_en, issuer_region, issuer_name, valid_from, valid_to, decided_at, entered_at, folded_name,
    array_to_tsvector(string_to_array(spaced_grams, ' '))
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::text[], $11::text[], $12::date[], $13::date[], $14::timestamptz[], $15::timestamptz[], $16::text[],
    $17::text[]) AS entered (case_id, number, programme, holder_uscc, holder_name, holder_region, holder_level,
    title_zh, title_en, issuer_region, issuer_name, valid_from, valid_to, decided_at, entered_at, folded_name,
    spaced_grams)
ON CONFLICT (case_id) DO NOTHING
"""

REVOKE = """
UPDATE titles SET revoked_on = order_.revoked_on, revoked_at = order_.revoked_at, ground = order_.ground,
    clause = order_.clause, reason = order_.reason
FROM unnest($1::text[], $2::date[], $3::timestamptz[], $4::text[], $5::text[], $6::text[])
    AS order_ (case_id, revoked_on, revoked_at, ground, clause, reason)
WHERE titles.case_id = order_.case_id
"""

STATUS = """
CASE WHEN revoked_on <= {day} AND revoked_at < {known} THEN 'revoked' WHEN {day} < valid_from THEN 'pending'
     WHEN last_day < {day} THEN 'lapsed' ELSE 'active' END
"""

END = """
INSERT INTO ends (case_id, known_at, last_day) VALUES ($1, $2, $3)
ON CONFLICT (case_id, known_at) DO UPDATE SET last_day = excluded.last_day
"""

# The last day of validity as it was known: of the newest renewal or lapse, else the one that it was entered with.
TITLED = """
SELECT *, <status> AS status FROM (
    SELECT titles.*, CASE WHEN newest.case_id IS NULL THEN titles.valid_to ELSE newest.last_day END AS last_day
    FROM view_titles.titles LEFT JOIN LATERAL (
        SELECT case_id, last_day FROM view_titles.ends
        WHERE ends.case_id = titles.case_id AND known_at < <known> ORDER BY known_at DESC LIMIT 1
    ) AS newest ON true
) AS ended
"""

PAGE = """
SELECT case_id, number, programme, holder_uscc, holder_name, holder_region, holder_level, title_zh, title_en,
    issuer_region, issuer_name, valid_from, last_day AS valid_to, decided_at, entered_at, status,
    CASE WHEN status = 'revoked' THEN revoked_on END AS revoked_on,
    CASE WHEN status = 'revoked' THEN revoked_at END AS revoked_at,
    CASE WHEN status = 'revoked' THEN ground END AS ground,
    CASE WHEN status = 'revoked' THEN clause END AS clause,
    CASE WHEN status = 'revoked' THEN reason END AS reason
FROM (<titled>) AS titled
WHERE <where> ORDER BY valid_from DESC, number DESC LIMIT <limit>
"""

COUNT = """
SELECT count(*) FROM (
    SELECT 1 FROM (<titled>) AS titled WHERE <where> LIMIT <limit>
) AS counted
"""


class TitlesView:
    """The list, folded from the registry's own log."""

    name = "titles"
    ddl = DDL

    async def apply(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None:
        entered = [_entered(one.fact) for one in batch if isinstance(one.fact, TitleEntered)]
        revoked = [_revoked(one.fact) for one in batch if isinstance(one.fact, TitleRevoked)]
        if entered:
            await connection.execute(ENTER, *map(list, zip(*entered, strict=True)))
        if revoked:
            await connection.execute(REVOKE, *map(list, zip(*revoked, strict=True)))
        ended = [_ended(one.fact) for one in batch if isinstance(one.fact, TitleLapsed | TitleRenewed)]
        if ended:
            await connection.executemany(END, ended)


class SqlTitles:
    """Answers what is asked about the list."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def page(self, wanted: TitlesWanted, after: TitleMark | None, limit: int) -> list[TitleRow]:
        query = _selected(wanted)
        if after is not None:
            query.add("(valid_from, number) < ({}, {})", after.valid_from, after.number)
        rows = await self._pool.fetch(*_statement(PAGE, query, limit))
        return [TitleRow(**row) for row in rows]

    async def count(self, wanted: TitlesWanted, ceiling: int) -> int:
        statement, *values = _statement(COUNT, _selected(wanted), ceiling)
        return int(await self._pool.fetchval(statement, *values))


def _selected(wanted: TitlesWanted) -> Conditions:
    """The first two parameters are always the day and the limit of what was known then."""
    query = Conditions([wanted.on, wanted.known_before or ALWAYS])
    query.fragments.append("entered_at < $2")
    if wanted.programme:
        query.add("(programme = {0} OR programme LIKE {1})", wanted.programme, beginning(f"{wanted.programme}@"))
    query.add_if("holder_region LIKE {}", wanted.region and beginning(wanted.region))
    query.add_if("status = {}", wanted.status)
    query.add_if("holder_uscc = {}", wanted.holder)
    if wanted.name:
        query.add("grams @@ {}::text::tsquery", " & ".join(map(_lexeme, grams_wanted(wanted.name))))
        query.add("strpos(folded_name, {}) > 0", folded(wanted.name))
    return query


def _statement(template: str, query: Conditions, limit: int) -> tuple[str, object]:
    bound = query.bind(limit)
    titled = TITLED.replace("<status>", STATUS.format(day="$1", known="$2")).replace("<known>", "$2")
    text = template.replace("<titled>", titled)
    return text.replace("<where>", query.where()).replace("<limit>", bound), *query.values


def _lexeme(gram: str) -> str:
    return "'" + gram.replace("\\", "\\\\").replace("'", "''") + "'"


def _entered(fact: TitleEntered) -> tuple[object, ...]:
    return (
        fact.case_id,
        fact.number,
        fact.programme,
        fact.holder_uscc,
        fact.holder_name,
        fact.holder_region,
        fact.holder_level,
        fact.title_zh,
        fact.title_en,
        fact.issuer_region,
        fact.issuer_name,
        fact.valid_from,
        fact.valid_to,
        fact.decided_at,
        fact.entered_at,
        folded(fact.holder_name),
        # A folded name holds no blanks, so blanks may part its grams: PostgreSQL has no arrays of unequal arrays.
        " ".join(grams(fact.holder_name)),
    )


def _ended(fact: TitleLapsed | TitleRenewed) -> tuple[object, ...]:
    if isinstance(fact, TitleLapsed):
        return fact.case_id, fact.lapsed_at, fact.lapsed_on - timedelta(days=1)
    return fact.case_id, fact.renewed_at, fact.valid_to


def _revoked(fact: TitleRevoked) -> tuple[object, ...]:
    return fact.case_id, fact.revoked_on, fact.revoked_at, fact.ground, fact.clause, fact.reason

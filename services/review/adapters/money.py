"""Understands how plans, payments and what came back are kept and added up, exactly and scoped in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import asyncpg

from services.review.adapters.asking import ask
from services.review.domain.budgets import BudgetPlanned, BudgetReleased, BudgetReserved, BudgetReturned
from services.review.views import PurseMark, PurseRow
from shared.runtime.ports import AnyConnection, Recorded

DDL = """
CREATE TABLE purses (
    programme text COLLATE "C" NOT NULL,
    budget text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    year int NOT NULL,
    region text COLLATE "C" NOT NULL,
    plan numeric,
    stated numeric,
    PRIMARY KEY (programme, budget, source, year)
);
CREATE TABLE movements (
    programme text COLLATE "C" NOT NULL,
    budget text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    year int NOT NULL,
    case_id text COLLATE "C" NOT NULL,
    step text COLLATE "C" NOT NULL,
    visit int NOT NULL,
    instalment text COLLATE "C" NOT NULL,
    back boolean NOT NULL,
    amount numeric NOT NULL,
    PRIMARY KEY (programme, budget, source, year, case_id, step, visit, instalment, back)
);
"""
PLAN = """
INSERT INTO purses (programme, budget, source, year, region, plan) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (programme, budget, source, year) DO UPDATE SET plan = excluded.plan
"""
STATED = """
INSERT INTO purses (programme, budget, source, year, region, stated) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (programme, budget, source, year) DO UPDATE SET stated = coalesce(excluded.stated, purses.stated)
"""
MOVE = """
INSERT INTO movements VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (programme, budget, source, year, case_id, step, visit, instalment, back)
DO UPDATE SET amount = excluded.amount
"""
RELEASE = """
DELETE FROM movements WHERE (programme, budget, source, year, case_id, step, visit, instalment, back)
    = ($1, $2, $3, $4, $5, $6, $7, $8, false)
"""
PURSES = """
SELECT programme, budget, source, year, coalesce(coalesce(plan, stated)::text, '') AS plan,
    coalesce(m.out, 0)::text AS out, coalesce(m.back, 0)::text AS back,
    coalesce((coalesce(plan, stated) - coalesce(m.out, 0) + coalesce(m.back, 0))::text, '') AS left
FROM view_money.purses p LEFT JOIN (
    SELECT programme, budget, source, year, sum(amount) FILTER (WHERE NOT back) AS out,
        sum(amount) FILTER (WHERE back) AS back
    FROM view_money.movements WHERE programme = $1 GROUP BY programme, budget, source, year
) m USING (programme, budget, source, year)
WHERE programme = $1 AND starts_with(region, $2)
  AND ($3::text IS NULL OR (budget, source, year) > ($3, $4, $5::int))
ORDER BY budget, source, year LIMIT $6
"""


class MoneyView:
    """A row for every source and year, and one for every payment and what came back."""

    name = "money"
    ddl = DDL

    async def apply(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None:
        for recorded in batch:
            fact = recorded.fact
            if not isinstance(fact, BudgetPlanned | BudgetReserved | BudgetReleased | BudgetReturned):
                continue
            whose = (fact.programme, fact.budget, fact.source, fact.year)
            match fact:
                case BudgetPlanned():
                    await connection.execute(PLAN, *whose, fact.region, Decimal(fact.amount))
                case BudgetReserved():
                    stated = Decimal(fact.stated) if fact.stated else None
                    await connection.execute(STATED, *whose, fact.region, stated)
                    await connection.execute(MOVE, *whose, *fact.key, False, Decimal(fact.amount))
                case BudgetReleased():
                    await connection.execute(RELEASE, *whose, *fact.key)
                case BudgetReturned():
                    await connection.execute(STATED, *whose, fact.region, None)
                    await connection.execute(MOVE, *whose, *fact.key, True, Decimal(fact.amount))


class SqlMoney:
    """Answers what went out and what is left."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool

    async def purses(self, programme: str, stem: str, after: PurseMark | None, limit: int) -> list[PurseRow]:
        mark = (after.budget, after.source, after.year) if after else (None, "", 0)
        return [PurseRow(**row) for row in await ask(self._pool, PURSES, programme, stem, *mark, limit)]

"""Understands how plans, payments and what came back are kept and added up, exactly and scoped in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import asyncpg

from services.review.adapters.asking import ask
from services.review.domain.budgets import (
    BudgetPlanned,
    BudgetReleased,
    BudgetReserved,
    BudgetReturned,
    BudgetSumSettled,
)
from services.review.domain.steps.pay import InstalmentPaid
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
    kind text COLLATE "C" NOT NULL,
    amount numeric NOT NULL,
    PRIMARY KEY (programme, budget, source, year, case_id, step, visit, instalment, kind)
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
ON CONFLICT (programme, budget, source, year, case_id, step, visit, instalment, kind)
DO UPDATE SET amount = excluded.amount
"""
RELEASE = """
DELETE FROM movements WHERE (programme, budget, source, year, case_id, step, visit, instalment)
    = ($1, $2, $3, $4, $5, $6, $7, $8) AND kind IN ('paid', 'promised')
"""
PURSES = """
SELECT programme, budget, source, year, coalesce(coalesce(plan, stated)::text, '') AS plan,
    coalesce(m.out, 0)::text AS out, coalesce(m.back, 0)::text AS back,
    coalesce((coalesce(plan, stated) - coalesce(m.out + m.promised - m.back, 0))::text, '') AS left,
    coalesce(m.promised, 0)::text AS promised
FROM view_money.purses p LEFT JOIN (
    SELECT programme, budget, source, year,
        coalesce(sum(amount) FILTER (WHERE kind IN ('paid', 'drawn')), 0) AS out,
        coalesce(sum(CASE WHEN kind = 'promised' THEN amount ELSE -amount END)
            FILTER (WHERE kind IN ('promised', 'drawn', 'released')), 0) AS promised,
        coalesce(sum(amount) FILTER (WHERE kind = 'back'), 0) AS back
    FROM view_money.movements WHERE programme = $1 GROUP BY programme, budget, source, year
) m USING (programme, budget, source, year)
WHERE programme = $1 AND starts_with(region, $2)
  AND ($3::text IS NULL OR (budget, source, year) > ($3, $4, $5::int))
ORDER BY budget, source, year LIMIT $6
"""


class MoneyView:
    """A row for every source and year, and for everything that moves in it: ``paid`` and ``promised`` are reserved for
    a payment and for an approved sum, ``drawn`` is paid of such a sum, ``released`` what is not paid of it, ``back``
    what came back."""

    name = "money"
    ddl = DDL

    async def apply(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None:
        for recorded in batch:
            fact = recorded.fact
            if isinstance(fact, InstalmentPaid):
                await _drawn(connection, recorded.stream.partition(":")[2], fact)
            elif isinstance(fact, BudgetPlanned):
                await connection.execute(PLAN, *_whose(fact), fact.region, Decimal(fact.amount))
            elif isinstance(fact, BudgetReserved | BudgetReleased | BudgetReturned | BudgetSumSettled):
                await _moved(connection, fact)


async def _drawn(connection: AnyConnection, case_id: str, fact: InstalmentPaid) -> None:
    """What is paid of an approved sum is promised no more; it is reserved already."""
    if fact.direction == "out" and fact.drawn is not None and fact.source:
        whose = (fact.drawn.programme, fact.budget, fact.source, fact.year)
        payment = (case_id, fact.step, fact.visit, fact.instalment)
        await connection.execute(MOVE, *whose, *payment, "drawn", Decimal(fact.amount))


async def _moved(
    connection: AnyConnection, fact: BudgetReserved | BudgetReleased | BudgetReturned | BudgetSumSettled
) -> None:
    move = (*_whose(fact), *fact.key)
    match fact:
        case BudgetReserved():
            stated = Decimal(fact.stated) if fact.stated else None
            await connection.execute(STATED, *_whose(fact), fact.region, stated)
            await connection.execute(MOVE, *move, "paid" if fact.instalment else "promised", Decimal(fact.amount))
        case BudgetReleased():
            await connection.execute(RELEASE, *move)
        case BudgetSumSettled():
            await connection.execute(MOVE, *move, "released", Decimal(fact.released))
        case BudgetReturned():
            await connection.execute(STATED, *_whose(fact), fact.region, None)
            await connection.execute(MOVE, *move, "back", Decimal(fact.amount))


def _whose(
    fact: BudgetPlanned | BudgetReserved | BudgetReleased | BudgetReturned | BudgetSumSettled,
) -> tuple[str, str, str, int]:
    return fact.programme, fact.budget, fact.source, fact.year


class SqlMoney:
    """Answers what went out and what is left."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool

    async def purses(self, programme: str, stem: str, after: PurseMark | None, limit: int) -> list[PurseRow]:
        mark = (after.budget, after.source, after.year) if after else (None, "", 0)
        return [PurseRow(**row) for row in await ask(self._pool, PURSES, programme, stem, *mark, limit)]

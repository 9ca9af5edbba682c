"""A year's money on a real database: of payments at the same moment only what the plan gives goes out; what comes
back can be paid again, through a crash too."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from services.review import money
from services.review.adapters.due import DeadlinesView
from services.review.adapters.money import MoneyView, SqlMoney
from services.review.app import firing
from services.review.domain import commands as c
from services.review.domain.budgets import stream_of
from services.review.domain.desks import Desk
from services.review.domain.errors import AmountWrong, BudgetExhausted, MoneyInProgress
from services.review.domain.moves import CaseMoved
from services.review.handlers import CASE, Handlers, Write
from services.review.kinds import PURSE, calendar_at
from services.review.views import PurseRow
from shared.envelope import Actor, Origin
from shared.programmes.model import Budget, BudgetSource, Paying, Text
from shared.runtime.deadlines import AlreadySettled, Due
from shared.runtime.ports import Append, Transient
from shared.runtime.postgres.pool import Database
from shared.runtime.projector import Projector
from shared.runtime.store import FactStore
from shared.runtime.streams import CommittingStreams
from tests.support.clock import FixedClock
from tests.support.house import Shelf
from tests.support.regulation import with_step
from tests.support.waiting import eventually_asked
from tests.unit.review.story import MONDAY, SECOND, Story

WORDS = Text(zh="资金", en="fund")
FUND = Budget(
    id="fund",
    title=WORDS,
    sources=(BudgetSource(id="province", title=WORDS, amount=Decimal(100)),),
    rate=None,
    cap=None,
)
AFTER = {"paid": "list", "stopped": "refused"}
OUT = replace(with_step("visit", type="pay", parameters=Paying(budget="fund"), outcomes=AFTER), budgets=(FUND,))
BACK = Paying(budget="fund", direction="back")
BACK_TOO = replace(
    OUT,
    procedures=tuple(
        replace(
            procedure,
            steps=tuple(
                replace(step, type="pay", parameters=BACK, outcomes={"paid": "refused"}) if step.id == "list" else step
                for step in procedure.steps
            ),
        )
        for procedure in OUT.procedures
    ),
)
"""Where the list stands everything is taken back, and the case ends."""
STREAM = stream_of(OUT.id, "fund", "province", 2026)


def origin(at: datetime, name: str = "c-1") -> Origin:
    return Origin(Actor("officer-2", "officer"), at, name)


async def waiting(store: FactStore, count: int) -> list[str]:
    names = [f"{number:032x}" for number in range(1, count + 1)]
    opened, *rest = Story(OUT).at("visit").facts
    for name in names:
        facts = (replace(opened, case_id=name), *rest)
        await store.append(Append(f"case:{name}", 0, facts, origin(MONDAY)))
    return names


def payment(amount: str, step: str = "visit") -> c.PayInstalment:
    return c.PayInstalment(step, SECOND, amount, "voucher")


async def pay(store: FactStore, case_id: str, amount: str, at: datetime = MONDAY) -> None:
    handlers = Handlers(Shelf(OUT), sandbox=True)
    await handlers.act(CommittingStreams(store), case_id, payment(amount), Write(origin(at, f"c-{case_id}")))


async def paid(store: FactStore, names: list[str]) -> Decimal:
    streams, total = CommittingStreams(store), Decimal(0)
    for name in names:
        payments = (await streams.load(CASE, name)).state.payments
        total += sum((Decimal(each.amount) for each in payments.values()), Decimal(0))
    return total


async def test_of_payments_at_the_same_moment_only_as_much_goes_out_as_there_is(stores: list[FactStore]) -> None:
    names = await waiting(stores[0], 6)
    tries = [pay(stores[number % 2], name, "40.01") for number, name in enumerate(names)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert await paid(stores[0], names) == Decimal("80.02")
    refused = [answer for answer in answers if answer is not None]
    assert len(refused) == 4
    assert all(isinstance(answer, BudgetExhausted) for answer in refused), refused
    assert "19.98 are left" in str(refused[0])


async def test_of_two_sums_for_one_payment_the_one_on_record_is_reserved(stores: list[FactStore]) -> None:
    """Both read the case before either wrote: whoever comes second may not change what the first is about to record."""
    (name,) = await waiting(stores[0], 1)
    streams = CommittingStreams(stores[0])
    days, seen = await calendar_at(streams, MONDAY), (await streams.load(CASE, name)).version
    await money.reserve(streams, payment("60"), name, OUT, days, Write(origin(MONDAY), seen))
    with pytest.raises(MoneyInProgress):
        await money.reserve(streams, payment("30"), name, OUT, days, Write(origin(MONDAY, "c-2"), seen))
    await pay(stores[1], name, "60")
    purse = (await streams.load(PURSE, STREAM)).state
    assert await paid(stores[0], [name]) == purse.used == Decimal(60)


async def test_who_dies_between_reserving_and_paying_gives_the_money_up(stores: list[FactStore]) -> None:
    first, second, third = await waiting(stores[0], 3)
    streams = CommittingStreams(stores[0])
    days = await calendar_at(streams, MONDAY)
    await money.reserve(streams, payment("80"), first, OUT, days, Write(origin(MONDAY)))
    with pytest.raises(BudgetExhausted):
        await pay(stores[1], second, "60", MONDAY + timedelta(minutes=9))
    await pay(stores[1], second, "60", MONDAY + timedelta(minutes=11))
    with pytest.raises(BudgetExhausted):
        await pay(stores[0], first, "80", MONDAY + timedelta(minutes=12))
    await pay(stores[0], first, "40", MONDAY + timedelta(minutes=12))
    assert await paid(stores[0], [first, second, third]) == Decimal(100)
    with pytest.raises(AmountWrong):
        await pay(stores[0], third, "0")


async def test_what_came_back_is_booked_where_it_was_taken_though_the_case_moved_since(stores: list[FactStore]) -> None:
    other = replace(OUT, id="other-platform", digest="cd" * 32)
    handlers = Handlers(Shelf(BACK_TOO), sandbox=True)
    streams, (name,) = CommittingStreams(stores[0]), await waiting(stores[0], 1)
    for step, amount in (("visit", "100"), ("list", "70.5")):
        await handlers.act(streams, name, payment(amount, step), Write(origin(MONDAY, f"c-{step}")))
    known = await streams.load(CASE, name)
    after = CaseMoved(
        *(OUT.ref, OUT.version, other.ref, other.version, "rule", "reason", "p-1", "p-2", "list", "list", False),
        *(other.procedures[0].id, "", "", Desk("treasury", "finance"), (), (), MONDAY),
    )
    await streams.save(Append(CASE.name(name), known.version, (after,), origin(MONDAY, "move")))
    assert await handlers.give_back(streams, name, money.payment_name("list", 1, "whole"), origin(MONDAY, "back"))
    assert (await streams.load(PURSE, STREAM)).state.used == Decimal("29.5")


async def test_what_comes_back_is_booked_once_by_a_deadline_that_the_closed_case_leaves(
    stores: list[FactStore], database: Database
) -> None:
    store, (name,) = stores[0], await waiting(stores[0], 1)
    streams, handlers = CommittingStreams(store), Handlers(Shelf(BACK_TOO), sandbox=True)
    for step, amount in (("visit", "100"), ("list", "70.5")):
        await handlers.act(streams, name, payment(amount, step), Write(origin(MONDAY, f"c-{step}")))
    assert (await streams.load(CASE, name)).state.status == "closed"
    views = [Projector(database, store, view) for view in (DeadlinesView(), MoneyView())]
    for view in views:
        await view.start()
    found: list[Due] = []

    async def due() -> bool:
        if await database.pool.fetchval("SELECT to_regclass('view_deadlines.deadlines')") is None:
            return False
        rows = await database.pool.fetch("SELECT * FROM view_deadlines.deadlines")
        found[:] = [Due(row["deadline_id"], row["case_id"], row["kind"], row["due_at"]) for row in rows]
        return len(found) == 1

    try:
        await eventually_asked(due, "nothing is due for what came back")
        fire = firing(handlers, streams, FixedClock(MONDAY + timedelta(hours=1)))
        await fire(found[0])
        with pytest.raises(AlreadySettled):
            await fire(found[0])
        assert (await streams.load(PURSE, STREAM)).state.used == Decimal("29.5")
        shown = PurseRow(OUT.id, "fund", "province", 2026, "100", "100", "70.5", "70.5")

        async def left() -> bool:
            try:
                return await SqlMoney(database.pool).purses(OUT.id, "99", None, 10) == [shown]
            except Transient:
                return False

        await eventually_asked(left, "what is left is not shown")
        assert await SqlMoney(database.pool).purses(OUT.id, "98", None, 10) == []
    finally:
        for view in views:
            await view.stop()

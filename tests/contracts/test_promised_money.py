"""Approved sums on a real database: of approvals at the same moment only what the plan gives is promised; whoever dies
between the budget's stream and the case's, at whatever line, loses nothing and promises nothing twice."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

import pytest

from services.review import money
from services.review.adapters.due import DeadlinesView
from services.review.adapters.money import MoneyView, SqlMoney
from services.review.app import firing
from services.review.domain import commands as c
from services.review.domain.budgets import BudgetReserved, stream_of
from services.review.domain.errors import BudgetExhausted, CaseEnded, NotThisStep
from services.review.domain.subject import Case
from services.review.domain.sums import left_of
from services.review.handlers import CASE, Handlers, Write
from services.review.kinds import PURSE, calendar_at
from services.review.views import PurseRow
from shared.envelope import Actor, Origin
from shared.runtime.deadlines import AlreadySettled, Due
from shared.runtime.ports import Append, Loaded, StreamKind, Streams, Transient
from shared.runtime.postgres.pool import Database
from shared.runtime.projector import Projector
from shared.runtime.store import FactStore
from shared.runtime.streams import CommittingStreams
from tests.support.clock import FixedClock
from tests.support.funding import APPROVER, CASHIER, FUNDING, approval, checked, payment, proposal
from tests.support.house import Shelf
from tests.support.waiting import eventually_asked
from tests.unit.review.story import MONDAY, Story

STREAM = stream_of(FUNDING.id, "fund", "province", 2026)
HANDLERS = Handlers(Shelf(FUNDING), sandbox=True)
S = TypeVar("S")


class Died(Exception):
    """The process was killed here."""


@dataclass
class Dying:
    """Streams of a process that is killed at the n-th thing that it does with its log, before or after it was done."""

    streams: Streams
    at: int
    after: bool
    done: int = 0

    async def load(self, kind: StreamKind[S], identity: str) -> Loaded[S]:
        self._die(before=True)
        loaded = await self.streams.load(kind, identity)
        self._die(before=False)
        return loaded

    async def save(self, append: Append) -> None:
        self._die(before=True)
        await self.streams.save(append)
        self._die(before=False)

    def _die(self, before: bool) -> None:
        self.done += 0 if before else 1
        if self.after != before and self.done == self.at:
            raise Died


def origin(at: datetime, name: str = "c-1") -> Origin:
    return Origin(Actor("treasurer-1", "finance"), at, name)


async def waiting(store: FactStore, amounts: list[str], first: int = 1) -> list[str]:
    """Cases that lack only the last approval of their sums."""
    names = [f"{number:032x}" for number in range(first, first + len(amounts))]
    for name, amount in zip(names, amounts, strict=True):
        story = Story(FUNDING).filed()
        story.act(proposal(amount))
        story.act(approval(amount))
        opened, *rest = story.facts
        await store.append(Append(f"case:{name}", 0, (replace(opened, case_id=name), *rest), origin(MONDAY)))
    return names


async def approve(streams: Streams, case_id: str, amount: str, at: datetime = MONDAY) -> None:
    await HANDLERS.act(streams, case_id, approval(amount, "treasury"), Write(origin(at, f"c-{case_id}")))


async def case_of(store: FactStore, name: str) -> Case:
    return (await CommittingStreams(store).load(CASE, name)).state


async def promised(store: FactStore, names: list[str]) -> Decimal:
    """What the cases themselves say: paid or still to be paid."""
    total = Decimal(0)
    for name in names:
        case = await case_of(store, name)
        for key, each in case.sums.items():
            total += Decimal(each.amount) - (Decimal(case.released[key].released) if key in case.released else 0)
    return total


async def used(store: FactStore) -> Decimal:
    return (await CommittingStreams(store).load(PURSE, STREAM)).state.used


async def test_of_approvals_at_the_same_moment_only_as_much_is_promised_as_there_is(stores: list[FactStore]) -> None:
    names = await waiting(stores[0], ["400.01"] * 6)
    tries = [approve(CommittingStreams(stores[n % 2]), name, "400.01") for n, name in enumerate(names)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert await promised(stores[0], names) == await used(stores[0]) == Decimal("800.02")
    refused = [answer for answer in answers if answer is not None]
    assert len(refused) == 4
    assert all(isinstance(answer, BudgetExhausted) for answer in refused), refused
    assert "199.98 are left" in str(refused[0])


async def test_payments_take_nothing_more_from_the_plan(stores: list[FactStore]) -> None:
    streams, names = CommittingStreams(stores[0]), await waiting(stores[0], ["900", "100"])
    for name, amount in zip(names, ("900", "100"), strict=True):
        await approve(streams, name, amount)
    for name in names:
        await HANDLERS.act(streams, name, payment("first"), Write(origin(MONDAY, f"p-{name}")))
    assert await used(stores[0]) == Decimal(1000)
    facts = [each.fact for each in await stores[0].load(f"budget:{STREAM}")]
    assert [type(fact) for fact in facts] == [BudgetReserved, BudgetReserved]


async def test_who_dies_between_reserving_and_approving_gives_the_money_up(stores: list[FactStore]) -> None:
    first, second = await waiting(stores[0], ["800", "600"])
    streams = CommittingStreams(stores[0])
    days = await calendar_at(streams, MONDAY)
    await money.reserve(streams, approval("800", "treasury"), first, FUNDING, days, Write(origin(MONDAY)))
    other = CommittingStreams(stores[1])
    with pytest.raises(BudgetExhausted):
        await approve(other, second, "600", MONDAY + timedelta(minutes=9))
    await approve(other, second, "600", MONDAY + timedelta(minutes=11))
    with pytest.raises(BudgetExhausted):
        await approve(streams, first, "800", MONDAY + timedelta(minutes=12))
    assert await promised(stores[0], [first, second]) == await used(stores[0]) == Decimal(600)


async def test_what_was_reserved_elsewhere_before_a_crash_is_given_up_too(stores: list[FactStore]) -> None:
    """The proposal fell after its money was taken, and the next one was approved out of another source."""
    streams = CommittingStreams(stores[0])
    (first,) = await waiting(stores[0], ["40"])
    days, agreed = await calendar_at(streams, MONDAY), approval("40", "treasury")
    await money.reserve(streams, agreed, first, FUNDING, days, Write(origin(MONDAY)))
    commands = (
        c.ReturnProposal("grant", APPROVER, "the city pays"), proposal("40", "city"), approval("40"), agreed,
    )  # fmt: skip
    for number, command in enumerate(commands):
        await HANDLERS.act(streams, first, command, Write(origin(MONDAY, f"again-{number}")))
    assert [each.source for each in (await case_of(stores[0], first)).sums.values()] == ["city"]
    others = await waiting(stores[0], ["900", "100"], first=2)
    await approve(streams, others[0], "900", MONDAY + timedelta(minutes=11))
    await approve(streams, others[1], "100", MONDAY + timedelta(minutes=11))
    assert await used(stores[0]) == await promised(stores[0], others) == Decimal(1000)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_killed_at_any_line_and_asked_again_it_is_approved_once(stores: list[FactStore], after: bool) -> None:
    counted = Dying(CommittingStreams(stores[0]), -1, after)
    (whole,) = await waiting(stores[0], ["10"])
    await approve(counted, whole, "10")
    assert counted.done >= 8, "it loads and saves in both streams"
    names = await waiting(stores[0], ["10"] * counted.done, first=100)
    for at, name in enumerate(names):
        with pytest.raises(Died):
            await approve(Dying(CommittingStreams(stores[0]), at + after, after), name, "10")
        assert await promised(stores[0], [whole, *names[: at + 1]]) <= await used(stores[0])
        again = approve(CommittingStreams(stores[1]), name, "10", MONDAY + timedelta(minutes=1))
        try:
            await again
        except NotThisStep:  # it died after the last line: the case knows already
            assert after
        assert [each.amount for each in (await case_of(stores[0], name)).sums.values()] == ["10"]
    everything = Decimal(10) * (len(names) + 1)
    assert await promised(stores[0], [whole, *names]) == await used(stores[0]) == everything


@pytest.mark.parametrize("ending", ["stopped", "withdrawn"])
async def test_what_is_not_paid_is_booked_once_by_a_deadline_that_the_closed_case_leaves(
    stores: list[FactStore], database: Database, ending: str
) -> None:
    store, (name,) = stores[0], await waiting(stores[0], ["100"])
    streams = CommittingStreams(store)
    await approve(streams, name, "100")
    await HANDLERS.act(streams, name, payment("first", "30"), Write(origin(MONDAY, "p-1")))
    if ending == "withdrawn":
        await HANDLERS.withdraw_case(streams, name, "changed plans", origin(MONDAY, "w-1"))
    else:
        await HANDLERS.act(streams, name, checked("midterm"), Write(origin(MONDAY, "i-1")))
        await HANDLERS.act(streams, name, c.StopPayment("second", CASHIER, "broken"), Write(origin(MONDAY, "s-1")))
    case = await case_of(store, name)
    assert case.status != "open"
    assert [left_of(case, each) for each in case.sums.values()] == [Decimal(70)]
    assert await used(store) == Decimal(100), "the case says so, and nobody has booked it yet"
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

    async def shown(row: PurseRow) -> bool:
        try:
            return await SqlMoney(database.pool).purses(FUNDING.id, "99", None, 10) == [row]
        except Transient:
            return False

    try:
        await eventually_asked(due, "nothing is due for what is released")
        whose = (FUNDING.id, "fund", "province", 2026, "1000")
        before, booked = PurseRow(*whose, "30", "0", "900", "70"), PurseRow(*whose, "30", "0", "970", "0")
        await eventually_asked(lambda: shown(before), "what is promised is not shown")
        dying = firing(HANDLERS, Dying(streams, 1, True), FixedClock(MONDAY + timedelta(hours=1)))
        with pytest.raises(Died):
            await dying(found[0])
        fire = firing(HANDLERS, streams, FixedClock(MONDAY + timedelta(hours=1)))
        await fire(found[0])
        with pytest.raises(AlreadySettled):
            await fire(found[0])
        assert await used(store) == Decimal(30)
        await eventually_asked(lambda: shown(booked), "what is left is not shown")
    finally:
        for view in views:
            await view.stop()
    with pytest.raises(CaseEnded):
        await HANDLERS.act(streams, name, payment("second"), Write(origin(MONDAY, "p-2")))

"""Whatever comes in between: no case is paid more than its sum, all cases together are never promised more than the
plan gives, and sums that are paid as they are planned are paid to the fen."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.review.domain import budgets, errors
from services.review.domain import commands as c
from services.review.domain.budgets import BudgetReserved, BudgetSumSettled, Fact, Purse
from services.review.domain.progress import decide_in_step, decide_withdraw
from services.review.domain.sums import SumApproved, left_of, paid_of
from shared.programmes.model import Instalment, Programme
from tests.support.funding import CASHIER, FUNDING, approval, changed, checked, paying, payment, proposal
from tests.support.regulation import REGION
from tests.unit.review.story import Story

PLAN = Decimal(1000)
TITLE = ("省级", "province")


@dataclass
class Desk:
    """One case up to its last approval. ``pending`` is what a request has decided, reserved and not recorded."""

    case_id: str
    story: Story
    amount: str
    pending: tuple[Any, ...] = ()
    since: int = 0


@dataclass
class Office:
    """Several cases, and the stream of the year's money as the log keeps it."""

    desks: list[Desk]
    log: list[Fact] = field(default_factory=list)

    @property
    def purse(self) -> Purse:
        known: Purse = reduce(budgets.evolve, self.log, budgets.NONE)
        return known

    def reserve(self, desk: Desk, now: int) -> None:
        """The last approval is decided and its money taken; the case does not know it yet."""
        if desk.story.case.step != "grant" or desk.pending:
            return
        facts = decide_in_step(approval(desk.amount, "treasury"), desk.story.case, desk.story.programme, desk.story.now)
        approved = next(fact for fact in facts if isinstance(fact, SumApproved))
        wanted = BudgetReserved(
            *("test-platform", "fund", "province", 2026, REGION, str(PLAN), desk.case_id),
            *(approved.step, approved.visit, "", approved.amount, approved.by, at(now)),
        )
        unused = frozenset(
            each.key
            for each in budgets.idle(self.purse, wanted)
            if not next(d for d in self.desks if d.case_id == each.case_id).story.case.sums
        )
        try:
            self.log.extend(budgets.decide_reserve(wanted, self.purse, unused, TITLE))
        except errors.BudgetExhausted:
            return
        desk.pending, desk.since = facts, now

    def record(self, desk: Desk, now: int, dies: bool) -> None:
        late = at(now) - at(desk.since) >= budgets.PAYING
        if desk.pending and not (dies or late):
            desk.story.take(desk.pending)
        desk.pending = ()

    def settle(self, desk: Desk, now: int) -> None:
        for (step, visit), freed in desk.story.case.released.items():
            whose = ("test-platform", "fund", "province", 2026, REGION, desk.case_id)
            settled = BudgetSumSettled(*whose, step, visit, freed.released, at(now))
            self.log.extend(budgets.decide_settle(settled, self.purse))

    def promised(self) -> Decimal:
        """What the cases themselves say: paid, and still to be paid."""
        total = Decimal(0)
        for desk in self.desks:
            case = desk.story.case
            for key, each in case.sums.items():
                paid, left = sum(paid_of(case, each).values(), Decimal(0)), left_of(case, each)
                assert left >= 0, "more was paid than was approved"
                total += paid + (Decimal(0) if key in case.released else left)
        return total


def at(minutes: int) -> Any:
    return Story().now.replace(hour=0) + minutes * (budgets.PAYING / 10)


def office(amounts: list[Any]) -> Office:
    desks = []
    for number, amount in enumerate(amounts):
        story = Story(FUNDING).filed()
        story.act(proposal(str(amount)))
        story.act(approval(str(amount)))
        desks.append(Desk(f"case-{number}", story, str(amount)))
    return Office(desks)


def goes_on(story: Story, amount: str) -> None:
    """The next payment, whatever stands before it."""
    if story.case.step == "midterm":
        story.act(checked("midterm"))
    if story.case.step in ("first", "second", "third"):
        try:
            story.act(payment(story.case.step, amount))
        except errors.AmountWrong:
            story.act(payment(story.case.step))


ACTS = ("reserve", "record", "die", "pay", "pay-part", "stop", "withdraw", "settle")
MOVES = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(ACTS), st.integers(0, 4)), max_size=60)
SUMS = st.lists(st.decimals("0.04", "900", places=2), min_size=4, max_size=4)


@settings(max_examples=150, deadline=None)
@given(SUMS, MOVES)
def test_never_more_is_promised_than_the_plan_gives(amounts: list[Any], moves: list[tuple[int, str, int]]) -> None:
    here, now = office(amounts), 0
    for who, act, minutes in moves:
        now += minutes
        desk = here.desks[who]
        match act:
            case "reserve":
                here.reserve(desk, now)
            case "record" | "die":
                here.record(desk, now, act == "die")
            case "pay" | "pay-part":
                goes_on(desk.story, "" if act == "pay" else "7.77")
            case "stop" if desk.story.case.step in ("first", "second", "third"):
                desk.story.act(c.StopPayment(desk.story.case.step, CASHIER, "stopped"))
            case "withdraw":
                desk.story.take(decide_withdraw("changed plans", desk.story.case, desk.story.now))
            case "settle":
                here.settle(desk, now)
        assert here.promised() <= here.purse.used <= PLAN
    for desk in here.desks:
        here.record(desk, now, True)
        here.settle(desk, now)


@st.composite
def plans(draw: Any) -> tuple[Instalment, ...]:
    """Some plan with exact shares that add up to 1."""
    cuts = sorted(draw(st.sets(st.integers(1, 999_999), min_size=1, max_size=5)))
    edges = [0, *cuts, 1_000_000]
    widths = [b - a for a, b in pairwise(edges)]
    return tuple(Instalment(id=f"i{n}", share=Decimal(width) / 1_000_000) for n, width in enumerate(widths))


@settings(max_examples=200, deadline=None)
@given(plans(), st.decimals("1", "900", places=2))
def test_what_is_paid_as_planned_adds_up_to_the_sum(plan: tuple[Instalment, ...], amount: Any) -> None:
    text: Programme = changed(FUNDING, "first", parameters=paying(None, plan))
    for step in ("second", "third"):
        text = changed(text, step, parameters=paying(None, plan))
    story = Story(text).filed()
    try:
        story.act(proposal(str(amount)))
    except errors.SumTooSmall:
        assert min(amount * one.share for one in plan) < Decimal("0.02")
        return
    story.act(approval(str(amount)))
    story.act(approval(str(amount), "treasury"))
    while story.case.step == "first":
        story.act(payment("first"))
    paid = [Decimal(each.amount) for each in story.case.payments.values()]
    assert sum(paid) == amount
    assert len(paid) == len(plan)
    for each, one in zip(paid, plan, strict=True):
        assert abs(each - amount * one.share) < Decimal("0.01") * len(plan)
    assert not story.case.released

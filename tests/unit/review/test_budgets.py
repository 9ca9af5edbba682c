"""Money of a source and year: never more goes out than the plan gives, whatever comes in between; exact to the fen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from functools import reduce
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.budgets import (
    NONE,
    PAYING,
    BudgetReleased,
    BudgetReserved,
    BudgetReturned,
    Fact,
    Key,
    Purse,
    decide_plan,
    decide_reserve,
    decide_return,
    evolve,
    source_of,
    year_of,
)
from services.review.domain.people import Person
from shared.programmes.model import Budget, BudgetSource, Metric, Paying, Programme, Text
from tests.support.regulation import PREFECTURE, PROGRAMME, REGION, with_step
from tests.unit.review.story import MONDAY, SECOND, Story

TITLE = ("省级", "province")
WORDS = Text(zh="资金", en="fund")
FUND = Budget(
    id="fund",
    title=WORDS,
    sources=(BudgetSource(id="province", title=WORDS, amount=Decimal(100)), BudgetSource(id="city", title=WORDS)),
    rate=None,
    cap=None,
)
NOTHING: frozenset[Key] = frozenset()
TREASURY = Person("treasurer-1", "finance", REGION)


def wanted(case_id: str, amount: str, minutes: int = 0, **changes: object) -> BudgetReserved:
    reserved = BudgetReserved(
        programme="test-platform",
        budget="fund",
        source="province",
        year=2026,
        region=REGION,
        stated="100",
        case_id=case_id,
        step="payment",
        visit=1,
        instalment="whole",
        amount=amount,
        by="treasurer-1",
        reserved_at=MONDAY + timedelta(minutes=minutes),
    )
    return replace(reserved, **changes)  # type: ignore[arg-type]


def back(case_id: str, amount: str) -> BudgetReturned:
    out = wanted(case_id, amount)
    whose = (out.programme, out.budget, out.source, out.year, out.region)
    return BudgetReturned(*whose, case_id, "clawback", 1, "back", amount, MONDAY)


def purse(*facts: Fact) -> Purse:
    return reduce(evolve, facts, NONE)


def test_the_last_fen_may_be_paid_and_not_one_more() -> None:
    known = purse(wanted("1", "99.98"))
    with pytest.raises(errors.BudgetExhausted, match=r"CNY 100 from province, of which 0\.02 are left"):
        decide_reserve(wanted("2", "0.03"), known, NOTHING, TITLE)
    (fact,) = decide_reserve(wanted("2", "0.02"), known, NOTHING, TITLE)
    assert evolve(known, fact).used == Decimal(100)


def test_a_payment_is_reserved_once_and_with_its_last_amount() -> None:
    known = purse(wanted("1", "60"))
    assert decide_reserve(wanted("1", "60", 1), known, NOTHING, TITLE) == ()
    with pytest.raises(errors.MoneyInProgress, match=r"with CNY 60.*in 10 minutes"):
        decide_reserve(wanted("1", "90", 9), known, NOTHING, TITLE)
    (changed,) = decide_reserve(wanted("1", "90", 10), known, NOTHING, TITLE)
    assert evolve(known, changed).used == Decimal(90)
    (again,) = decide_reserve(wanted("1", "60", 6), known, NOTHING, TITLE)
    assert isinstance(again, BudgetReserved)
    assert again.reserved_at == MONDAY + timedelta(minutes=6)


def test_what_came_back_can_be_paid_again_once() -> None:
    known = purse(wanted("1", "100"))
    with pytest.raises(errors.BudgetExhausted):
        decide_reserve(wanted("2", "40"), known, NOTHING, TITLE)
    (returned,) = decide_return(back("1", "40"), known)
    known = evolve(known, returned)
    assert decide_return(back("1", "40"), known) == ()
    assert decide_reserve(wanted("2", "40"), known, NOTHING, TITLE)


def test_a_reservation_that_nobody_paid_is_given_up_when_the_money_is_wanted() -> None:
    known, late = purse(wanted("1", "80")), int(PAYING.total_seconds() // 60)
    unused = frozenset({wanted("1", "80").key})
    with pytest.raises(errors.BudgetExhausted):
        decide_reserve(wanted("2", "40", late - 1), known, unused, TITLE)
    facts = decide_reserve(wanted("2", "40", late), known, unused, TITLE)
    assert [type(fact) for fact in facts] == [BudgetReleased, BudgetReserved]
    assert reduce(evolve, facts, known).used == Decimal(40)


def test_without_a_plan_nothing_is_paid() -> None:
    with pytest.raises(errors.ParameterUnset, match=r"budgets\[fund\]\.sources\[province\]\.amount"):
        decide_reserve(wanted("1", "1", stated=""), NONE, NOTHING, TITLE)


# ── the plan ─────────────────────────────────────────────────────────────────────────────────────────────────────

FUNDED = replace(PROGRAMME, budgets=(FUND,))
PLAN = c.PlanBudget("fund", "province", 2026, "150.00", "财 12", TREASURY)


def test_the_years_plan_is_what_the_treasury_says_last() -> None:
    (planned,) = decide_plan(PLAN, NONE, FUNDED, MONDAY)
    known = evolve(NONE, planned)
    assert decide_plan(PLAN, known, FUNDED, MONDAY) == ()
    assert decide_reserve(wanted("1", "150"), known, NOTHING, TITLE), "the plan of the year beats the text's figure"
    spent = evolve(known, wanted("1", "150"))
    with pytest.raises(errors.PlanBelowUse, match="CNY 150 went out"):
        decide_plan(replace(PLAN, amount="149.99"), spent, FUNDED, MONDAY)


def test_a_plan_names_a_document_a_source_and_is_the_own_regions() -> None:
    with pytest.raises(errors.ReasonMissing):
        decide_plan(replace(PLAN, document=" "), NONE, FUNDED, MONDAY)
    for changes in ({"source": "nation"}, {"budget": "other"}, {"source": ""}):
        with pytest.raises(errors.SourceUnknown):
            decide_plan(replace(PLAN, **changes), NONE, FUNDED, MONDAY)  # type: ignore[arg-type]
    with pytest.raises(errors.OutsideRegion):
        decide_plan(replace(PLAN, by=replace(TREASURY, region=PREFECTURE)), NONE, FUNDED, MONDAY)


def test_a_source_is_named_where_there_are_several() -> None:
    assert source_of(FUND, "city").id == "city"
    assert source_of(replace(FUND, sources=FUND.sources[:1]), "").id == "province"
    for budget, source in ((FUND, ""), (FUND, "nation"), (replace(FUND, sources=()), "")):
        with pytest.raises(errors.SourceUnknown):
            source_of(budget, source)


def test_the_budget_year_begins_at_midnight_at_home() -> None:
    assert year_of(MONDAY.replace(year=2026, month=12, day=31, hour=15, minute=59)) == 2026
    assert year_of(MONDAY.replace(year=2026, month=12, day=31, hour=16)) == 2027


# ── one case ─────────────────────────────────────────────────────────────────────────────────────────────────────


def paying(direction: str = "out", **changes: object) -> Story:
    """The small regulation, paying where its visit stands."""
    parameters = Paying(budget="fund", direction=direction)  # type: ignore[arg-type]
    paid = {"paid": "list", "stopped": "refused"}
    programme: Programme = with_step("visit", type="pay", parameters=parameters, outcomes=paid)
    cost = Metric(id="cost", title=Text(zh="费用", en="cost"), type="amount", unit="CNY")
    budgets = (replace(FUND, **changes),)  # type: ignore[arg-type]
    return Story(replace(programme, budgets=budgets, metrics=(*programme.metrics, cost)))


PAYMENT = c.PayInstalment("visit", SECOND, "30", "voucher 1", source="province")


def test_the_rate_is_a_share_of_the_cost_that_the_text_names() -> None:
    story = paying(rate=Decimal("0.333"), cost="cost", cap=Decimal(1000))
    story.at("visit")
    story.case = replace(story.case, answers={**story.case.answers, "cost": "100.10"})
    with pytest.raises(errors.AmountWrong, match=r"33\.33"):
        story.act(replace(PAYMENT, amount="33.34"))
    (paid, *_) = story.act(replace(PAYMENT, amount="33.33"))
    assert (paid.source, paid.year, paid.visit) == ("province", 2026, 1)


def test_a_cost_that_nobody_stated_is_no_zero() -> None:
    story = paying(rate=Decimal("0.5"), cost="cost").at("visit")
    with pytest.raises(errors.CostUnknown, match="share of cost"):
        story.act(PAYMENT)


def test_nobody_gives_back_more_than_came() -> None:
    story = paying("back").at("visit")
    with pytest.raises(errors.AmountWrong, match="left: 0"):
        story.act(PAYMENT)


def test_a_case_remembers_its_payments() -> None:
    story = paying().at("visit")
    story.act(PAYMENT)
    assert list(story.case.payments) == [("visit", 1, "whole")]


# ── whatever comes in between ────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Payer:
    """One who pays: reads, reserves on what was read, pays; or dies in between; or gets it back."""

    case_id: str
    amount: str
    read: int = -1
    at: int = 0
    unused: frozenset[Key] = NOTHING
    state: str = "begins"


@dataclass
class Treasury:
    """The stream with versions, as the log keeps it, and what was really paid."""

    log: list[Fact] = field(default_factory=list)
    paid: dict[str, Decimal] = field(default_factory=dict)

    def step(self, payer: Payer, now: int, dies: bool) -> None:
        known: Purse = reduce(evolve, self.log[: max(payer.read, 0)], NONE)
        if payer.state == "begins":
            payer.read, payer.at, payer.state = len(self.log), now, "reads"
            every: Purse = reduce(evolve, self.log, NONE)
            payer.unused = frozenset(key for key in every.reserved if key[0] not in self.paid)
        elif payer.state == "reads" and payer.read != len(self.log):
            payer.read = len(self.log)  # a conflict: decide again on what is there now
        elif payer.state == "reads":
            payer.state = "over"
            try:
                self.log.extend(
                    decide_reserve(wanted(payer.case_id, payer.amount, payer.at), known, payer.unused, TITLE)
                )
            except errors.BudgetExhausted:
                return
            payer.state = "reserved"
        elif payer.state == "reserved":
            payer.state = "over"
            if not dies and now - payer.at < PAYING.total_seconds() // 60:
                self.paid[payer.case_id] = Decimal(payer.amount)
                payer.state = "paid"
        elif payer.state == "paid" and dies:
            payer.state = "over"
            self.log.extend(decide_return(back(payer.case_id, payer.amount), reduce(evolve, self.log, NONE)))
            self.paid[payer.case_id] = Decimal(0)


MOVES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.booleans()), max_size=80)
AMOUNTS = st.lists(st.decimals("0.01", "70", places=2), min_size=6, max_size=6)


@settings(max_examples=300)
@given(AMOUNTS, MOVES)
def test_never_more_is_paid_than_the_plan_gives(amounts: list[Any], moves: list[tuple[int, int, bool]]) -> None:
    treasury, now = Treasury(), 0
    payers = [Payer(str(number), str(amount)) for number, amount in enumerate(amounts)]
    for who, minutes, dies in moves:
        now += minutes
        treasury.step(payers[who], now, dies)
        assert sum(treasury.paid.values(), Decimal(0)) <= Decimal(100)

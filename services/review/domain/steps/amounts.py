"""Understands which sum a decision may state and a payment may have: CNY with at most two decimals, within what the
budget allows for a case, and within what was paid where it is to be returned."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_DOWN, Decimal

from services.review.domain import errors, sums
from services.review.domain.budgets import source_of, year_of
from services.review.domain.steps.shape import Situation
from shared.programmes.model import Budget, Deciding

_AMOUNT = re.compile(r"[0-9]{1,13}(\.[0-9]{1,2})?")


def amount_of(text: str, most: Decimal | None) -> Decimal:
    """A sum above zero and at most ``most``; refuses anything else."""
    if not _AMOUNT.fullmatch(text) or Decimal(text) <= 0:
        raise errors.AmountWrong(most="-" if most is None else most)
    amount = Decimal(text)
    if most is not None and amount > most:
        raise errors.AmountWrong(most=most)
    return amount


def most_for_case(situation: Situation, budget: Budget) -> Decimal | None:
    """What the case may still get from a budget; None where the text sets no limit."""
    limits = list(_limits(situation, budget))
    return min(limits) - sums.paid_out(situation.case, budget.id) if limits else None


def _limits(situation: Situation, budget: Budget) -> Iterator[Decimal]:
    """The cap of a case, and the share of its cost where the text says of which figure."""
    if isinstance(budget.cap, Decimal):
        yield budget.cap
    if isinstance(budget.rate, Decimal) and budget.cost is not None:
        cost = situation.programme.typed(situation.case.answers).get(budget.cost)
        if not isinstance(cost, Decimal):
            title = situation.programme.metric(budget.cost).title
            raise errors.CostUnknown(zh=title.zh, en=title.en)
        yield (budget.rate * cost).quantize(sums.CENT, rounding=ROUND_DOWN)


# ── decisions ────────────────────────────────────────────────────────────────────────────────────────────────────


def proposed(amount: str, source: str, approve: bool, situation: Situation) -> tuple[str, str]:
    """The sum and the source that a proposal states, as they are kept; empty where the decision is about none."""
    budget = _decided_budget(situation)
    if budget is None or not approve:
        if amount or source:
            raise errors.SumNotAsked()
        return "", ""
    if not amount:
        raise errors.SumMissing(zh=budget.title.zh, en=budget.title.en)
    if _deciding(situation).reclaims is not None:
        if source:  # each payment says where the money comes back to
            raise errors.SumNotAsked()
        return str(amount_of(amount, sums.paid_out(situation.case, budget.id))), ""
    found = amount_of(amount, most_for_case(situation, budget))
    _ensure_payable(found, budget, situation)
    return str(found), source_of(budget, source).id if budget.sources else ""


def ensure_confirmed(amount: str, source: str, stands: tuple[str, str], situation: Situation) -> None:
    """Whoever agrees states the same sum, exactly; the source may be left out."""
    if not stands[0]:
        if amount or source:
            raise errors.SumNotAsked()
        return
    budget = _decided_budget(situation)
    assert budget is not None, "a proposal states a sum only where the step decides one"
    if not amount:
        raise errors.SumMissing(zh=budget.title.zh, en=budget.title.en)
    stated = amount_of(amount, None)
    if stated != Decimal(stands[0]):
        raise errors.SumDiffers(proposed=stands[0], stated=stated)
    if source not in ("", stands[1]):
        raise errors.SourceUnknown(sources=stands[1] or "-")


def decided(amount: str, source: str, by: str, situation: Situation) -> tuple[sums.Fact, ...]:
    """What follows when all have agreed: the sum is approved, or to be returned. A sum that was approved before (under
    another text) is replaced."""
    budget, case = _decided_budget(situation), situation.case
    if budget is None or not amount:
        return ()
    whose = (situation.step.id, case.entered[situation.step.id], by, budget.id)
    said = (amount, case.programme, case.applicant.uscc, situation.now)
    if _deciding(situation).reclaims is not None:
        return (sums.SumReclaimed(*whose, *said),)
    before = sums.open_sum(case, budget.id)
    freed = sums.release(case, before, "replaced", situation.now) if before else ()
    return (*freed, sums.SumApproved(*whose, source, year_of(situation.now), *said))


def _deciding(situation: Situation) -> Deciding:
    parameters = situation.step.parameters
    assert isinstance(parameters, Deciding)
    return parameters


def _decided_budget(situation: Situation) -> Budget | None:
    """The budget that the decision is about, if it is about money."""
    name = _deciding(situation).approves or _deciding(situation).reclaims
    return situation.programme.budget(name) if name is not None else None


def _ensure_payable(amount: Decimal, budget: Budget, situation: Situation) -> None:
    """No instalment comes to nothing: it could never be put on record."""
    procedure = situation.programme.procedure_of(situation.step.id)
    for plan in sums.plans(procedure, budget.id):
        nothing = [name for name, share in sums.shares(amount, plan).items() if share <= 0]
        if nothing:
            raise errors.SumTooSmall(instalment=nothing[0])

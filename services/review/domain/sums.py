"""Understands the sum that a decision approves for a case, or says that the case returns: shares of it, what was paid
of it, and when the rest of it is free again.

An approved sum is reserved in its budget with the decision (``domain.budgets``). It counts in the plan of that year,
whenever it is paid. At most one sum of a budget is open in a case: the one that was approved last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Context, Decimal
from typing import ClassVar

from services.review.domain.subject import Case
from shared.programmes.model import Deciding, Instalment, Paying, Procedure, Unset

CENT = Decimal("0.01")
WHOLE = "whole"
"""The one instalment of a sum that is paid at once."""
_EXACT = Context(prec=60, rounding=ROUND_DOWN)
"""A sum has at most 15 digits and a share 18: their product is never rounded before it is cut to the cent."""

Key = tuple[str, int]
"""One sum of a case: the step that decided it, and how often the case had come there."""


@dataclass(frozen=True)
class Drawn:
    """Which sum a payment belongs to: the id of the programme that it was decided under, the step, how often the case
    had come there."""

    programme: str
    step: str
    visit: int


@dataclass(frozen=True)
class SumApproved:
    """All who must agree approved this sum (CNY) for the case. ``year`` is the plan that it counts in, ``payee`` the
    organisation's USCC."""

    NAME: ClassVar[str] = "review.sum-approved.1"
    step: str
    visit: int
    by: str
    budget: str
    source: str
    year: int
    amount: str
    programme: str
    payee: str
    approved_at: datetime


@dataclass(frozen=True)
class SumReclaimed:
    """All who must agree said that the case returns this sum (CNY)."""

    NAME: ClassVar[str] = "review.sum-reclaimed.1"
    step: str
    visit: int
    by: str
    budget: str
    amount: str
    programme: str
    payee: str
    reclaimed_at: datetime


@dataclass(frozen=True)
class SumReleased:
    """No more of an approved sum is paid: of ``approved`` so much was ``paid`` and so much is free again. ``because``:
    paid (the last instalment), stopped, closed, withdrawn, or replaced by a sum that was approved later."""

    NAME: ClassVar[str] = "review.sum-released.1"
    step: str
    visit: int
    budget: str
    source: str
    year: int
    approved: str
    paid: str
    released: str
    because: str
    programme: str
    released_at: datetime


Fact = SumApproved | SumReclaimed | SumReleased
FACTS: tuple[type, ...] = (SumApproved, SumReclaimed, SumReleased)


# ── what the programme says ──────────────────────────────────────────────────────────────────────────────────────


def plan_of(paying: Paying) -> tuple[Instalment, ...]:
    """The instalments of a payment; one of the whole where the text plans none."""
    planned = () if isinstance(paying.instalments, Unset) else paying.instalments
    return planned or (Instalment(id=WHOLE, share=Decimal(1)),)


def decided_somewhere(procedure: Procedure, budget: str) -> bool:
    """Whether a step of the procedure approves sums of this budget."""
    return any(isinstance(s.parameters, Deciding) and s.parameters.approves == budget for s in procedure.steps)


def plans(procedure: Procedure, budget: str) -> Iterator[tuple[Instalment, ...]]:
    """Every plan by which the procedure pays out of this budget."""
    for step in procedure.steps:
        paying = step.parameters
        if isinstance(paying, Paying) and (paying.budget, paying.direction) == (budget, "out"):
            yield plan_of(paying)


def shares(amount: Decimal, plan: Sequence[Instalment]) -> Mapping[str, Decimal]:
    """What each instalment comes to: cut to the cent, and the last one takes the remainder, so that they add up to the
    sum exactly."""
    found: dict[str, Decimal] = {}
    for one in plan[:-1]:
        found[one.id] = _EXACT.multiply(amount, one.share).quantize(CENT, rounding=ROUND_DOWN, context=_EXACT)
    return found | {plan[-1].id: amount - sum(found.values(), Decimal(0))}


# ── what the case says ───────────────────────────────────────────────────────────────────────────────────────────


def key_of(fact: SumApproved | SumReclaimed | SumReleased) -> Key:
    return fact.step, fact.visit


def drawing(fact: SumApproved | SumReclaimed) -> Drawn:
    """How payments name this sum."""
    return Drawn(fact.programme.partition("@")[0], fact.step, fact.visit)


def open_sum(case: Case, budget: str) -> SumApproved | None:
    """The sum of this budget that payments draw on, until no more of it is paid."""
    found = [each for key, each in case.sums.items() if each.budget == budget and key not in case.released]
    return found[-1] if found else None


def paid_of(case: Case, decided: SumApproved | SumReclaimed) -> Mapping[str, Decimal]:
    """What was paid of a sum, or came back of it, by instalment."""
    mine, found = drawing(decided), dict[str, Decimal]()
    for each in case.payments.values():
        if each.drawn == mine:
            found[each.instalment] = found.get(each.instalment, Decimal(0)) + Decimal(each.amount)
    return found


def left_of(case: Case, decided: SumApproved | SumReclaimed) -> Decimal:
    """What of the sum is still to be paid, or to come back."""
    return Decimal(decided.amount) - sum(paid_of(case, decided).values(), Decimal(0))


def paid_out(case: Case, budget: str, source: str = "") -> Decimal:
    """What the case got from a budget, or from one source of it, and did not give back."""
    paid = [each for each in case.payments.values() if each.budget == budget and source in ("", each.source)]
    signed = (Decimal(each.amount) * (-1 if each.direction == "back" else 1) for each in paid)
    return sum(signed, Decimal(0))


# ── the rest ─────────────────────────────────────────────────────────────────────────────────────────────────────


def release(
    case: Case, approved: SumApproved, because: str, now: datetime, more: Decimal = Decimal(0)
) -> tuple[SumReleased, ...]:
    """Free what is not paid of a sum; nothing where all of it was. ``more`` is being paid at this very moment."""
    rest = left_of(case, approved) - more
    if rest <= 0:
        return ()
    whose = (approved.step, approved.visit, approved.budget, approved.source, approved.year)
    paid = Decimal(approved.amount) - rest
    return (SumReleased(*whose, approved.amount, str(paid), str(rest), because, approved.programme, now),)


def release_all(case: Case, because: str, now: datetime) -> tuple[SumReleased, ...]:
    """Free what is not paid of any sum: the case is over."""
    found = (each for key, each in case.sums.items() if key not in case.released)
    return tuple(fact for each in found for fact in release(case, each, because, now))

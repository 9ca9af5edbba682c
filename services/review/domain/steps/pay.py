"""Understands pay (拨付): instalments of the approved sum, one after another, by somebody who has not reviewed.

What a case gets from a budget, over all its payments and less what came back, stays within the budget's cap and rate.
What all cases get from a source stays within the year's plan: that is its own stream's (``domain.budgets``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import ClassVar

from services.review.domain import errors
from services.review.domain.budgets import source_of, year_of
from services.review.domain.people import Duty, Person
from services.review.domain.steps.shape import Decided, Parties, Situation, actor, stated
from services.review.domain.subject import Case
from shared.programmes.model import Budget, Paying, Unset

TYPE = "pay"
_AMOUNT = re.compile(r"[0-9]{1,13}(\.[0-9]{1,2})?")
CENT = Decimal("0.01")
WHOLE = "whole"
"""The one instalment of a sum that is paid at once."""


@dataclass(frozen=True)
class PayInstalment:
    """Put a payment on record: which instalment, CNY as a decimal string, the voucher, from which source."""

    step: str
    by: Person
    amount: str
    voucher: str
    instalment: str = ""
    source: str = ""


@dataclass(frozen=True)
class StopPayment:
    """No more is paid, for a reason."""

    step: str
    by: Person
    reason: str


@dataclass(frozen=True)
class InstalmentPaid:
    """Money went out, or came back where the step collects it. ``payee`` is the organisation's USCC."""

    NAME: ClassVar[str] = "review.instalment-paid.1"
    DUTY: ClassVar[Duty] = "pay"
    step: str
    by: str
    budget: str
    instalment: str
    direction: str
    amount: str
    voucher: str
    paid_at: datetime
    programme: str = ""
    payee: str = ""
    source: str = ""
    year: int = 0
    visit: int = 0


@dataclass(frozen=True)
class PaymentStopped:
    """The rest is not paid."""

    NAME: ClassVar[str] = "review.payment-stopped.1"
    DUTY: ClassVar[Duty] = "pay"
    step: str
    by: str
    reason: str
    stopped_at: datetime


Command = PayInstalment | StopPayment
Fact = InstalmentPaid | PaymentStopped


@dataclass(frozen=True)
class State:
    """What was paid, by instalment."""

    paid: Mapping[str, InstalmentPaid] = field(default_factory=dict)


COMMANDS: tuple[type, ...] = (PayInstalment, StopPayment)
FACTS: tuple[type, ...] = (InstalmentPaid, PaymentStopped)
INITIAL = State()


def who(command: Command, situation: Situation) -> Parties:
    """The step's authority."""
    return actor(situation)


def enter(situation: Situation) -> Decided:
    """The case waits for the payment."""
    return Decided(())


def lapse(situation: Situation) -> Decided:
    """Nothing but being late: whoever looks at the work list sees it."""
    return Decided(())


def instalments(situation: Situation) -> tuple[str, ...]:
    """What this step pays: the named one, or all of the plan in their order."""
    parameters = _parameters(situation)
    if parameters.instalment is not None:
        return (parameters.instalment,)
    planned = parameters.instalments
    return (WHOLE,) if isinstance(planned, Unset) else tuple(one.id for one in planned)


def _parameters(situation: Situation) -> Paying:
    parameters = situation.step.parameters
    assert isinstance(parameters, Paying)
    return parameters


def decide(command: Command, situation: Situation) -> Decided:
    """Pay the next instalment, or stop."""
    step, now = situation.step.id, situation.now
    match command:
        case PayInstalment():
            return _pay(command, situation)
        case StopPayment():
            situation.provides("stopped")
            reason = stated(command.reason)
            return Decided((PaymentStopped(step, command.by.id, reason, now),), "stopped", reason)


def _pay(command: PayInstalment, situation: Situation) -> Decided:
    open_ = [name for name in instalments(situation) if name not in situation.state.paid]
    instalment = command.instalment or open_[0]
    if instalment != open_[0]:
        raise errors.InstalmentWrong(next=open_[0])
    amount, budget = _amount(command.amount, instalment, situation), _budget(situation)
    fact = InstalmentPaid(
        step=situation.step.id,
        by=command.by.id,
        budget=_parameters(situation).budget,
        instalment=instalment,
        direction=_parameters(situation).direction,
        amount=str(amount),
        voucher=stated(command.voucher),
        paid_at=situation.now,
        programme=situation.case.programme,
        payee=situation.case.applicant.uscc,
        source=source_of(budget, command.source).id if budget.sources else "",
        year=year_of(situation.now),
        visit=situation.case.entered[situation.step.id],
    )
    return Decided((fact,), "paid" if len(open_) == 1 else "", fact.voucher)


def _budget(situation: Situation) -> Budget:
    return situation.programme.budget(_parameters(situation).budget)


def _amount(text: str, instalment: str, situation: Situation) -> Decimal:
    """A sum above zero; what goes out stays within the limits of a case, of which the plan's parts so far may take
    their shares and no more; what comes back stays within what went out."""
    if not _AMOUNT.fullmatch(text) or Decimal(text) <= 0:
        raise errors.AmountWrong(most="-")
    amount, paid = Decimal(text), paid_out(situation.case, _budget(situation).id)
    most = paid if _parameters(situation).direction == "back" else None
    if most is None:
        limits = list(_limits(situation))
        most = _left(min(limits), instalment, situation) if limits else None
    if most is not None and amount > most:
        raise errors.AmountWrong(most=most)
    return amount


def _left(limit: Decimal, instalment: str, situation: Situation) -> Decimal:
    """What may go out now: of the whole, and of the shares that the plan gives up to this part."""
    case, budget, planned = situation.case, _budget(situation).id, _parameters(situation).instalments
    rest = limit - paid_out(case, budget)
    if isinstance(planned, Unset) or not planned:
        return rest
    names = [one.id for one in planned]
    share = sum((one.share for one in planned[: names.index(instalment) + 1]), Decimal(0))
    due = (limit * share).quantize(CENT, rounding=ROUND_DOWN)
    return max(Decimal(0), min(rest, due - paid_out(case, budget, frozenset(names))))


def paid_out(case: Case, budget: str, parts: frozenset[str] | None = None) -> Decimal:
    """What the case got from a budget and did not give back; of some instalments only, where they are named."""
    paid = [
        each for each in case.payments.values() if each.budget == budget and (parts is None or each.instalment in parts)
    ]
    signed = (Decimal(each.amount) * (-1 if each.direction == "back" else 1) for each in paid)
    return sum(signed, Decimal(0))


def _limits(situation: Situation) -> Iterator[Decimal]:
    """The cap of a case, and the share of its cost where the text says of which figure."""
    budget = _budget(situation)
    if isinstance(budget.cap, Decimal):
        yield budget.cap
    if isinstance(budget.rate, Decimal) and budget.cost is not None:
        cost = situation.programme.typed(situation.case.answers).get(budget.cost)
        if not isinstance(cost, Decimal):
            title = situation.programme.metric(budget.cost).title
            raise errors.CostUnknown(zh=title.zh, en=title.en)
        yield (budget.rate * cost).quantize(CENT, rounding=ROUND_DOWN)


def evolve(state: State, fact: Fact) -> State:
    return State({**state.paid, fact.instalment: fact}) if isinstance(fact, InstalmentPaid) else state

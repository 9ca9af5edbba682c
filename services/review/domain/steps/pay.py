"""Understands pay (拨付): instalments of the approved sum, one after another, by somebody who has not reviewed.

Where a decision approved a sum (``domain.sums``), each instalment takes at most its share of it, and the money is
reserved already. Where none did, a payment stays within the budget's cap and rate, and is reserved when it is made
(``domain.budgets``). Money comes back at once, or in parts until the sum is reached that a decision reclaimed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from services.review.domain import errors, sums
from services.review.domain.budgets import source_of, year_of
from services.review.domain.judging import scope
from services.review.domain.people import Duty, Person
from services.review.domain.steps.amounts import amount_of, most_for_case
from services.review.domain.steps.results import results_of
from services.review.domain.steps.shape import Decided, Parties, Situation, actor, stated
from services.review.domain.sums import Drawn, SumApproved, SumReclaimed
from shared.programmes.model import Budget, Instalment, Paying
from shared.programmes.model.programme import skipped_steps
from shared.programmes.model.steps import OUTCOMES

TYPE = "pay"


@dataclass(frozen=True)
class PayInstalment:
    """Put a payment on record: which instalment, CNY as a decimal string (empty: all that is due of it), the voucher,
    from which source."""

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
    """Money went out, or came back where the step collects it. ``payee`` is the organisation's USCC, ``drawn`` the sum
    that it is a part of, None where no decision stated one. ``year`` is the plan that it counts in."""

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
    drawn: Drawn | None = None


@dataclass(frozen=True)
class PaymentStopped:
    """The rest is not paid; the release of an approved sum stands beside it."""

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
    """The case waits for the payment. Where everything that the step pays, or collects, was paid before, it goes on."""
    decided = _sum_of(situation)
    if decided is None:
        return Decided(())
    over = sums.left_of(situation.case, decided) <= 0
    if isinstance(decided, SumApproved):  # under another text nothing may be left for an instalment of its plan
        over = over or not _open_instalments(decided, situation)
    return Decided((), "paid" if over else "")


def lapse(situation: Situation) -> Decided:
    """Nothing but being late: whoever looks at the work list sees it."""
    return Decided(())


def _parameters(situation: Situation) -> Paying:
    parameters = situation.step.parameters
    assert isinstance(parameters, Paying)
    return parameters


def _budget(situation: Situation) -> Budget:
    return situation.programme.budget(_parameters(situation).budget)


def _sum_of(situation: Situation) -> SumApproved | SumReclaimed | None:
    """The sum that the step pays of, or collects, where a decision stated one."""
    budget = _parameters(situation).budget
    if _parameters(situation).direction == "out":
        return sums.open_sum(situation.case, budget)
    found: SumReclaimed | None = situation.case.reclaimed.get(budget)
    return found


def _instalments(situation: Situation) -> tuple[str, ...]:
    """What this step pays: the named one, or all of the plan in their order."""
    named = _parameters(situation).instalment
    return (named,) if named is not None else tuple(one.id for one in sums.plan_of(_parameters(situation)))


def _open_instalments(decided: SumApproved | None, situation: Situation) -> list[str]:
    """What of it was not paid yet: of an approved sum ever, else at this visit."""
    done = sums.paid_of(situation.case, decided) if decided else situation.state.paid
    return [name for name in _instalments(situation) if name not in done]


def decide(command: Command, situation: Situation) -> Decided:
    """Pay the next instalment, or stop."""
    match command:
        case PayInstalment():
            decided = _sum_of(situation)
            if isinstance(decided, SumReclaimed):
                return _collect(command, decided, situation)
            return _pay(command, decided, situation)
        case StopPayment():
            return _stop(command, situation)


def _stop(command: StopPayment, situation: Situation) -> Decided:
    situation.provides("stopped")
    reason, decided = stated(command.reason), _sum_of(situation)
    stopped = PaymentStopped(situation.step.id, command.by.id, reason, situation.now)
    freed = sums.release(situation.case, decided, "stopped", situation.now) if isinstance(decided, SumApproved) else ()
    return Decided((stopped, *freed), "stopped", reason)


# ── out ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _pay(command: PayInstalment, approved: SumApproved | None, situation: Situation) -> Decided:
    plan = sums.plan_of(_parameters(situation))
    _ensure_sum(approved, plan, situation)
    open_ = _open_instalments(approved, situation)
    instalment = command.instalment or next(iter(open_), "")
    if not open_ or instalment != open_[0]:
        raise errors.InstalmentWrong(next=next(iter(open_), "-"))
    _ensure_passed(instalment, plan, situation)
    if approved is None:
        fact = _fact(command, instalment, _unapproved(command.amount, command.source, situation), situation)
        return Decided((fact,), "paid" if len(open_) == 1 else "", fact.voucher)
    fact = _fact(command, instalment, _share(command, instalment, approved, plan, situation), situation, approved)
    freed: tuple[sums.SumReleased, ...] = ()
    if {one.id for one in plan} <= {*sums.paid_of(situation.case, approved), instalment}:
        freed = sums.release(situation.case, approved, "paid", situation.now, more=Decimal(fact.amount))
    over = len(open_) == 1 or sums.left_of(situation.case, approved) == Decimal(fact.amount)
    return Decided((fact, *freed), "paid" if over else "", fact.voucher)


def _ensure_sum(approved: SumApproved | None, plan: tuple[Instalment, ...], situation: Situation) -> None:
    """Shares are shares of an approved sum. Where the text approves none, one whole payment needs none."""
    parameters = _parameters(situation)
    if approved is not None or parameters.direction == "back":
        return
    procedure = situation.programme.procedure_of(situation.step.id)
    if len(plan) > 1 or sums.decided_somewhere(procedure, parameters.budget):
        title = _budget(situation).title
        raise errors.SumNotApproved(zh=title.zh, en=title.en)


def _ensure_passed(instalment: str, plan: tuple[Instalment, ...], situation: Situation) -> None:
    """The step that the instalment waits for was passed: the case concluded it, the last time with the outcome that
    goes on; or a route skips it for this applicant, which counts as if it had gone on."""
    after = next((one.after for one in plan if one.id == instalment), None)
    if after is None:
        return
    case, programme = situation.case, situation.programme
    last = next((ended for ended in reversed(case.history) if ended.step == after), None)
    if last is not None and last.outcome == next(iter(OUTCOMES[case.types[after]]), ""):
        return
    skipped = skipped_steps(
        programme.procedure_of(situation.step.id), scope(case, programme, situation.now, results_of(case))
    )
    if last is not None or after not in skipped:
        title = programme.step(after).title
        raise errors.PaymentTooEarly(instalment=instalment, zh=title.zh, en=title.en, step=after)


def _share(
    command: PayInstalment, instalment: str, approved: SumApproved, plan: tuple[Instalment, ...], situation: Situation
) -> Decimal:
    """At most the instalment's share of the sum, and never more than is left of it; exactly that where none
    is named."""
    if command.source not in ("", approved.source):
        raise errors.SourceUnknown(sources=approved.source or "-")
    share = sums.shares(Decimal(approved.amount), plan)[instalment]
    most = min(share, sums.left_of(situation.case, approved))
    return amount_of(command.amount, most) if command.amount else most


def _unapproved(text: str, source: str, situation: Situation) -> Decimal:
    """A sum above zero; what goes out stays within the limits of a case, what comes back within what went out."""
    budget = _budget(situation)
    if _parameters(situation).direction == "out":
        return amount_of(text, most_for_case(situation, budget))
    return amount_of(text, sums.paid_out(situation.case, budget.id, _source(source, situation)))


# ── back ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _collect(command: PayInstalment, reclaimed: SumReclaimed, situation: Situation) -> Decided:
    """A part of what is to be returned; the step ends when all of it came."""
    case, left = situation.case, sums.left_of(situation.case, reclaimed)
    part = f"part-{len(sums.paid_of(case, reclaimed)) + 1}"
    if command.instalment not in ("", part):
        raise errors.InstalmentWrong(next=part)
    most = min(left, sums.paid_out(case, reclaimed.budget, _source(command.source, situation)))
    amount = amount_of(command.amount or str(most), most)
    fact = _fact(command, part, amount, situation, reclaimed)
    return Decided((fact,), "paid" if amount == left else "", fact.voucher)


# ── both ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _source(named: str, situation: Situation) -> str:
    budget = _budget(situation)
    return source_of(budget, named).id if budget.sources else ""


def _fact(
    command: PayInstalment,
    instalment: str,
    amount: Decimal,
    situation: Situation,
    decided: SumApproved | SumReclaimed | None = None,
) -> InstalmentPaid:
    approved = decided if isinstance(decided, SumApproved) else None
    return InstalmentPaid(
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
        source=approved.source if approved else _source(command.source, situation),
        year=approved.year if approved else year_of(situation.now),
        visit=situation.case.entered[situation.step.id],
        drawn=sums.drawing(decided) if decided else None,
    )


def evolve(state: State, fact: Fact) -> State:
    return State({**state.paid, fact.instalment: fact}) if isinstance(fact, InstalmentPaid) else state

"""Understands that money is reserved in its budget before an approved sum or a payment is put on record, and is there
again when it comes back or is not paid any more.

No transaction spans two streams: what is refused anyway reserves nothing, a reservation of which its case knows nothing
is given up when somebody wants the money, and what came back or was released is booked by a deadline that is due
at once.
"""

from __future__ import annotations

from decimal import Decimal

from services.review.domain import budgets, errors
from services.review.domain.budgets import (
    BudgetReserved,
    BudgetReturned,
    BudgetSumSettled,
    Key,
    PlanBudget,
    Purse,
    decide_reserve,
)
from services.review.domain.progress import decide_in_step
from services.review.domain.steps.decide import ApproveDecision
from services.review.domain.steps.pay import InstalmentPaid, PayInstalment
from services.review.domain.steps.shape import StepCommand
from services.review.domain.subject import Case
from services.review.domain.sums import SumApproved, SumReleased
from services.review.kinds import CASE, PURSE, Programmes, Write, text_at
from shared.calendar import Calendar
from shared.envelope import Origin
from shared.programmes.model import Deciding, Programme
from shared.runtime.ports import Loaded, Streams
from shared.runtime.streams import change


async def reserve(
    streams: Streams, command: StepCommand, case_id: str, programme: Programme, days: Calendar, write: Write
) -> None:
    """Reserve what an approval promises, or what a payment takes of which no sum was approved. Raises BudgetExhausted;
    does nothing for every other command."""
    if not _about_money(command, programme):
        return
    loaded = await streams.load(CASE, case_id)
    if write.expected not in (None, loaded.version):
        return  # the command itself is about to be refused as stale
    facts = decide_in_step(command, loaded.state, programme, write.now, days)
    for fact in facts:
        if _takes(fact) and fact.source:
            await _reserve(streams, fact, loaded.state, programme, write)


def _about_money(command: StepCommand, programme: Programme) -> bool:
    """Whether it may take money of the plan: a payment, or an approval where the step approves a sum."""
    if not isinstance(command, ApproveDecision):
        return isinstance(command, PayInstalment)
    steps = (step for procedure in programme.procedures for step in procedure.steps if step.id == command.step)
    return any(isinstance(step.parameters, Deciding) and step.parameters.approves is not None for step in steps)


def _takes(fact: object) -> bool:
    """Whether it needs money of the plan that is not reserved yet."""
    if isinstance(fact, InstalmentPaid):
        return fact.direction == "out" and fact.drawn is None
    return isinstance(fact, SumApproved)


async def _reserve(
    streams: Streams, taking: InstalmentPaid | SumApproved, case: Case, programme: Programme, write: Write
) -> None:
    source = budgets.source_of(programme.budget(taking.budget), taking.source)
    wanted = BudgetReserved(
        programme=programme.id,
        budget=taking.budget,
        source=taking.source,
        year=taking.year,
        region=programme.region,
        stated=str(source.amount) if isinstance(source.amount, Decimal) else "",
        case_id=case.case_id,
        step=taking.step,
        visit=taking.visit,
        instalment=taking.instalment if isinstance(taking, InstalmentPaid) else "",
        amount=taking.amount,
        by=taking.by,
        reserved_at=write.now,
    )
    stream = budgets.stream_of(programme.id, taking.budget, taking.source, taking.year)
    title, nobody = (source.title.zh, source.title.en), frozenset[Key]()
    try:
        await change(streams, PURSE, stream, lambda known: decide_reserve(wanted, known, nobody, title), write.origin)
    except errors.BudgetExhausted:
        unused = await _unused(streams, (await streams.load(PURSE, stream)).state, wanted)
        await change(streams, PURSE, stream, lambda known: decide_reserve(wanted, known, unused, title), write.origin)


async def _unused(streams: Streams, known: Purse, wanted: BudgetReserved) -> frozenset[Key]:
    """Reservations of a while ago of which their cases say that nothing was paid or approved."""
    found = set()
    for each in budgets.idle(known, wanted):
        case = (await streams.load(CASE, each.case_id)).state
        recorded = case.payments.get(each.key[1:]) if each.instalment else case.sums.get((each.step, each.visit))
        if recorded is None or not _is_for(each, recorded):
            found.add(each.key)
    return frozenset(found)


def _is_for(reserved: BudgetReserved, recorded: InstalmentPaid | SumApproved) -> bool:
    """Whether it is what the money was reserved for: asked again after a crash, it may have been put on record out of
    another source, or in the next year."""
    return (reserved.budget, reserved.source, reserved.year) == (recorded.budget, recorded.source, recorded.year)


async def plan(streams: Streams, programme: Programme, command: PlanBudget, write: Write) -> Loaded[Purse]:
    """Record what the plan of a year gives from one source."""
    return await change(
        streams,
        PURSE,
        budgets.stream_of(programme.id, command.budget, command.source, command.year),
        lambda known: budgets.decide_plan(command, known, programme, write.now),
        write.origin,
        receipt=write.receipt,
    )


def payment_name(step: str, visit: int, instalment: str) -> str:
    """A payment of a case as one word, or an approved sum, which has no instalment; the ids of a programme hold no
    slash."""
    return f"{step}/{visit}/{instalment}"


async def give_back(streams: Streams, programmes: Programmes, case_id: str, payment: str, origin: Origin) -> bool:
    """Book what came back, or what of an approved sum is not paid any more; answers whether it was not booked yet."""
    case = (await streams.load(CASE, case_id)).state
    released = next((each for key, each in case.released.items() if payment_name(*key, "") == payment), None)
    if released is not None:
        return await _settle(streams, released, case_id, origin)
    paid = next((each for key, each in case.payments.items() if payment_name(*key) == payment), None)
    if paid is None:
        return False
    programme = text_at(programmes, paid.programme or case.programme)  # the case may be under another one by now
    stream = budgets.stream_of(programme.id, paid.budget, paid.source, paid.year)
    whose = (programme.id, paid.budget, paid.source, paid.year, programme.region)
    what = (case_id, paid.step, paid.visit, paid.instalment, paid.amount)
    returned = BudgetReturned(*whose, *what, origin.occurred_at)
    before = await streams.load(PURSE, stream)
    after = await change(streams, PURSE, stream, lambda known: budgets.decide_return(returned, known), origin)
    return after.version > before.version


async def _settle(streams: Streams, released: SumReleased, case_id: str, origin: Origin) -> bool:
    """Under the programme that approved the sum: the case may be under another one by now."""
    whose = (released.programme.partition("@")[0], released.budget, released.source, released.year)
    stream = budgets.stream_of(*whose)

    def decide(known: Purse) -> tuple[BudgetSumSettled, ...]:
        held = known.reserved.get((case_id, released.step, released.visit, ""))
        if held is None:
            return ()
        what = (case_id, released.step, released.visit, released.released)
        return budgets.decide_settle(BudgetSumSettled(*whose, held.region, *what, origin.occurred_at), known)

    before = await streams.load(PURSE, stream)
    after = await change(streams, PURSE, stream, decide, origin)
    return after.version > before.version

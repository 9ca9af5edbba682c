"""Understands the money of one year from one source of a budget: over all cases no more is promised than its plan
gives.

Each source and year has a stream of its own. Money is reserved there before its case records that a sum is approved, or
that something is paid where no decision approves sums; who dies in between gives it back when it is wanted, as with
quotas. What came back, and what of an approved sum is not paid any more, is there again once its case says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from services.review.domain import errors
from services.review.domain.people import Person
from shared.calendar import SHANGHAI
from shared.identifiers import region_contains
from shared.programmes.model import Budget, BudgetSource, Programme

PAYING = timedelta(minutes=10)
"""Several times what one request may take; a payment that is later reserves again."""

Key = tuple[str, str, int, str]
"""One payment: case, step, how often the case had come to the step, instalment; an approved sum has none."""


@dataclass(frozen=True)
class PlanBudget:
    """Say what the plan of a year gives from this source: CNY as a decimal string, and the document that says so."""

    budget: str
    source: str
    year: int
    amount: str
    document: str
    by: Person


@dataclass(frozen=True)
class BudgetPlanned:
    """The plan of the year gives so much; the last word counts."""

    NAME: ClassVar[str] = "review.budget-planned.1"
    programme: str
    budget: str
    source: str
    year: int
    region: str
    amount: str
    document: str
    by: str
    planned_at: datetime


@dataclass(frozen=True)
class BudgetReserved:
    """A payment, or an approved sum (``instalment`` is empty), takes so much. ``stated`` is what the regulation itself
    gives, empty where only plans say."""

    NAME: ClassVar[str] = "review.budget-reserved.1"
    programme: str
    budget: str
    source: str
    year: int
    region: str
    stated: str
    case_id: str
    step: str
    visit: int
    instalment: str
    amount: str
    by: str
    reserved_at: datetime

    @property
    def key(self) -> Key:
        return self.case_id, self.step, self.visit, self.instalment


@dataclass(frozen=True)
class BudgetReleased:
    """The payment or approval was never recorded: the money is there again."""

    NAME: ClassVar[str] = "review.budget-released.1"
    programme: str
    budget: str
    source: str
    year: int
    case_id: str
    step: str
    visit: int
    instalment: str
    released_at: datetime

    @property
    def key(self) -> Key:
        return self.case_id, self.step, self.visit, self.instalment


@dataclass(frozen=True)
class BudgetReturned:
    """Money came back from a case."""

    NAME: ClassVar[str] = "review.budget-returned.1"
    programme: str
    budget: str
    source: str
    year: int
    region: str
    case_id: str
    step: str
    visit: int
    instalment: str
    amount: str
    returned_at: datetime

    @property
    def key(self) -> Key:
        return self.case_id, self.step, self.visit, self.instalment


@dataclass(frozen=True)
class BudgetSumSettled:
    """No more of an approved sum is paid: so much of what was reserved for it is there again."""

    NAME: ClassVar[str] = "review.budget-sum-settled.1"
    programme: str
    budget: str
    source: str
    year: int
    region: str
    case_id: str
    step: str
    visit: int
    released: str
    settled_at: datetime

    @property
    def key(self) -> Key:
        return self.case_id, self.step, self.visit, ""


Fact = BudgetPlanned | BudgetReserved | BudgetReleased | BudgetReturned | BudgetSumSettled
FACTS: tuple[type, ...] = (BudgetPlanned, BudgetReserved, BudgetReleased, BudgetReturned, BudgetSumSettled)


@dataclass(frozen=True)
class Purse:
    """One source in one year: the plan, what is reserved, what came back and what of a sum is not paid, by payment."""

    planned: BudgetPlanned | None = None
    reserved: Mapping[Key, BudgetReserved] = field(default_factory=dict)
    returned: Mapping[Key, BudgetReturned] = field(default_factory=dict)
    settled: Mapping[Key, BudgetSumSettled] = field(default_factory=dict)

    @property
    def used(self) -> Decimal:
        """What went out or is promised, and did not come back."""
        out = sum((Decimal(each.amount) for each in self.reserved.values()), Decimal(0))
        free = sum((Decimal(each.released) for each in self.settled.values()), Decimal(0))
        return out - free - sum((Decimal(each.amount) for each in self.returned.values()), Decimal(0))


NONE = Purse()


def evolve(known: Purse, fact: Any) -> Purse:
    match fact:
        case BudgetPlanned():
            return replace(known, planned=fact)
        case BudgetReserved():
            return replace(known, reserved={**known.reserved, fact.key: fact})
        case BudgetReleased():
            return replace(known, reserved={key: each for key, each in known.reserved.items() if key != fact.key})
        case BudgetReturned():
            return replace(known, returned={**known.returned, fact.key: fact})
        case BudgetSumSettled():
            return replace(known, settled={**known.settled, fact.key: fact})
        case _:
            return known


def stream_of(programme: str, budget: str, source: str, year: int) -> str:
    """The id of the stream that counts one source's money of one year."""
    return f"{programme}/{budget}/{source}/{year}"


def year_of(now: datetime) -> int:
    """The budget year of an instant: the calendar year at home."""
    return now.astimezone(SHANGHAI).year


def source_of(budget: Budget, wanted: str) -> BudgetSource:
    """The source that is named, or the only one; refuses anything else."""
    found = [each for each in budget.sources if wanted in ("", each.id)]
    if len(found) != 1:
        raise errors.SourceUnknown(sources=", ".join(each.id for each in budget.sources) or "-")
    return found[0]


def given(known: Purse, stated_plan: str, what: str) -> Decimal:
    """What the year's plan gives, or what the regulation itself says; refuses where neither says anything."""
    text = known.planned.amount if known.planned else stated_plan
    if not text:
        raise errors.ParameterUnset(what=what)
    return Decimal(text)


def idle(known: Purse, wanted: BudgetReserved) -> tuple[BudgetReserved, ...]:
    """Reservations old enough that what they are for should be on record; only their cases can tell."""
    return tuple(each for each in known.reserved.values() if _older(each, wanted, PAYING))


def decide_reserve(
    wanted: BudgetReserved, known: Purse, unused: frozenset[Key], title: tuple[str, str]
) -> tuple[Fact, ...]:
    """Reserve the sum, once for each payment or approval. ``unused`` are those of which their cases say that they were
    never recorded; ``title`` is the source's. Raises :class:`errors.BudgetExhausted`, and
    :class:`errors.MoneyInProgress` where another sum was reserved for the same thing so lately that its case may still
    put it on record: what the case says in the end must be what is reserved."""
    plan = given(known, wanted.stated, f"budgets[{wanted.budget}].sources[{wanted.source}].amount")
    own = known.reserved.get(wanted.key)
    if own is not None and own.amount == wanted.amount and not _older(own, wanted, PAYING / 2):
        return ()
    if own is not None and own.amount != wanted.amount and not _older(own, wanted, PAYING):
        raise errors.MoneyInProgress(amount=own.amount, minutes=PAYING // timedelta(minutes=1))
    amount, before = Decimal(wanted.amount), Decimal(own.amount) if own else Decimal(0)
    if known.used - before + amount <= plan:
        return (wanted,)
    released = tuple(_release(each, wanted) for each in idle(known, wanted) if each.key in unused - {wanted.key})
    freed = _fold(known, released)
    if freed.used - before + amount <= plan:
        return (*released, wanted)
    zh, en = title
    raise errors.BudgetExhausted(zh=zh, en=en, year=wanted.year, plan=plan, left=plan - (freed.used - before))


def decide_settle(wanted: BudgetSumSettled, known: Purse) -> tuple[BudgetSumSettled, ...]:
    """What of an approved sum is not paid is there again, once."""
    return (wanted,) if wanted.key in known.reserved and wanted.key not in known.settled else ()


def decide_return(wanted: BudgetReturned, known: Purse) -> tuple[BudgetReturned, ...]:
    """The money is there again, once."""
    return () if wanted.key in known.returned else (wanted,)


def decide_plan(command: PlanBudget, known: Purse, programme: Programme, now: datetime) -> tuple[BudgetPlanned, ...]:
    """Record the plan; never less than what went out or is promised already. The same plan twice is one."""
    budget = next((each for each in programme.budgets if each.id == command.budget), None)
    if budget is None:
        raise errors.SourceUnknown(sources=", ".join(each.id for each in programme.budgets) or "-")
    source_of(budget, command.source)
    if not region_contains(command.by.region, programme.region):
        raise errors.OutsideRegion()
    amount = Decimal(command.amount)
    if amount < known.used:
        raise errors.PlanBelowUse(used=known.used)
    document = command.document.strip()
    if not document:
        raise errors.ReasonMissing()
    if known.planned and (known.planned.amount, known.planned.document) == (str(amount), document):
        return ()
    whose = (programme.id, command.budget, command.source, command.year, programme.region)
    return (BudgetPlanned(*whose, str(amount), document, command.by.id, now),)


def _older(each: BudgetReserved, wanted: BudgetReserved, age: timedelta) -> bool:
    return wanted.reserved_at - each.reserved_at >= age


def _release(each: BudgetReserved, wanted: BudgetReserved) -> BudgetReleased:
    whose = (each.programme, each.budget, each.source, each.year)
    return BudgetReleased(*whose, each.case_id, each.step, each.visit, each.instalment, wanted.reserved_at)


def _fold(known: Purse, facts: Iterable[Fact]) -> Purse:
    for fact in facts:
        known = evolve(known, fact)
    return known

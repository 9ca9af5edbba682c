"""Understands how the sums of a case stand: what was decided, each instalment's share, what was paid, what is left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from services.review.domain import sums
from services.review.domain.subject import Case
from shared.programmes.model import Instalment, Programme


@dataclass(frozen=True)
class Part:
    """One instalment of a sum, CNY as decimal strings: its share, and what was paid of it. What comes back in parts has
    no shares."""

    instalment: str
    share: str
    paid: str
    after: str = ""


@dataclass(frozen=True)
class DecidedSum:
    """A sum that a decision approved (``out``) or reclaimed (``back``), CNY as decimal strings. ``left`` is still to be
    paid or to come back; ``released`` is paid no more, ``because`` says why."""

    direction: Literal["out", "back"]
    step: str
    visit: int
    budget: str
    source: str
    year: int
    amount: str
    paid: str
    left: str
    released: str
    because: str
    decided_at: datetime
    parts: tuple[Part, ...]


def sums_of(case: Case, programme: Programme) -> tuple[DecidedSum, ...]:
    """Every sum of the case in the order in which they were decided; ``programme`` is the text that it is under."""
    return (*_approved(case, programme), *_reclaimed(case))


def _approved(case: Case, programme: Programme) -> Iterator[DecidedSum]:
    for key, each in case.sums.items():
        freed = case.released.get(key)
        yield DecidedSum(
            direction="out",
            step=each.step,
            visit=each.visit,
            budget=each.budget,
            source=each.source,
            year=each.year,
            amount=each.amount,
            paid=str(Decimal(each.amount) - sums.left_of(case, each)),
            left="0" if freed else str(sums.left_of(case, each)),
            released=freed.released if freed else "0",
            because=freed.because if freed else "",
            decided_at=each.approved_at,
            parts=tuple(_parts(case, each, _plan(case, programme, each.budget))),
        )


def _reclaimed(case: Case) -> Iterator[DecidedSum]:
    for each in case.reclaimed.values():
        came = sums.paid_of(case, each)
        yield DecidedSum(
            direction="back",
            step=each.step,
            visit=each.visit,
            budget=each.budget,
            source="",
            year=0,
            amount=each.amount,
            paid=str(sum(came.values(), Decimal(0))),
            left=str(sums.left_of(case, each)),
            released="0",
            because="",
            decided_at=each.reclaimed_at,
            parts=tuple(Part(name, "", str(amount)) for name, amount in came.items()),
        )


def _plan(case: Case, programme: Programme, budget: str) -> tuple[Instalment, ...]:
    """How the procedure pays out of the budget; all of its steps plan alike."""
    procedure = programme.procedure(case.procedure or None)
    return next(sums.plans(procedure, budget), ())


def _parts(case: Case, approved: sums.SumApproved, plan: tuple[Instalment, ...]) -> Iterator[Part]:
    paid = sums.paid_of(case, approved)
    found = sums.shares(Decimal(approved.amount), plan) if plan else {}
    for one in plan:
        yield Part(one.id, str(found[one.id]), str(paid.get(one.id, Decimal(0))), one.after or "")
    for name in paid.keys() - found.keys():
        yield Part(name, "", str(paid[name]))

"""Understands how a holder is given time to put right what a ground of revocation names, before anybody revokes.

A ground that was put right is proved by newer facts only; one that was not is open for a proposal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from services.review.domain import errors
from services.review.domain.holding import Fact, RectificationOrdered, RectificationSettled, Title, TitleDateSet
from services.review.domain.people import Person
from services.review.domain.proof import ensure_proved, ground_of
from services.review.domain.reach import ensure_in_charge, ensure_revocable
from services.review.domain.steps.shape import SHANGHAI, stated
from shared.calendar import Calendar, on_day
from shared.programmes.model import Programme, RevocationGround

Outcome = Literal["rectified", "failed", "overdue"]
MOST_DAYS = 730
MOST_PROOF = 50


@dataclass(frozen=True)
class OrderRectification:
    """Tell the holder what to put right and by when; ``due_on`` is the last day in time."""

    by: Person
    ground: str
    reason: str
    due_on: date


@dataclass(frozen=True)
class SettleRectification:
    """Record whether it was put right; ``proof`` names the papers that show it, by SHA-256."""

    by: Person
    ground: str
    rectified: bool
    reason: str
    proof: tuple[str, ...] = ()


def decide_order(
    command: OrderRectification, title: Title, programme: Programme, now: datetime, calendar: Calendar
) -> tuple[Fact, ...]:
    """Order it, once the ground itself is proved; a second order waits for the end of the first."""
    entered = ensure_revocable(command.by, title, programme)
    ground, today = ground_of(command.ground, programme), now.astimezone(SHANGHAI).date()
    known = title.orders.get(ground.id)
    if known is not None and known.settled is None and now <= known.ordered.due_at:
        raise errors.RectificationRunning(until=known.ordered.due_on)
    if not today < command.due_on <= today + timedelta(days=MOST_DAYS):
        raise errors.RectificationDayWrong(days=MOST_DAYS)
    proofs, due = ensure_proved(ground, title, today, calendar), on_day(command.due_on)
    ordered = RectificationOrdered(
        programme=entered.programme,
        number=entered.number,
        ground=ground.id,
        title_zh=ground.title.zh,
        title_en=ground.title.en,
        clause=ground.source.clause,
        proofs=proofs,
        by=command.by.id,
        reason=stated(command.reason),
        due_on=due.day,
        due_at=due.instant,
        ordered_at=now,
    )
    return ordered, TitleDateSet("rectification", ground.id, due.day, due.instant, False, now)


def decide_settle(command: SettleRectification, title: Title, now: datetime) -> tuple[Fact, ...]:
    """An officer of the holder's region records that it was put right, or that it was not."""
    ensure_in_charge(command.by, title)
    known = title.orders.get(command.ground)
    if known is None or known.settled is not None:
        raise errors.RectificationUnknown()
    if len(command.proof) > MOST_PROOF:
        raise errors.TooMany(most=MOST_PROOF)
    outcome = _outcome(command.rectified, now, known.ordered.due_at)
    return (RectificationSettled(command.ground, outcome, command.by.id, stated(command.reason), command.proof, now),)


def _outcome(rectified: bool, now: datetime, due_at: datetime) -> Outcome:
    if now > due_at:
        return "overdue"
    return "rectified" if rectified else "failed"


def decide_overdue(ground: str, by: Person, title: Title, now: datetime) -> tuple[Fact, ...]:
    """The time ran out; asked twice or too early it is nothing."""
    known = title.orders.get(ground)
    if known is None or known.settled is not None or now <= known.ordered.due_at or _is_over(title):
        return ()
    return (RectificationSettled(ground, "overdue", by.id, "overdue", (), now),)


def _is_over(title: Title) -> bool:
    return title.status in ("ordered", "revoked", "lapsed")


def reference_day(ground: RevocationGround, title: Title, now: datetime) -> date:
    """The day that the ground's period is counted back from; refuses while time to put it right is due or running."""
    today = now.astimezone(SHANGHAI).date()
    if ground.rectify_first is not True:
        return today
    known = title.orders.get(ground.id)
    if known is None or (known.settled is not None and known.settled.outcome == "rectified"):
        raise errors.RectificationNotOrdered()
    if known.settled is None and now <= known.ordered.due_at:
        raise errors.RectificationRunning(until=known.ordered.due_on)
    return known.ordered.ordered_at.astimezone(SHANGHAI).date()

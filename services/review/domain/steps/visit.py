"""Understands visit (现场考察): officials go and look, and write down their opinion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from services.review.domain import errors
from services.review.domain.people import Duty, Person
from services.review.domain.steps.shape import Decided, Parties, Situation, actor, stated
from shared.programmes.model import Visiting

TYPE = "visit"


@dataclass(frozen=True)
class RecordVisit:
    """Put a visit on record; ``confirms`` says whether what was seen bears out the application."""

    step: str
    by: Person
    visited_on: date
    visitors: tuple[str, ...]
    confirms: bool
    opinion: str


@dataclass(frozen=True)
class WaiveVisit:
    """No visit of this applicant, for a reason (where the programme visits a choice only)."""

    step: str
    by: Person
    reason: str


@dataclass(frozen=True)
class VisitRecorded:
    """Somebody went and looked."""

    NAME: ClassVar[str] = "review.visit-recorded.1"
    DUTY: ClassVar[Duty] = "visit"
    step: str
    by: str
    visited_on: date
    visitors: tuple[str, ...]
    confirms: bool
    opinion: str
    recorded_at: datetime


@dataclass(frozen=True)
class VisitWaived:
    """Nobody went."""

    NAME: ClassVar[str] = "review.visit-waived.1"
    DUTY: ClassVar[Duty] = "visit"
    step: str
    by: str
    reason: str
    waived_at: datetime


Command = RecordVisit | WaiveVisit
Fact = VisitRecorded | VisitWaived


@dataclass(frozen=True)
class State:
    """The visit, when there was one."""

    visit: VisitRecorded | None = None


COMMANDS: tuple[type, ...] = (RecordVisit, WaiveVisit)
FACTS: tuple[type, ...] = (VisitRecorded, VisitWaived)
INITIAL = State()


def who(command: Command, situation: Situation) -> Parties:
    """The step's authority."""
    return actor(situation)


def enter(situation: Situation) -> Decided:
    """The case waits for the visit."""
    return Decided(())


def lapse(situation: Situation) -> Decided:
    """Nothing but being late: whoever looks at the work list sees it."""
    return Decided(())


def decide(command: Command, situation: Situation) -> Decided:
    """Record the visit or why there was none."""
    step, now = situation.step.id, situation.now
    match command:
        case WaiveVisit():
            situation.provides("waived")
            reason = stated(command.reason)
            return Decided((VisitWaived(step, command.by.id, reason, now),), "waived", reason)
        case RecordVisit():
            _ensure_plausible(command, situation)
            opinion = stated(command.opinion)
            fact = VisitRecorded(
                step, command.by.id, command.visited_on, command.visitors, command.confirms, opinion, now
            )
            return Decided((fact,), "confirmed" if command.confirms else "not_confirmed", opinion)


def _ensure_plausible(command: RecordVisit, situation: Situation) -> None:
    parameters = situation.step.parameters
    assert isinstance(parameters, Visiting)
    least = parameters.visitors if isinstance(parameters.visitors, int) else 1
    named = {visitor.strip() for visitor in command.visitors if visitor.strip()}
    if command.visited_on > situation.today or len(named) < least or len(named) != len(command.visitors):
        raise errors.VisitWrong(visitors=least)


def evolve(state: State, fact: Fact) -> State:
    return State(fact) if isinstance(fact, VisitRecorded) else state

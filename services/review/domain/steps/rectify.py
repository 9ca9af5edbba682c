"""Understands rectify (整改): something is put right within a time; being late is an outcome of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from services.review.domain import errors
from services.review.domain.people import Duty, Person
from services.review.domain.steps.shape import SHANGHAI, Decided, Parties, Situation, actor, stated
from services.review.domain.subject import Paper
from shared.programmes.model import Rectifying

TYPE = "rectify"
MOST_PROOF = 50


@dataclass(frozen=True)
class AcceptRectification:
    """It was put right; ``proof`` names the files that show it, by SHA-256, ``papers`` are those that came with the
    filing at intake."""

    step: str
    by: Person
    opinion: str
    proof: tuple[str, ...] = ()
    papers: tuple[Paper, ...] = ()
    filing: str = ""
    filed_at: datetime | None = None
    """When it was handed in at intake; that counts, not when it was heard of."""


@dataclass(frozen=True)
class RectificationAccepted:
    """It was put right in time."""

    NAME: ClassVar[str] = "review.rectification-accepted.1"
    DUTY: ClassVar[Duty] = "rectify"
    step: str
    by: str
    opinion: str
    proof: tuple[str, ...]
    accepted_at: datetime
    papers: tuple[Paper, ...] = ()
    filing: str = ""


@dataclass(frozen=True)
class State:
    """What shows that it was put right."""

    proof: tuple[str, ...] = ()


COMMANDS: tuple[type, ...] = (AcceptRectification,)
FACTS: tuple[type, ...] = (RectificationAccepted,)
INITIAL = State()


def who(command: AcceptRectification, situation: Situation) -> Parties:
    """The step's authority."""
    return actor(situation)


def enter(situation: Situation) -> Decided:
    """The case waits until it is put right, or until the time is over."""
    return Decided(())


def lapse(situation: Situation) -> Decided:
    """Too late."""
    return Decided((), "overdue", "overdue")


def decide(command: AcceptRectification, situation: Situation) -> Decided:
    """Accept what was put right, with proof where the programme asks for it; applicants show it through intake."""
    if command.by.role == "applicant" and not command.filing:
        title = situation.step.title
        raise errors.FiledThroughIntake(zh=title.zh, en=title.en)
    parameters = situation.step.parameters
    assert isinstance(parameters, Rectifying)
    _ensure_in_time(command, situation)
    if parameters.proof and not command.proof:
        raise errors.EvidenceMissing()
    if len(command.proof) > MOST_PROOF:
        raise errors.TooMany(most=MOST_PROOF)
    opinion = stated(command.opinion)
    fact = RectificationAccepted(
        *(situation.step.id, command.by.id, opinion, command.proof, situation.now, command.papers, command.filing)
    )
    return Decided((fact,), "rectified", opinion)


def _ensure_in_time(command: AcceptRectification, situation: Situation) -> None:
    """Late is late although the step has not lapsed yet, where the end is known."""
    due_at = None if situation.case.due_provisional else situation.case.due_at
    if due_at is not None and (command.filed_at or situation.now) > due_at:
        raise errors.TimeOver(due=f"{due_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}")


def evolve(state: State, fact: RectificationAccepted) -> State:
    return State(fact.proof)

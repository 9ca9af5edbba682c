"""Understands list: a case is put on the candidate or provisional list, or left off it with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from services.review.domain.people import Duty, Person
from services.review.domain.steps.shape import Decided, Parties, Situation, actor, stated

TYPE = "list"


@dataclass(frozen=True)
class DecideListing:
    """Put it on the list or leave it off; leaving off needs a reason."""

    step: str
    by: Person
    listed: bool
    reason: str = ""


@dataclass(frozen=True)
class ListingDecided:
    """The case stands on the list, or does not."""

    NAME: ClassVar[str] = "review.listing-decided.1"
    DUTY: ClassVar[Duty] = "list"
    step: str
    by: str
    listed: bool
    reason: str
    decided_at: datetime


@dataclass(frozen=True)
class State:
    """Whether it is listed; None before."""

    listed: bool | None = None


COMMANDS: tuple[type, ...] = (DecideListing,)
FACTS: tuple[type, ...] = (ListingDecided,)
INITIAL = State()


def who(command: DecideListing, situation: Situation) -> Parties:
    """The step's authority."""
    return actor(situation)


def enter(situation: Situation) -> Decided:
    """The case waits for the authority."""
    return Decided(())


def lapse(situation: Situation) -> Decided:
    """Nothing but being late: whoever looks at the work list sees it."""
    return Decided(())


def decide(command: DecideListing, situation: Situation) -> Decided:
    """Put it on the list or leave it off."""
    reason = command.reason.strip() if command.listed else stated(command.reason)
    fact = ListingDecided(situation.step.id, command.by.id, command.listed, reason, situation.now)
    return Decided((fact,), "listed" if command.listed else "not_listed", reason)


def evolve(state: State, fact: ListingDecided) -> State:
    return State(fact.listed)

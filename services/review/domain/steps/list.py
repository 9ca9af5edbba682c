"""Understands list: a case is put on the candidate or provisional list, or left off it with a reason.

Where the programme limits the list, the cases of a round wait here for each other: the round's list says which are on
it (``domain.listing``), and each follows it. A list without a limit makes nobody wait: a case may be put on it alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from services.review.domain import errors
from services.review.domain.people import Duty, Person
from services.review.domain.steps.shape import Decided, Parties, Situation, actor, stated
from shared.programmes.model import Listing, Unset

TYPE = "list"


@dataclass(frozen=True)
class DecideListing:
    """Put it on the list or leave it off; leaving off needs a reason. ``list_number`` and ``rank`` say what the round's
    list says, 0 where it is one case alone."""

    step: str
    by: Person
    listed: bool
    reason: str = ""
    list_number: int = 0
    rank: int = 0


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
    list_number: int = 0
    rank: int = 0


@dataclass(frozen=True)
class State:
    """Whether it is listed, None before; on which of the round's lists, and at which rank."""

    listed: bool | None = None
    list_number: int = 0
    rank: int = 0


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
    """Put it on the list or leave it off; alone only where that takes nobody else's place, or where its round, called
    under another text than the case has moved to, knows no such list: then the officer answers for it with a reason."""
    places, case = limit(situation.step.parameters, situation.step.id), situation.case
    alone = situation.step.id in case.alone
    if places is not None and case.round_id and not alone and not command.list_number:
        raise errors.ListedByRound(places=places)
    reason = command.reason.strip() if command.listed and not alone else stated(command.reason)
    step, number, rank = situation.step.id, command.list_number, command.rank
    fact = ListingDecided(step, command.by.id, command.listed, reason, situation.now, number, rank)
    return Decided((fact,), "listed" if command.listed else "not_listed", reason)


def limit(parameters: object, step: str) -> int | None:
    """How many places the list has, None for no limit; refuses where the text leaves it open."""
    assert isinstance(parameters, Listing)
    if isinstance(parameters.at_most, Unset):
        raise errors.ParameterUnset(what=f"{step}.at_most")
    return parameters.at_most


def evolve(state: State, fact: ListingDecided) -> State:
    return State(fact.listed, fact.list_number, fact.rank)

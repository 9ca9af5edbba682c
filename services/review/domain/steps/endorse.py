"""Understands endorse: recommend, concur, countersign; so many of the named parties must say yes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar

from services.review.domain import errors
from services.review.domain.people import Duty, Person
from services.review.domain.steps.shape import Decided, Parties, Situation, stated
from shared.programmes.model import Endorsing

TYPE = "endorse"


@dataclass(frozen=True)
class GiveEndorsement:
    """Say yes or no for a party, with a reason (the opinion of the recommendation form)."""

    step: str
    by: Person
    agrees: bool
    reason: str
    party: str = ""


@dataclass(frozen=True)
class EndorsementGiven:
    """One party said yes or no."""

    NAME: ClassVar[str] = "review.endorsement-given.1"
    DUTY: ClassVar[Duty] = "endorse"
    step: str
    by: str
    party: str
    agrees: bool
    reason: str
    given_at: datetime


@dataclass(frozen=True)
class State:
    """Who has spoken, by party."""

    given: Mapping[str, EndorsementGiven] = field(default_factory=dict)


COMMANDS: tuple[type, ...] = (GiveEndorsement,)
FACTS: tuple[type, ...] = (EndorsementGiven,)
INITIAL = State()


def parties(situation: Situation) -> tuple[str, ...]:
    """Who is asked: the named parties, or the step's own."""
    parameters = situation.step.parameters
    assert isinstance(parameters, Endorsing)
    return parameters.by or (situation.step.actor,)


def who(command: GiveEndorsement, situation: Situation) -> Parties:
    """The party that the person speaks for; one that is not asked cannot speak."""
    asked = parties(situation)
    party = command.party or (asked[0] if len(asked) == 1 else "")
    return Parties((party,) if party in asked else asked)


def enter(situation: Situation) -> Decided:
    """The case waits for the parties."""
    return Decided(())


def lapse(situation: Situation) -> Decided:
    """Nothing but being late: whoever looks at the work list sees it."""
    return Decided(())


def decide(command: GiveEndorsement, situation: Situation) -> Decided:
    """Record it; the step ends when enough agreed, or when enough can agree no more."""
    asked = parties(situation)
    party = command.party or asked[0]
    given: Mapping[str, EndorsementGiven] = situation.state.given
    if party not in asked or party in given or any(e.by == command.by.id for e in given.values()):
        raise errors.AlreadySigned()
    fact = EndorsementGiven(
        situation.step.id, command.by.id, party, command.agrees, stated(command.reason), situation.now
    )
    spoken = [*given.values(), fact]
    agreed = sum(1 for e in spoken if e.agrees)
    return Decided((fact,), _outcome(agreed, len(spoken) - agreed, len(asked), situation), fact.reason)


def _outcome(agreed: int, refused: int, asked: int, situation: Situation) -> str:
    parameters = situation.step.parameters
    assert isinstance(parameters, Endorsing)
    needed = asked if parameters.needed == "all" else min(parameters.needed, asked)
    if agreed >= needed:
        return "endorsed"
    return "refused" if asked - refused < needed else ""


def evolve(state: State, fact: EndorsementGiven) -> State:
    return replace(state, given={**state.given, fact.party: fact})

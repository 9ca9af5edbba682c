"""Understands publish (公布): a list, a report or an item goes out on the channels that the programme names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from services.review.domain.people import Duty, Person
from services.review.domain.steps.shape import Decided, Parties, Situation, actor, stated
from shared.programmes.model import Publishing

TYPE = "publish"


@dataclass(frozen=True)
class PublishContent:
    """Put on record that it went out; ``address`` is where it can be read."""

    step: str
    by: Person
    address: str


@dataclass(frozen=True)
class WithdrawContent:
    """It does not go out, or is taken back, for a reason."""

    step: str
    by: Person
    reason: str


@dataclass(frozen=True)
class ContentPublished:
    """It went out on these channels."""

    NAME: ClassVar[str] = "review.content-published.1"
    DUTY: ClassVar[Duty] = "publish"
    step: str
    by: str
    content: str
    channels: tuple[str, ...]
    address: str
    published_at: datetime


@dataclass(frozen=True)
class ContentWithdrawn:
    """It did not go out, or was taken back."""

    NAME: ClassVar[str] = "review.content-withdrawn.1"
    DUTY: ClassVar[Duty] = "publish"
    step: str
    by: str
    reason: str
    withdrawn_at: datetime


Command = PublishContent | WithdrawContent
Fact = ContentPublished | ContentWithdrawn


@dataclass(frozen=True)
class State:
    """Where it can be read; empty before."""

    address: str = ""


COMMANDS: tuple[type, ...] = (PublishContent, WithdrawContent)
FACTS: tuple[type, ...] = (ContentPublished, ContentWithdrawn)
INITIAL = State()


def who(command: Command, situation: Situation) -> Parties:
    """The step's authority."""
    return actor(situation)


def enter(situation: Situation) -> Decided:
    """The case waits for the authority."""
    return Decided(())


def lapse(situation: Situation) -> Decided:
    """Nothing but being late: whoever looks at the work list sees it."""
    return Decided(())


def decide(command: Command, situation: Situation) -> Decided:
    """It goes out, or it does not."""
    step, now = situation.step.id, situation.now
    match command:
        case PublishContent():
            parameters = situation.step.parameters
            assert isinstance(parameters, Publishing)
            address = stated(command.address)
            fact = ContentPublished(step, command.by.id, parameters.content, parameters.channels, address, now)
            return Decided((fact,), "published", address)
        case WithdrawContent():
            situation.provides("withdrawn")
            reason = stated(command.reason)
            return Decided((ContentWithdrawn(step, command.by.id, reason, now),), "withdrawn", reason)


def evolve(state: State, fact: Fact) -> State:
    return State(fact.address) if isinstance(fact, ContentPublished) else State()

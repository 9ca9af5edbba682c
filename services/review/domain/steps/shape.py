"""Understands what all types of step have in common: the situation that a step decides in, and what comes of it.

Every module of this package offers ``TYPE``, ``COMMANDS``, ``FACTS``, ``INITIAL``, and five functions:
``who(command, situation)`` says whose act it is, ``decide(command, situation)`` what follows from it, and
``evolve(state, fact)`` folds. ``enter(situation)`` says what happens of itself when a case comes to the step, and
``lapse(situation)`` when its deadline passes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any, Protocol

from services.review.domain import errors
from services.review.domain.people import Person
from services.review.domain.subject import Case
from shared.calendar import Calendar
from shared.programmes.model import Programme, Step

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has had one zone without summer time since 1991; days of a notice or of validity begin and end in it."""


@dataclass(frozen=True)
class Situation:
    """What a step decides in: the case, its own definition and state, the pinned text, now, and the published years."""

    case: Case
    step: Step
    state: Any
    programme: Programme
    now: datetime
    calendar: Calendar

    @property
    def today(self) -> date:
        return self.now.astimezone(SHANGHAI).date()

    def provides(self, outcome: str) -> None:
        """Refuses an outcome that the programme leads nowhere from this step."""
        if outcome not in self.step.outcomes:
            raise errors.OutcomeImpossible(zh=self.step.title.zh, en=self.step.title.en)


@dataclass(frozen=True)
class Decided:
    """What follows from a command: facts, and the outcome when the step ends with them."""

    facts: tuple[Any, ...]
    outcome: str = ""
    reason: str = ""
    waits_for: str = ""
    """On entering: the party on whose desk the case lies, where it is another than the step's actor."""


@dataclass(frozen=True)
class Parties:
    """Whose act it is: one of these parties of the programme, or anybody with one of these roles in the region."""

    parties: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


class StepCommand(Protocol):
    """Every command names the step that it is meant for, and who acts."""

    @property
    def step(self) -> str: ...

    @property
    def by(self) -> Person: ...


class StepType(Protocol):
    """The shape of every module of this package."""

    TYPE: str
    COMMANDS: tuple[type, ...]
    FACTS: tuple[type, ...]
    INITIAL: Any

    def who(self, command: Any, situation: Situation) -> Parties: ...

    def enter(self, situation: Situation) -> Decided: ...

    def lapse(self, situation: Situation) -> Decided: ...

    def decide(self, command: Any, situation: Situation) -> Decided: ...

    def evolve(self, state: Any, fact: Any) -> Any: ...


def actor(situation: Situation) -> Parties:
    """The party that the step names."""
    return Parties((situation.step.actor,))


def stated(reason: str) -> str:
    """The reason without white space around it; refuses an empty one."""
    if not reason.strip():
        raise errors.ReasonMissing()
    return reason.strip()

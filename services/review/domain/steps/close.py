"""Understands close: the end of this way through the graph, with the result that the programme names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Never

from services.review.domain import sums
from services.review.domain.steps.shape import Decided, Parties, Situation
from shared.programmes.model import Closing

TYPE = "close"


@dataclass(frozen=True)
class CaseClosed:
    """The case ended. ``ended_by`` is the step that led here, ``reason`` what was said there, ``title`` the case id of
    the title that it ran on."""

    NAME: ClassVar[str] = "review.case-closed.1"
    step: str
    programme: str
    result: str
    ended_by: str
    reason: str
    closed_at: datetime
    title: str = ""


@dataclass(frozen=True)
class State:
    """How it ended."""

    result: str = ""


COMMANDS: tuple[type, ...] = ()
FACTS: tuple[type, ...] = (CaseClosed,)
INITIAL = State()


def who(command: Never, situation: Situation) -> Parties:
    """Nobody acts in an end."""
    return Parties()


def enter(situation: Situation) -> Decided:
    """Arriving is ending."""
    parameters = situation.step.parameters
    assert isinstance(parameters, Closing)
    last = situation.case.history[-1] if situation.case.history else None
    closed = CaseClosed(
        step=situation.step.id,
        programme=situation.case.programme,
        result=parameters.result,
        ended_by=last.step if last else situation.step.id,
        reason=last.reason if last else "",
        closed_at=situation.now,
        title=situation.case.title,
    )
    return Decided((*sums.release_all(situation.case, "closed", situation.now), closed))


def lapse(situation: Situation) -> Decided:
    """Nothing but being late: whoever looks at the work list sees it."""
    return Decided(())


def decide(command: Never, situation: Situation) -> Decided:
    """Nothing is left to decide."""
    return Decided(())


def evolve(state: State, fact: CaseClosed) -> State:
    return State(fact.result)

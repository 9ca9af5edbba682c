"""Understands file: somebody hands in what the programme asks for; the service that takes filings says that it came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from services.review.domain.people import Person
from services.review.domain.steps.shape import Decided, Parties, Situation, actor
from services.review.domain.subject import Answer, Paper

TYPE = "file"


@dataclass(frozen=True)
class ReceiveFiling:
    """The complete filing arrived."""

    step: str
    by: Person
    answers: Mapping[str, Answer]
    papers: tuple[Paper, ...]
    declared_by: str
    revision: int
    filed_at: datetime


@dataclass(frozen=True)
class FilingReceived:
    """What was filed is part of the case from here on."""

    NAME: ClassVar[str] = "review.filing-received.1"
    step: str
    answers: Mapping[str, Answer]
    papers: tuple[Paper, ...]
    declared_by: str
    revision: int
    filed_at: datetime


@dataclass(frozen=True)
class State:
    """The last revision that came."""

    revision: int = 0


COMMANDS: tuple[type, ...] = (ReceiveFiling,)
FACTS: tuple[type, ...] = (FilingReceived,)
INITIAL = State()


def who(command: ReceiveFiling, situation: Situation) -> Parties:
    """The applicant filed; the event that tells of it is a machine's."""
    return Parties(roles=("machine",)) if command.by.role == "machine" else actor(situation)


def enter(situation: Situation) -> Decided:
    """The case waits for the filing."""
    return Decided(())


def lapse(situation: Situation) -> Decided:
    """Late is an outcome where the programme has it, else nothing but being late."""
    return Decided((), "late", "late") if "late" in situation.step.outcomes else Decided(())


def decide(command: ReceiveFiling, situation: Situation) -> Decided:
    """Take it in; the same revision twice is one."""
    if command.revision <= situation.case.revision:
        return Decided(())
    received = FilingReceived(
        step=situation.step.id,
        answers=dict(command.answers),
        papers=command.papers,
        declared_by=command.declared_by,
        revision=command.revision,
        filed_at=command.filed_at,
    )
    return Decided((received,), "filed")


def evolve(state: State, fact: FilingReceived) -> State:
    return State(fact.revision)

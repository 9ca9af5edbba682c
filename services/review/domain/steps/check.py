"""Understands check (形式审查): complete, or to be corrected; every fault is told at once (一次性告知)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from services.review.domain import errors
from services.review.domain.people import Duty, Person
from services.review.domain.steps.shape import Decided, Parties, Situation, actor, stated
from shared.programmes.model import Checking

TYPE = "check"
MOST_ITEMS = 100
ONCE = 1
"""Where the text does not say how often: once, by analogy with the Administrative Licensing Law, article 32 (4)."""


@dataclass(frozen=True)
class Item:
    """One thing to correct: which material or answer, and what is wrong with it."""

    subject: str
    fault: str


@dataclass(frozen=True)
class AcceptApplication:
    """It is complete: accept it for examination (受理)."""

    step: str
    by: Person


@dataclass(frozen=True)
class RequestCorrection:
    """It is to be corrected (补正): every item at once."""

    step: str
    by: Person
    items: tuple[Item, ...]


@dataclass(frozen=True)
class RefuseAcceptance:
    """It is not accepted (不予受理)."""

    step: str
    by: Person
    reason: str


@dataclass(frozen=True)
class ApplicationAccepted:
    """The application was found complete; ``by_silence`` where the authority let its time pass."""

    NAME: ClassVar[str] = "review.application-accepted.1"
    DUTY: ClassVar[Duty] = "check"
    step: str
    by: str
    accepted_at: datetime
    by_silence: bool = False


@dataclass(frozen=True)
class CorrectionRequested:
    """The applicant was told everything that has to be corrected."""

    NAME: ClassVar[str] = "review.correction-requested.1"
    DUTY: ClassVar[Duty] = "check"
    step: str
    by: str
    items: tuple[Item, ...]
    requested_at: datetime
    filing: str = ""
    """The filing at intake that is to be corrected; empty where it is an application, or was filed straight here."""
    due_at: datetime | None = None
    due_provisional: bool = False


@dataclass(frozen=True)
class AcceptanceRefused:
    """The application was not accepted."""

    NAME: ClassVar[str] = "review.acceptance-refused.1"
    DUTY: ClassVar[Duty] = "check"
    step: str
    by: str
    reason: str
    refused_at: datetime


Command = AcceptApplication | RequestCorrection | RefuseAcceptance
Fact = ApplicationAccepted | CorrectionRequested | AcceptanceRefused


@dataclass(frozen=True)
class State:
    """The items of the last request."""

    items: tuple[Item, ...] = ()


COMMANDS: tuple[type, ...] = (AcceptApplication, RequestCorrection, RefuseAcceptance)
FACTS: tuple[type, ...] = (ApplicationAccepted, CorrectionRequested, AcceptanceRefused)
INITIAL = State()


def who(command: Command, situation: Situation) -> Parties:
    """The step's authority."""
    return actor(situation)


def enter(situation: Situation) -> Decided:
    """The case waits for the authority."""
    return Decided(())


def lapse(situation: Situation) -> Decided:
    """Silence is acceptance, refusal, or nothing but being late, as the programme says."""
    parameters = situation.step.parameters
    assert isinstance(parameters, Checking)
    step, now = situation.step.id, situation.now
    match parameters.silence:
        case "accepted":
            return Decided((ApplicationAccepted(step, "", now, by_silence=True),), "complete", "silence")
        case "refused":
            return Decided((AcceptanceRefused(step, "", "silence", now),), "refused", "silence")
        case _:
            return Decided(())


def decide(command: Command, situation: Situation) -> Decided:
    """Accept, ask for corrections as often as the programme allows, or refuse to accept."""
    step, now = situation.step.id, situation.now
    match command:
        case AcceptApplication():
            return Decided((ApplicationAccepted(step, command.by.id, now),), "complete")
        case RequestCorrection():
            _ensure_correctable(command, situation)
            return Decided((CorrectionRequested(step, command.by.id, command.items, now),), "to_correct")
        case RefuseAcceptance():
            situation.provides("refused")
            reason = stated(command.reason)
            return Decided((AcceptanceRefused(step, command.by.id, reason, now),), "refused", reason)


def _ensure_correctable(command: RequestCorrection, situation: Situation) -> None:
    situation.provides("to_correct")
    if not command.items or any(not item.subject.strip() or not item.fault.strip() for item in command.items):
        raise errors.NothingToCorrect()
    if len(command.items) > MOST_ITEMS:
        raise errors.TooMany(most=MOST_ITEMS)
    parameters = situation.step.parameters
    assert isinstance(parameters, Checking)
    allowed = parameters.corrections if isinstance(parameters.corrections, int) else ONCE
    if situation.case.times(situation.step.id, "to_correct") >= allowed:
        raise errors.CorrectionsUsedUp()


def evolve(state: State, fact: Fact) -> State:
    return State(fact.items) if isinstance(fact, CorrectionRequested) else state

"""Understands file: somebody hands in what the programme asks for; the service that takes filings says that it came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from services.review.domain import errors
from services.review.domain.awaiting import comes_by_itself
from services.review.domain.limits import moved
from services.review.domain.people import Person
from services.review.domain.steps.shape import Decided, Parties, Situation, actor
from services.review.domain.subject import Answer, Paper
from shared.programmes.model.answering import answer_faults

TYPE = "file"
MOST_PAPERS = 400
FILED_LATE = "filed_late"
"""The reason of the outcome late where something was handed in after all."""


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
class FileInStep:
    """Hand in what a later step, or a case without an application, waits for; it adds to what the case holds.
    ``filing`` is the filing at intake that brings it; empty where an authority files straight here."""

    step: str
    by: Person
    answers: Mapping[str, Answer]
    papers: tuple[Paper, ...] = ()
    statement: str = ""
    declared_by: str = ""
    filing: str = ""
    filed_at: datetime | None = None
    corrects: str = ""
    dropped: tuple[Paper, ...] = ()
    cleared: tuple[str, ...] = ()
    """What the filing that it ``corrects`` held and this one does not: papers, and keys of answers."""


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
    statement: str = ""
    filing: str = ""
    straight: bool = False
    """An authority filed it here, so that intake has not heard of it."""


@dataclass(frozen=True)
class State:
    """The last revision that came."""

    revision: int = 0


COMMANDS: tuple[type, ...] = (ReceiveFiling, FileInStep)
FACTS: tuple[type, ...] = (FilingReceived,)
INITIAL = State()


Command = ReceiveFiling | FileInStep


def who(command: Command, situation: Situation) -> Parties:
    """The applicant filed; the event that tells of it is a machine's."""
    return Parties(roles=("machine",)) if command.by.role == "machine" else actor(situation)


def enter(situation: Situation) -> Decided:
    """The case waits for the filing."""
    return Decided(())


def lapse(situation: Situation) -> Decided:
    """Late is an outcome where the programme has it, else nothing but being late."""
    return Decided((), "late", "late") if "late" in situation.step.outcomes else Decided(())


def decide(command: Command, situation: Situation) -> Decided:
    """Take it in; the same revision twice is one. What counts is when it was filed, not when it was heard of."""
    if isinstance(command, FileInStep):
        return _add(command, situation)
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
    return _taken(received, situation)


def _taken(received: FilingReceived, situation: Situation) -> Decided:
    """Late is late although nobody looked in between, where the programme knows the outcome and the end is known."""
    due_at = _certain_end(situation)
    if due_at is not None and received.filed_at > due_at and "late" in situation.step.outcomes:
        return Decided((received,), "late", FILED_LATE)
    return Decided((received,), "filed")


def _certain_end(situation: Situation) -> datetime | None:
    """Until when it is in time, counted with every year that was published meanwhile; None where nobody knows yet."""
    case = situation.case
    again = moved(situation.step, case, situation.programme, situation.calendar)
    if again is not None:
        return None if again.provisional else again.at
    return None if case.due_provisional else case.due_at


def _add(command: FileInStep, situation: Situation) -> Decided:
    case, step = situation.case, situation.step
    by_application = bool(case.round_id) and comes_by_itself(case)
    if by_application or (command.by.role == "applicant" and not command.filing):
        raise errors.FiledThroughIntake(zh=step.title.zh, en=step.title.en)
    if answer_faults(situation.programme.metrics, command.answers):
        raise errors.AnswersWrong()
    papers = (*case.papers, *command.papers) if not command.corrects else _corrected(case.papers, command)
    if len(papers) > MOST_PAPERS:
        raise errors.TooMany(most=MOST_PAPERS)
    kept = {key: value for key, value in case.answers.items() if key not in command.cleared}
    received = FilingReceived(
        step=step.id,
        answers={**kept, **command.answers},
        papers=papers,
        statement=command.statement,
        filing=command.filing,
        straight=not command.filing,
        declared_by=command.declared_by if command.filing else command.by.id,
        revision=case.revision,  # revisions are counted where applications are filed
        filed_at=command.filed_at or situation.now,
    )
    return _taken(received, situation)


def _corrected(papers: tuple[Paper, ...], command: FileInStep) -> tuple[Paper, ...]:
    """What was taken back is gone, what was filed before and still stands is there once. The facts keep both."""
    gone = {(paper.material, paper.sha256) for paper in command.dropped}
    left = tuple(paper for paper in papers if (paper.material, paper.sha256) not in gone)
    there = {(paper.material, paper.sha256) for paper in left}
    return (*left, *(paper for paper in command.papers if (paper.material, paper.sha256) not in there))


def evolve(state: State, fact: FilingReceived) -> State:
    return State(fact.revision)

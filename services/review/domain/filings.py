"""Understands what becomes of a filing that intake sends: it begins a case, or is what a case waits for, or is refused.

Each revision is answered once, and the answer goes back to whoever filed: taken, or refused with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from services.review.domain import errors
from services.review.domain.awaiting import FilingEnclosed
from services.review.domain.case import evolve as folded
from services.review.domain.opening import decide_open_directly
from services.review.domain.people import Person
from services.review.domain.progress import Facts, OpenCase, decide_in_step
from services.review.domain.steps import file, rectify
from services.review.domain.subject import Answer, Applicant, Case, Paper
from shared.calendar import Calendar
from shared.programmes.model import Programme


@dataclass(frozen=True)
class TakeFiling:
    """Take in what was filed at intake. ``visit`` is 0 where it begins a case."""

    case_id: str
    filing_id: str
    revision: int
    programme: str
    procedure: str
    step: str
    visit: int
    title: str
    applicant: Applicant
    by: Person
    answers: Mapping[str, Answer]
    papers: tuple[Paper, ...]
    statement: str
    declared_by: str
    submitted_at: datetime
    dropped: tuple[Paper, ...] = ()
    cleared: tuple[str, ...] = ()
    corrects: str = ""
    """The filing that it corrects, and what of that one it takes back; all else of that one stands in it as well."""


@dataclass(frozen=True)
class FilingTaken:
    """This revision is part of its case."""

    NAME: ClassVar[str] = "review.filing-taken.1"
    case_id: str
    filing: str
    revision: int
    step: str
    taken_at: datetime


@dataclass(frozen=True)
class FilingRefused:
    """This revision was not taken; ``code``, ``zh`` and ``en`` are the refusal's."""

    NAME: ClassVar[str] = "review.filing-refused.1"
    case_id: str
    filing: str
    revision: int
    code: str
    zh: str
    en: str
    refused_at: datetime


Fact = FilingTaken | FilingRefused
FACTS: tuple[type, ...] = (FilingTaken, FilingRefused)


@dataclass(frozen=True)
class Answered:
    """The last revision of a filing that was answered."""

    revision: int = 0


NONE = Answered()


def evolve(known: Answered, fact: Any) -> Answered:
    return Answered(fact.revision) if isinstance(fact, FilingTaken | FilingRefused) else known


def answer(said: Fact, known: Answered) -> tuple[Fact, ...]:
    """Say it once for each revision."""
    return (said,) if said.revision > known.revision else ()


def opening_of(command: TakeFiling) -> OpenCase:
    """The case that a filing begins; the title that it runs on is still to be looked up."""
    return OpenCase(
        *(command.case_id, command.programme, "", command.applicant, command.procedure),
        filing=command.filing_id,
    )


def decide_take(
    command: TakeFiling, opening: OpenCase, case: Case, programme: Programme, now: datetime, calendar: Calendar
) -> Facts:
    """What it does to its case; ``opening`` is the case that it begins where it answers none. Raises the refusal that
    goes back to whoever filed it."""
    if command.visit == 0:
        return _begin(command, opening, case, programme, now, calendar)
    if case.status == "open" and case.visit != command.visit:
        title = programme.step(case.step).title
        raise errors.NotThisStep(zh=title.zh, en=title.en)
    return decide_in_step(_act(command, case), case, programme, now, calendar)


def _begin(
    command: TakeFiling, opening: OpenCase, case: Case, programme: Programme, now: datetime, calendar: Calendar
) -> Facts:
    if case.status != "none":
        return ()
    opened = decide_open_directly(opening, command.by, case, programme, now, calendar)
    for fact in opened:
        case = folded(case, fact)
    if case.step_type == file.TYPE:
        return (*opened, *decide_in_step(_act(command, case), case, programme, now, calendar))
    return (*opened, _enclosed(command, now))


def _enclosed(command: TakeFiling, now: datetime) -> FilingEnclosed:
    return FilingEnclosed(
        filing=command.filing_id,
        answers=dict(command.answers),
        papers=command.papers,
        statement=command.statement,
        declared_by=command.declared_by,
        enclosed_at=now,
    )


def _act(command: TakeFiling, case: Case) -> file.FileInStep | rectify.AcceptRectification:
    if case.step_type == rectify.TYPE:
        proof = tuple(paper.sha256 for paper in command.papers)
        return rectify.AcceptRectification(
            *(command.step, command.by, command.statement, proof, command.papers, command.filing_id),
            filed_at=command.submitted_at,
        )
    return file.FileInStep(
        step=command.step,
        by=command.by,
        answers=command.answers,
        papers=command.papers,
        statement=command.statement,
        declared_by=command.declared_by,
        filing=command.filing_id,
        filed_at=command.submitted_at,
        corrects=command.corrects,
        dropped=command.dropped,
        cleared=command.cleared,
    )

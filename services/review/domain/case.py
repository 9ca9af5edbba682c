"""Understands what happens to a case as a whole: opened, led into a step and out of it, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, ClassVar, cast

from services.review.domain import moves, sums
from services.review.domain.awaiting import CorrectionDueMoved, FilingAwaited, FilingEnclosed
from services.review.domain.desks import Desk
from services.review.domain.old_cases import CaseTakenOver
from services.review.domain.people import Act
from services.review.domain.steps import (
    assess,
    award,
    check,
    close,
    decide,
    endorse,
    file,
    inspect,
    notice,
    notice_acts,
    pay,
    publish,
    rectify,
    score,
    visit,
)
from services.review.domain.steps import (
    list as listing,
)
from services.review.domain.steps.shape import StepType
from services.review.domain.subject import Applicant, Case, Concluded
from services.review.domain.time_up import FilingTimePassed

TYPES: Mapping[str, StepType] = MappingProxyType(
    {
        module.TYPE: cast(StepType, module)
        for module in (
            *(file, check, assess, endorse, score, visit, listing, notice, decide, award, publish, inspect),
            *(rectify, pay, close),
        )
    }
)
"""Every type of step that this service can run, by its name in a programme."""


@dataclass(frozen=True)
class CaseOpened:
    """An application arrived; from here on the case is under exactly this text of the regulation.

    The window of its round (``round_closes_at`` is excluded) and the last day of the title that it is about come along,
    because deadlines may be counted from them; None where there is none, and in the first days of this log."""

    NAME: ClassVar[str] = "review.case-opened.1"
    case_id: str
    programme: str
    round_id: str
    applicant: Applicant
    opened_at: datetime
    procedure: str = ""
    filing: str = ""
    title: str = ""
    title_number: str = ""
    round_opens_at: datetime | None = None
    round_closes_at: datetime | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class StepEntered:
    """The case came to a step. ``due_at`` is its deadline, None where there is none."""

    NAME: ClassVar[str] = "review.step-entered.1"
    step: str
    type: str
    title_zh: str
    title_en: str
    desk: Desk
    entered_at: datetime
    due_at: datetime | None = None
    due_provisional: bool = False


@dataclass(frozen=True)
class StepDueCounted:
    """What the present step's deadline is counted from happened while the case stood there; ``starts`` names it."""

    NAME: ClassVar[str] = "review.step-due-counted.1"
    step: str
    due_at: datetime
    provisional: bool
    starts: str
    counted_at: datetime


@dataclass(frozen=True)
class StepDueRecounted:
    """The step's deadline was counted again with a newly published year; it never moves to an earlier instant."""

    NAME: ClassVar[str] = "review.step-due-recounted.1"
    step: str
    due_at: datetime
    provisional: bool
    because: str
    recounted_at: datetime


@dataclass(frozen=True)
class StepConcluded:
    """A step ended with one of its outcomes."""

    NAME: ClassVar[str] = "review.step-concluded.1"
    step: str
    outcome: str
    reason: str
    concluded_at: datetime


@dataclass(frozen=True)
class CaseWithdrawn:
    """The applicant took the application back."""

    NAME: ClassVar[str] = "review.case-withdrawn.1"
    reason: str
    withdrawn_at: datetime


FACTS: tuple[type, ...] = (
    CaseOpened,
    CaseTakenOver,
    StepEntered,
    StepDueCounted,
    StepDueRecounted,
    StepConcluded,
    CaseWithdrawn,
    FilingAwaited,
    FilingEnclosed,
    CorrectionDueMoved,
    FilingTimePassed,
    *moves.FACTS,
    *sums.FACTS,
    *(fact for module in TYPES.values() for fact in module.FACTS),
)
NONE = Case()


def evolve(case: Case, fact: Any) -> Case:
    """Fold one fact into the case; facts of a step go to their type."""
    match fact:
        case CaseOpened():
            return replace(
                case,
                case_id=fact.case_id,
                status="open",
                programme=fact.programme,
                opened_at=fact.opened_at,
                round_id=fact.round_id,
                round_opens_at=fact.round_opens_at,
                round_closes_at=fact.round_closes_at,
                valid_to=fact.valid_to,
                procedure=fact.procedure,
                filing=fact.filing,
                applicant=fact.applicant,
                title=fact.title,
                title_number=fact.title_number,
            )
        case CaseTakenOver():
            return replace(case, on_paper=fact.paper)
        case StepEntered():
            return _entered(case, fact)
        case FilingAwaited() | CorrectionDueMoved():
            return case
        case FilingTimePassed():
            return replace(case, asked=fact.asked)
        case FilingEnclosed():
            return replace(
                case,
                answers={**case.answers, **fact.answers},
                papers=(*case.papers, *fact.papers),
                declared_by=fact.declared_by,
                filed_at=fact.enclosed_at,
                filings=_filed(case, case.step, fact.filing),
            )
        case StepDueCounted():
            counted = replace(case, due_at=fact.due_at, due_provisional=fact.provisional)
            return replace(counted, due_counted_at=fact.counted_at)
        case StepDueRecounted():
            counted = replace(case, due_at=fact.due_at, due_provisional=fact.provisional)
            return replace(counted, due_counted_at=fact.recounted_at, due_because=fact.because)
        case StepConcluded():
            ended = Concluded(fact.step, fact.outcome, fact.reason, fact.concluded_at)
            happened = _ended(case, fact)
            return replace(case, history=(*case.history, ended), due_at=None, happened=happened, move=None)
        case CaseWithdrawn():
            return replace(case, status="withdrawn", result="withdrawn", step="", step_type="", due_at=None)
        case moves.MoveProposed():
            return replace(case, move=fact)
        case moves.MoveDismissed():
            return replace(case, move=None)
        case moves.CaseMoved():
            return _moved(case, fact)
        case sums.SumApproved():
            return replace(case, sums={**case.sums, sums.key_of(fact): fact})
        case sums.SumReclaimed():
            return replace(case, reclaimed={**case.reclaimed, fact.budget: fact})
        case sums.SumReleased():
            return replace(case, released={**case.released, sums.key_of(fact): fact})
        case _:
            return _in_step(case, fact)


def _moved(case: Case, fact: moves.CaseMoved) -> Case:
    """Another text, and nothing else: what was decided, filed and counted stays."""
    return replace(
        case,
        programme=fact.after,
        procedure=fact.procedure,
        move=None,
        moves=(*case.moves, fact),
        alone=frozenset(fact.alone),
        past={**case.past, **{each.step: each for each in fact.past}},
    )


def _entered(case: Case, fact: StepEntered) -> Case:
    return replace(
        case,
        step=fact.step,
        step_type=fact.type,
        entered_at=fact.entered_at,
        due_at=fact.due_at,
        due_provisional=fact.due_provisional,
        due_counted_at=fact.entered_at,
        due_because="",
        happened=_begun(case, fact),
        types={**case.types, fact.step: fact.type},
        # Whoever comes to a step again begins it anew; how often and how it ended before stands in the history.
        states={**case.states, fact.step: TYPES[fact.type].INITIAL},
        entered={**case.entered, fact.step: case.entered.get(fact.step, 0) + 1},
        visit=case.visit + 1,
        asked=0,
    )


def _filed(case: Case, step: str, filing: str) -> Mapping[str, str]:
    """The last one stands last."""
    return {**{each: name for each, name in case.filings.items() if each != step}, step: filing}


ENDINGS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("decide", "approved"): "decided",
        ("decide", "refused"): "decided",
        ("assess", "sufficient"): "met",
        ("inspect", "passed"): "met",
        ("check", "to_correct"): "ordered",
        ("check", "complete"): "accepted",
    }
)
"""What a step's end means as an event that a deadline may be counted from, by type of step and outcome."""


def _begun(case: Case, fact: StepEntered) -> Mapping[str, datetime]:
    """A time to put something right begins with the order; a notice that goes up anew has not been posted yet."""
    if fact.type == "rectify":
        return {**case.happened, "ordered": fact.entered_at}
    if fact.type == "notice":
        return {event: at for event, at in case.happened.items() if event != "posted"}
    return case.happened


def _ended(case: Case, fact: StepConcluded) -> Mapping[str, datetime]:
    event = ENDINGS.get((case.types.get(fact.step, ""), fact.outcome))
    return {**case.happened, event: fact.concluded_at} if event else case.happened


def _in_step(case: Case, fact: Any) -> Case:
    step = fact.step
    module = TYPES[case.types[step]]
    case = replace(case, states={**case.states, step: module.evolve(case.states[step], fact)})
    duty = getattr(fact, "DUTY", None)
    if duty is not None and fact.by:  # silence is nobody's act
        case = replace(case, acts=(*case.acts, Act(fact.by, duty, step)))
    match fact:
        case file.FilingReceived():
            return replace(
                case,
                answers=fact.answers,
                papers=fact.papers,
                declared_by=fact.declared_by,
                revision=fact.revision,
                filed_at=fact.filed_at,
                filings=_filed(case, fact.step, fact.filing),
            )
        case endorse.EndorsementGiven() if fact.agrees:
            return replace(case, recommended=case.recommended | {(fact.step, fact.party)})
        case pay.InstalmentPaid():
            key = (fact.step, case.entered[fact.step], fact.instalment)
            return replace(case, payments={**case.payments, key: fact})
        case rectify.RectificationAccepted():
            return replace(case, papers=(*case.papers, *fact.papers))
        case notice_acts.NoticePosted():
            return replace(case, happened={**case.happened, "posted": fact.posted_at})
        case award.TitleConferred():
            happened = {**case.happened, "awarded": fact.conferred_at}
            return replace(case, happened=happened, valid_to=fact.valid_to)
        case close.CaseClosed():
            return replace(case, status="closed", result=fact.result, step="", step_type="", due_at=None)
        case _:
            return case

"""Understands how an open deadline is counted again once a year was published: later perhaps, never earlier."""

from __future__ import annotations

from datetime import datetime

from services.review.domain.awaiting import due_moved
from services.review.domain.case import StepDueRecounted, evolve
from services.review.domain.limits import moved
from services.review.domain.people import Person
from services.review.domain.progress import Facts, decide_in_step, decide_lapse
from services.review.domain.steps import notice
from services.review.domain.steps.notice_acts import RecountNotice
from services.review.domain.subject import Case
from shared.calendar import Calendar
from shared.programmes.model import Programme


def decide_recount(
    step_id: str, by: Person, case: Case, programme: Programme, now: datetime, calendar: Calendar
) -> Facts:
    """Count the present step again: its own deadline and its notice. Twice is once. A deadline that waited for the year
    beyond its end passes with it."""
    if case.status != "open" or case.step != step_id:
        return ()
    recounted = _step_due(case, programme, now, calendar)
    case = _folded(case, recounted)
    if case.step_type != notice.TYPE:
        return (*recounted, *decide_lapse(step_id, case, programme, now, calendar)) if recounted else ()
    return (*recounted, *decide_in_step(RecountNotice(step_id, by), case, programme, now, calendar))


def decide_passed(step_id: str, case: Case, programme: Programme, now: datetime, calendar: Calendar) -> Facts:
    """The deadline of a step has come. Where a notice that was published while it ran moves it, it moves first."""
    if case.status != "open" or case.step != step_id:
        return ()
    recounted = _step_due(case, programme, now, calendar)
    return (*recounted, *decide_lapse(step_id, _folded(case, recounted), programme, now, calendar))


def _folded(case: Case, facts: Facts) -> Case:
    for fact in facts:
        case = evolve(case, fact)
    return case


def _step_due(case: Case, programme: Programme, now: datetime, calendar: Calendar) -> Facts:
    step = programme.step(case.step)
    found = moved(step, case, programme, calendar)
    if found is None:
        return ()
    recounted = StepDueRecounted(step.id, found.at, found.provisional, found.because, now)
    return (recounted, *due_moved(case, step, programme, now, found.at, found.provisional, found.because))

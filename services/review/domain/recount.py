"""Understands how an open deadline is counted again once a year was published: later perhaps, never earlier."""

from __future__ import annotations

from datetime import datetime

from services.review.domain.awaiting import TYPES as HANDED_IN
from services.review.domain.awaiting import CorrectionDueMoved, awaited, comes_by_itself
from services.review.domain.case import StepDueRecounted, evolve
from services.review.domain.days import because
from services.review.domain.limits import binding
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
    """Count what is provisional in the present step again: its own deadline and its notice. Twice is once. A deadline
    that waited for the year beyond its end passes with it."""
    if case.status != "open" or case.step != step_id:
        return ()
    moved: Facts = _step_due(case, programme, now, calendar)
    for fact in moved:
        case = evolve(case, fact)
    if case.step_type != notice.TYPE:
        return (*moved, *decide_lapse(step_id, case, programme, now, calendar)) if moved else ()
    return (*moved, *decide_in_step(RecountNotice(step_id, by), case, programme, now, calendar))


def _step_due(case: Case, programme: Programme, now: datetime, calendar: Calendar) -> Facts:
    if not case.due_provisional or case.due_at is None:
        return ()
    found = binding(programme.step(case.step), case, programme, calendar, case.due_at)
    if found is None or found[0].start is None:
        return ()
    start, fresh = found[0].start, found[1]
    # A right that was granted is never shortened: an earlier result leaves the instant as it is.
    at = max(fresh.instant, case.due_at)
    if (at, fresh.provisional) == (case.due_at, case.due_provisional):
        return ()
    why = because(calendar, start.day, at)
    recounted = StepDueRecounted(case.step, at, fresh.provisional, why, now)
    if case.history and comes_by_itself(case) and case.step_type in HANDED_IN:
        return (recounted, CorrectionDueMoved(case.step, at, fresh.provisional, why, now))
    return (recounted, *awaited(case, programme.step(case.step), programme, now, at, fresh.provisional))

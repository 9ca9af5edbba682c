"""Understands how a case is opened without an application: a report, a re-review, a plan, an incident, an evaluation.

The authority that the procedure names opens it, or whoever acts in the first step. What an applicant begins comes
through intake: in a round as an application, all else as a filing; an authority opens its own cases straight here, or
files at intake too.
"""

from __future__ import annotations

from datetime import date, datetime

from services.review.domain import errors
from services.review.domain.judging import local_day
from services.review.domain.people import Person
from services.review.domain.progress import Facts, OpenCase, decide_open, ensure_reach
from services.review.domain.steps.shape import SHANGHAI
from services.review.domain.subject import Applicant, Case
from shared.calendar import Calendar
from shared.identifiers import region_contains, region_fault, uscc_fault
from shared.programmes.model import Programme


def decide_open_directly(
    command: OpenCase, by: Person, case: Case, programme: Programme, now: datetime, calendar: Calendar
) -> Facts:
    """Open it at the procedure's first step, by whoever may."""
    ensure_opener(command, by, programme, now)
    return decide_open(command, case, programme, now, calendar)


def ensure_opener(command: OpenCase, by: Person, programme: Programme, now: datetime) -> None:
    """Somebody of the authority that opens it or of the party that acts in its first step: an authority orders to put
    something right, the holder does it. Asked before anything is looked up about the organisation: a stranger learns
    nothing of its titles."""
    if command.procedure not in [procedure.id for procedure in programme.procedures]:
        raise errors.ProcedureUnknown(procedures=", ".join(procedure.id for procedure in programme.procedures))
    if not command.filing:  # a filing was held to the day on which it was begun
        ensure_region(command.applicant.region, local_day(now))
    ensure_fitting(command.applicant, programme)
    first = programme.first_step(command.applicant, command.procedure, day=local_day(now))
    is_application = first.type == "file" and programme.party(first.actor).role == "applicant"
    if is_application and command.procedure == programme.procedure().id and not _without_rounds(command, programme):
        raise errors.OpensThroughIntake()
    openers, day = _openers(command, first.actor, programme), now.astimezone(SHANGHAI).date()
    ensure_reach(by, openers, programme, command.applicant, first, day)
    if by.role == "applicant" and not command.filing:
        raise errors.OpensThroughIntake()


def _without_rounds(command: OpenCase, programme: Programme) -> bool:
    """What a programme without rounds begins with is filed like anything else (a draft, a request for a service)."""
    return bool(command.filing) and programme.rounds is None


def _openers(command: OpenCase, first: str, programme: Programme) -> tuple[str, ...]:
    """Who acts first, and the party that the procedure names; an applicant who does not act first comes by a filing."""
    named = programme.procedure(command.procedure).opened_by
    by_filing = programme.party(named).role == "applicant" and not command.filing
    return tuple(dict.fromkeys((first,) if by_filing else (named, first)))


def ensure_region(code: str, day: date) -> None:
    """The region's code is in use on that day."""
    fault = region_fault(code, day)
    if fault is not None:
        raise errors.RegionNotInUse(zh=fault.zh, en=fault.en, do_zh=fault.do_zh, do_en=fault.do_en)


def ensure_fitting(subject: Applicant, programme: Programme) -> None:
    """The organisation lies in the programme's region and is of its levels, kinds and categories."""
    levels = [level.id for level in programme.levels]
    inside = region_contains(programme.region, subject.region)
    # What a case of another procedure is about need not be an applicant: what is declared of it must be known.
    who = programme.applicants
    known = subject.kind in ("", *who.kinds) and subject.category in ("", *who.categories)
    if not inside or not known or subject.level not in levels or uscc_fault(subject.uscc) is not None:
        raise errors.SubjectInvalid(levels=", ".join(levels))

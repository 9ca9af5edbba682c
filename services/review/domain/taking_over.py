"""Understands whether a case that was begun on paper may go on here: under which text, and by whose hand.

Only texts that take no new case any more have such cases; where a text still takes them, an application is made as it
says. The case begins at its procedure's first step, and deadlines count from entering it: no paper clock runs on here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.review.domain import errors
from services.review.domain.deciders import deciders_of
from services.review.domain.judging import local_day
from services.review.domain.old_cases import CaseTakenOver
from services.review.domain.opening import ensure_fitting, ensure_region
from services.review.domain.people import Person
from services.review.domain.progress import Facts, OpenCase, decide_open, ensure_reach
from services.review.domain.steps.shape import stated
from services.review.domain.subject import Case, OnPaper
from shared.calendar import Calendar
from shared.programmes.life import LIVES, life_on, no_old_case_because
from shared.programmes.model import Programme, Step, Text

MOST_RECORD = 200
"""Characters of a file's number."""


@dataclass(frozen=True)
class TakeOverCase:
    """Take over a case that was begun on paper on a day and kept under this number of a file."""

    opening: OpenCase
    begun_on: date
    record: str
    reason: str
    by: Person


def text_of_old_case(versions: Sequence[Programme], begun_on: date, today: date, *, sandbox: bool) -> Programme:
    """The version that was in force when the case was begun. Refuses where none was, or where it has no old cases."""
    if begun_on > today:
        raise errors.BegunOnWrong(zh="不得晚于今天", en="it lies in the future")
    then = [each for each in versions if each.legal.in_force.covers(begun_on)]
    asked = then or list(versions)
    whys = [no_old_case_because(each, today, sandbox=sandbox) for each in asked]
    taking = [each for each, why in zip(asked, whys, strict=True) if why is None]
    if not taking:
        why = next(why for why in reversed(whys) if why is not None)
        raise errors.NoOldCases(zh=why.zh, en=why.en)
    if not then:
        zh = "；".join(_period(each).zh for each in taking)
        raise errors.BegunOnWrong(zh=zh, en="; ".join(_period(each).en for each in taking))
    return taking[-1]


def _period(programme: Programme) -> Text:
    force, version = programme.legal.in_force, programme.version
    if not isinstance(force.since, date):
        return Text(zh=f"{version} 未载明施行日期", en=f"{version} does not say from when it was in force")
    if force.until is None:
        return Text(zh=f"{version} 自 {force.since} 起施行", en=f"{version} was in force from {force.since}")
    since, until = force.since, force.until
    return Text(zh=f"{version} 自 {since} 至 {until} 施行", en=f"{version} was in force from {since} to {until}")


def decide_take_over(
    command: TakeOverCase, case: Case, programme: Programme, now: datetime, calendar: Calendar
) -> Facts:
    """Open it at its procedure's first step, with where it comes from. Who asks: the authority that opens the procedure
    or acts first in it; where an applicant does both, the parties that decide in it."""
    opening, by = command.opening, command.by
    party = ensure_may_take_over(command, programme, now)
    if case.status != "none":
        raise errors.RecordTakenOver(case=case.case_id)
    record, reason = stated(command.record), stated(command.reason)
    if len(record) > MOST_RECORD:
        raise errors.TooMany(most=MOST_RECORD)
    banner = programme.legal.banner or LIVES[life_on(programme, local_day(now))]
    paper = OnPaper(command.begun_on, record, reason, by.id, party, banner.zh, banner.en)
    taken = CaseTakenOver(opening.case_id, programme.ref, opening.applicant, paper, now)
    return decide_open(opening, case, programme, now, calendar, (taken,))


def ensure_may_take_over(command: TakeOverCase, programme: Programme, now: datetime) -> str:
    """Somebody of such an authority, for a case that the text may have; answers the party that the person acts for.
    Asked before anything is looked up about the organisation or the file: a stranger learns nothing of them."""
    opening = command.opening
    if opening.procedure not in [procedure.id for procedure in programme.procedures]:
        raise errors.ProcedureUnknown(procedures=", ".join(procedure.id for procedure in programme.procedures))
    ensure_region(opening.applicant.region, local_day(now))  # where it lies now: officials of today act on it
    ensure_fitting(opening.applicant, programme)
    first = programme.first_step(opening.applicant, opening.procedure, day=local_day(now))
    return _ensure_entitled(command, first, programme, now)


def _ensure_entitled(command: TakeOverCase, first: Step, programme: Programme, now: datetime) -> str:
    """Somebody of an authority, in reach of the applicant; answers the party that the person acts for."""
    opening, by = command.opening, command.by
    procedure = programme.procedure(opening.procedure)
    named = tuple(
        name for name in (procedure.opened_by, first.actor) if programme.party(name).role not in ("applicant", "expert")
    )
    parties = tuple(dict.fromkeys(named)) or deciders_of(programme, procedure)
    ensure_reach(by, parties, programme, opening.applicant, first, local_day(now))
    if by.organisation and by.organisation == opening.applicant.uscc:
        raise errors.OwnOrganisation()
    return next(name for name in parties if programme.party(name).role == by.role)

"""Understands how a case moves on: who may act in its present step, what follows, and where that leads.

A case never asks which programme it is in; it asks its pinned programme what comes next.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from services.review.domain import errors, sums
from services.review.domain.awaiting import TYPES as HANDED_IN
from services.review.domain.awaiting import awaited
from services.review.domain.case import (
    TYPES,
    CaseOpened,
    CaseWithdrawn,
    StepConcluded,
    StepDueCounted,
    StepEntered,
    evolve,
)
from services.review.domain.correcting import told
from services.review.domain.days import PUBLISHED
from services.review.domain.desks import desk_of, reaches
from services.review.domain.judging import day_of, filed, local_day, scope
from services.review.domain.limits import begun, binding
from services.review.domain.people import Duty, Person, clash, same_group
from services.review.domain.steps import award
from services.review.domain.steps.results import results_of
from services.review.domain.steps.shape import Decided, Parties, Situation, StepCommand
from services.review.domain.subject import Applicant, Case
from services.review.domain.time_up import ask
from shared.calendar import Calendar
from shared.programmes.expressions import holds
from shared.programmes.model import Programme, Step

Facts = tuple[Any, ...]


@dataclass(frozen=True)
class OpenCase:
    """An application was filed for the first time."""

    case_id: str
    programme: str
    round_id: str
    applicant: Applicant
    procedure: str = ""
    """The programme's main procedure where empty."""
    filing: str = ""
    """The filing at intake that begins it; empty where an application or an authority does."""
    title: str = ""
    title_number: str = ""
    round_opens_at: datetime | None = None
    round_closes_at: datetime | None = None
    valid_to: date | None = None
    """The last day of the title that the case is about."""


def decide_open(
    command: OpenCase,
    case: Case,
    programme: Programme,
    now: datetime,
    calendar: Calendar = PUBLISHED,
    besides: Facts = (),
) -> Facts:
    """Open the case at the first step of its programme; the same application twice is one case. ``besides`` is what
    else is said of it before it comes to that step."""
    if case.status != "none":
        return ()
    opened = CaseOpened(
        case_id=command.case_id,
        programme=command.programme,
        round_id=command.round_id,
        applicant=command.applicant,
        opened_at=now,
        procedure=command.procedure,
        filing=command.filing,
        title=command.title,
        title_number=command.title_number,
        round_opens_at=command.round_opens_at,
        round_closes_at=command.round_closes_at,
        valid_to=command.valid_to,
    )
    case = _folded(evolve(case, opened), besides)
    first = programme.first_step(command.applicant, command.procedure or None, day=local_day(now))
    return (opened, *besides, *_enter(case, first, programme, now, calendar))


def decide_withdraw(reason: str, case: Case, now: datetime) -> Facts:
    """The applicant took it back. Whoever was decided about before stays decided: the later word comes too late."""
    if case.status != "open" or is_decided(case):
        return ()
    return (*sums.release_all(case, "withdrawn", now), CaseWithdrawn(reason, now))


def is_decided(case: Case) -> bool:
    """Whether a title was conferred already."""
    return any(isinstance(state, award.State) and state.conferred for state in case.states.values())


def decide_in_step(
    command: StepCommand, case: Case, programme: Programme, now: datetime, calendar: Calendar = PUBLISHED
) -> Facts:
    """Act in the present step. What follows from an outcome follows at once, as far as nobody has to act."""
    step = _present(command, case, programme)
    situation = Situation(case, step, case.states[step.id], programme, now, calendar)
    module = TYPES[step.type]
    if type(command) not in module.COMMANDS:
        raise errors.NotForThisStep(zh=step.title.zh, en=step.title.en)
    _ensure_entitled(command, module.who(command, situation), situation)
    decided = module.decide(command, situation)
    _ensure_separate(command, decided.facts, situation)
    after = _folded(case, decided.facts)
    counted = () if decided.outcome else _count(step, case, after, programme, now, calendar)
    following = _advance(after, step, decided, programme, now, calendar)
    return (*told(decided.facts, after, following), *counted, *following)


def decide_lapse(
    step_id: str, case: Case, programme: Programme, now: datetime, calendar: Calendar = PUBLISHED
) -> Facts:
    """The deadline of a step passed. Its type knows what that means; asked twice or too early it is nothing, and so it
    is while the year that it rests on is not published: nobody knows yet whether it is over. A step that waits for a
    filing does not lapse yet: intake is asked first what it has."""
    step, decided = _lapsed(step_id, case, programme, now, calendar)
    if step is None:
        return ()
    if step.type in HANDED_IN and decided.outcome:
        return (ask(case, now),)
    return (*decided.facts, *_advance(_folded(case, decided.facts), step, decided, programme, now, calendar))


def decide_time_closed(
    visit: int, asked: int, case: Case, programme: Programme, now: datetime, calendar: Calendar = PUBLISHED
) -> Facts:
    """Intake answered the question of this number, that nothing (more) was filed for the case's step of this number: it
    lapses now. Where something had come in time, the case stands at another step, and the answer means nothing; nor
    does one to a question about an end that has moved since: what was filed for the later end stands behind it."""
    if case.visit != visit or not case.asked_before < asked <= case.asked:
        return ()
    step, decided = _lapsed(case.step, case, programme, now, calendar)
    if step is None:
        return ()
    return (*decided.facts, *_advance(_folded(case, decided.facts), step, decided, programme, now, calendar))


def _lapsed(
    step_id: str, case: Case, programme: Programme, now: datetime, calendar: Calendar
) -> tuple[Step | None, Decided]:
    """The step, and what follows from silence; no step where its time is not over."""
    overdue = case.status == "open" and case.step == step_id and case.due_at is not None and case.due_at < now
    if not overdue or case.due_provisional:
        return None, Decided(())
    step = programme.step(step_id)
    return step, TYPES[step.type].lapse(Situation(case, step, case.states[step_id], programme, now, calendar))


def _present(command: StepCommand, case: Case, programme: Programme) -> Step:
    if case.status == "none":
        raise errors.CaseUnknown()
    if case.status != "open" or not case.step:
        raise errors.CaseEnded()
    step = programme.step(case.step)
    if command.step != step.id:
        raise errors.NotThisStep(zh=step.title.zh, en=step.title.en)
    return step


# ── who ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _ensure_entitled(command: StepCommand, parties: Parties, situation: Situation) -> None:
    """The person has the role of one of the parties and its reach; a machine or a named role where those suffice."""
    if command.by.role not in parties.roles:
        about = (situation.programme, situation.case.applicant, situation.step)
        ensure_reach(command.by, parties.parties, *about, situation.today)


def ensure_reach(
    by: Person, parties: tuple[str, ...], programme: Programme, applicant: Applicant, step: Step, day: date
) -> None:
    """The person belongs to one of the parties: by role and reach on that day, an applicant by the organisation."""
    asked = [programme.party(name) for name in parties]
    fitting = [party for party in asked if party.role == by.role]
    if not fitting or (by.role == "applicant" and by.organisation != applicant.uscc):
        named = asked or [programme.party(step.actor)]
        raise errors.WrongParty(
            zh="、".join(party.title.zh for party in named), en=", ".join(party.title.en for party in named)
        )
    desks = [desk_of(party.id, programme, day) for party in fitting]
    if by.role != "applicant" and not any(reaches(desk, by.region, applicant.region) for desk in desks):
        raise errors.OutsideRegion()


def _ensure_separate(command: StepCommand, facts: Facts, situation: Situation) -> None:
    """Duties that exclude each other never meet in one person, and nobody acts on a case of an own organisation."""
    case, step, by = situation.case, situation.step, command.by
    if by.role != "applicant" and by.organisation and by.organisation == case.applicant.uscc:
        raise errors.OwnOrganisation()
    # What follows from another's earlier act, such as the next draw from a pool, stays that person's.
    duties: set[Duty] = {fact.DUTY for fact in facts if hasattr(fact, "DUTY") and fact.by == by.id}
    sharing = _sharing_group(step, situation)
    for duty in duties:
        found = clash(by.id, duty, case.acts) or same_group(by.id, step.id, sharing, case.acts)
        if found is not None:
            zh, en = _title_of(found.step, situation)
            raise errors.DutiesSeparate(zh=zh, en=en)


def _sharing_group(step: Step, situation: Situation) -> list[str]:
    """Steps that share a segregation group with this one, those of an earlier text included."""
    groups, past = set(step.segregation), situation.case.past.values()
    here = situation.programme.procedure_of(step.id).steps
    return [s.id for s in here if groups & set(s.segregation)] + [p.step for p in past if groups & set(p.segregation)]


def _title_of(step: str, situation: Situation) -> tuple[str, str]:
    """What a step is called: in the case's text, or in the one that it was under before."""
    past = situation.case.past.get(step)
    for procedure in situation.programme.procedures:
        for each in procedure.steps:
            if each.id == step:
                return each.title.zh, each.title.en
    return (past.title_zh, past.title_en) if past else (step, step)


# ── what follows ─────────────────────────────────────────────────────────────────────────────────────────────────


def _folded(case: Case, facts: Facts) -> Case:
    for fact in facts:
        case = evolve(case, fact)
    return case


def _advance(
    case: Case, step: Step, decided: Decided, programme: Programme, now: datetime, calendar: Calendar
) -> Facts:
    """Out of the step by its outcome and into the next one."""
    if not decided.outcome:
        return ()
    if decided.outcome not in step.outcomes:
        raise errors.OutcomeImpossible(zh=step.title.zh, en=step.title.en)
    if decided.outcome == step.goes_on:
        _ensure_guard(case, step, programme, now)
    concluded = StepConcluded(step.id, decided.outcome, decided.reason, now)
    case = evolve(case, concluded)
    after = programme.next_step(
        step.id,
        decided.outcome,
        case.applicant,
        case.answers,
        case.entered,
        results_of(case),
        documents=filed(case),
        day=day_of(case),
    )
    return (concluded, *_enter(case, after, programme, now, calendar))


def _ensure_guard(case: Case, step: Step, programme: Programme, now: datetime) -> None:
    """A guard speaks of the moment at which the step is to end: its years are counted to that day."""
    if step.guard is None:
        return
    if holds(step.guard, scope(case, programme, now, results_of(case))) is not True:
        raise errors.GuardFails(zh=step.title.zh, en=step.title.en)


def _count(step: Step, before: Case, after: Case, programme: Programme, now: datetime, calendar: Calendar) -> Facts:
    """What the deadline waited for has just happened in the step itself, such as the posting of a notice."""
    starts = begun(step, before, after, programme)
    found = binding(step, after, programme, calendar) if starts else None
    if found is None:
        return ()
    return (StepDueCounted(step.id, found[1].instant, found[1].provisional, starts, now),)


def begin_at(case: Case, step: Step, programme: Programme, now: datetime, calendar: Calendar) -> Facts:
    """Into a step that no outcome led to: the case has moved to another text."""
    return _enter(case, step, programme, now, calendar)


def _enter(case: Case, step: Step, programme: Programme, now: datetime, calendar: Calendar) -> Facts:
    """Into a step, and through it where it needs nobody."""
    if step.type not in TYPES:
        raise errors.ProgrammeNotRunnable(what=step.type)
    situation = Situation(case, step, TYPES[step.type].INITIAL, programme, now, calendar)
    decided = TYPES[step.type].enter(situation)
    entered = StepEntered(
        step=step.id,
        type=step.type,
        title_zh=step.title.zh,
        title_en=step.title.en,
        desk=desk_of(decided.waits_for or step.actor, programme, situation.today),
        entered_at=now,
    )
    # What entering brings with it (a title that is conferred) may be what the deadline is counted from.
    found = binding(step, _folded(evolve(case, entered), decided.facts), programme, calendar)
    if found is not None:
        entered = replace(entered, due_at=found[1].instant, due_provisional=found[1].provisional)
    case = evolve(case, entered)
    owed = awaited(case, step, programme, now, entered.due_at, entered.due_provisional)
    return (
        entered,
        *owed,
        *decided.facts,
        *_advance(_folded(case, decided.facts), step, decided, programme, now, calendar),
    )

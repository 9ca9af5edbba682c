"""Understands how a running case goes on under a text that followed its own: by two persons and a rule, not by itself.

Everything decided before stays. Deadlines are counted anew and never shorten what was granted. The case stays at its
step where both texts have it alike; where they do not, somebody names the step at which it begins anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.review.domain import errors, listing
from services.review.domain.awaiting import due_moved
from services.review.domain.case import TYPES, StepDueRecounted, evolve
from services.review.domain.deciders import deciders_of
from services.review.domain.desks import desk_of
from services.review.domain.judging import local_day
from services.review.domain.limits import binding
from services.review.domain.moves import (
    CaseMoved,
    ConfirmMove,
    DismissMove,
    MoveDismissed,
    MoveProposed,
    PastStep,
    ProposeMove,
)
from services.review.domain.people import Person
from services.review.domain.progress import Facts, begin_at, ensure_reach, is_decided
from services.review.domain.rounds import NONE as NO_ROUND
from services.review.domain.rounds import Round, ensure_runnable
from services.review.domain.steps import list as list_step
from services.review.domain.steps import notice
from services.review.domain.steps.list import DecideListing
from services.review.domain.steps.shape import SHANGHAI, Situation, stated
from services.review.domain.subject import Case
from shared.calendar import Calendar
from shared.programmes.address import plain_values
from shared.programmes.life import NONE_NAMED, closed_because, follows
from shared.programmes.model import Assessing, Deciding, Paying, Procedure, Programme, Scoring, Step, Text

_OF_THEMSELVES = ("award", "close")
"""Steps in which something follows at once: a move decides nothing."""


@dataclass(frozen=True)
class Texts:
    """The case's own text and the one it is to go on under."""

    old: Programme
    new: Programme


@dataclass(frozen=True)
class Place:
    """Where the case stands in the new text."""

    step: Step
    anew: bool


def decide_propose_move(
    command: ProposeMove, case: Case, texts: Texts, now: datetime, sandbox: bool, round_: Round = NO_ROUND
) -> Facts:
    """One officer of the deciding authority proposes, with the rule and the reason."""
    deciders = _ensure_entitled(command.by, case, texts.old, now)
    if case.move is not None:
        raise errors.ProposalStands()
    _ensure_follows(texts, now, sandbox)
    _ensure_followed(case, round_)
    place_in(texts, case, command.step)
    rule, reason = stated(command.rule), stated(command.reason)
    desks = tuple(desk_of(party, texts.old, local_day(now)) for party in deciders)
    return (MoveProposed(command.by.id, texts.new.ref, rule, reason, command.step, now, desks),)


def decide_confirm_move(
    command: ConfirmMove,
    case: Case,
    texts: Texts,
    now: datetime,
    calendar: Calendar,
    sandbox: bool,
    round_: Round = NO_ROUND,
) -> Facts:
    """Another person agrees: the case is under the new text, and stands in its graph."""
    _ensure_entitled(command.by, case, texts.old, now)
    proposal = _answerable(case, command.by)
    _ensure_follows(texts, now, sandbox)
    _ensure_followed(case, round_)
    place = place_in(texts, case, proposal.step)
    moved = _moved(proposal, command.by, case, texts, place, now)
    after = evolve(case, moved)
    if place.anew:
        return (moved, *begin_at(after, place.step, texts.new, now, calendar))
    return (moved, *_counted_anew(after, place.step, texts.new, now, calendar))


def decide_dismiss_move(command: DismissMove, case: Case, old: Programme, now: datetime) -> Facts:
    """Another person disagrees, or whoever proposed takes it back."""
    _ensure_entitled(command.by, case, old, now)
    if case.move is None:
        raise errors.NoProposal()
    return (MoveDismissed(command.by.id, stated(command.reason), _asked(case.move), now),)


def _asked(proposal: MoveProposed) -> tuple[str, ...]:
    return tuple(desk.party for desk in proposal.desks)


def _answerable(case: Case, by: Person) -> MoveProposed:
    if case.move is None:
        raise errors.NoProposal()
    if case.move.by == by.id:
        raise errors.DutiesSeparate(zh="提议适用新办法", en="the proposal to move the case")
    return case.move


# ── who, and to which text ───────────────────────────────────────────────────────────────────────────────────────


def _ensure_entitled(by: Person, case: Case, old: Programme, now: datetime) -> tuple[str, ...]:
    """Somebody of the authority that decides the case; answers the parties that it consists of."""
    if case.status == "none":
        raise errors.CaseUnknown()
    if case.status != "open" or not case.step:
        raise errors.CaseEnded()
    if by.organisation and by.organisation == case.applicant.uscc:
        raise errors.OwnOrganisation()
    deciders = deciders_of(old, old.procedure_of(case.step))
    ensure_reach(by, deciders, old, case.applicant, old.step(case.step), local_day(now))
    if is_decided(case):
        raise errors.MoveStepImpossible(zh="案件已作出决定", en="the case is decided")
    return deciders


def _ensure_follows(texts: Texts, now: datetime, sandbox: bool) -> None:
    if not follows(texts.old, texts.new):
        raise errors.TextDoesNotFollow()
    why = closed_because(texts.new, now.astimezone(SHANGHAI).date(), sandbox=sandbox)
    if why is not None:
        raise errors.TextClosed(why_zh=why.zh, why_en=why.en, next_zh=NONE_NAMED.zh, next_en=NONE_NAMED.en)
    ensure_runnable(texts.new, sandbox)


def _ensure_followed(case: Case, round_: Round) -> None:
    """A list or a notice of the round that names the case was made under the text that the case is under now: the case
    follows it first. Else its place is never taken, or it follows somebody whom its new text does not ask."""
    named = listing.follows(case, round_)
    if isinstance(named, DecideListing):
        raise errors.MoveStepImpossible(
            zh="其批次的名单已列入本案,本案即将据此办理",
            en="the list of its round names it, and it has not followed yet",
        )
    if named is not None:
        raise errors.MoveStepImpossible(
            zh="其批次的公示已涵盖本案,本案即将据此办理",
            en="the notice of its round is over it, and it has not followed yet",
        )


# ── where it stands ──────────────────────────────────────────────────────────────────────────────────────────────


def place_in(texts: Texts, case: Case, named: str = "") -> Place:
    """The step of the new text that the case is at. Refuses where it cannot stay and no step is named, saying why."""
    state = case.states.get(case.step)
    if named:
        if isinstance(state, notice.State) and state.posted is not None and not state.closed:
            raise errors.MoveStepImpossible(zh="公示正在进行", en="its public notice is running")
        return Place(_named(texts.new, named), True)
    step, why = texts.old.step(case.step), _differing(texts, case)
    if why is not None:
        procedure = _procedure_like(texts, step)
        steps = ", ".join(each.id for each in procedure.steps if each.type not in _OF_THEMSELVES)
        raise errors.MoveNeedsStep(zh=why.zh, en=why.en, steps=steps)
    return Place(texts.new.step(case.step), False)


def _named(new: Programme, name: str) -> Step:
    steps = {step.id: step for procedure in new.procedures for step in procedure.steps}
    if name not in steps:
        known = ", ".join(step.id for step in new.procedure().steps if step.type not in _OF_THEMSELVES)
        raise errors.MoveNeedsStep(zh="新文本没有所指环节", en="the new text has no such step", steps=known)
    if steps[name].type in _OF_THEMSELVES:
        raise errors.MoveStepImpossible(zh="该环节不经决定即产生结果", en="that step ends the case without a decision")
    return steps[name]


def _procedure_like(texts: Texts, step: Step) -> Procedure:
    wanted = texts.old.procedure_of(step.id).id
    return next((each for each in texts.new.procedures if each.id == wanted), texts.new.procedure())


def _differing(texts: Texts, case: Case) -> Text | None:
    """What keeps the case from staying at its step; None where both texts have it alike."""
    step = texts.old.step(case.step)
    known = {each.id: each for each in _procedure_like(texts, step).steps}
    if step.id not in known:
        return Text(
            zh=f"新文本没有环节“{step.title.zh}”({step.id})", en=f"the new text has no step {step.id} ({step.title.en})"
        )
    there = known[step.id]
    if there.type != step.type:
        return Text(
            zh=f"环节 {step.id} 的类型由 {step.type} 改为 {there.type}",
            en=f"the step {step.id} is of type {there.type} there, not {step.type}",
        )
    begun = case.states.get(step.id) != TYPES[step.type].INITIAL
    if begun and step.type != notice.TYPE and _rules(step, texts.old) != _rules(there, texts.new):
        return Text(
            zh=f"环节“{step.title.zh}”已按原文本办理了一部分,而新文本对它的规定不同",
            en=f"the step {step.title.en} was begun under other rules than those of the new text",
        )
    return None


def _rules(step: Step, programme: Programme) -> Any:
    """What a step goes by, without where it is written: what was begun under it may only go on under the same."""
    found: list[Any] = [step.parameters]
    match step.parameters:
        case Assessing():
            found += [programme.conditions_of(programme.procedure_of(step.id).id), programme.relaxations]
        case Scoring() as scoring:
            found += [programme.rubric(scoring.rubric), programme.panels]
        case Paying() as paying:
            found += [programme.budget(paying.budget)]
        case Deciding() as deciding if deciding.approves is not None:
            found += [programme.budget(deciding.approves)]
        case _:
            pass
    return [_bare(plain_values(each)) for each in found]


def _bare(plain: Any) -> Any:
    if isinstance(plain, Mapping):
        return {key: _bare(value) for key, value in plain.items() if key not in ("source", "title")}
    return [_bare(item) for item in plain] if isinstance(plain, list) else plain


# ── what follows ─────────────────────────────────────────────────────────────────────────────────────────────────


def _moved(proposal: MoveProposed, by: Person, case: Case, texts: Texts, place: Place, now: datetime) -> CaseMoved:
    old, new, step = texts.old, texts.new, place.step
    steps = {each.id: each for procedure in old.procedures for each in procedure.steps}
    past = tuple(
        PastStep(name, steps[name].title.zh, steps[name].title.en, steps[name].segregation)
        for name in case.entered
        if name in steps
    )
    return CaseMoved(
        before=old.ref,
        before_version=old.version,
        after=new.ref,
        after_version=new.version,
        rule=proposal.rule,
        reason=proposal.reason,
        proposed_by=proposal.by,
        confirmed_by=by.id,
        left=case.step,
        step=step.id,
        anew=place.anew,
        procedure=new.procedure_of(step.id).id,
        title_zh=step.title.zh,
        title_en=step.title.en,
        desk=desk_of(step.actor, new),
        past=past,
        asked=_asked(proposal),
        moved_at=now,
        alone=_listed_alone(case, texts),
    )


def _listed_alone(case: Case, texts: Texts) -> tuple[str, ...]:
    """The list steps of the new text that the round's call knows nothing of: no list of the round is made there."""
    if not case.round_id:
        return ()
    known = {step.id for step in _lists(texts.old)} - case.alone
    return tuple(step.id for step in _lists(texts.new) if step.id not in known)


def _lists(programme: Programme) -> tuple[Step, ...]:
    return tuple(step for procedure in programme.procedures for step in procedure.steps if step.type == list_step.TYPE)


def _counted_anew(case: Case, step: Step, new: Programme, now: datetime, calendar: Calendar) -> Facts:
    """The step's own deadline and its notice under the new text: later perhaps, never earlier. A deadline that did not
    exist before is counted from the move; one that no longer exists stands as it was granted."""
    rule = case.moves[-1].rule
    found = binding(step, case if case.due_at else replace(case, entered_at=now), new, calendar, case.due_at)
    counted: Facts = ()
    if found is not None and found[1].instant > (case.due_at or now):
        later = (found[1].instant, found[1].provisional, rule)
        counted = (StepDueRecounted(step.id, *later, now), *due_moved(case, step, new, now, *later))
    if step.type != notice.TYPE:
        return counted
    situation = Situation(case, step, case.states[step.id], new, now, calendar)
    return (*counted, *notice.counted_under_text(situation, rule))

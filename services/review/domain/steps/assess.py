"""Understands assess (初审): one authority records a verdict for every condition, and then says whether they suffice.

What figures decide is computed by the rules; the officer confirms it, or contradicts it with a reason. What has to be
judged needs a reason always. An exception is never automatic: it needs the officer, the reason and the accepted value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, Literal, cast

from services.review.domain import errors
from services.review.domain.judging import findings, is_relaxable
from services.review.domain.people import Duty, Person
from services.review.domain.steps.shape import Decided, Parties, Situation, actor, stated
from shared.programmes.model import Assessing, Condition, Unset
from shared.programmes.verdicts import UsedRelaxation

TYPE = "assess"
GOOD = frozenset({"met", "relaxed", "not_applicable"})
Given = Literal["met", "unmet", "relaxed", "not_applicable"]


@dataclass(frozen=True)
class RecordVerdict:
    """Say of one condition whether it is met. ``relaxation`` and ``accepted_value`` belong to ``relaxed``."""

    step: str
    by: Person
    condition: str
    verdict: Given
    reason: str = ""
    relaxation: str = ""
    accepted_value: str = ""


@dataclass(frozen=True)
class ConfirmComputed:
    """Confirm what the figures decide, for every computed condition without a verdict at once."""

    step: str
    by: Person


@dataclass(frozen=True)
class ConcludeAssessment:
    """Say that every condition was judged."""

    step: str
    by: Person
    opinion: str


@dataclass(frozen=True)
class VerdictRecorded:
    """One condition was judged; ``computed`` is what the figures said (unknown where they say nothing)."""

    NAME: ClassVar[str] = "review.verdict-recorded.1"
    DUTY: ClassVar[Duty] = "assess"
    step: str
    by: str
    condition: str
    verdict: str
    computed: str
    reason: str
    relaxation: str
    accepted_value: str
    recorded_at: datetime


@dataclass(frozen=True)
class AssessmentConcluded:
    """All conditions are judged. ``authority_region`` is the concluding officer's."""

    NAME: ClassVar[str] = "review.assessment-concluded.1"
    DUTY: ClassVar[Duty] = "assess"
    step: str
    by: str
    programme: str
    authority_region: str
    verdicts: Mapping[str, str]
    sufficient: bool
    opinion: str
    concluded_at: datetime


Command = RecordVerdict | ConfirmComputed | ConcludeAssessment
Fact = VerdictRecorded | AssessmentConcluded


@dataclass(frozen=True)
class State:
    """The last verdict recorded of each condition."""

    verdicts: Mapping[str, VerdictRecorded] = field(default_factory=dict)


COMMANDS: tuple[type, ...] = (RecordVerdict, ConfirmComputed, ConcludeAssessment)
FACTS: tuple[type, ...] = (VerdictRecorded, AssessmentConcluded)
INITIAL = State()


def who(command: Command, situation: Situation) -> Parties:
    """The step's authority."""
    return actor(situation)


def enter(situation: Situation) -> Decided:
    """The case waits for the authority."""
    return Decided(())


def conditions(situation: Situation) -> tuple[Condition, ...]:
    """The conditions that this step judges: the named ones, or all of its procedure."""
    parameters = situation.step.parameters
    assert isinstance(parameters, Assessing)
    if parameters.conditions != "all":
        return tuple(situation.programme.condition(name) for name in parameters.conditions)
    programme = situation.programme
    here, main = programme.procedure_of(situation.step.id).id, programme.procedure().id
    return tuple(c for c in programme.conditions if (c.procedure or main) == here)


def computed_by_rules(situation: Situation) -> Mapping[str, str]:
    """What figures and papers decide by themselves."""
    return findings(situation.case, situation.programme, situation.step.id)


def lapse(situation: Situation) -> Decided:
    """Nothing but being late: whoever looks at the work list sees it."""
    return Decided(())


def decide(command: Command, situation: Situation) -> Decided:
    """Record verdicts; conclude when none is missing."""
    match command:
        case RecordVerdict():
            return Decided((_record(command, situation),))
        case ConfirmComputed():
            return Decided(tuple(_confirmations(command, situation)))
        case ConcludeAssessment():
            return _conclude(command, situation)


def _record(command: RecordVerdict, situation: Situation) -> VerdictRecorded:
    known = {condition.id: condition for condition in conditions(situation)}
    if command.condition not in known:
        raise errors.ConditionUnknown(conditions=", ".join(known))
    condition = known[command.condition]
    computed = computed_by_rules(situation)[condition.id]
    _ensure_possible(command, condition, computed)
    reason = command.reason.strip()  # a judged condition is unknown to the rules: any verdict differs
    if command.verdict == "relaxed":
        _ensure_relaxable(command, situation)
    if command.verdict != computed:
        reason = stated(reason)
    return VerdictRecorded(
        step=situation.step.id,
        by=command.by.id,
        condition=condition.id,
        verdict=command.verdict,
        computed=computed,
        reason=reason,
        relaxation=command.relaxation,
        accepted_value=command.accepted_value.strip(),
        recorded_at=situation.now,
    )


def _ensure_possible(command: RecordVerdict, condition: Condition, computed: str) -> None:
    set_aside = computed == "not_applicable"
    if (command.verdict == "not_applicable") != set_aside:
        raise errors.VerdictImpossible()
    if command.verdict != "relaxed" and (command.relaxation or command.accepted_value):
        raise errors.VerdictImpossible()


def _ensure_relaxable(command: RecordVerdict, situation: Situation) -> None:
    parameters, programme = situation.step.parameters, situation.programme
    assert isinstance(parameters, Assessing)
    if command.relaxation not in parameters.relaxations:
        raise errors.RelaxationImpossible()
    if not command.accepted_value.strip():
        raise errors.AcceptedValueMissing()
    used = UsedRelaxation(command.relaxation, command.by.id, stated(command.reason), command.accepted_value)
    if not is_relaxable(situation.case, programme, command.condition, used):
        raise errors.RelaxationImpossible()
    party = programme.relaxation(command.relaxation).party
    if isinstance(party, Unset):
        raise errors.ParameterUnset(what=f"{command.relaxation}.party")
    if command.by.role != programme.party(party).role:
        raise errors.RelaxationImpossible()


def _confirmations(command: ConfirmComputed, situation: Situation) -> Iterator[VerdictRecorded]:
    computed = computed_by_rules(situation)
    for condition in conditions(situation):
        verdict = computed[condition.id]
        decided = condition.decided == "computed" and verdict in ("met", "unmet", "not_applicable")
        if decided and condition.id not in situation.state.verdicts:
            yield _record(RecordVerdict(command.step, command.by, condition.id, cast(Given, verdict)), situation)


def _conclude(command: ConcludeAssessment, situation: Situation) -> Decided:
    verdicts = {name: recorded.verdict for name, recorded in situation.state.verdicts.items()}
    missing = [c.id for c in conditions(situation) if c.id not in verdicts]
    if missing:
        raise errors.VerdictsMissing(conditions=", ".join(missing))
    opinion = stated(command.opinion)
    sufficient = all(verdict in GOOD for verdict in verdicts.values())
    concluded = AssessmentConcluded(
        step=situation.step.id,
        by=command.by.id,
        programme=situation.case.programme,
        authority_region=command.by.region,
        verdicts=verdicts,
        sufficient=sufficient,
        opinion=opinion,
        concluded_at=situation.now,
    )
    return Decided((concluded,), "sufficient" if sufficient else "insufficient", opinion)


def evolve(state: State, fact: Fact) -> State:
    match fact:
        case VerdictRecorded():
            return replace(state, verdicts={**state.verdicts, fact.condition: fact})
        case AssessmentConcluded():
            return state

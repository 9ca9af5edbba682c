"""Understands inspect (测评, 评价, 复核): one or several assessors look at named topics, perhaps with a score sheet or
condition by condition, and say whether it passes; it passes when all of them say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import ClassVar

from services.review.domain import errors
from services.review.domain.people import Duty, Person
from services.review.domain.steps.assess import GOOD
from services.review.domain.steps.assessors import (
    Assessor,
    AssessorsNamed,
    NameAssessors,
    decide_name,
    ensure_named,
    is_named,
    organisers,
)
from services.review.domain.steps.shape import Decided, Parties, Situation, stated
from shared.programmes.model import Inspecting
from shared.programmes.scores import Score, Unscorable, aggregate

TYPE = "inspect"


@dataclass(frozen=True)
class RecordInspection:
    """What one assessor found: a sentence for every topic, points where there is a score sheet, a verdict for every
    condition that is judged again, and whether it passes."""

    step: str
    by: Person
    passes: bool
    opinion: str
    findings: tuple[str, ...] = ()
    points: Mapping[str, str] = field(default_factory=dict)
    verdicts: Mapping[str, str] = field(default_factory=dict)
    party: str = ""


@dataclass(frozen=True)
class InspectionRecorded:
    """One assessor's findings."""

    NAME: ClassVar[str] = "review.inspection-recorded.1"
    DUTY: ClassVar[Duty] = "inspect"
    step: str
    by: str
    party: str
    passes: bool
    opinion: str
    findings: tuple[str, ...]
    points: Mapping[str, str]
    verdicts: Mapping[str, str]
    score: str
    recorded_at: datetime
    band: str = ""


@dataclass(frozen=True)
class State:
    """What the assessors found, and who was named to assess from outside, by party."""

    recorded: Mapping[str, InspectionRecorded] = field(default_factory=dict)
    named: Mapping[str, Assessor] = field(default_factory=dict)


Command = RecordInspection | NameAssessors
Fact = InspectionRecorded | AssessorsNamed
COMMANDS: tuple[type, ...] = (RecordInspection, NameAssessors)
FACTS: tuple[type, ...] = (InspectionRecorded, AssessorsNamed)
INITIAL = State()


def _assessors(situation: Situation) -> tuple[str, ...]:
    parameters = _parameters(situation)
    return parameters.assessors or (situation.step.actor,)


def _parameters(situation: Situation) -> Inspecting:
    parameters = situation.step.parameters
    assert isinstance(parameters, Inspecting)
    return parameters


def who(command: Command, situation: Situation) -> Parties:
    """The assessor that the person speaks for (whoever comes from outside is named one by one, so that no region and
    no organisation binds them); whoever organises names them."""
    if isinstance(command, NameAssessors):
        return Parties(organisers(situation))
    assessors = _assessors(situation)
    spoken = (command.party,) if command.party in assessors else assessors
    outside = tuple({situation.programme.party(party).role for party in spoken if is_named(party, situation)})
    return Parties(spoken, outside)


def enter(situation: Situation) -> Decided:
    """The case waits for the assessors, or for whoever names the first of them."""
    outside = is_named(_assessors(situation)[0], situation)
    found = organisers(situation)
    if outside and not found:
        raise errors.ParameterUnset(what=f"{situation.step.id}.actor")
    return Decided((), waits_for=found[0] if outside else "")


def lapse(situation: Situation) -> Decided:
    """Nothing but being late: whoever looks at the work list sees it."""
    return Decided(())


def decide(command: Command, situation: Situation) -> Decided:
    """Name assessors, or record what one found; the step ends with the last assessor."""
    assessors, state = _assessors(situation), situation.state
    recorded: Mapping[str, InspectionRecorded] = state.recorded
    if isinstance(command, NameAssessors):
        return Decided((decide_name(command, assessors, recorded, situation),))
    party = command.party or assessors[0]
    if party not in assessors or party in recorded:
        raise errors.AlreadySigned()
    ensure_named(command.by, party, state.named, situation)
    _ensure_found(command, situation)
    score = _score(command, situation)
    fact = InspectionRecorded(
        step=situation.step.id,
        by=command.by.id,
        party=party,
        passes=command.passes,
        opinion=stated(command.opinion),
        findings=tuple(finding.strip() for finding in command.findings),
        points=dict(command.points),
        verdicts=dict(command.verdicts),
        score=str(score.total) if score else "",
        recorded_at=situation.now,
        band=score.band.id if score and score.band else "",
    )
    found = [*recorded.values(), fact]
    if len(found) < len(assessors):
        return Decided((fact,))
    return Decided((fact,), "passed" if all(one.passes for one in found) else "failed", fact.opinion)


def _ensure_found(command: RecordInspection, situation: Situation) -> None:
    """A sentence for every topic; a verdict for every condition, and no pass against a verdict."""
    topics = _parameters(situation).topics
    if len(command.findings) != len(topics) or not all(finding.strip() for finding in command.findings):
        raise errors.FindingsMissing(topics="; ".join(f"{topic.zh} / {topic.en}" for topic in topics))
    wanted = conditions(situation)
    if set(command.verdicts) != wanted:
        raise errors.VerdictsMissing(conditions=", ".join(sorted(wanted)))
    if not set(command.verdicts.values()) <= GOOD | {"unmet"}:
        raise errors.VerdictImpossible()
    if command.passes and "unmet" in command.verdicts.values():
        raise errors.VerdictImpossible()


def conditions(situation: Situation) -> set[str]:
    """What is judged again: the named ones; all of the step's own procedure, or of the main one where it has none."""
    named, programme = _parameters(situation).conditions, situation.programme
    if named != "all":
        return set(named)
    main, here = programme.procedure().id, programme.procedure_of(situation.step.id).id
    own = {c.id for c in programme.conditions if (c.procedure or main) == here}
    return own or {c.id for c in programme.conditions if (c.procedure or main) == main}


def _score(command: RecordInspection, situation: Situation) -> Score | None:
    """What the sheet comes to, where there is one; it must agree with whether it passes."""
    named = _parameters(situation).rubric
    if named is None:
        return None
    rubric = situation.programme.rubric(named)
    try:
        score = aggregate(rubric, [{head: Decimal(points) for head, points in command.points.items()}])
    except (Unscorable, InvalidOperation) as wrong:
        raise errors.PointsWrong(heads=", ".join(f"{head.id} 0–{head.most}" for head in rubric.heads)) from wrong
    if score.passed != command.passes:
        raise errors.VerdictImpossible()
    return score


def evolve(state: State, fact: Fact) -> State:
    match fact:
        case InspectionRecorded():
            return replace(state, recorded={**state.recorded, fact.party: fact})
        case AssessorsNamed():
            return replace(state, named={**state.named, **{each.party: each for each in fact.assessors}})

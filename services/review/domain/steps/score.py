"""Understands score (专家评审): named experts score alone by the rubric; every sheet is sealed until all are in.

The rules say whether experts are named or drawn by lot from a pool. Who has a conflict steps back: the sheet is void
and another expert is assigned, or drawn. Nobody sees a sheet before the last one is in, or the panel is closed because
its quorum is; then all are opened at once and aggregated as the rubric says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from services.review.domain import errors
from services.review.domain.people import Person, clash
from services.review.domain.steps.drawing import by_lot, seed_of
from services.review.domain.steps.score_acts import (
    AssignExperts,
    ClosePanel,
    Command,
    ConflictDeclared,
    DeclareConflict,
    Expert,
    ExpertPoolFixed,
    ExpertsAssigned,
    Fact,
    PanelClosed,
    PanelDrawn,
    ScoreSealed,
    ScoresOpened,
    SealScore,
)
from services.review.domain.steps.shape import Decided, Parties, Situation, stated
from shared.programmes.model import Panel, Rubric
from shared.programmes.model import Scoring as Parameters
from shared.programmes.scores import Unscorable, aggregate, one_sheet

TYPE = "score"
MOST_EXPERTS = 31
MOST_POOL = 200
LEAST_TRIMMED = 3
"""A trimmed mean drops the highest and the lowest sheet, so it needs one more."""
_POINTS = re.compile(r"[0-9]{1,6}(\.[0-9]{1,4})?")


@dataclass(frozen=True)
class State:
    """Who is on the panel, who stepped back, which sheets are in, and the result once they were opened; where experts
    are drawn by lot also the pools and the draws."""

    panel: Mapping[str, Expert] = field(default_factory=dict)
    stepped_back: frozenset[str] = frozenset()
    sheets: Mapping[str, ScoreSealed] = field(default_factory=dict)
    opened: ScoresOpened | None = None
    pools: tuple[ExpertPoolFixed, ...] = ()
    draws: tuple[PanelDrawn, ...] = ()
    closed: PanelClosed | None = None


COMMANDS: tuple[type, ...] = (AssignExperts, ClosePanel, DeclareConflict, SealScore)
FACTS: tuple[type, ...] = (
    *(ExpertPoolFixed, PanelDrawn, ExpertsAssigned),
    *(ConflictDeclared, PanelClosed, ScoreSealed, ScoresOpened),
)
INITIAL = State()


def who(command: Command, situation: Situation) -> Parties:
    """An officer organises; experts score and step back (they are named one by one, so no region binds them)."""
    if not isinstance(command, AssignExperts | ClosePanel):
        return Parties(roles=("expert",))
    return Parties(_organisers(situation))


def _organisers(situation: Situation) -> tuple[str, ...]:
    """Who names the experts: the step's actor, or the officers' parties where the step names the experts themselves."""
    programme = situation.programme
    if programme.party(situation.step.actor).role != "expert":
        return (situation.step.actor,)
    return tuple(party.id for party in programme.parties if party.role == "officer")


def enter(situation: Situation) -> Decided:
    """The case waits for its panel."""
    organisers = _organisers(situation)
    if not organisers:
        raise errors.ParameterUnset(what=f"{situation.step.id}.actor")
    return Decided((), waits_for=organisers[0])


def lapse(situation: Situation) -> Decided:
    """Nothing but being late: whoever looks at the work list sees it."""
    return Decided(())


def decide(command: Command, situation: Situation) -> Decided:
    """Assign, step back, hand in, or close; the last sheet opens all."""
    match command:
        case AssignExperts():
            return _pool(command, situation) if _is_drawn(situation) else _assign(command, situation)
        case ClosePanel():
            return _close(command, situation)
        case DeclareConflict():
            _ensure_on_panel(command.by, situation.state)
            fact = ConflictDeclared(situation.step.id, command.by.id, stated(command.reason), situation.now)
            after = evolve(situation.state, fact)
            return Decided((fact, *_draw(after, 1, command.by.id, situation)))
        case SealScore():
            return _seal(command, situation)


def _assign(command: AssignExperts, situation: Situation) -> Decided:
    state: State = situation.state
    size = _size(situation)
    named = {expert.id for expert in command.experts}
    panel = len(state.panel) + len(command.experts)
    wrong = len(named) != len(command.experts) or named & state.panel.keys() or not named
    least = LEAST_TRIMMED if _rubric(situation).aggregation == "trimmed_mean" else 1
    if wrong or not least <= panel <= MOST_EXPERTS or (size and panel != size):
        raise errors.PanelWrong(size=size or f"{least}–{MOST_EXPERTS}")
    for expert in command.experts:
        _ensure_unbiased(expert, command.by, situation)
    return Decided((ExpertsAssigned(situation.step.id, command.by.id, command.experts, situation.now),))


# ── by lot ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _is_drawn(situation: Situation) -> bool:
    panel = _panel(situation)
    return panel is not None and panel.drawn == "random"


def _pool(command: AssignExperts, situation: Situation) -> Decided:
    """Fix the pool and draw from it; another pool only where the first one has nobody left to draw."""
    state: State = situation.state
    size = _size(situation)
    if not size:
        raise errors.ParameterUnset(what=f"{situation.step.id}.panel.size")
    wanted, named = size - len(state.panel), {expert.id for expert in command.experts}
    known = {expert.id for pool in state.pools for expert in pool.pool}
    if wanted < 1 or len(named) != len(command.experts) or named & known or not wanted <= len(named) <= MOST_POOL:
        raise errors.PoolWrong(least=max(wanted, 0), most=MOST_POOL)
    for expert in command.experts:
        _ensure_unbiased(expert, command.by, situation)
    fixed = ExpertPoolFixed(situation.step.id, command.by.id, command.experts, command.nonce, situation.now)
    return Decided((fixed, *_draw(evolve(state, fixed), wanted, "", situation)))


def _draw(state: State, wanted: int, instead_of: str, situation: Situation) -> tuple[Fact, ...]:
    """The next so many by lot, from the newest pool; nothing where it has too few left or nothing is drawn by lot."""
    if not state.pools:
        return ()
    fixed, step, now = state.pools[-1], situation.step.id, situation.now
    pool = {expert.id: expert for expert in fixed.pool}
    seed = seed_of(situation.case.case_id, step, fixed.nonce, pool)
    free = [name for name in by_lot(seed, pool) if name not in state.panel and name not in state.stepped_back]
    if len(free) < wanted:
        return ()
    drawn = tuple(free[:wanted])
    experts = tuple(pool[name] for name in drawn)
    return (PanelDrawn(step, seed, drawn, instead_of, now), ExpertsAssigned(step, fixed.by, experts, now))


def _close(command: ClosePanel, situation: Situation) -> Decided:
    """Open what is in, once that is the quorum."""
    state, panel = situation.state, _panel(situation)
    if panel is None or not isinstance(panel.quorum, int):
        raise errors.ParameterUnset(what=f"{situation.step.id}.panel.quorum")
    if len(state.sheets) < panel.quorum:
        raise errors.QuorumMissing(quorum=panel.quorum)
    missing = tuple(sorted(state.panel.keys() - state.sheets.keys()))
    closed = PanelClosed(situation.step.id, command.by.id, stated(command.reason), missing, situation.now)
    opened = _open(state.sheets, _rubric(situation), situation)
    return Decided((closed, opened), *_result(opened))


def _result(opened: ScoresOpened) -> tuple[str, str]:
    return "passed" if opened.passed else "failed", f"{opened.score}/{opened.max_score}"


# ── by name ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _ensure_unbiased(expert: Expert, by: Person, situation: Situation) -> None:
    case, state = situation.case, situation.state
    own = bool(expert.organisation) and expert.organisation == case.applicant.uscc
    if own or expert.id == by.id or expert.id in state.stepped_back or clash(expert.id, "score", case.acts):
        raise errors.ExpertConflicted()


def _size(situation: Situation) -> int:
    """How many experts; 0 where the text leaves it open: then as many as the officer names."""
    panel = _panel(situation)
    return panel.size if panel is not None and isinstance(panel.size, int) else 0


def _panel(situation: Situation) -> Panel | None:
    """The rules of the panel; None where the text has none."""
    parameters = situation.step.parameters
    assert isinstance(parameters, Parameters)
    return situation.programme.panel(parameters.panel) if situation.programme.panels else None


def _ensure_on_panel(by: Person, state: State) -> None:
    if by.id not in state.panel:
        raise errors.NotOnPanel()


def _seal(command: SealScore, situation: Situation) -> Decided:
    state: State = situation.state
    _ensure_on_panel(command.by, state)
    if command.by.id in state.sheets:
        raise errors.AlreadySigned()
    rubric = _rubric(situation)
    _ensure_sheet(rubric, command.points)
    sealed = ScoreSealed(situation.step.id, command.by.id, dict(command.points), command.remark.strip(), situation.now)
    sheets = {**state.sheets, command.by.id: sealed}
    if len(sheets) < max(len(state.panel), _size(situation)):
        return Decided((sealed,))
    opened = _open(sheets, rubric, situation)
    return Decided((sealed, opened), *_result(opened))


def _rubric(situation: Situation) -> Rubric:
    parameters = situation.step.parameters
    assert isinstance(parameters, Parameters)
    return situation.programme.rubric(parameters.rubric)


def _ensure_sheet(rubric: Rubric, points: Mapping[str, str]) -> None:
    heads = [f"{head.id} 0–{head.most}" for head in rubric.heads] + [f"{b.id} 0–{b.most}" for b in rubric.bonuses]
    if not all(_POINTS.fullmatch(given) for given in points.values()):
        raise errors.PointsWrong(heads=", ".join(heads))
    try:
        one_sheet(rubric, exact(points))
    except Unscorable as wrong:
        raise errors.PointsWrong(heads=", ".join(heads)) from wrong


def exact(points: Mapping[str, str]) -> Mapping[str, Decimal]:
    """Points as numbers; they travel as text so that nothing is rounded."""
    return {head: Decimal(given) for head, given in points.items()}


def _open(sheets: Mapping[str, ScoreSealed], rubric: Rubric, situation: Situation) -> ScoresOpened:
    try:
        score = aggregate(rubric, [exact(sheet.points) for _, sheet in sorted(sheets.items())])
    except Unscorable as wrong:
        raise errors.ParameterUnset(what=rubric.id) from wrong
    return ScoresOpened(
        step=situation.step.id,
        programme=situation.case.programme,
        score=str(score.total),
        max_score=str(score.out_of),
        experts=score.counted,
        passed=score.passed,
        opened_at=situation.now,
        band=score.band.id if score.band else "",
    )


def evolve(state: State, fact: Fact) -> State:
    match fact:
        case ExpertPoolFixed():
            return replace(state, pools=(*state.pools, fact))
        case PanelDrawn():
            return replace(state, draws=(*state.draws, fact))
        case PanelClosed():
            return replace(state, closed=fact)
        case ExpertsAssigned():
            return replace(state, panel={**state.panel, **{expert.id: expert for expert in fact.experts}})
        case ConflictDeclared():
            return replace(
                state,
                panel={name: expert for name, expert in state.panel.items() if name != fact.by},
                stepped_back=state.stepped_back | {fact.by},
                sheets={name: sheet for name, sheet in state.sheets.items() if name != fact.by},
            )
        case ScoreSealed():
            return replace(state, sheets={**state.sheets, fact.by: fact})
        case ScoresOpened():
            return replace(state, opened=fact)

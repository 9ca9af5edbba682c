"""Understands what a case looks like from outside, and who may see it. A sealed sheet is shown to nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Path

from services.review.domain.errors import CaseUnknown
from services.review.domain.moves import CaseMoved, MoveProposed
from services.review.domain.people import Person
from services.review.domain.rewards import Charge, DueReward, charge_of, rewards_of
from services.review.domain.standing_sums import DecidedSum, sums_of
from services.review.domain.steps import inspect, notice, score
from services.review.domain.subject import Answer, Applicant, Case, Concluded, OnPaper, Paper
from services.review.handlers import CASE, Write
from shared.envelope import Actor, Role
from shared.identifiers import region_contains
from shared.programmes.model import Programme
from shared.runtime.http import Command
from shared.runtime.ports import Loaded, Receipt, Streams

Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="Id of the case, which is the application's.")]
StepId = Annotated[str, Path(pattern="^[a-z][a-z0-9_.-]{0,63}$", description="Id of the case's present step.")]
OFFICIALS: tuple[Role, ...] = ("reviewer", "officer", "approver", "finance")
PARTIES: tuple[Role, ...] = (*OFFICIALS, "applicant", "operator")
"""Whom a programme may name for filing, rectifying, publishing, concurring and inspecting."""
READERS: tuple[Role, ...] = (*OFFICIALS, "expert", "inspector")
SCOPE = "own region; experts their assigned cases; discipline inspection reads all"


@dataclass(frozen=True)
class Shown:
    """A case as those in charge see it; ``version`` is the ETag's number. ``states`` is keyed by step; ``rewards`` are
    those of the title that it brought, ``moves`` its moves from text to text, ``move`` a proposed one. ``on_paper``
    says where a case that was begun on paper comes from, ``sums`` what decisions approved or reclaimed."""

    case_id: str
    version: int
    status: str
    result: str
    programme: str
    round_id: str
    applicant: Applicant
    answers: Mapping[str, Answer]
    papers: tuple[Paper, ...]
    declared_by: str
    revision: int
    step: str
    step_type: str
    due_at: datetime | None
    states: Mapping[str, Any]
    history: tuple[Concluded, ...]
    rewards: tuple[DueReward, ...]
    fee: Charge
    title: str = ""
    title_number: str = ""
    moves: tuple[CaseMoved, ...] = ()
    move: MoveProposed | None = None
    on_paper: OnPaper | None = None
    sums: tuple[DecidedSum, ...] = ()


@dataclass(frozen=True)
class Moved:
    """Where the case stands after an act."""

    case_id: str
    version: int
    status: str
    result: str
    step: str
    step_type: str


def person(actor: Actor) -> Person:
    """The caller in the domain's words."""
    return Person(actor.id, actor.role, actor.region, actor.organisation)


async def visible(streams: Streams, case_id: str, actor: Actor) -> Loaded[Case]:
    """The case, when the caller may see it; else it is unknown to them."""
    loaded = await streams.load(CASE, case_id)
    if loaded.state.status == "none" or not _may_see(loaded.state, actor):
        raise CaseUnknown()
    return loaded


def _may_see(case: Case, actor: Actor) -> bool:
    if actor.role == "inspector":
        return True
    if actor.role == "expert":
        panels = (state.panel for state in case.states.values() if isinstance(state, score.State))
        return any(actor.id in panel for panel in panels) or _is_assessor(case, actor)
    if actor.role == "applicant":
        own = bool(actor.organisation) and actor.organisation == case.applicant.uscc
        return own or _is_assessor(case, actor)
    return region_contains(actor.region, case.applicant.region)


def _is_assessor(case: Case, actor: Actor) -> bool:
    """Whether the person was named to assess the case for a party of this role."""
    named = (state.named.values() for state in case.states.values() if isinstance(state, inspect.State))
    return any((one.id, one.role) == (actor.id, actor.role) for each in named for one in each)


def shown(loaded: Loaded[Case], actor: Actor, programme: Programme) -> Shown:
    """The whole case, with what the caller must not see yet left out."""
    case = loaded.state
    return Shown(
        case_id=case.case_id,
        version=loaded.version,
        status=case.status,
        result=case.result,
        programme=case.programme,
        round_id=case.round_id,
        applicant=case.applicant,
        answers=dict(case.answers),
        papers=case.papers,
        declared_by=case.declared_by,
        revision=case.revision,
        step=case.step,
        step_type=case.step_type,
        due_at=case.due_at,
        states={step: _shown_state(state, actor) for step, state in case.states.items()},
        history=case.history,
        title=case.title,
        title_number=case.title_number,
        rewards=rewards_of(case, programme),
        fee=charge_of(programme.fee),
        moves=case.moves,
        move=case.move,
        on_paper=case.on_paper,
        sums=sums_of(case, programme),
    )


def _shown_state(state: Any, actor: Actor) -> Any:
    if isinstance(state, score.State):
        return _shown_scores(state, actor)
    if isinstance(state, notice.State) and actor.role == "expert":
        return {"posted": state.posted, "closes_on": state.closes_on, "closed": state.closed}
    return state


def _shown_scores(state: score.State, actor: Actor) -> dict[str, Any]:
    """Sheets only after all were opened; before, not even who handed in. Experts do not see each other."""
    opened = state.opened is not None
    own = state.sheets.get(actor.id)
    panel = [] if actor.role == "expert" else list(state.panel.values())
    sheets = [] if actor.role == "expert" else list(state.sheets.values())
    lots = {} if actor.role == "expert" else {"pools": state.pools, "draws": state.draws, "closed": state.closed}
    return {"panel": panel, "sheets": sheets if opened else [], "own": own, "opened": state.opened, **lots}


def moved(loaded: Loaded[Case]) -> Moved:
    case = loaded.state
    return Moved(case.case_id, loaded.version, case.status, case.result, case.step, case.step_type)


def receipt(command: Command, after: Loaded[Any], shape: Callable[[Loaded[Any]], Any], status: int = 200) -> Receipt:
    """The answer to remember, with the stream's new ETag."""
    return command.receipt(status, shape(after), version=after.version)


def writing(command: Command, shape: Callable[[Loaded[Any]], Any], status: int = 200, reason: str = "") -> Write:
    """What a handler needs of an HTTP command."""
    return Write(command.origin(reason), command.expected, lambda after: receipt(command, after, shape, status))

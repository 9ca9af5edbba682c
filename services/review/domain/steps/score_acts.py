"""Understands the acts and the facts of score (专家评审): what may be asked there, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from services.review.domain.people import Duty, Person


@dataclass(frozen=True)
class Expert:
    """One expert by name; ``organisation`` is a USCC and may be empty for a person without one."""

    id: str
    name: str
    organisation: str = ""


@dataclass(frozen=True)
class AssignExperts:
    """Name the experts who score, or those who take the place of some who stepped back. Where the rules draw by lot, it
    is the pool that is named, and ``nonce`` is the chance that comes with the command."""

    step: str
    by: Person
    experts: tuple[Expert, ...]
    nonce: str = ""


@dataclass(frozen=True)
class ClosePanel:
    """Wait no longer for the missing sheets: the quorum is in."""

    step: str
    by: Person
    reason: str


@dataclass(frozen=True)
class DeclareConflict:
    """Step back from the case."""

    step: str
    by: Person
    reason: str


@dataclass(frozen=True)
class SealScore:
    """Hand in a sheet: points for every head (decimal strings), bonuses where the rubric has them."""

    step: str
    by: Person
    points: Mapping[str, str]
    remark: str


@dataclass(frozen=True)
class ExpertsAssigned:
    """These experts may score the case."""

    NAME: ClassVar[str] = "review.experts-assigned.1"
    DUTY: ClassVar[Duty] = "organise"
    step: str
    by: str
    experts: tuple[Expert, ...]
    assigned_at: datetime


@dataclass(frozen=True)
class ExpertPoolFixed:
    """The pool and the nonce stand: what is drawn from here on is determined."""

    NAME: ClassVar[str] = "review.expert-pool-fixed.1"
    DUTY: ClassVar[Duty] = "organise"
    step: str
    by: str
    pool: tuple[Expert, ...]
    nonce: str
    fixed_at: datetime


@dataclass(frozen=True)
class PanelDrawn:
    """These were drawn by lot with this seed (see ``drawing``); ``instead_of`` names who stepped back."""

    NAME: ClassVar[str] = "review.panel-drawn.1"
    step: str
    seed: str
    drawn: tuple[str, ...]
    instead_of: str
    drawn_at: datetime


@dataclass(frozen=True)
class PanelClosed:
    """The quorum was in, and the rest was waited for no longer."""

    NAME: ClassVar[str] = "review.panel-closed.1"
    DUTY: ClassVar[Duty] = "organise"
    step: str
    by: str
    reason: str
    missing: tuple[str, ...]
    closed_at: datetime


@dataclass(frozen=True)
class ConflictDeclared:
    """An expert stepped back; a sheet that was handed in already is void."""

    NAME: ClassVar[str] = "review.conflict-declared.1"
    step: str
    by: str
    reason: str
    declared_at: datetime


@dataclass(frozen=True)
class ScoreSealed:
    """One sheet is in. It stays closed until all are."""

    NAME: ClassVar[str] = "review.score-sealed.1"
    DUTY: ClassVar[Duty] = "score"
    step: str
    by: str
    points: Mapping[str, str]
    remark: str
    sealed_at: datetime


@dataclass(frozen=True)
class ScoresOpened:
    """All sheets were opened and aggregated. ``score`` and ``max_score`` are decimal strings."""

    NAME: ClassVar[str] = "review.scores-opened.1"
    step: str
    programme: str
    score: str
    max_score: str
    experts: int
    passed: bool
    opened_at: datetime
    band: str = ""


Command = AssignExperts | ClosePanel | DeclareConflict | SealScore
Fact = ExpertPoolFixed | PanelDrawn | ExpertsAssigned | ConflictDeclared | PanelClosed | ScoreSealed | ScoresOpened

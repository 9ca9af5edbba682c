"""Understands what is known of a case: who asks, what was filed, where it stands, who acted. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from services.review.domain.moves import CaseMoved, MoveProposed, PastStep
from services.review.domain.people import Act

Answer = str | bool
Status = Literal["none", "open", "withdrawn", "closed"]


@dataclass(frozen=True)
class Applicant:
    """The organisation that asks for the title. ``level`` is one of the programme's levels; ``kind`` and ``category``
    are of its lists, empty where it has none or where nobody declared them."""

    uscc: str
    name: str
    region: str
    level: str
    kind: str = ""
    category: str = ""


@dataclass(frozen=True)
class Paper:
    """One file of the application, by content."""

    material: str
    name: str
    media_type: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Concluded:
    """How one step ended."""

    step: str
    outcome: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class OnPaper:
    """Where a case comes from that was begun on paper: the day, the number of its file, why it was taken over, by whom
    for which party, and what its text says of its own end (its banner)."""

    begun_on: date
    record: str
    reason: str
    by: str
    party: str
    banner_zh: str
    banner_en: str


@dataclass(frozen=True)
class Case:
    """One application on its way. ``step`` is where it stands (empty before and after); ``states`` holds the state of
    every step that was entered, ``entered`` how often, ``history`` how each ended. ``happened`` says when each event
    that a deadline may be counted from happened last; ``due_counted_at`` when the present step's own was counted last
    and ``due_because`` what moved it since the step was entered; ``round_opens_at`` and ``round_closes_at`` (excluded)
    are the round's window, ``valid_to`` the last day of the title that the case is about or that it conferred.
    ``filing`` is the filing at intake that began it, ``filings`` the last one at each step (empty: filed another way),
    ``asked`` how often intake was asked what came for the present step, ``asked_before`` how often of it before its end
    moved last. ``visit`` says which of the case's steps the
    present one is, counted from 1 and over all, whatever text it goes on under. ``moves`` are the texts that it went on
    under, ``past`` its steps under earlier ones, ``alone`` the list steps at which its round cannot list it.
    ``recommended`` holds every step and party that ever said yes, ``payments`` every payment by step, how often the
    case had come there, and instalment. ``on_paper`` is where a case comes from that was begun outside of this
    system."""

    case_id: str = ""
    status: Status = "none"
    programme: str = ""
    procedure: str = ""
    opened_at: datetime | None = None
    round_id: str = ""
    filing: str = ""
    round_opens_at: datetime | None = None
    round_closes_at: datetime | None = None
    applicant: Applicant = Applicant("", "", "", "")
    answers: Mapping[str, Answer] = field(default_factory=dict)
    papers: tuple[Paper, ...] = ()
    declared_by: str = ""
    revision: int = 0
    filed_at: datetime | None = None
    step: str = ""
    step_type: str = ""
    entered_at: datetime | None = None
    due_at: datetime | None = None
    due_provisional: bool = False
    due_counted_at: datetime | None = None
    due_because: str = ""
    happened: Mapping[str, datetime] = field(default_factory=dict)
    valid_to: date | None = None
    states: Mapping[str, Any] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    entered: Mapping[str, int] = field(default_factory=dict)
    visit: int = 0
    asked: int = 0
    asked_before: int = 0
    filings: Mapping[str, str] = field(default_factory=dict)
    history: tuple[Concluded, ...] = ()
    acts: tuple[Act, ...] = ()
    recommended: frozenset[tuple[str, str]] = frozenset()
    payments: Mapping[tuple[str, int, str], Any] = field(default_factory=dict)
    sums: Mapping[tuple[str, int], Any] = field(default_factory=dict)
    """Every sum that was approved, by the step that decided and how often the case had come there; ``released`` those
    of which no more is paid, ``reclaimed`` the last sum to be returned, by budget."""
    released: Mapping[tuple[str, int], Any] = field(default_factory=dict)
    reclaimed: Mapping[str, Any] = field(default_factory=dict)
    result: str = ""
    title: str = ""
    """Case id of the title that it runs on, and the title's number; empty where it runs on none."""
    title_number: str = ""
    move: MoveProposed | None = None
    moves: tuple[CaseMoved, ...] = ()
    past: Mapping[str, PastStep] = field(default_factory=dict)
    alone: frozenset[str] = frozenset()
    on_paper: OnPaper | None = None

    def times(self, step: str, outcome: str) -> int:
        """How often this step ended with this outcome."""
        return sum(1 for ended in self.history if (ended.step, ended.outcome) == (step, outcome))

"""Understands the graph of steps: what officials do, in which order, by when, with which outcome, and who does it.

A step's type is a verb of officials from a closed set. Each type has its own parameters (one dataclass), a closed set
of outcomes, and one outcome that means "go on" (followed when a route skips the step).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Literal

from msgspec import Meta

from shared.programmes.model.times import Deadline
from shared.programmes.model.words import NOWHERE, UNSET, Count, Expression, Id, Line, Number, Source, Text, Unset

StepType = Literal[
    "file",
    "check",
    "assess",
    "endorse",
    "score",
    "visit",
    "list",
    "notice",
    "decide",
    "award",
    "pay",
    "publish",
    "inspect",
    "rectify",
    "close",
]

OUTCOMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "file": ("filed", "late", "withdrawn"),
        "check": ("complete", "to_correct", "refused"),
        "assess": ("sufficient", "insufficient"),
        "endorse": ("endorsed", "refused"),
        "score": ("passed", "failed"),
        "visit": ("confirmed", "not_confirmed", "waived"),
        "list": ("listed", "not_listed"),
        "notice": ("clear", "upheld"),
        "decide": ("approved", "refused"),
        "award": ("awarded",),
        "pay": ("paid", "stopped"),
        "publish": ("published", "withdrawn"),
        "inspect": ("passed", "failed"),
        "rectify": ("rectified", "overdue"),
        "close": (),
    }
)
"""Every outcome that a type of step can have. The first one means "go on"."""

OPTIONAL_OUTCOMES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "file": frozenset({"late", "withdrawn"}),
        "check": frozenset({"to_correct", "refused"}),
        "visit": frozenset({"waived"}),
        "score": frozenset({"failed"}),
        "pay": frozenset({"stopped"}),
        "publish": frozenset({"withdrawn"}),
    }
)
"""Outcomes that a definition may leave out: then they cannot happen in that step. All others must lead on."""


@dataclass(frozen=True, kw_only=True)
class Filing:
    """file: somebody hands in forms and materials (application, plan, contract, report, draft, self-evaluation)."""

    materials: Annotated[tuple[Id, ...] | Literal["all"], Meta(description="Materials to hand in.")] = "all"
    forms: tuple[Id, ...] = ()
    declaration: Annotated[bool, Meta(description="Whether a truthfulness declaration must be signed.")] = False
    in_round: Annotated[bool, Meta(description="Whether it can only be filed while a round is open.")] = False


@dataclass(frozen=True, kw_only=True)
class Checking:
    """check: complete or to be corrected; every fault is told once and at the same time (一次性告知)."""

    corrections: Annotated[int | Unset, Meta(ge=0, le=10, description="How often it may be sent back.")] = UNSET
    correct_within: Deadline | Unset = UNSET
    silence: Annotated[
        Literal["accepted", "refused", "none"] | Unset,
        Meta(description="What it means when the authority lets its deadline pass."),
    ] = UNSET


@dataclass(frozen=True, kw_only=True)
class Assessing:
    """assess: one authority records a verdict for each condition, with a reason where it is judged."""

    conditions: Annotated[tuple[Id, ...] | Literal["all"], Meta(description="Conditions to judge here.")] = "all"
    relaxations: Annotated[tuple[Id, ...], Meta(description="Exceptions that may be used here.")] = ()
    opinion: Annotated[Id | None, Meta(description="Form that the authority fills in.")] = None


@dataclass(frozen=True, kw_only=True)
class Endorsing:
    """endorse: recommend under a quota, concur, countersign: so many of the named parties must say yes."""

    by: Annotated[tuple[Id, ...], Meta(description="Parties that sign; empty: the step's actor alone.")] = ()
    needed: Annotated[Count | Literal["all"], Meta(description="How many of them.")] = "all"
    quota: Annotated[Id | None, Meta(description="The quota that a yes uses up.")] = None
    form: Annotated[Id | None, Meta(description="Recommendation form.")] = None


@dataclass(frozen=True, kw_only=True)
class Scoring:
    """score: a panel scores by a rubric; every score is sealed until all are in."""

    rubric: Id
    panel: Annotated[Id | None, Meta(description="Id of the panel's rules; absent: the programme's only panel.")] = None


@dataclass(frozen=True, kw_only=True)
class Visiting:
    """visit: on the spot, with a written opinion."""

    whom: Annotated[
        Literal["all", "sample"] | Unset, Meta(description="Every candidate, or a choice with a recorded reason.")
    ] = UNSET
    visitors: Annotated[Count | Unset, Meta(description="At least so many persons go.")] = UNSET
    opinion: Id | None = None


@dataclass(frozen=True, kw_only=True)
class Listing:
    """list: the candidates of a round, ranked or as a set; cases wait for each other here."""

    order: Literal["by_score", "unranked"] = "by_score"
    at_most: Annotated[Count | Unset | None, Meta(description="Places on the list; null: no limit.")] = None


@dataclass(frozen=True, kw_only=True)
class Noticing:
    """notice: publish under the rules of a notice, keep the clock, take objections."""

    notice: Id


@dataclass(frozen=True, kw_only=True)
class Deciding:
    """decide: one person proposes, another approves; jointly with other authorities where the text says so."""

    approver: Annotated[Id | Unset, Meta(description="Its officer approves; never the one who proposed.")] = UNSET
    jointly: Annotated[tuple[Id, ...], Meta(description="Other parties that must approve as well.")] = ()
    basis: Annotated[tuple[Id, ...], Meta(description="Revocation grounds, where this decides about one.")] = ()


@dataclass(frozen=True, kw_only=True)
class Awarding:
    """award: confer what the award says; the registry numbers it."""

    award: Id


@dataclass(frozen=True, kw_only=True)
class Instalment:
    """One part of a payment: its share of the approved sum and what must be there first."""

    id: Id
    share: Annotated[Number, Meta(description="Share of the approved sum, all instalments add up to 1.")]
    after: Annotated[Id | None, Meta(description="Step that must have been passed before.")] = None


@dataclass(frozen=True, kw_only=True)
class Paying:
    """pay: instalments against a budget, by somebody who has not reviewed."""

    budget: Id
    instalments: tuple[Instalment, ...] | Unset = UNSET
    instalment: Annotated[Id | None, Meta(description="Paid in this step; absent: all in turn.")] = None
    direction: Literal["out", "back"] = "out"


@dataclass(frozen=True, kw_only=True)
class Publishing:
    """publish: content, a list or a report goes out on channels; it may be corrected or withdrawn later."""

    channels: tuple[Line, ...]
    withdrawable: bool = True
    content: Annotated[Literal["list", "report", "item", "catalogue", "disclosure"], Meta(description="What.")] = "list"


@dataclass(frozen=True, kw_only=True)
class Inspecting:
    """inspect: evaluation, re-review, security check; by one or several assessors, perhaps with a rubric and grades."""

    topics: tuple[Text, ...] = ()
    assessors: Annotated[tuple[Id, ...], Meta(description="Parties that assess; empty: the step's actor.")] = ()
    rubric: Id | None = None
    conditions: Annotated[tuple[Id, ...] | Literal["all"], Meta(description="Conditions judged again.")] = ()


@dataclass(frozen=True, kw_only=True)
class Rectifying:
    """rectify: put something right within a time; being late is an outcome of its own."""

    within: Deadline | Unset = UNSET
    proof: Annotated[tuple[Id, ...], Meta(description="Materials that show it.")] = ()


@dataclass(frozen=True, kw_only=True)
class Closing:
    """close: the end of this way through the graph."""

    result: Annotated[
        Literal["awarded", "refused", "withdrawn", "completed", "published", "revoked", "lapsed", "upheld_objection"],
        Meta(description="How the case ends."),
    ]


Parameters = (
    Filing
    | Checking
    | Assessing
    | Endorsing
    | Scoring
    | Visiting
    | Listing
    | Noticing
    | Deciding
    | Awarding
    | Paying
    | Publishing
    | Inspecting
    | Rectifying
    | Closing
)

PARAMETERS: Mapping[str, type[Parameters]] = MappingProxyType(
    {
        "file": Filing,
        "check": Checking,
        "assess": Assessing,
        "endorse": Endorsing,
        "score": Scoring,
        "visit": Visiting,
        "list": Listing,
        "notice": Noticing,
        "decide": Deciding,
        "award": Awarding,
        "pay": Paying,
        "publish": Publishing,
        "inspect": Inspecting,
        "rectify": Rectifying,
        "close": Closing,
    }
)


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """How often a step on a cycle may be entered, and where the case goes instead of entering it once more."""

    at_most: Annotated[int, Meta(ge=1, le=1000)]
    then: Id


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that somebody does. ``outcomes`` names the step that follows each outcome of the type."""

    id: Id
    title: Text
    type: StepType
    actor: Annotated[Id, Meta(description="Party that acts here.")]
    parameters: Annotated[Parameters, Meta(description="The parameters of this type of step.")]
    outcomes: Annotated[Mapping[Id, Id], Meta(description="Outcome of this type -> id of the step that follows.")]
    guard: Annotated[
        Line | None,
        Meta(description="Expression that must be true to complete the step with its first outcome."),
    ] = None
    deadline: Deadline | Unset | None = None
    segregation: Annotated[
        tuple[Id, ...],
        Meta(description="Groups: a person who acted in one step of a group may not act in another step of it."),
    ] = ()
    repeat: Annotated[Repeat | None, Meta(description="Needed on every cycle of the graph.")] = None
    source: Source = NOWHERE

    @property
    def goes_on(self) -> str | None:
        """Outcome that means "go on"; None for the end."""
        return next(iter(OUTCOMES[self.type]), None)


@dataclass(frozen=True, kw_only=True)
class Route:
    """Applicants for whom some steps do not take place; a skipped step counts as if it had gone on."""

    id: Id
    title: Text
    when: Annotated[Expression, Meta(description="Expression over applicant.level, applicant.region and metrics.")]
    skip: tuple[Id, ...]
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """One graph of steps over one kind of subject. The first procedure of a programme is its main one."""

    id: Id
    title: Text
    subject: Annotated[
        Literal[
            "application",
            "title",
            "project",
            "plan",
            "content_item",
            "incident",
            "request",
            "service",
            "provider",
            "tenant",
            "platform",
            "catalogue",
        ],
        Meta(description="What a case of this procedure is about."),
    ]
    opened_by: Annotated[Id, Meta(description="Party that begins a case.")]
    steps: tuple[Step, ...]
    first: Annotated[Id | None, Meta(description="Id of the first step; absent: the first in the list.")] = None
    routes: tuple[Route, ...] = ()
    needs_title: Annotated[bool, Meta(description="Whether it runs on a title that is on record.")] = False
    source: Source = NOWHERE

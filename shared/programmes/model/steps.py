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

from shared.programmes.model.acts import (
    Assessing,
    Awarding,
    Checking,
    Closing,
    Deciding,
    Endorsing,
    Filing,
    Inspecting,
    Listing,
    Noticing,
    Parameters,
    Paying,
    Publishing,
    Rectifying,
    Scoring,
    Visiting,
)
from shared.programmes.model.times import Deadline
from shared.programmes.model.words import NOWHERE, Expression, Id, Line, Source, Text, Unset

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

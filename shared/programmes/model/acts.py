"""Understands what each type of step needs to know: one dataclass of parameters for each verb of officials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from shared.programmes.model.times import Deadline
from shared.programmes.model.words import UNSET, Count, Id, Line, Number, Text, Unset


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
    correct_within: Annotated[
        Deadline | Unset,
        Meta(description="When the step that to_correct leads to is due, where it has no deadline of its own."),
    ] = UNSET
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
    approves: Annotated[
        Id | None,
        Meta(description="Budget of which it approves a sum for the case; pay steps after it pay instalments of that."),
    ] = None
    reclaims: Annotated[
        Id | None,
        Meta(description="Budget of which it says how much the case returns; direction: back collects that in parts."),
    ] = None


@dataclass(frozen=True, kw_only=True)
class Awarding:
    """award: confer what the award says; the registry numbers it."""

    award: Id


@dataclass(frozen=True, kw_only=True)
class Instalment:
    """One part of a payment: its share of the approved sum and what must be there first."""

    id: Id
    share: Annotated[Number, Meta(description="Share of the approved sum, all instalments add up to 1.")]
    after: Annotated[
        Id | None, Meta(description="Step that must have been passed before: its last conclusion went on.")
    ] = None


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

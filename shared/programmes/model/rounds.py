"""Understands when applications are called for, until when each level must pass them on, and how many it may name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from shared.programmes.model.times import YearlyMoment
from shared.programmes.model.words import NOWHERE, UNSET, Count, Expression, Id, Source, Text, Unset


@dataclass(frozen=True, kw_only=True)
class Cascade:
    """One level's own last moment within a round: county before prefecture before province.

    Cases of the round are due in that step at the first such moment after the round opened, in the next year where
    the round crosses New Year. A step that has a deadline of its own as well is due at the earlier of both.
    """

    party: Id
    step: Id
    until: YearlyMoment
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class Quota:
    """How many a recommending authority may name in a round; going over it refuses the one over it."""

    id: Id
    party: Id
    at_most: Count | Unset
    extra: Annotated[int, Meta(ge=0, le=1000, description="Additional places of a named kind.")] = 0
    extra_when: Annotated[Expression | None, Meta(description="Expression: who may use the additional places.")] = None
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class RoundRules:
    """The call for applications: how often, from when to when, with each level's own deadline. A round that opens in
    November and closes in January crosses New Year."""

    cadence: Annotated[
        Literal["yearly", "continuous", "called"] | Unset,
        Meta(description="called: whenever the authority issues a call; continuous: always open."),
    ] = UNSET
    in_principle: Annotated[bool, Meta(description="原则上: a round may be cancelled with a reason.")] = False
    opens: YearlyMoment | Unset = UNSET
    closes: YearlyMoment | Unset = UNSET
    cascade: tuple[Cascade, ...] = ()
    quotas: tuple[Quota, ...] = ()
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class Objections:
    """Who may object to a notice, with what, and what it does."""

    real_name: bool | Unset = UNSET
    contact: bool | Unset = UNSET
    evidence: bool | Unset = UNSET
    late: Literal["refused", "accepted"] | Unset = UNSET
    investigator: Annotated[Id | Unset, Meta(description="Party that investigates; not one of the reviewers.")] = UNSET
    blocks: Annotated[
        Literal["applicant", "nothing"] | Unset,
        Meta(description="applicant: the award of this one waits until the objection is answered."),
    ] = UNSET
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class Period:
    """How long a notice stands, and whether its posting day is day one."""

    length: Annotated[int, Meta(ge=1, le=366)] | Unset
    unit: Literal["working_day", "calendar_day", "week", "month"]
    count_start_day: bool | Unset = UNSET


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A public notice (公示): before or after the decision, how long, where."""

    id: Id
    title: Text
    kind: Annotated[Literal["pre_decision", "post_decision"], Meta(description="Before or after the decision.")]
    duration: Annotated[Period | Unset, Meta(description="Length of the notice.")]
    channel: Text | Unset
    objections: Objections | Unset = UNSET
    posted: Annotated[date | None, Meta(description="Only where the text itself names the dates.")] = None
    closes: date | None = None
    source: Source = NOWHERE

"""Understands a score sheet: heads, weights, caps, bonus, bands closed at the lower bound, aggregation, pass mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from shared.programmes.model.words import NOWHERE, UNSET, Count, Id, Number, Source, Text, Unset


@dataclass(frozen=True, kw_only=True)
class Band:
    """A grade from ``least`` points (included) up to the next band."""

    id: Id
    title: Text
    least: Number | Unset


@dataclass(frozen=True, kw_only=True)
class Head:
    """One head of the score sheet: an expert gives 0 to ``most`` points; ``weight`` is its share of the total."""

    id: Id
    title: Text
    most: Number | Unset = UNSET
    weight: Annotated[Number | Unset, Meta(description="Share of the total, all heads add up to 1.")] = UNSET
    floor: Annotated[
        Number | None,
        Meta(description="Least average of this head, included; below it nobody passes whatever the total."),
    ] = None
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class Bonus:
    """Extra points that an expert may give beside the heads, up to a cap."""

    id: Id
    title: Text
    most: Number
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class Rubric:
    """A score sheet. Points are exact; the total is the weighted share of each head times ``total``, plus bonuses."""

    id: Id
    title: Text
    heads: tuple[Head, ...]
    total: Number | Unset = UNSET
    bonuses: tuple[Bonus, ...] = ()
    cap: Annotated[Number | None, Meta(description="The result never exceeds it, bonus included.")] = None
    bands: tuple[Band, ...] = ()
    aggregation: Annotated[
        Literal["mean", "trimmed_mean", "median"] | Unset,
        Meta(description="trimmed_mean drops the highest and the lowest score; needs three or more."),
    ] = UNSET
    decimals: Annotated[int, Meta(ge=0, le=6, description="Digits kept after aggregation, half up.")] = 2
    pass_mark: Annotated[Number | Unset | None, Meta(description="Least passing score, included; null: none.")] = UNSET
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Who scores: how many experts, how many scores suffice, how they are chosen."""

    id: Id
    size: Count | Unset = UNSET
    quorum: Count | Unset = UNSET
    drawn: Annotated[Literal["random", "appointed"] | Unset, Meta(description="random draw from a pool.")] = UNSET
    chair: Annotated[bool, Meta(description="Whether one of them chairs (a committee).")] = False
    recusal: Annotated[bool | Unset, Meta(description="Whether a conflicted expert must step back.")] = UNSET
    source: Source = NOWHERE

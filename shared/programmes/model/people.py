"""Understands who takes part: levels of administration, authorities and their successors, parties and their duties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from shared.programmes.model.times import InForce
from shared.programmes.model.words import NOWHERE, UNSET, Id, RegionCode, Source, Text, Unset

PartyRole = Annotated[
    Literal[
        "applicant",
        "reviewer",
        "expert",
        "officer",
        "approver",
        "finance",
        "inspector",
        "operator",
        "public",
        "machine",
    ],
    Meta(description="The role that a person's token must carry to act for this party."),
]


@dataclass(frozen=True, kw_only=True)
class Level:
    """One level of administration. ``region_digits`` says how much of a region code its authority covers."""

    id: Id
    title: Text
    region_digits: Annotated[Literal[0, 2, 4, 6], Meta(description="0 nation, 2 province, 4 prefecture, 6 county.")]
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class Authority:
    """An organisation of the state with the time that it existed under this name, and who took over."""

    id: Id
    name: Text
    level: Id
    region: RegionCode | Unset = UNSET
    existed: Annotated[InForce | None, Meta(description="From and to when it bore this name, if it changed.")] = None
    successor: Annotated[Id | None, Meta(description="Id of the authority that took over.")] = None
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class Party:
    """Who acts in the steps. Several authorities in one party act jointly (会同): the first of them leads."""

    id: Id
    title: Text
    role: PartyRole
    level: Annotated[Id | None, Meta(description="Level; absent for applicants and the public.")] = None
    authorities: Annotated[tuple[Id, ...], Meta(description="Named authorities; empty: any of that level.")] = ()
    duties: tuple[Id, ...] = ()
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class Applicants:
    """Who may apply: kinds of organisation, regions, levels. Empty means no restriction in the text."""

    kinds: Annotated[tuple[Id, ...], Meta(description="Kinds of applicant, e.g. enterprise; each declares one.")] = ()
    regions: Annotated[tuple[RegionCode, ...], Meta(description="Regions that an applicant must lie in.")] = ()
    levels: tuple[Id, ...] = ()
    categories: Annotated[
        tuple[Id, ...],
        Meta(description="Types of platform or project, e.g. comprehensive; each applicant declares one."),
    ] = ()
    source: Source = NOWHERE


ANYBODY = Applicants()
"""No restriction in the text."""

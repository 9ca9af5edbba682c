"""Understands what an applicant must meet, how each condition is decided, and which may be relaxed by whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from shared.programmes.model.words import NOWHERE, Expression, Id, Source, Text, Unset

Finding = Literal["met", "unmet", "unknown", "relaxed", "not_applicable"]


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One condition. ``computed`` is decided by its expression over metrics, ``attested`` by documents or a confirmed
    statement, ``judged`` only by a named person with a reason: it is unknown until then."""

    id: Id
    title: Text
    decided: Annotated[Literal["computed", "attested", "judged"], Meta(description="How it is decided.")]
    expression: Annotated[Expression | None, Meta(description="Needed for computed.")] = None
    evidence: Annotated[tuple[Id, ...], Meta(description="Materials that must be filed (attested) or are read.")] = ()
    when: Annotated[Expression | None, Meta(description="Expression: applies only where true.")] = None
    monotone: Annotated[
        tuple[Id, ...],
        Meta(description="Metrics of which more never turns met into unmet; tests hold the expression to it."),
    ] = ()
    procedure: Annotated[Id | None, Meta(description="The procedure it belongs to; absent: the main one.")] = None
    reading: Annotated[Id | None, Meta(description="The ambiguity whose chosen reading it rests on.")] = None
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class Relaxation:
    """A discretionary exception (可适当放宽): never automatic. A named officer gives reason and accepted value."""

    id: Id
    title: Text
    relaxes: Annotated[tuple[Id, ...], Meta(description="Ids of the conditions that may be relaxed.")]
    when: Annotated[Expression, Meta(description="Expression that must be true before an officer may use it.")]
    party: Annotated[Id | Unset, Meta(description="The party whose officer may use it.")]
    needs: Annotated[
        tuple[Literal["named_officer", "reason", "accepted_value"], ...],
        Meta(description="What must be on record."),
    ] = ("named_officer", "reason", "accepted_value")
    requires_judgement: Annotated[
        tuple[Text, ...], Meta(description="What the officer must find besides, e.g. outstanding results.")
    ] = ()
    source: Source = NOWHERE

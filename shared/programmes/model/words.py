"""Understands the smallest words of the language: ids, bilingual texts, amounts, what is unset, a rule's source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Literal

from msgspec import Meta


class Unset(Enum):
    """What the regulation leaves open. Neither zero nor empty nor "none": a value of its own, written ``unset``."""

    UNSET = "unset"

    def __bool__(self) -> bool:
        return False


UNSET = Unset.UNSET

Id = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$", description="Id, unique among its kind in the programme."),
]
Line = Annotated[str, Meta(min_length=1, max_length=2000)]
Expression = Annotated[
    str,
    Meta(min_length=1, max_length=1000, description="Expression, see README.", extra={"parse": "expression"}),
]
Count = Annotated[int, Meta(ge=1, le=100_000)]
Number = Annotated[Decimal, Meta(description="Exact decimal, never a float; at most 18 digits.")]
RegionCode = Annotated[
    str,
    Meta(pattern=r"^([0-9]{6}|[A-Z]{2,12})$", description="GB/T 2260 code, six digits in quotes, or a local code."),
]


@dataclass(frozen=True, kw_only=True)
class Text:
    """A sentence or a name in both languages; the Chinese one is the law's."""

    zh: Line
    en: Line


@dataclass(frozen=True, kw_only=True)
class Supplement:
    """Who supplied what the regulation leaves unset, when and why. Stands at the head of a supplement file."""

    id: Id
    author: Line
    date: date
    reason: Text
    use: Annotated[
        Literal["sandbox", "production"],
        Meta(description="sandbox: makes a text runnable for trials only. production: an authority has adopted it."),
    ] = "sandbox"


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a rule comes from: clause and operative words of the regulation, or a supplement, never nowhere."""

    clause: Annotated[str, Meta(max_length=200, description="Article and item, in the regulation's own counting.")] = ""
    quote: Annotated[str, Meta(max_length=2000, description="The operative words, verbatim.")] = ""
    facts: Annotated[tuple[str, ...], Meta(description="Ids of the catalogue of facts that this rule encodes.")] = ()
    supplement: Annotated[
        Supplement | None,
        Meta(description="Filled by the loader from the head of a supplement file; never written by hand."),
    ] = None

    @property
    def supplied(self) -> bool:
        return self.supplement is not None


NOWHERE = Source()
"""A part that has no source of its own: it belongs to the rule that it stands in."""


@dataclass(frozen=True, kw_only=True)
class Ambiguity:
    """A passage that can be read in more than one way, and the reading that this version chose."""

    id: Id
    question: Text
    reading: Text
    elements: Annotated[tuple[str, ...], Meta(description="Ids of the rules that rest on this reading.")] = ()
    source: Source = NOWHERE

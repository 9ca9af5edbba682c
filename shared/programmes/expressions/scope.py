"""Understands what an expression can see: the applicant's standing, typed answers, filed papers and the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

Value = Decimal | Fraction | bool | str | date | frozenset[str]


@dataclass(frozen=True, slots=True)
class Scope:
    """``answers`` holds typed values only; a missing key is unknown. A yearly metric stands under ``name[last]``,
    ``name[last-1]`` …; ``papers`` counts the filed documents by the id of their document or material; ``years`` tells
    how many years of a yearly metric are asked for, so that a year that lacks makes the whole unknown; ``results`` are
    what steps of the case brought so far, under ``<step>.score`` and ``<step>.band``."""

    region: str = ""
    level: str = ""
    kind: str = ""
    category: str = ""
    answers: Mapping[str, Value] = field(default_factory=dict)
    papers: Mapping[str, int] = field(default_factory=dict)
    day: date | None = None
    years: Mapping[str, int] = field(default_factory=dict)
    results: Mapping[str, Value] = field(default_factory=dict)


def key(name: str, back: int | None) -> str:
    """The answer's key of a metric or of one of its past years."""
    if back is None:
        return name
    return f"{name}[last]" if back == 0 else f"{name}[last-{back}]"

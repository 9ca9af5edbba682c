"""Understands how score sheets become one score: weights, bonuses, cap, aggregation, pass mark; exact, no floats.

A sheet's total is, where the heads have weights, the weighted share of each head times the rubric's total; else the sum
of the points. Bonuses are added, the cap holds, and only the aggregate is rounded, half up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from statistics import median

from services.review.domain import errors
from shared.programmes.model import Head, Rubric, Unset

_POINTS = re.compile(r"[0-9]{1,6}(\.[0-9]{1,4})?")
TRIMMED_LEAST = 3


def ensure_usable(rubric: Rubric) -> None:
    """Refuses a rubric that leaves open what adding up needs."""
    if any(isinstance(head.most, Unset) for head in rubric.heads):
        raise errors.ParameterUnset(what=f"{rubric.id}.heads.most")
    if isinstance(rubric.aggregation, Unset):
        raise errors.ParameterUnset(what=f"{rubric.id}.aggregation")
    if isinstance(rubric.pass_mark, Unset):
        raise errors.ParameterUnset(what=f"{rubric.id}.pass_mark")


def ensure_sheet(rubric: Rubric, points: Mapping[str, str]) -> None:
    """Points for every head and for nothing unknown, each from 0 to its most."""
    limits = {head.id: _most(head) for head in rubric.heads}
    bonuses = {bonus.id: Fraction(bonus.most) for bonus in rubric.bonuses}
    known = limits | bonuses
    complete = limits.keys() <= points.keys() <= known.keys()
    if not complete or any(not _POINTS.fullmatch(p) or Fraction(p) > known[head] for head, p in points.items()):
        raise errors.PointsWrong(heads=", ".join(f"{head} 0–{most}" for head, most in known.items()))


def maximum(rubric: Rubric) -> Decimal:
    """The most that a sheet can reach: the cap, else the total, else the heads' points, with bonuses."""
    if rubric.cap is not None:
        return rubric.cap
    bonuses = sum((bonus.most for bonus in rubric.bonuses), Decimal(0))
    if isinstance(rubric.total, Decimal):
        return rubric.total + bonuses
    return sum((_points(head) for head in rubric.heads), bonuses)


def aggregate(rubric: Rubric, sheets: Sequence[Mapping[str, str]]) -> Decimal:
    """One score from all sheets, as the rubric aggregates them."""
    totals = sorted(_total(rubric, sheet) for sheet in sheets)
    if rubric.aggregation == "trimmed_mean" and len(totals) >= TRIMMED_LEAST:
        totals = totals[1:-1]
    value = median(totals) if rubric.aggregation == "median" else sum(totals, Fraction(0)) / len(totals)
    return _rounded(Fraction(value), rubric.decimals)


def passes(rubric: Rubric, score: Decimal) -> bool:
    """Whether the pass mark is reached, itself included; true where none is set."""
    return not isinstance(rubric.pass_mark, Decimal) or score >= rubric.pass_mark


def _total(rubric: Rubric, sheet: Mapping[str, str]) -> Fraction:
    weighted = all(isinstance(head.weight, Decimal) for head in rubric.heads)
    if weighted and isinstance(rubric.total, Decimal):
        shares = (Fraction(sheet[h.id]) / _most(h) * Fraction(_weight(h)) for h in rubric.heads)
        total = sum(shares, Fraction(0)) * Fraction(rubric.total)
    else:
        total = sum((Fraction(sheet[head.id]) for head in rubric.heads), Fraction(0))
    total += sum((Fraction(sheet.get(bonus.id, "0")) for bonus in rubric.bonuses), Fraction(0))
    return total if rubric.cap is None else min(total, Fraction(rubric.cap))


def _most(head: Head) -> Fraction:
    return Fraction(_points(head))


def _points(head: Head) -> Decimal:
    assert isinstance(head.most, Decimal), "ensure_usable comes first"
    return head.most


def _weight(head: Head) -> Decimal:
    assert isinstance(head.weight, Decimal)
    return head.weight


def _rounded(value: Fraction, decimals: int) -> Decimal:
    """Half up: 84.125 is 84.13 at two decimals."""
    scaled = value * 10**decimals
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole).scaleb(-decimals)

"""Understands how experts' points become one score: weights, bonus, cap, aggregation, rounding once, band, mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from shared.programmes.model import Band, Head, Rubric, Unset


class Unscorable(ValueError):
    """These points do not fit the score sheet; the message says which head and why."""


@dataclass(frozen=True)
class Score:
    """The result. ``passed`` is true where the text sets no pass mark."""

    total: Decimal
    out_of: Decimal
    passed: bool
    band: Band | None
    counted: int


Points = Mapping[str, Decimal]
"""Head or bonus id -> points given by one expert."""


def one_sheet(rubric: Rubric, points: Points) -> Fraction:
    """One expert's total, exact. Raises :class:`Unscorable` for a missing, unknown or excessive head."""
    total, out_of = Fraction(0), Fraction(_set(rubric.total, rubric, "total"))
    limits = {head.id: _set(head.most, rubric, f"{head.id}.most") for head in rubric.heads}
    extras = {bonus.id: bonus.most for bonus in rubric.bonuses}
    for name, given in points.items():
        most = limits.get(name, extras.get(name))
        if most is None:
            raise Unscorable(f"{name} is no head of {rubric.id}")
        if not given.is_finite() or not 0 <= given <= most:
            raise Unscorable(f"{name} takes 0 to {most} points")
    for head in rubric.heads:
        if head.id not in points:
            raise Unscorable(f"{head.id} has no points")
        weight = _set(head.weight, rubric, f"{head.id}.weight")
        total += Fraction(points[head.id]) / Fraction(limits[head.id]) * Fraction(weight) * out_of
    total += sum((Fraction(points[name]) for name in extras if name in points), Fraction(0))
    return total if rubric.cap is None else min(total, Fraction(rubric.cap))


def aggregate(rubric: Rubric, sheets: Sequence[Points]) -> Score:
    """The panel's score. Exact until the end, then rounded once, half up, to the rubric's decimals."""
    if not sheets:
        raise Unscorable("there is no score yet")
    totals = sorted(one_sheet(rubric, points) for points in sheets)
    exact, counted = _middle(rubric, totals)
    total = _rounded(exact, rubric.decimals)
    mark = rubric.pass_mark
    if isinstance(mark, Unset):
        raise Unscorable(f"the pass mark of {rubric.id} is unset")
    return Score(
        total=total,
        out_of=_set(rubric.total, rubric, "total"),
        passed=(mark is None or total >= mark) and all(_above_floor(head, sheets) for head in rubric.heads),
        band=band_of(rubric, total),
        counted=counted,
    )


def band_of(rubric: Rubric, total: Decimal) -> Band | None:
    """The grade whose lower bound the score reaches (the bound included); None below the lowest."""
    reached = {each.least: each for each in rubric.bands if not isinstance(each.least, Unset) and total >= each.least}
    return reached[max(reached)] if reached else None


def _above_floor(head: Head, sheets: Sequence[Points]) -> bool:
    """Whether the average of one head over all sheets reaches its floor."""
    if head.floor is None:
        return True
    return sum((Fraction(points[head.id]) for points in sheets), Fraction(0)) >= Fraction(head.floor) * len(sheets)


def _middle(rubric: Rubric, totals: list[Fraction]) -> tuple[Fraction, int]:
    if rubric.aggregation == "trimmed_mean":
        if len(totals) < 3:
            raise Unscorable("a trimmed mean needs three scores")
        totals = totals[1:-1]
    elif rubric.aggregation == "median":
        half = len(totals) // 2
        return (totals[half] + totals[-half - 1]) / 2, len(totals)
    elif isinstance(rubric.aggregation, Unset):
        raise Unscorable(f"the aggregation of {rubric.id} is unset")
    return sum(totals, Fraction(0)) / len(totals), len(totals)


def _rounded(value: Fraction, decimals: int) -> Decimal:
    scale = 10**decimals
    nearest = (value * scale * 2 + 1) // 2
    return Decimal(nearest).scaleb(-decimals).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def _set(value: Decimal | Unset, rubric: Rubric, name: str) -> Decimal:
    if isinstance(value, Unset):
        raise Unscorable(f"{name} of {rubric.id} is unset")
    return value

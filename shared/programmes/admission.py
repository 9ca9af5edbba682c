"""Understands who may apply: the regions, levels, kinds and categories that a text admits, and what must be declared.

A text that lists no kinds (or categories) distinguishes none: nothing has to be declared, and nothing can be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from shared.programmes.expressions.functions import lies_in
from shared.programmes.model import Programme

Field = Literal["region", "level", "kind", "category"]
_NAMES: dict[Field, tuple[str, str]] = {
    "region": ("所在地区", "region"),
    "level": ("单位层级", "level"),
    "kind": ("申报主体类型", "kind of applicant"),
    "category": ("申报类别", "category"),
}


@dataclass(frozen=True)
class Bar:
    """One thing about an applicant that the text does not admit, or that has to be declared first (``stated`` false).

    ``admitted`` lists what the text admits, in its order; ``zh`` and ``en`` say what to do. Only the text's own words
    are repeated."""

    field: Field
    stated: bool
    admitted: tuple[str, ...]
    zh: str
    en: str


def admitted(programme: Programme, field: Field) -> tuple[str, ...]:
    """What the text admits: its own region and all of its levels where it restricts neither."""
    who = programme.applicants
    match field:
        case "region":
            return who.regions or (programme.region,)
        case "level":
            return who.levels or tuple(level.id for level in programme.levels)
        case "kind":
            return who.kinds
        case "category":
            return who.categories


def bars(programme: Programme, *, region: str, level: str, kind: str, category: str) -> tuple[Bar, ...]:
    """Everything that stands against this applicant, in the order region, level, kind, category; empty: admitted."""
    return tuple(_bars(programme, {"region": region, "level": level, "kind": kind, "category": category}))


def _bars(programme: Programme, stated: dict[Field, str]) -> Iterator[Bar]:
    for field, value in stated.items():
        allowed = admitted(programme, field)
        if field == "region":
            fits = bool(value) and any(lies_in(value, outer) for outer in allowed)
        else:
            fits = value in allowed if allowed else not value
        if not fits:
            yield _bar(field, value, allowed)


def _bar(field: Field, value: str, allowed: tuple[str, ...]) -> Bar:
    (zh, en), listed = _NAMES[field], ", ".join(allowed)
    if not allowed:
        return Bar(field, True, (), f"本办法不区分{zh},请勿填写", f"this programme knows no {en}: leave it out")
    if not value:
        return Bar(field, False, allowed, f"请填写{zh}:{listed}", f"state the {en}: one of {listed}")
    within = "in" if field == "region" else "one of"
    return Bar(
        field, True, allowed, f"{zh}不符合,应为:{listed}", f"this {en} may not apply: it must be {within} {listed}"
    )

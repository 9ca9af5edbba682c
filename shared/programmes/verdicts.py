"""Understands what evaluating a condition says: the finding, the clause, the numbers that decided it, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import msgspec

from shared.programmes.expressions import Node, Scope, Value, names, parse, worth
from shared.programmes.expressions.scope import key
from shared.programmes.expressions.spoken import spoken
from shared.programmes.expressions.tree import Comparison, Literal, children
from shared.programmes.model import Condition, Source
from shared.programmes.model.conditions import Finding


@dataclass(frozen=True)
class Judgement:
    """What a named person found about a judged (or an attested) condition, with the reason that was written."""

    met: bool
    by: str
    reason: str


@dataclass(frozen=True)
class UsedRelaxation:
    """A named officer used a discretionary exception for one condition and accepted this value."""

    relaxation: str
    by: str
    reason: str
    accepted_value: str


class Verdict(msgspec.Struct, frozen=True):
    """One condition, decided. ``finding`` is met, unmet, unknown, relaxed or not_applicable; never a bare boolean."""

    condition: Condition
    finding: Finding
    scope: Scope
    judgement: Judgement | None = None
    relaxation: UsedRelaxation | None = None

    @property
    def id(self) -> str:
        return self.condition.id

    @property
    def source(self) -> Source:
        return self.condition.source

    @property
    def clause(self) -> str:
        return self.condition.source.clause

    @property
    def numbers(self) -> Mapping[str, str | None]:
        """Every answer that the expression reads, as text; None where it is unknown."""
        if self.condition.expression is None:
            return {}
        found = names(parse(self.condition.expression))
        return {key(name.id, name.back): written(worth(name, self.scope)) for name in found}

    @property
    def comparisons(self) -> tuple[str, ...]:
        """Each comparison of the expression with the values on both sides, e.g. ``staff_count 15 >= 15`` or
        ``years_since(founded) 1 >= 2``; said once, however often it stands there."""
        if self.condition.expression is None:
            return ()
        parts = _comparisons(parse(self.condition.expression))
        return tuple(dict.fromkeys(_compared(part, self.scope) for part in parts))


def _comparisons(node: Node) -> tuple[Comparison, ...]:
    here = (node,) if isinstance(node, Comparison) else ()
    return here + tuple(part for child in children(node) for part in _comparisons(child))


def _compared(part: Comparison, scope: Scope) -> str:
    left, right = written(worth(part.left, scope)), written(worth(part.right, scope))
    label = "" if isinstance(part.left, Literal) else f"{spoken(part.left)} "
    return f"{label}{left or '?'} {part.operator} {right or '?'}"


def written(value: Value | None) -> str | None:
    """A value as people read it: plain decimals, a fraction as such where it has no short decimal form."""
    if value is None:
        return None
    if isinstance(value, Fraction):
        return _fraction(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, frozenset):
        return ", ".join(sorted(value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _fraction(value: Fraction) -> str:
    scaled = value * 10**6
    if scaled.denominator == 1:
        return format((Decimal(scaled.numerator) / 10**6).normalize(), "f")
    return f"{value.numerator}/{value.denominator}"

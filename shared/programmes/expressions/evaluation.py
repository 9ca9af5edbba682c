"""Understands what an expression is worth for one applicant: true, false, or unknown (None) where an answer lacks.

A tree is compiled once into small closures. Arithmetic is exact (Decimal, Fraction): nothing is ever rounded. Unknown
spreads as Kleene's logic has it: ``false and unknown`` is false, ``true or unknown`` is true.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Context, Decimal, Inexact
from fractions import Fraction
from functools import lru_cache
from typing import Any

from shared.programmes.expressions.functions import CALLS, YEARLY, Compiled, lies_in, number, over_years
from shared.programmes.expressions.parser import parse
from shared.programmes.expressions.scope import Scope, Value, key
from shared.programmes.expressions.tree import (
    Arithmetic,
    Call,
    Comparison,
    Junction,
    Literal,
    Name,
    Node,
    Not,
    SetLiteral,
)

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
    "!=": operator.ne,
}
_WIDE = Context(prec=100, traps=[Inexact])
"""Wide enough for every product of two answers; anything that would be rounded raises instead."""


def holds(text: str, scope: Scope) -> bool | None:
    """True, false, or None where an answer that decides is not known. Raises ``Unreadable`` for a wrong text."""
    found = compiled(text)(scope)
    return found if isinstance(found, bool) else None


def worth(node: Node, scope: Scope) -> Value | None:
    """The value of a part of an expression, for explaining a verdict."""
    return _compile(node)(scope)


@lru_cache(maxsize=4096)
def compiled(text: str) -> Compiled:
    return _compile(parse(text))


def _compile(node: Node) -> Compiled:
    match node:
        case Literal():
            value = node.value
            return lambda scope: value
        case SetLiteral():
            items = frozenset(str(item.value) for item in node.items)
            return lambda scope: items
        case Name():
            return _name(node)
        case Not():
            return _negation(_compile(node.part))
        case Junction():
            return _junction(node.operator == "and", tuple(_compile(part) for part in node.parts))
        case Arithmetic():
            return _arithmetic(node.operator, _compile(node.left), _compile(node.right))
        case Comparison():
            return _comparison(node)
        case Call():
            return _call(node)


def _name(node: Name) -> Compiled:
    first, _, rest = node.id.partition(".")
    if first == "applicant" and rest in ("region", "level", "kind", "category"):
        read = operator.attrgetter(rest)
        return lambda scope: read(scope) or None
    if rest:
        return lambda scope: scope.results.get(node.id)
    wanted = key(node.id, node.back)
    return lambda scope: scope.answers.get(wanted)


def _negation(part: Compiled) -> Compiled:
    def negated(scope: Scope) -> Value | None:
        found = part(scope)
        return not found if isinstance(found, bool) else None

    return negated


def _junction(conjunction: bool, parts: tuple[Compiled, ...]) -> Compiled:
    decisive = not conjunction

    def joined(scope: Scope) -> Value | None:
        result: bool | None = conjunction
        for part in parts:
            found = part(scope)
            if found is decisive:
                return decisive
            if not isinstance(found, bool):
                result = None
        return result

    return joined


def _exact(left: Decimal | Fraction, right: Decimal | Fraction) -> tuple[Fraction, Fraction]:
    return Fraction(left), Fraction(right)


def _arithmetic(sign: str, left: Compiled, right: Compiled) -> Compiled:
    def result(scope: Scope) -> Value | None:
        a, b = number(left(scope)), number(right(scope))
        if a is None or b is None:
            return None
        x, y = _exact(a, b)
        if sign == "/":
            return x / y if y else None
        return x + y if sign == "+" else x - y if sign == "-" else x * y

    return result


def _comparison(node: Comparison) -> Compiled:
    left, right = _compile(node.left), _compile(node.right)
    if node.operator in ("in", "not in"):
        return _membership(left, right, node.operator == "in", _is_region(node.left))
    if isinstance(node.left, Arithmetic) and node.left.operator == "/":
        return _quotient(node.operator, _compile(node.left.left), _compile(node.left.right), right)
    compare = _COMPARE[node.operator]
    equality = node.operator in ("==", "!=")

    def compared(scope: Scope) -> Value | None:
        a, b = left(scope), right(scope)
        if a is None or b is None:
            return None
        if type(a) is type(b):
            return compare(a, b) if equality or not isinstance(a, bool | str | frozenset) else None
        x, y = number(a), number(b)
        return None if x is None or y is None else compare(*_exact(x, y))

    return compared


def _quotient(sign: str, above: Compiled, below: Compiled, right: Compiled) -> Compiled:
    """``a / b >= c`` without dividing: for a positive b it is ``a >= c * b``, which is exact and quick."""
    compare = _COMPARE[sign]

    def compared(scope: Scope) -> Value | None:
        a, b, c = number(above(scope)), number(below(scope)), number(right(scope))
        if a is None or b is None or c is None or b <= 0:
            return None
        if isinstance(b, Decimal) and isinstance(c, Decimal) and isinstance(a, Decimal):
            return compare(a, _WIDE.multiply(c, b))
        return compare(*_exact(a, Fraction(c) * Fraction(b)))

    return compared


def _is_region(node: Node) -> bool:
    return isinstance(node, Name) and node.id == "applicant.region"


def _membership(item: Compiled, group: Compiled, positive: bool, region: bool) -> Compiled:
    def member(scope: Scope) -> Value | None:
        found, items = item(scope), group(scope)
        if not isinstance(found, str) or not isinstance(items, frozenset):
            return None
        inside = any(lies_in(found, outer) for outer in items) if region else found in items
        return inside is positive

    return member


def _call(node: Call) -> Compiled:
    if node.function in YEARLY:
        return over_years(node)
    arguments = tuple(_compile(part) for part in node.arguments)
    return CALLS[node.function](arguments)

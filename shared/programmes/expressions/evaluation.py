"""Understands what an expression is worth for one applicant: true, false, or unknown (None) where an answer lacks.

A tree is compiled once into small closures. Arithmetic is exact (Decimal, Fraction): nothing is ever rounded. Unknown
spreads as Kleene's logic has it: ``false and unknown`` is false, ``true or unknown`` is true.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date
from decimal import Context, Decimal, Inexact
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

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

Compiled = Callable[[Scope], Value | None]
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
    "!=": operator.ne,
}
_FARTHEST = 9
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


def _number(value: Value | None) -> Decimal | Fraction | None:
    return value if isinstance(value, Decimal | Fraction) else None


def _exact(left: Decimal | Fraction, right: Decimal | Fraction) -> tuple[Fraction, Fraction]:
    return Fraction(left), Fraction(right)


def _arithmetic(sign: str, left: Compiled, right: Compiled) -> Compiled:
    def result(scope: Scope) -> Value | None:
        a, b = _number(left(scope)), _number(right(scope))
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
        x, y = _number(a), _number(b)
        return None if x is None or y is None else compare(*_exact(x, y))

    return compared


def _quotient(sign: str, above: Compiled, below: Compiled, right: Compiled) -> Compiled:
    """``a / b >= c`` without dividing: for a positive b it is ``a >= c * b``, which is exact and quick."""
    compare = _COMPARE[sign]

    def compared(scope: Scope) -> Value | None:
        a, b, c = _number(above(scope)), _number(below(scope)), _number(right(scope))
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


def lies_in(region: str, outer: str) -> bool:
    """Whether a region code lies in (or is) another: 653201 in 653200 in 650000. Local codes lie in themselves."""
    if not outer.isdigit():
        return region == outer
    stem = outer[:2] if outer.endswith("0000") else outer[:4] if outer.endswith("00") else outer
    return region.startswith(stem)


# ── the closed set of functions ──────────────────────────────────────────────────────────────────────────────────


def _call(node: Call) -> Compiled:
    if node.function in ("grows", "growth", "total", "average"):
        return _over_years(node)
    arguments = tuple(_compile(part) for part in node.arguments)
    return _CALLS[node.function](arguments)


def _over_years(node: Call) -> Compiled:
    metric = node.arguments[0]
    if not isinstance(metric, Name):
        return lambda scope: None
    keys = tuple(key(metric.id, back) for back in range(_FARTHEST + 1))
    reduce = _YEARS[node.function]

    def reduced(scope: Scope) -> Value | None:
        asked = 2 if node.function == "growth" else scope.years.get(metric.id, 2)
        years = [_number(scope.answers.get(each)) for each in keys[:asked]]
        known = [Fraction(value) for value in years if value is not None]
        return reduce(known) if len(known) == asked else None

    return reduced


def _grows(years: list[Fraction]) -> bool | None:
    return None if len(years) < 2 else all(later > earlier for later, earlier in pairwise(years))


def _growth(years: list[Fraction]) -> Fraction | None:
    return years[0] / years[1] - 1 if len(years) > 1 and years[1] > 0 else None


_YEARS: dict[str, Callable[[list[Fraction]], Value | None]] = {
    "grows": _grows,
    "growth": _growth,
    "total": lambda years: sum(years, Fraction(0)),
    "average": lambda years: sum(years, Fraction(0)) / len(years),
}


def _count(arguments: tuple[Compiled, ...]) -> Compiled:
    def counted(scope: Scope) -> Value | None:
        found = arguments[0](scope)
        return Decimal(len(found)) if isinstance(found, frozenset) else None

    return counted


def _has(every: bool) -> Callable[[tuple[Compiled, ...]], Compiled]:
    def make(arguments: tuple[Compiled, ...]) -> Compiled:
        def has(scope: Scope) -> Value | None:
            owned, wanted = arguments[0](scope), arguments[1](scope)
            if not isinstance(owned, frozenset) or not isinstance(wanted, frozenset):
                return None
            return wanted <= owned if every else bool(wanted & owned)

        return has

    return make


def _choose(arguments: tuple[Compiled, ...]) -> Compiled:
    pairs, otherwise = arguments[:-1], arguments[-1]

    def chosen(scope: Scope) -> Value | None:
        for test, value in zip(pairs[::2], pairs[1::2], strict=True):
            found = test(scope)
            if found is None:
                return None
            if found is True:
                return value(scope)
        return otherwise(scope)

    return chosen


def _extreme(pick: Callable[[list[Fraction]], Fraction]) -> Callable[[tuple[Compiled, ...]], Compiled]:
    def make(arguments: tuple[Compiled, ...]) -> Compiled:
        def picked(scope: Scope) -> Value | None:
            numbers = [_number(argument(scope)) for argument in arguments]
            known = [Fraction(number) for number in numbers if number is not None]
            return pick(known) if len(known) == len(numbers) else None

        return picked

    return make


def _since(elapsed: Callable[[date, date], int]) -> Callable[[tuple[Compiled, ...]], Compiled]:
    def make(arguments: tuple[Compiled, ...]) -> Compiled:
        def since(scope: Scope) -> Value | None:
            start = arguments[0](scope)
            return Decimal(elapsed(start, scope.day)) if isinstance(start, date) and scope.day is not None else None

        return since

    return make


def _months(start: date, day: date) -> int:
    """Whole months: the corresponding day completes one."""
    return (day.year - start.year) * 12 + day.month - start.month - int(day.day < start.day)


def _filed(arguments: tuple[Compiled, ...]) -> Compiled:
    def filed(scope: Scope) -> Value | None:
        paper = arguments[0](scope)
        return Decimal(scope.papers.get(paper, 0)) if isinstance(paper, str) else None

    return filed


def _lies_in(arguments: tuple[Compiled, ...]) -> Compiled:
    def inside(scope: Scope) -> Value | None:
        outers = [argument(scope) for argument in arguments]
        return any(lies_in(scope.region, str(outer)) for outer in outers) if scope.region else None

    return inside


def _known(arguments: tuple[Compiled, ...]) -> Compiled:
    return lambda scope: arguments[0](scope) is not None


_CALLS: dict[str, Callable[[tuple[Compiled, ...]], Compiled]] = {
    "count": _count,
    "has_all": _has(every=True),
    "has_any": _has(every=False),
    "choose": _choose,
    "least": _extreme(min),
    "greatest": _extreme(max),
    "years_since": _since(lambda start, day: _months(start, day) // 12),
    "months_since": _since(_months),
    "days_since": _since(lambda start, day: (day - start).days),
    "filed": _filed,
    "lies_in": _lies_in,
    "known": _known,
}

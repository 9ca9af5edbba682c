"""Understands the closed set of functions that an expression may call: sets, choices, years, dates, papers, regions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from shared.programmes.expressions.scope import Scope, Value, key
from shared.programmes.expressions.tree import Call, Name

Compiled = Callable[[Scope], Value | None]
_FARTHEST = 9
NATION = "000000"
YEARLY = ("grows", "growth", "total", "average")
"""Functions that read every year of a metric, not its value."""


def number(value: Value | None) -> Decimal | Fraction | None:
    return value if isinstance(value, Decimal | Fraction) else None


def lies_in(region: str, outer: str) -> bool:
    """Whether a region code lies in (or is) another: 653201 in 653200 in 650000 in 000000. Local codes lie in
    themselves and in the nation."""
    if outer == NATION:
        return True
    if not outer.isdigit():
        return region == outer
    stem = outer[:2] if outer.endswith("0000") else outer[:4] if outer.endswith("00") else outer
    return region.startswith(stem)


def over_years(node: Call) -> Compiled:
    """A function over the years of one metric; unknown while one of the years that are asked lacks."""
    metric = node.arguments[0]
    if not isinstance(metric, Name):
        return lambda scope: None
    keys = tuple(key(metric.id, back) for back in range(_FARTHEST + 1))
    reduce = _YEARS[node.function]

    def reduced(scope: Scope) -> Value | None:
        asked = 2 if node.function == "growth" else scope.years.get(metric.id, 2)
        years = [number(scope.answers.get(each)) for each in keys[:asked]]
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


def _at_least(arguments: tuple[Compiled, ...]) -> Compiled:
    """So many of the tests are true: false once too many are false, unknown while it depends on an unknown one."""
    wanted, tests = arguments[0], arguments[1:]

    def enough(scope: Scope) -> Value | None:
        needed, found = number(wanted(scope)), [test(scope) for test in tests]
        if needed is None:
            return None
        sure = sum(each is True for each in found)
        open_ = sum(not isinstance(each, bool) for each in found)
        return True if sure >= needed else False if sure + open_ < needed else None

    return enough


def _extreme(pick: Callable[[list[Fraction]], Fraction]) -> Callable[[tuple[Compiled, ...]], Compiled]:
    def make(arguments: tuple[Compiled, ...]) -> Compiled:
        def picked(scope: Scope) -> Value | None:
            numbers = [number(argument(scope)) for argument in arguments]
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


CALLS: dict[str, Callable[[tuple[Compiled, ...]], Compiled]] = {
    "count": _count,
    "has_all": _has(every=True),
    "has_any": _has(every=False),
    "choose": _choose,
    "at_least": _at_least,
    "least": _extreme(min),
    "greatest": _extreme(max),
    "years_since": _since(lambda start, day: _months(start, day) // 12),
    "months_since": _since(_months),
    "days_since": _since(lambda start, day: (day - start).days),
    "filed": _filed,
    "lies_in": _lies_in,
    "known": _known,
}

"""Laws of judging: equal answers give equal findings, more never hurts where that is claimed, nothing is rounded."""

from __future__ import annotations

import ast
import inspect
import pkgutil
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shared.programmes.expressions
from shared.programmes.catalogue import Catalogue
from shared.programmes.expressions import Scope, holds
from shared.programmes.model import Condition, Metric, Programme
from shared.programmes.model.answering import overdrawn
from shared.programmes.rules import evaluate
from tests.programmes.library import library

DEMO = Catalogue.load(Path(__file__).with_name("demo"))
EVERY = (*library().programmes(), *DEMO.programmes())
Claim = tuple[Programme, Condition, str]


def claims(programmes: tuple[Programme, ...]) -> list[Claim]:
    return [(p, condition, metric) for p in programmes for condition in p.conditions for metric in condition.monotone]


def amounts(metric: Metric) -> st.SearchStrategy[Decimal]:
    """Figures around every number that a regulation may have set, and far from it."""
    if metric.type == "ratio":
        return st.decimals(0, 1, places=3, allow_nan=False)
    whole = st.integers(0, 400) | st.integers(0, 10**9)
    return whole.map(Decimal) if metric.type == "count" else st.decimals(0, 10**9, places=2, allow_nan=False)


@st.composite
def standings(draw: st.DrawFn, programme: Programme) -> dict[str, str]:
    stem = programme.region.rstrip("0") if programme.region.isdigit() else programme.region
    regions = [programme.region, (stem + "01").ljust(6, "0")[:6], "653201", "990199", ""]
    return {
        "region": draw(st.sampled_from(regions)),
        "level": draw(st.sampled_from([level.id for level in programme.levels])),
        "kind": draw(st.sampled_from(["", *programme.applicants.kinds])),
        "category": draw(st.sampled_from(["", *programme.applicants.categories])),
    }


@st.composite
def answered(draw: st.DrawFn, programme: Programme) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for metric in programme.metrics:
        for key in (
            [metric.id]
            if metric.years == 1
            else [f"{metric.id}[last]"] + [f"{metric.id}[last-{back}]" for back in range(1, metric.years)]
        ):
            if metric.type in ("count", "amount", "ratio", "area", "years"):
                answers[key] = format(draw(amounts(metric)), "f")
            elif metric.type == "boolean":
                answers[key] = draw(st.booleans())
            elif metric.type == "choice":
                answers[key] = draw(st.sampled_from([option.id for option in metric.options]))
            elif metric.type == "set":
                answers[key] = ",".join(draw(st.lists(st.sampled_from([o.id for o in metric.options]), unique=True)))
    return answers


def finding(programme: Programme, condition: Condition, answers: dict[str, Any], standing: dict[str, str]) -> str:
    found = evaluate(programme, answers, condition.evidence, procedure=condition.procedure, **standing)
    return next(verdict.finding for verdict in found if verdict.id == condition.id)


def key_of(programme: Programme, metric: str) -> str:
    return metric if programme.metric(metric).years == 1 else f"{metric}[last]"


def hurts(claim: Claim, data: st.DataObject) -> bool:
    """Whether more of the metric turned met into something else, for one applicant whose answers are possible."""
    programme, condition, metric = claim
    answers, standing = data.draw(answered(programme)), data.draw(standings(programme))
    low, more = sorted((data.draw(amounts(programme.metric(metric))), data.draw(amounts(programme.metric(metric)))))
    key = key_of(programme, metric)
    before = finding(programme, condition, answers | {key: format(low, "f")}, standing)
    after = finding(programme, condition, answers | {key: format(more, "f")}, standing)
    impossible = overdrawn(programme.metrics, answers | {key: format(more, "f")})
    return before == "met" and after != "met" and not impossible


@pytest.mark.parametrize("claim", claims(EVERY), ids=lambda claim: f"{claim[0].id}-{claim[1].id}-{claim[2]}")
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_more_never_hurts_where_a_condition_says_so(claim: Claim, data: st.DataObject) -> None:
    assert not hurts(claim, data)


def test_there_are_claims_in_the_library_and_in_the_demonstrations() -> None:
    assert len(claims(tuple(library().programmes()))) >= 10
    assert len(claims(tuple(DEMO.programmes()))) >= 5


def test_every_condition_that_only_sets_a_lower_bound_on_a_figure_claims_it() -> None:
    """``metric >= number`` cannot help being monotone: a claim that is missing there is an oversight."""
    import re

    plain = re.compile(r"([a-z_0-9]+) >=? [0-9.]+")
    lacking = [
        f"{programme.id} {condition.id}"
        for programme in library().programmes()
        for condition in programme.conditions
        if (match := plain.fullmatch(condition.expression or "")) and match[1] not in condition.monotone
    ]
    assert lacking == []


def test_a_false_claim_is_found_out() -> None:
    from hypothesis import find

    from shared.programmes.loader import SourceFile, load
    from tests.programmes.test_bad_definitions import GOOD

    text = GOOD.replace("expression: staff_count >= 15", "expression: staff_count <= 15, monotone: [staff_count]")
    claim = claims((load(SourceFile("a.yaml", text)),))[0]
    assert find(st.data(), lambda data: hurts(claim, data))


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_the_same_answers_give_the_same_findings(data: st.DataObject) -> None:
    programme = data.draw(st.sampled_from(EVERY))
    answers, standing = data.draw(answered(programme)), data.draw(standings(programme))

    def judged(given: dict[str, Any]) -> list[tuple[str, str, tuple[str, ...]]]:
        return [(v.id, v.finding, v.comparisons) for v in evaluate(programme, given, **standing)]

    assert judged(answers) == judged(dict(reversed(answers.items()))) == judged(dict(answers))


exact = st.decimals(Decimal("-999999999999999999"), Decimal("999999999999999999"), places=18, allow_nan=False) | (
    st.integers(-1000, 1000).map(Decimal)
)


@given(exact, exact, exact)
def test_a_ratio_is_compared_exactly(above: Decimal, below: Decimal, bound: Decimal) -> None:
    scope = Scope(answers={"a": above, "b": below, "c": bound})
    expected = Fraction(above) / Fraction(below) >= Fraction(bound) if below > 0 else None
    assert holds("a / b >= c", scope) is expected


@given(exact, exact)
def test_sums_and_products_are_exact(one: Decimal, two: Decimal) -> None:
    x, y = Fraction(one), Fraction(two)
    scope = Scope(answers={"a": one, "b": two})
    assert holds("a + b - b == a", scope) is True
    assert holds("a * b + a > b", scope) is (x * y + x > y)
    assert holds("(a - b) * (a + b) == a * a - b * b", scope) is True


@pytest.mark.parametrize(
    "text",
    [
        "a / b >= 1",
        "1 >= a / b",
        "a / b == a / b",
        "a / (b - b) > 0",
        "a / b + 1 > 0",
        "growth(n) >= 0",
        "not (a / b > 1)",
    ],
)
def test_nothing_is_divided_by_zero(text: str) -> None:
    answers = {"a": Decimal(1), "b": Decimal(0), "n[last]": Decimal(1), "n[last-1]": Decimal(0)}
    assert holds(text, Scope(answers=answers)) is None


def test_one_third_is_one_third() -> None:
    scope = Scope(answers={"a": Decimal(1), "b": Decimal(3), "c": Decimal("0.333333333333333333")})
    assert holds("a / b == 1 / 3", scope) is True
    assert holds("a / b == c", scope) is False
    assert holds("a / b > c", scope) is True


def test_the_evaluator_knows_no_floats() -> None:
    for module in pkgutil.iter_modules(shared.programmes.expressions.__path__):
        source = inspect.getsource(import_module(f"shared.programmes.expressions.{module.name}"))
        for node in ast.walk(ast.parse(source)):
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), (module.name, node.lineno)
            assert not (isinstance(node, ast.Name) and node.id == "float"), (module.name, node.lineno)


@pytest.mark.parametrize(
    ("region", "outer", "inside"),
    [
        ("990101", "000000", True),
        ("XPCC", "000000", True),
        ("990101", "990000", True),
        ("990101", "990100", True),
        ("990101", "990101", True),
        ("990201", "990100", False),
        ("XPCC", "XPCC", True),
        ("XPCC", "990000", False),
    ],
)
def test_what_lies_in_what(region: str, outer: str, inside: bool) -> None:
    assert holds(f"lies_in('{outer}')", Scope(region=region)) is inside
    assert holds(f"applicant.region in ['{outer}']", Scope(region=region)) is inside

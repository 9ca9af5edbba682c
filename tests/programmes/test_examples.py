"""Each condition that an expression decides: met, unmet, exactly at the boundary, unknown. None may lack one."""

from typing import Any

import pytest

from shared.programmes.example_rows import decide
from shared.programmes.model import Condition, Programme
from shared.programmes.rules import evaluate
from tests.programmes.library import examples_of, library

ROWS = ("met", "unmet", "boundary", "unknown")


def decided() -> list[tuple[Programme, Condition, dict[str, Any]]]:
    return [
        (edition.supplied, condition, examples_of(edition.file).get(condition.id, {}))
        for edition in library().editions
        for condition in edition.supplied.conditions
        if condition.expression is not None
    ]


def finding_of(programme: Programme, condition: Condition, row: dict[str, Any]) -> str:
    return decide(programme, condition, row).finding


def test_there_are_conditions_to_test() -> None:
    assert len(decided()) >= 54


def test_no_condition_lacks_an_example() -> None:
    lacking = [
        f"{programme.id} {condition.id}: {row}"
        for programme, condition, examples in decided()
        for row in ROWS
        if row not in examples
    ]
    assert lacking == []


def test_no_example_is_left_without_its_condition() -> None:
    known = {(programme.id, condition.id) for programme, condition, _ in decided()}
    written = {(edition.text.id, name) for edition in library().editions for name in examples_of(edition.file)}
    assert written == known


@pytest.mark.parametrize(
    ("programme", "condition", "examples"), decided(), ids=lambda value: getattr(value, "id", "examples")
)
def test_every_example_is_decided_as_written(
    programme: Programme, condition: Condition, examples: dict[str, Any]
) -> None:
    boundary_finding, boundary = examples["boundary"]
    assert finding_of(programme, condition, examples["met"]) == "met"
    assert finding_of(programme, condition, examples["unmet"]) == "unmet"
    assert finding_of(programme, condition, boundary) == boundary_finding
    assert finding_of(programme, condition, examples["unknown"]) == "unknown"


def test_the_ordering_check_one_applicant_at_every_boundary() -> None:
    """At every boundary of the first programme; the same firm is below another region's number of firms served."""
    by_id = {programme.id: programme for programme in library().programmes()}
    answers = {
        "years_operating": "2",
        "total_assets": "1500000",
        "staff_count": "15",
        "qualified_staff_count": "9",
        "office_area": "200",
        "smes_served[last]": "60",
        "smes_served[last-1]": "59",
        "user_satisfaction": "0.80",
        "service_income": "400000",
        "turnover": "1000000",
    }
    first = evaluate(by_id["xj-sme-demo-platform"], answers, ["effect_evaluation"])
    computed = {verdict.id: verdict.finding for verdict in first if verdict.condition.decided == "computed"}
    assert set(computed.values()) == {"met"}
    other = {verdict.id: verdict for verdict in evaluate(by_id["hebei-sme-demo-platform-a"], {"smes_served": "60"})}
    assert other["H4"].finding == "unmet"
    assert other["H4"].comparisons == ("smes_served 60 >= 100",)
    assert other["H4"].clause == "第五条(四)"

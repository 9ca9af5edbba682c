"""Points and grades that steps brought: what a case knows of them, and where routes and guards lead by them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType

import pytest

from services.review.domain.steps import inspect, score
from services.review.domain.steps.results import results_of
from services.review.domain.steps.score_acts import ScoresOpened
from services.review.domain.subject import Case
from shared.programmes.expressions import Scope, holds
from shared.programmes.model.times import YearlyMoment
from shared.programmes.model.titles import Obligation
from shared.programmes.model.words import Text
from tests.journeys.graph import Standing
from tests.programmes.demo_shelf import SHELF

NOW = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
(CONTENT,) = SHELF.versions("demo-content-operations")
(STATIONS,) = SHELF.versions("demo-village-stations")
APPLICANT = Standing("990101", "city", "", "")


def inspected(party: str, points: str, band: str) -> inspect.InspectionRecorded:
    return inspect.InspectionRecorded("evaluate", "by", party, True, "good", (), {}, {}, points, NOW, band)


def opened(points: str, band: str) -> score.State:
    return score.State(opened=ScoresOpened("scoring", "ref", points, "100", 5, True, NOW, band))


def test_a_case_knows_nothing_before_it_is_scored() -> None:
    states = {"scoring": score.State(), "evaluate": inspect.State(), "other": object()}
    assert results_of(Case(states=states)) == {}


def test_the_lowest_of_several_assessors_counts() -> None:
    recorded = {"a": inspected("a", "95", "A"), "b": inspected("b", "100", "A"), "c": inspected("c", "89.99", "B")}
    case = Case(states={"evaluate": inspect.State(recorded), "scoring": opened("72.5", "")})
    assert results_of(case) == {
        "evaluate.score": Decimal("89.99"),
        "evaluate.band": "B",
        "scoring.score": Decimal("72.5"),
    }


def test_facts_of_before_the_grades_have_none() -> None:
    old = inspect.InspectionRecorded("evaluate", "by", "a", True, "good", (), {}, {}, "95", NOW)
    assert (old.band, ScoresOpened("scoring", "ref", "95", "100", 5, True, NOW).band) == ("", "")


@pytest.mark.parametrize(
    ("band", "follows"), [("A", "commendation"), ("B", "evaluated"), ("C", "evaluated"), (None, "commendation")]
)
def test_a_route_turns_on_the_grade_and_never_on_what_is_unknown(band: str | None, follows: str) -> None:
    results = MappingProxyType({} if band is None else {"evaluate.band": band})
    assert CONTENT.next_step("result_notice", "clear", APPLICANT, results=results).id == follows


@pytest.mark.parametrize(
    ("points", "follows"), [("89.9", "done"), ("90", "commendation"), ("90.1", "commendation"), ("100", "commendation")]
)
def test_a_route_turns_on_the_points_with_the_bound_included(points: str, follows: str) -> None:
    step = STATIONS.next_step("third_payment", "paid", APPLICANT, results={"acceptance.score": Decimal(points)})
    assert step.id == follows


def test_a_guard_reads_results_too() -> None:
    assert holds("s.score >= 80 and s.band == 'x'", Scope(results={"s.score": Decimal(80), "s.band": "x"})) is True
    assert holds("s.score >= 80", Scope(results={"s.score": Decimal("79.99")})) is False
    assert holds("s.score >= 80", Scope(answers={"s.score": Decimal(90)})) is None


def days(repeats: str, month: int) -> list[int]:
    due = YearlyMoment(month=month, day="last", roll="previous_working_day")
    text = Text(zh="报告", en="report")
    duty = Obligation(id="d", title=text, party="applicant", due=due, repeats=repeats)  # type: ignore[arg-type]
    assert {(moment.day, moment.roll) for moment in duty.moments} == {("last", "previous_working_day")}
    return [moment.month for moment in duty.moments]


def test_a_duty_comes_so_often_within_a_year() -> None:
    assert days("yearly", 3) == [3]
    assert days("half_yearly", 7) == [1, 7]
    assert days("quarterly", 3) == [3, 6, 9, 12]
    assert days("quarterly", 11) == [2, 5, 8, 11]
    assert days("monthly", 5) == list(range(1, 13))
    assert CONTENT.obligation("monthly").moments[1] == YearlyMoment(month=2, day="last")

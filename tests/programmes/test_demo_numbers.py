"""Four made-up regulations, written by somebody who had the documentation alone: every number just below, on, above."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from services.review.domain.days import PUBLISHED, last_day
from services.review.domain.validity import validity_of
from shared.programmes.example_rows import SUFFIX
from shared.programmes.facts_file import Facts
from shared.programmes.model import Programme
from shared.programmes.reasons import judge
from shared.programmes.scores import aggregate
from shared.programmes.workbench import check_file
from tests.programmes.demo_shelf import FOLDER, SHELF

(INCUBATORS,) = SHELF.versions("demo-county-incubators")
(STATIONS,) = SHELF.versions("demo-village-stations")
(SUBSIDY,) = SHELF.versions("demo-science-subsidy")
(CONTENT,) = SHELF.versions("demo-content-operations")
DAY = date(2026, 4, 10)
TOWN_FIRM = {"region": "990101", "kind": "enterprise"}
TOWN_OFFICE = {"region": "990101", "kind": "institution"}
HILL_FIRM = {"region": "990301", "kind": "enterprise"}
HILL_CLUB = {"region": "990312", "kind": "social_organisation"}
COLLECTIVE, FIRM = {"kind": "village_collective"}, {"kind": "enterprise"}
UP, DOWN, OVER = ("unmet", "met", "met"), ("met", "met", "unmet"), ("unmet", "unmet", "met")
"""Just below, on and just above the number: 以上; 以下; 超过."""
BETWEEN, NOT_ASKED = ("unmet", "met", "unmet"), ("not_applicable",) * 3

Row = tuple[Programme, str, dict[str, Any], str, tuple[str, str, str], dict[str, Any], tuple[str, str, str]]
ROWS: list[Row] = [
    (INCUBATORS, "C2", {}, "founded", ("2024-04-11", "2024-04-10", "2024-04-09"), {}, UP),
    (INCUBATORS, "C3", {}, "floor_area", ("2999.99", "3000", "3000.01"), TOWN_FIRM, UP),
    (INCUBATORS, "C3", {}, "floor_area", ("1999.99", "2000", "2000.01"), TOWN_OFFICE, UP),
    (INCUBATORS, "C3", {}, "floor_area", ("1499.99", "1500", "1500.01"), HILL_FIRM, UP),
    (INCUBATORS, "C3", {}, "floor_area", ("999.99", "1000", "1000.01"), HILL_CLUB, UP),
    (INCUBATORS, "C4", {"grade": "first"}, "tenants[last]", ("39", "40", "41"), {}, UP),
    (INCUBATORS, "C4", {"grade": "second"}, "tenants[last]", ("19", "20", "21"), {}, UP),
    (INCUBATORS, "C5", {"tenants[last]": "9", "tenants[last-2]": "7"}, "tenants[last-1]", ("7", "8", "9"), {}, BETWEEN),
    (INCUBATORS, "C6", {"tenants[last-1]": "300"}, "tenants[last]", ("329", "330", "331"), {}, UP),
    (INCUBATORS, "C7", {"staff": "10"}, "service_staff", ("4", "5", "6"), {}, UP),
    (INCUBATORS, "C7", {"staff": "1001"}, "service_staff", ("500", "501", "502"), {}, UP),
    (INCUBATORS, "C8", {}, "graduates", ("4", "5", "6"), {}, OVER),
    (INCUBATORS, "C9", {"grade": "first"}, "revenue_share", ("0.299999", "0.3", "0.300001"), {}, UP),
    (INCUBATORS, "C9", {"grade": "second"}, "revenue_share", ("0", "0.3", "1"), {}, NOT_ASKED),
    (STATIONS, "P1", {}, "founded", ("2025-04-11", "2025-04-10", "2025-04-09"), COLLECTIVE, UP),
    (STATIONS, "P1", {}, "founded", ("2023-04-11", "2023-04-10", "2023-04-09"), FIRM, UP),
    (STATIONS, "P2", {}, "investment", ("499999.99", "500000", "500000.01"), {}, UP),
    (STATIONS, "P2", {}, "investment", ("4999999.99", "5000000", "5000000.01"), {}, DOWN),
    (STATIONS, "P3", {"assets": "1000"}, "liabilities", ("599.99", "600", "600.01"), FIRM, DOWN),
    (STATIONS, "P3", {"assets": "1000"}, "liabilities", ("599.99", "600", "600.01"), COLLECTIVE, NOT_ASKED),
    (STATIONS, "P4", {}, "villages", ("2", "3", "4"), {}, UP),
    (STATIONS, "P5", {}, "build_months", ("17", "18", "19"), {}, DOWN),
    (SUBSIDY, "F1", {"cost": "600000"}, "requested", ("299999.99", "300000", "300000.01"), {}, DOWN),
    (SUBSIDY, "F2", {}, "requested", ("299999.99", "300000", "300000.01"), {}, DOWN),
    (SUBSIDY, "F3", {"requested": "100000"}, "own_funds", ("99999.99", "100000", "100000.01"), {}, UP),
    (SUBSIDY, "F4", {"events[last]": "6"}, "events[last-1]", ("5", "6", "7"), {}, UP),
    (SUBSIDY, "F5", {"visitors[last-1]": "2000"}, "visitors[last]", ("1999", "2000", "2001"), {}, UP),
]  # fmt: skip


@pytest.mark.parametrize(
    ("programme", "condition", "given", "metric", "values", "standing", "expected"),
    ROWS,
    ids=[f"{row[0].id}-{row[1]}-{row[4][1]}-{number}" for number, row in enumerate(ROWS)],
)
def test_an_applicant_below_on_and_above_the_number(
    programme: Programme,
    condition: str,
    given: dict[str, Any],
    metric: str,
    values: tuple[str, str, str],
    standing: dict[str, Any],
    expected: tuple[str, str, str],
) -> None:
    found = []
    for value in values:
        facts = Facts(answers=given | {metric: value}, day=DAY, **standing)
        found.append(next(each.finding for each in judge(programme, facts).conditions if each.id == condition))
    assert tuple(found) == expected


def test_no_condition_with_a_number_is_left_out() -> None:
    rows = {(row[0].id, row[1]) for row in ROWS}
    four = (INCUBATORS, STATIONS, SUBSIDY, CONTENT)
    assert rows == {(p.id, c.id) for p in four for c in p.conditions if c.expression is not None}


@pytest.mark.parametrize("path", sorted(FOLDER.glob(f"*{SUFFIX}")), ids=lambda path: path.name)
def test_their_examples_come_out_as_written(path: Path) -> None:
    assert check_file(path, FOLDER).faults == ()


def sheets(*service: str) -> list[dict[str, Decimal]]:
    """Seven experts; full points but for one head."""
    return [{"s_space": Decimal(20), "s_service": Decimal(each), "s_result": Decimal(30)} for each in service]


@pytest.mark.parametrize(
    ("service", "passed"),
    [
        (("0", "20", "30", "30", "40", "40", "50"), True),  # the average of the head is 30 on the number
        (("0", "20", "30", "30", "40", "40", "49.99"), False),
        (("0", "20", "30", "30", "40", "40.01", "50"), True),
    ],
)
def test_a_floor_counts_the_average_of_all_seven(service: tuple[str, ...], passed: bool) -> None:
    assert aggregate(INCUBATORS.rubric("second_grade"), sheets(*service)).passed is passed


@pytest.mark.parametrize(
    ("points", "band", "passed"),
    [("59.9", "bad", False), ("60", "fair", True), ("89.9", "fair", True), ("90", "good", True), ("100", "good", True)],
)
def test_an_acceptance_has_the_grade_of_its_points(points: str, band: str, passed: bool) -> None:
    score = aggregate(STATIONS.rubric("acceptance_sheet"), [{"built": Decimal(points), "money": Decimal(points)}])
    assert (score.band.id if score.band else None, score.passed) == (band, passed)


@pytest.mark.parametrize(
    ("awarded", "until"),
    [(date(2026, 1, 1), "2029-12-31"), (date(2026, 12, 31), "2029-12-31"), (date(2028, 2, 29), "2031-12-31")],
)
def test_three_years_end_with_the_year_in_which_they_are_over(awarded: date, until: str) -> None:
    assert validity_of(INCUBATORS.award("first_title"), awarded) == (awarded, date.fromisoformat(until))


@pytest.mark.parametrize(
    ("posted", "notice", "programme", "last"),
    [
        (date(2026, 9, 23), "candidates", INCUBATORS, date(2026, 10, 8)),
        (date(2026, 9, 30), "candidates", INCUBATORS, date(2026, 10, 13)),
        (date(2026, 9, 28), "projects", STATIONS, date(2026, 10, 4)),
        (date(2026, 9, 28), "results", CONTENT, date(2026, 10, 3)),
        (date(2025, 12, 26), "candidates", INCUBATORS, date(2026, 1, 5)),
    ],
)
def test_a_notice_ends_by_the_calendar(posted: date, notice: str, programme: Programme, last: date) -> None:
    assert last_day(programme.notice(notice).duration, posted, notice, PUBLISHED) == (last, False)

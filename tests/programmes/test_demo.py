"""Two made-up regulations, written with WRITING.md and the schema alone: every number on, just above and just below."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from services.review.domain.days import PUBLISHED, due, last_day
from shared.programmes.example_rows import SUFFIX
from shared.programmes.facts_file import Facts, FactsRead, misfits
from shared.programmes.model import Noticing, Programme
from shared.programmes.reasons import judge
from shared.programmes.scores import Unscorable, aggregate, one_sheet
from tests.programmes.demo_shelf import FOLDER, SHELF
from tests.programmes.test_telling import DEFINITION, as_json

(WORKSHOPS,) = SHELF.versions("demo-craft-workshops")
(SOLAR,) = SHELF.versions("demo-roof-solar-fund")

CRAFT: dict[str, Any] = {
    "opened": "2023-04-10",
    "craftsmen": "8",
    "apprentices": "2",
    "floor": "120.01",
    "sales[last]": "300000",
    "sales[last-1]": "300000",
    "sales[last-2]": "300000",
    "crafts": "clay,wood",
}
ROOF: dict[str, Any] = {
    "capacity": "100",
    "cost": "1000000",
    "own_money": "300000",
    "asked": "200000",
    "output[last]": "105",
    "output[last-1]": "100",
    "accidents": "0",
}


@pytest.mark.parametrize(
    "path", sorted(path for path in FOLDER.glob("*.yaml") if not path.name.endswith(SUFFIX)), ids=lambda path: path.name
)
def test_they_fit_the_schema(path: Path) -> None:
    assert list(DEFINITION.iter_errors(as_json(path.read_text("utf-8")))) == []


@pytest.mark.parametrize("programme", [WORKSHOPS, SOLAR], ids=lambda p: p.id)
def test_production_may_run_them(programme: Programme) -> None:
    assert programme.missing_for_activation() == ()
    assert not programme.sandbox_only
    assert SHELF.open_for_cases(programme.id, date(2026, 3, 1), sandbox=False) is programme


def finding(programme: Programme, condition: str, answers: dict[str, Any], **standing: Any) -> str:
    facts = Facts(answers=answers, **({"day": date(2026, 4, 10)} | standing))
    assert misfits(programme, FactsRead(facts, "facts", {})) == ()
    return next(each.finding for each in judge(programme, facts).conditions if each.id == condition)


HILLS = {"region": "990199"}
TOWN = {"region": "990101"}
COOPERATIVE = {"kind": "cooperative"}
FIRM = {"kind": "enterprise"}


@pytest.mark.parametrize(
    ("condition", "changed", "standing", "expected"),
    [
        ("W1", {"opened": "2023-04-09"}, {}, "met"),
        ("W1", {"opened": "2023-04-10"}, {}, "met"),
        ("W1", {"opened": "2023-04-11"}, {}, "unmet"),
        ("W2", {"craftsmen": "7"}, FIRM, "unmet"),
        ("W2", {"craftsmen": "8"}, FIRM, "met"),
        ("W2", {"craftsmen": "9"}, FIRM, "met"),
        ("W2", {"craftsmen": "4"}, COOPERATIVE, "unmet"),
        ("W2", {"craftsmen": "5"}, COOPERATIVE, "met"),
        ("W2", {"craftsmen": "6"}, COOPERATIVE, "met"),
        ("W2", {"craftsmen": "9"}, {}, "unknown"),
        ("W3", {"craftsmen": "1000", "apprentices": "249"}, {}, "unmet"),
        ("W3", {"craftsmen": "1000", "apprentices": "250"}, {}, "met"),
        ("W3", {"craftsmen": "1000", "apprentices": "251"}, {}, "met"),
        ("W4", {"floor": "119.99"}, TOWN, "unmet"),
        ("W4", {"floor": "120"}, TOWN, "unmet"),
        ("W4", {"floor": "120.01"}, TOWN, "met"),
        ("W4", {"floor": "79.99"}, HILLS, "unmet"),
        ("W4", {"floor": "80"}, HILLS, "unmet"),
        ("W4", {"floor": "80.01"}, HILLS, "met"),
        ("W4", {"floor": "200"}, {}, "unknown"),
        ("W5", {"sales[last-2]": "299999.99"}, {}, "unmet"),
        ("W5", {}, {}, "met"),
        ("W5", {"sales[last]": "300000.01"}, {}, "met"),
        ("W6", {"crafts": "clay"}, {}, "unmet"),
        ("W6", {"crafts": "silk,wood"}, {}, "unmet"),
        ("W6", {"crafts": "silk,clay"}, {}, "met"),
        ("W7", {}, {"documents": ("opinion",) * 2}, "unmet"),
        ("W7", {}, {"documents": ("opinion",) * 3}, "met"),
        ("W7", {}, {"documents": ("opinion",) * 4}, "met"),
        ("W8", {}, {}, "unknown"),
    ],
)
def test_a_workshop_at_every_number(condition: str, changed: dict[str, Any], standing: Any, expected: str) -> None:
    assert finding(WORKSHOPS, condition, CRAFT | changed, **standing) == expected


NORTH, SOUTH = {"region": "990512"}, {"region": "990401"}


@pytest.mark.parametrize(
    ("condition", "changed", "standing", "expected"),
    [
        ("S1", {"capacity": "99.999"}, SOUTH, "unmet"),
        ("S1", {"capacity": "100"}, SOUTH, "met"),
        ("S1", {"capacity": "100.001"}, SOUTH, "met"),
        ("S1", {"capacity": "49.999"}, NORTH, "unmet"),
        ("S1", {"capacity": "50"}, NORTH, "met"),
        ("S1", {"capacity": "50.001"}, NORTH, "met"),
        ("S2", {"own_money": "299999.99"}, {}, "unmet"),
        ("S2", {"own_money": "300000"}, {}, "met"),
        ("S2", {"own_money": "300000.01"}, {}, "met"),
        ("S3", {"asked": "199999.99"}, {}, "met"),
        ("S3", {"asked": "200000"}, {}, "met"),
        ("S3", {"asked": "200000.01"}, {}, "unmet"),
        ("S3", {"asked": "499999.99", "cost": "9000000"}, {}, "met"),
        ("S3", {"asked": "500000", "cost": "9000000"}, {}, "met"),
        ("S3", {"asked": "500000.01", "cost": "9000000"}, {}, "unmet"),
        ("S4", {"output[last]": "104.999999"}, {}, "unmet"),
        ("S4", {"output[last]": "105"}, {}, "met"),
        ("S4", {"output[last]": "105.000001"}, {}, "met"),
        ("S5", {"accidents": "0"}, {}, "met"),
        ("S5", {"accidents": "1"}, {}, "unmet"),
    ],
)
def test_a_firm_at_every_number(condition: str, changed: dict[str, Any], standing: Any, expected: str) -> None:
    assert finding(SOLAR, condition, ROOF | changed, **standing) == expected


@pytest.mark.parametrize(("programme", "answers"), [(WORKSHOPS, CRAFT), (SOLAR, ROOF)], ids=["workshops", "solar"])
def test_a_missing_answer_is_unknown_and_never_false(programme: Programme, answers: dict[str, Any]) -> None:
    for name in answers:
        rest = {key: value for key, value in answers.items() if key != name}
        facts = Facts(answers=rest, day=date(2026, 4, 10), region="990101", kind="enterprise")
        before = judge(programme, Facts(answers=answers, day=date(2026, 4, 10), region="990101", kind="enterprise"))
        for full, lacking in zip(before.conditions, judge(programme, facts).conditions, strict=True):
            assert lacking.finding in (full.finding, "unknown")
            assert (lacking.finding != full.finding) == (name in lacking.unknown)


def sheet(skill: str, teaching: str, prizes: str = "0") -> dict[str, Decimal]:
    return {"skill": Decimal(skill), "teaching": Decimal(teaching), "prizes": Decimal(prizes)}


def test_the_median_of_four_sheets_with_bonus_and_cap() -> None:
    rubric = WORKSHOPS.rubric("bench")
    assert one_sheet(rubric, sheet("20", "10", "5")) == 100  # 105 is capped
    assert one_sheet(rubric, sheet("13", "7")) == Fraction(67)
    sheets = [sheet("13", "7"), sheet("16", "7.9"), sheet("16", "8.1"), sheet("20", "10", "5")]
    for order in permutations(sheets):
        score = aggregate(rubric, order)
        assert (score.total, score.passed) == (Decimal("80.0"), True)
        assert score.band is not None
        assert score.band.id == "second"
    with pytest.raises(Unscorable):
        one_sheet(rubric, sheet("20", "10", "5.01"))


@pytest.mark.parametrize(
    ("middle", "total", "passed", "band"),
    [
        (("15.99", "8"), "80.0", True, "second"),  # 79.97 is rounded once, half up, to one decimal
        (("15.98", "8"), "79.9", False, None),
        (("16", "8"), "80.0", True, "second"),
        (("18", "8.9"), "89.6", True, "second"),
        (("18", "9"), "90.0", True, "first"),
        (("18", "9.1"), "90.4", True, "first"),
    ],
)
def test_the_pass_mark_and_the_bands_include_their_lower_bound(
    middle: tuple[str, str], total: str, passed: bool, band: str | None
) -> None:
    score = aggregate(WORKSHOPS.rubric("bench"), [sheet(*middle)] * 3)
    assert (score.total, score.passed, score.band.id if score.band else None) == (Decimal(total), passed, band)


class Applicant:
    region = "990101"
    level = "county"
    kind = "enterprise"
    category = ""


def way(programme: Programme, *outcomes: str) -> list[str]:
    """The steps of a case with these outcomes, one after the other."""
    step = programme.first_step(Applicant())
    walked, visits = [step.id], {step.id: 1}
    for outcome in outcomes:
        step = programme.next_step(step.id, outcome, Applicant(), visits=visits)
        visits[step.id] = visits.get(step.id, 0) + 1
        walked.append(step.id)
    assert step.type == "close"
    return walked


def test_the_notice_of_the_workshops_stands_after_the_decision_for_two_calendar_weeks() -> None:
    assert way(WORKSHOPS, "filed", "sufficient", "endorsed", "passed", "approved", "clear", "awarded")[-4:] == [
        "decision",
        "publicity",
        "award",
        "recognised",
    ]
    notice = WORKSHOPS.notice("result")
    assert notice.kind == "post_decision"
    parameters = WORKSHOPS.step("publicity").parameters
    assert isinstance(parameters, Noticing)
    assert last_day(notice.duration, date(2026, 9, 25), "notice", PUBLISHED) == (date(2026, 10, 9), False)


def test_a_decision_is_due_after_fifteen_working_days_with_make_up_days() -> None:
    entered = datetime(2026, 9, 18, 2, 0, tzinfo=UTC)
    instant, provisional = due(WORKSHOPS.step("decision").deadline, entered, PUBLISHED)
    assert instant is not None
    assert provisional is False
    worked = [
        day for day in range(1, 40) if PUBLISHED.day(date.fromordinal(date(2026, 9, 18).toordinal() + day)).worked
    ]
    assert date.fromordinal(date(2026, 9, 18).toordinal() + worked[14]) == instant.astimezone().date()


def test_the_quota_gives_a_cooperative_a_place_of_its_own() -> None:
    quota = WORKSHOPS.rounds.quotas[0]  # type: ignore[union-attr]
    assert (quota.at_most, quota.extra, quota.extra_when) == (3, 1, "applicant.kind == 'cooperative'")


def test_money_goes_out_in_two_parts_and_comes_back_after_two_failed_repairs() -> None:
    paid = way(SOLAR, "filed", "sufficient", "approved", "paid", "passed", "paid")
    assert paid[-3:] == ["inspection", "last_payment", "settled"]
    begins = ("filed", "sufficient", "approved", "paid")
    failed = way(SOLAR, *begins, *["failed", "rectified"] * 2, "failed", "approved", "paid")
    assert failed[-4:] == ["inspection", "clawback_decision", "clawback", "taken_back"]

"""What eight texts say, clause by clause: applicants just below, on and just above every number; days, papers,
whom a rule is for; what a text leaves open. Written from the texts, not from the definitions."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.review.domain.validity import validity_of
from shared.calendar import Calendar, Rule, end
from shared.programmes.completeness import missing
from shared.programmes.model import Programme, Source, Unset
from shared.programmes.rules import evaluate, scope_of
from shared.programmes.verdicts import Verdict
from tests.programmes.library import library
from tests.programmes.test_facts import sources

CITY, GENERIC, FUND, CLOUD = (
    "chengdu-sme-platform",
    "generic-province-sme-platform",
    "xiamen-outsourcing-fund",
    "sd-egov-cloud",
)
SUPERVISED, RULES = "hebei-sme-demo-platform-b", "hebei-sme-demo-platform-rules"
CONTENT, OLD = "longyan-elongyan-safety", "js-tech-platform-2003"
CALENDAR = Calendar()
FIVE = "legal,finance_tax,financing,hr,marketing"


def of(programme: str) -> Programme:
    return next(each.supplied for each in library().editions if each.text.id == programme)


def text_of(programme: str) -> Programme:
    return next(each.text for each in library().editions if each.text.id == programme)


def verdict(programme: str, condition: str, answers: dict[str, str | bool], **standing: str) -> Verdict:
    procedure = of(programme).condition(condition).procedure
    found = evaluate(of(programme), answers, procedure=procedure, **standing)  # type: ignore[arg-type]
    return next(each for each in found if each.id == condition)


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────────────


NUMBERS: list[tuple[str, str, dict[str, Any], str]] = [
    # 大专以上学历人员比例占50%以上 (第六条(四)): the number is included; of all staff
    (CITY, "C4a", {"college_staff_count": "499", "staff_count": "1000"}, "unmet"),
    (CITY, "C4a", {"college_staff_count": "500", "staff_count": "1000"}, "met"),
    (CITY, "C4a", {"college_staff_count": "501", "staff_count": "1000"}, "met"),
    (CITY, "C4a", {"college_staff_count": "4", "staff_count": "7"}, "met"),
    (CITY, "C4a", {"college_staff_count": "3", "staff_count": "7"}, "unmet"),
    (CITY, "C4a", {"college_staff_count": "0", "staff_count": "0"}, "unknown"),
    # 中级以上职称的专业技术人员比例占30%以上: a share of its own, not of the college graduates
    (CITY, "C4b", {"mid_title_staff_count": "299", "staff_count": "1000"}, "unmet"),
    (CITY, "C4b", {"mid_title_staff_count": "300", "staff_count": "1000"}, "met"),
    (CITY, "C4b", {"mid_title_staff_count": "301", "staff_count": "1000"}, "met"),
    (CITY, "C4b", {"mid_title_staff_count": "33", "staff_count": "111"}, "unmet"),
    (CITY, "C4b", {"mid_title_staff_count": "34", "staff_count": "111"}, "met"),
    (CITY, "C4b", {"mid_title_staff_count": "3", "college_staff_count": "5"}, "unknown"),
    # 年服务中小企业数量不少于30家 (五)
    (CITY, "C5a", {"smes_served": "29"}, "unmet"),
    (CITY, "C5a", {"smes_served": "30"}, "met"),
    (CITY, "C5a", {"smes_served": "31"}, "met"),
    # 能实现收支平衡: to the cent, a balance of nothing is a balance
    (CITY, "C5b", {"total_income": "999999.99", "total_expense": "1000000"}, "unmet"),
    (CITY, "C5b", {"total_income": "1000000.00", "total_expense": "1000000"}, "met"),
    (CITY, "C5b", {"total_income": "1000000.01", "total_expense": "1000000"}, "met"),
    # 注册时间不得少于两年 (三、1)
    (GENERIC, "G1", {"years_registered": "1.99"}, "unmet"),
    (GENERIC, "G1", {"years_registered": "2"}, "met"),
    (GENERIC, "G1", {"years_registered": "2.01"}, "met"),
    # 至少五项以上,其中必须包括 five kinds: many others do not stand in for one of the five
    (GENERIC, "G2", {"services": "legal,finance_tax,financing,hr"}, "unmet"),
    (GENERIC, "G2", {"services": FIVE}, "met"),
    (GENERIC, "G2", {"services": FIVE + ",technology"}, "met"),
    (GENERIC, "G2", {"services": "legal,finance_tax,financing,hr,technology,training,other"}, "unmet"),
    # 注册资金不低于100万元人民币: 万元 are ten thousands of CNY
    (GENERIC, "G3a", {"registered_capital": "999999.99"}, "unmet"),
    (GENERIC, "G3a", {"registered_capital": "1000000"}, "met"),
    (GENERIC, "G3a", {"registered_capital": "1000000.01"}, "met"),
    (GENERIC, "G3a", {"registered_capital": "100"}, "unmet"),
]


@pytest.mark.parametrize(("programme", "condition", "answers", "finding"), NUMBERS)
def test_just_below_on_and_just_above_every_number(
    programme: str, condition: str, answers: dict[str, Any], finding: str
) -> None:
    assert verdict(programme, condition, answers).finding == finding


@pytest.mark.parametrize("text", [CITY, GENERIC])
def test_nothing_is_known_of_an_applicant_who_says_nothing(text: str) -> None:
    found = evaluate(of(text), {})
    assert {each.finding for each in found} == {"unknown"}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [(CITY, {"0.50", "0.30", "30"}), (GENERIC, {"2", "5", "1000000"}), *((each, set()) for each in (FUND, CLOUD, OLD))],
)
def test_there_is_no_other_number_in_their_conditions(text: str, numbers: set[str]) -> None:
    said = {
        part.rsplit(" ", 1)[1]
        for condition in text_of(text).conditions
        for part in Verdict(condition, "unknown", evaluate(of(text), {})[0].scope).comparisons
    }
    assert {part for part in said if part[0].isdigit()} == numbers


# ── days ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("posted", "counted", "not_counted"),
    [
        ("2025-12-29", "2026-01-04", "2026-01-05"),  # over New Year
        ("2026-02-12", "2026-02-18", "2026-02-19"),  # days off are days of a week
        ("2027-02-24", "2027-03-02", "2027-03-03"),
        ("2028-02-24", "2028-03-01", "2028-03-02"),  # a leap year
    ],
)
def test_one_week_is_seven_days(posted: str, counted: str, not_counted: str) -> None:
    """公示一周 (四、3); whether the day of posting is the first is left open, the supplement counts it."""
    told, open_ = of(GENERIC).notices[0].duration, text_of(GENERIC).notices[0].duration
    assert (told.length, told.unit, told.count_start_day) == (1, "week", True)  # type: ignore[union-attr]
    assert isinstance(open_.count_start_day, Unset)  # type: ignore[union-attr]
    day = date.fromisoformat(posted)
    assert end(CALENDAR, Rule(day, 1, "week", count_start_day=True)).day.isoformat() == counted
    assert end(CALENDAR, Rule(day, 1, "week")).day.isoformat() == not_counted


@pytest.mark.parametrize(
    ("issued", "last"),
    [
        ("2024-02-29", "2027-02-28"),
        ("2025-03-01", "2028-02-29"),
        ("2026-06-15", "2029-06-14"),
        ("2026-12-31", "2029-12-30"),
        ("2027-01-01", "2029-12-31"),
    ],
)
def test_three_years_from_the_day_of_issue(issued: str, last: str) -> None:
    """认定证书自颁发之日起生效,有效期为三年 (五、1)."""
    (award,) = of(GENERIC).awards
    day = date.fromisoformat(issued)
    assert validity_of(award, day) == (day, date.fromisoformat(last))


# ── papers ───────────────────────────────────────────────────────────────────────────────────────────────────────


PAPERS = {
    CITY: {"application_report", "application_form", "equipment_list", "vouchers", "client_list"},
    GENERIC: {"application_letter", "application_form", "platform_intro", "management_rules", "fee_standard"},
}


@pytest.mark.parametrize(
    ("text", "left_out"), [(text, paper) for text, papers in PAPERS.items() for paper in sorted(papers)]
)
def test_each_paper_that_is_named_is_asked_for_and_no_other(text: str, left_out: str) -> None:
    assert set(lacking_papers(text, PAPERS[text])) == set()
    assert lacking_papers(text, PAPERS[text] - {left_out}) == [left_out]
    assert set(lacking_papers(text, set())) == PAPERS[text]


def lacking_papers(text: str, papers: set[str]) -> list[str]:
    return [each.paper for each in missing(text_of(text), papers, scope_of(text_of(text), {}))]


def test_the_report_has_its_four_parts() -> None:
    (report,) = text_of(CITY).material("application_report").documents
    assert [part.zh for part in report.sections] == [
        "平台服务的产业现状",
        "平台运作(主体)单位情况",
        "平台基础条件建设情况",
        "工作业绩与规划情况",
    ]


# ── who it is for ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("category", "operator", "government", "social"),
    [
        ("government_led", "government_department", "met", "not_applicable"),
        ("government_led", "entrusted_body", "met", "not_applicable"),
        ("government_led", "incubator", "unmet", "not_applicable"),
        ("socially_founded", "incubator", "not_applicable", "met"),
        ("socially_founded", "other", "not_applicable", "met"),
        ("socially_founded", "government_department", "not_applicable", "unmet"),
        ("", "incubator", "unknown", "unknown"),
    ],
)
def test_who_runs_a_platform_follows_from_what_was_declared_and_not_from_a_second_answer(
    category: str, operator: str, government: str, social: str
) -> None:
    answers: dict[str, str | bool] = {"operator_kind": operator}
    assert verdict(RULES, "R6", answers, category=category).finding == government
    assert verdict(RULES, "R7", answers, category=category).finding == social
    assert "ownership" not in {metric.id for metric in of(RULES).metrics}


@pytest.mark.parametrize(
    ("level", "access", "finding"),
    [
        ("province", "", "unmet"),
        ("city", "province", "unmet"),
        ("county", "province", "unmet"),
        ("city", "own", "not_applicable"),
        ("city", "neighbour_city", "not_applicable"),
        ("county", "neighbour_city", "not_applicable"),
        ("city", "", "unknown"),
    ],
)
def test_a_city_chooses_its_cloud_itself(level: str, access: str, finding: str) -> None:
    """第五条 asks nobody's leave; 第三条 binds the units of the province and of cities that joined its cloud."""
    answers: dict[str, str | bool] = {"cloud_based": False} | ({"city_access": access} if access else {})
    assert verdict(CLOUD, "S3", answers, level=level).finding == finding
    assert of(CLOUD).relaxations == ()


def test_whoever_is_paid_for_by_the_budget_uses_the_cloud_at_any_level_but_no_classified_department() -> None:
    assert text_of(CLOUD).applicants.levels == ()
    assert [level.id for level in text_of(CLOUD).levels] == ["province", "city", "county"]
    assert verdict(CLOUD, "S2", {"classified_department": True}).finding == "unmet"
    assert verdict(CLOUD, "S1", {"funding": "other"}).finding == "unmet"


@pytest.mark.parametrize(
    ("use", "finding"),
    [("construction", "met"), ("operation", "met"), ("public_activity", "met"), ("basic_work", "unmet")],
)
def test_the_departments_own_work_is_no_use_that_an_applicant_asks_for(use: str, finding: str) -> None:
    assert verdict(FUND, "F3", {"fund_use": use}).finding == finding


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_quote_leaves_anything_out() -> None:
    """The operative words stand as they are: two passages are two quotes, never one with dots."""
    quotes: list[Source] = [source for each in library().editions for source in sources(each.text) if source.quote]
    assert len(quotes) > 400
    assert [source.quote for source in quotes if "…" in source.quote or "..." in source.quote] == []


def test_a_reading_is_told_wherever_a_condition_rests_on_one() -> None:
    for name in (CITY, GENERIC, FUND, CLOUD, CONTENT, RULES):
        told = {each.id: each for each in text_of(name).ambiguities}
        for condition in text_of(name).conditions:
            if condition.reading is not None:
                assert condition.id in told[condition.reading].elements

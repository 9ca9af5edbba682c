"""Seven of the texts against applicants that stand on, just below and just above every number that a clause names, and
what else a reader of the clauses would hold the definitions to. The expectations are written from the clauses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from shared.programmes.catalogue import Edition
from shared.programmes.explain import explain
from shared.programmes.facts_file import Facts
from shared.programmes.model import Programme
from shared.programmes.model.answering import answer_faults, overdrawn
from shared.programmes.reasons import judge
from shared.programmes.rules import evaluate
from shared.programmes.verdicts import UsedRelaxation
from tests.programmes.library import library

XJ, HBA, CN12, CNG = (
    "xj-sme-demo-platform",
    "hebei-sme-demo-platform-a",
    "cn-sme-demo-platform-2012",
    "cn-sme-demo-platform-generic",
)
LN, JS06, YC = "ln-sme-demo-platform", "js-sci-platform-2006", "yancheng-sci-platform"
HOTAN, KASHGAR, KIZILSU, URUMQI = "653201", "653101", "653001", "650102"


def edition(programme: str) -> Edition:
    return next(each for each in library().editions if each.text.id == programme)


def text(programme: str) -> Programme:
    return edition(programme).text


def finding(programme: str, condition: str, answers: dict[str, Any], **standing: str) -> str:
    rule = text(programme).condition(condition)
    verdicts = evaluate(text(programme), answers, rule.evidence, **standing)
    return next(verdict.finding for verdict in verdicts if verdict.id == condition)


NUMBERS = [
    # 新疆第八条(一) 运营两年以上;资产总额不低于150万元
    (XJ, "E1b", "years_operating", "1.999999", "2", "2.000001", {}),
    (XJ, "E1c", "total_assets", "1499999.99", "1500000", "1500000.01", {}),
    # (二) 从业人数不少于15人,其中……比例不低于60%;面积不少于200平方米
    (XJ, "E2a", "staff_count", "14", "15", "16", {}),
    (XJ, "E2b", "qualified_staff_count", "8", "9", "10", {"staff_count": "15"}),
    (XJ, "E2b", "qualified_staff_count", "9", "10", "11", {"staff_count": "16"}),  # 60 % of 16 is 9.6 persons
    (XJ, "E2d", "office_area", "199.99", "200", "200.01", {}),
    # (三) 不少于60家;近两年稳定增长;满意度80%以上
    (XJ, "E3a", "smes_served[last]", "59", "60", "61", {}),
    (XJ, "E3b", "smes_served[last]", "60", "61", "62", {"smes_served[last-1]": "60"}),
    (XJ, "E3c", "user_satisfaction", "0.799999", "0.8", "0.800001", {}),
    # (四) 服务收入占营业额的比例不低于40%
    (XJ, "E4b", "service_income", "399999.99", "400000", "400000.01", {"turnover": "1000000"}),
    # 河北甲第五条 两年以上;不低于60%;不少于100家
    (HBA, "H1b", "years_operating", "1.999999", "2", "2.000001", {}),
    (HBA, "H3", "prof_tech_staff_count", "59", "60", "61", {"employee_count": "100"}),
    (HBA, "H3", "prof_tech_staff_count", "6", "7", "8", {"employee_count": "11"}),
    (HBA, "H4", "smes_served", "99", "100", "101", {}),
    # 国家2012年第六条 多种功能或一个特色功能;辽宁二、3;江苏第三条 多单位或多个子平台
    (LN, "L3b", "low_fee_services", "0", "1", "2", {}),
    (JS06, "P3", "building_units", "1", "2", "3", {"structure": "networked", "sub_platforms": "1"}),
    (JS06, "P3", "sub_platforms", "1", "2", "3", {"structure": "networked", "building_units": "1"}),
    (YC, "P3", "sub_platforms", "1", "2", "3", {"structure": "networked", "building_units": "1"}),
]


@pytest.mark.parametrize(("programme", "condition", "metric", "below", "on", "above", "others"), NUMBERS)
def test_on_just_below_and_just_above(
    programme: str, condition: str, metric: str, below: str, on: str, above: str, others: dict[str, str]
) -> None:
    assert finding(programme, condition, others | {metric: below}) == "unmet"
    assert finding(programme, condition, others | {metric: on}) == "met"
    assert finding(programme, condition, others | {metric: above}) == "met"
    assert finding(programme, condition, others) == "unknown"


def test_no_growth_is_no_steady_growth_and_one_year_says_nothing() -> None:
    assert finding(XJ, "E3b", {"smes_served[last]": "60", "smes_served[last-1]": "60"}) == "unmet"
    assert finding(XJ, "E3b", {"smes_served[last]": "59", "smes_served[last-1]": "60"}) == "unmet"
    assert finding(XJ, "E3b", {"smes_served[last]": "61"}) == "unknown"


PARTS = [
    (XJ, "E2b", {"qualified_staff_count": "16", "staff_count": "15"}, "qualified_staff_count"),
    (XJ, "E4b", {"service_income": "1000000.01", "turnover": "1000000"}, "service_income"),
    (HBA, "H3", {"prof_tech_staff_count": "11", "employee_count": "10"}, "prof_tech_staff_count"),
]


@pytest.mark.parametrize(("programme", "condition", "answers", "part"), PARTS)
def test_a_part_that_is_more_than_its_whole_is_no_answer(
    programme: str, condition: str, answers: dict[str, str], part: str
) -> None:
    """其中 speaks of some of the same: sixteen qualified persons of fifteen prove nothing."""
    assert finding(programme, condition, answers) == "unknown"
    assert [fault.key for fault in answer_faults(text(programme).metrics, answers)] == [part]
    whole = next(value for key, value in answers.items() if key != part)
    assert finding(programme, condition, answers | {part: whole}) == "met"
    assert overdrawn(text(programme).metrics, answers | {part: whole}) == ()


def test_who_holds_a_diploma_or_a_title_is_counted_once_among_the_qualified() -> None:
    answers = {"staff_count": "15", "qualified_staff_count": "9", "college_staff_count": "10"}
    assert [fault.key for fault in overdrawn(text(XJ).metrics, answers)] == ["college_staff_count"]
    assert finding(XJ, "E2b", answers) == "met"


@pytest.mark.parametrize("region", [HOTAN, KASHGAR, KIZILSU])
def test_the_southern_prefectures_are_relaxed_by_a_person_or_not_at_all(region: str) -> None:
    supplied = edition(XJ).supplied
    few = {"staff_count": "12"}
    used = {"E2a": UsedRelaxation("X1", "officer-7", "业绩较突出", "12人")}

    def staff(where: str, relaxed: dict[str, UsedRelaxation]) -> str:
        verdicts = evaluate(supplied, few, relaxed=relaxed, region=where, level="county")
        return next(each.finding for each in verdicts if each.id == "E2a")

    assert staff(region, {}) == "unmet"
    assert staff(region, used) == "relaxed"
    assert staff(URUMQI, used) == "unmet"


def test_a_unit_of_the_region_that_lies_in_the_south_is_relaxed_by_the_commission() -> None:
    supplied = edition(XJ).supplied
    used = {"E2a": UsedRelaxation("X2", "officer-7", "业绩较突出", "12人")}

    def staff(region: str, level: str) -> str:
        verdicts = evaluate(supplied, {"staff_count": "12"}, relaxed=used, region=region, level=level)
        return next(each.finding for each in verdicts if each.id == "E2a")

    assert staff(HOTAN, "region") == "relaxed"
    assert staff(HOTAN, "county") == "unmet"
    assert staff(URUMQI, "region") == "unmet"
    assert supplied.step("commission_review").parameters.relaxations == ("X2",)  # type: ignore[union-attr]
    assert supplied.step("preliminary_review").parameters.relaxations == ("X1",)  # type: ignore[union-attr]


def test_neither_legal_personality_nor_the_written_rules_are_relaxed() -> None:
    for relaxation in edition(XJ).supplied.relaxations:
        assert not {"E1a", "E4a", "E5", "E6", "E7", "E8"} & set(relaxation.relaxes)


WHOLE_CLAUSES = [
    (XJ, "第八条(五)", ["主要服务于全区中小企业", "满足中小企业的服务需求", "对区域经济发展具有一定的影响力"]),
    (XJ, "第八条(二)", ["服务功能完善,服务特色突出", "从业人数不少于15人", "办公场所面积不少于200平方米"]),
    (HBA, "第五条(三)", ["具有稳定的专业服务团队", "比例不低于60%"]),
    (HBA, "第五条(四)", ["服务业绩突出", "不少于100家"]),
    (CNG, "3.2", ["稳定的资金来源和充足的资源", "全面的公共服务"]),
    (CN12, "第六条", ["多种服务功能或在某一方面具有特色服务功能", "具有开放性和资源共享的特征"]),
]


@pytest.mark.parametrize(("programme", "clause", "demands"), WHOLE_CLAUSES)
def test_every_half_of_a_clause_is_a_condition(programme: str, clause: str, demands: list[str]) -> None:
    quoted = "|".join(each.source.quote for each in text(programme).conditions if each.source.clause == clause)
    assert [demand for demand in demands if demand not in quoted] == []


def test_papers_that_no_clause_names_are_asked_for_by_the_supplement_alone() -> None:
    """The text says 提交相关材料 and lists none; it names the qualification in 二、1."""
    assert [material.id for material in text(LN).materials] == ["qualification"]
    asked = edition(LN).supplied
    assert {"rules_and_team", "service_record", "credit_record"} <= {each.id for each in asked.materials}
    assert asked.condition("L2").evidence == ("rules_and_team",)


def test_what_a_text_does_not_lay_on_the_holder_is_no_duty_of_the_holder() -> None:
    assert text(LN).obligations == ()
    assert "对示范平台的重大变更事项进行监督和管理" in {each.source.quote for each in text(LN).supervision}
    assert [each.chair for each in text(LN).panels] == [False]
    assert [each.id for each in edition(LN).supplied.obligations] == ["major_change"]


def test_an_applicant_is_not_asked_for_the_grade_that_the_department_gives() -> None:
    assert {each.id for each in text(LN).metrics} == {"legal_person", "low_fee_services"}
    assert {each.when for each in text(LN).rewards} == {"evaluation.band == 'excellent'"}


@pytest.mark.parametrize(
    ("programme", "award", "field"),
    [(CNG, "certificate", "plaque"), (JS06, "establishment", "validity"), (YC, "establishment", "validity")],
)
def test_what_the_text_is_silent_on_is_unset(programme: str, award: str, field: str) -> None:
    assert f"awards[{award}].{field}" in text(programme).missing_for_activation()


def test_not_taking_part_and_not_reporting_are_two_omissions() -> None:
    """第十八条(三) and (五) each have an omission of their own."""
    grounds = {each.id: each for each in text(XJ).revocation}
    assert grounds["RV3"].obligations == ("activities",)
    assert grounds["RV5"].obligations == ("information",)
    duties = {each.id: each for each in text(XJ).obligations}
    assert duties["activities"].source.clause == "第十八条(三)"
    assert (duties["activities"].party, duties["annual_report"].party) == ("applicant", "prefecture_authority")


@dataclass(frozen=True)
class Standing:
    region: str
    level: str
    kind: str = ""
    category: str = ""


def walked(programme: Programme, applicant: Standing) -> list[str]:
    """Who acts where all goes well, in order."""
    step = programme.first_step(applicant)
    actors = [step.actor]
    while step.goes_on is not None:
        step = programme.next_step(step.id, step.goes_on, applicant)
        actors.append(step.actor)
    return actors


@pytest.mark.parametrize(
    ("programme", "region", "level", "acts", "does_not"),
    [
        (CN12, "210100", "province", "province_authority", "planned_city_authority"),
        (CN12, "XPCC", "province", "province_authority", "planned_city_authority"),
        (CN12, "210200", "planned_city", "planned_city_authority", "province_authority"),
        (JS06, "320500", "city", "competent_department", "sector_department"),
        (JS06, "320000", "province", "sector_department", "competent_department"),
        (YC, "320902", "district", "competent_department", "sector_department"),
        (YC, "320900", "city", "sector_department", "competent_department"),
    ],
)
def test_each_applicant_has_the_authority_that_the_clause_names(
    programme: str, region: str, level: str, acts: str, does_not: str
) -> None:
    for each in (text(programme), edition(programme).supplied):
        actors = walked(each, Standing(region, level))
        assert acts in actors
        assert does_not not in actors


def test_the_kinds_of_platform_are_those_of_the_higher_text() -> None:
    for programme in (JS06, YC):
        (kind,) = (each for each in text(programme).metrics if each.id == "platform_kind")
        assert [option.id for option in kind.options] == ["basic_condition", "public_technical_service"]
    assert [level.id for level in text(YC).levels] == ["city", "district"]


def test_explaining_an_empty_application_claims_nothing() -> None:
    for programme in (XJ, HBA, CN12, CNG, LN, JS06, YC):
        verdicts = evaluate(text(programme), {})
        assert {each.finding for each in verdicts} == {"unknown"}, programme
        assert f"unknown {len(verdicts)}" in explain(verdicts)[-1]


ATTESTED = [
    (XJ, "E1a", {"legal_person": False}, {"legal_person": True}),
    (XJ, "E3c", {"user_satisfaction": "0.799999"}, {"user_satisfaction": "0.8"}),
    (HBA, "H2", {"fixed_premises": False}, {"fixed_premises": True}),
    (LN, "L1", {"legal_person": False}, {"legal_person": True}),
]


@pytest.mark.parametrize(("programme", "condition", "no", "yes"), ATTESTED)
def test_what_the_applicant_itself_denies_needs_no_paper(
    programme: str, condition: str, no: dict[str, Any], yes: dict[str, Any]
) -> None:
    def found(answers: dict[str, Any], papers: tuple[str, ...]) -> str:
        verdicts = evaluate(text(programme), answers, papers)
        return next(each.finding for each in verdicts if each.id == condition)

    evidence = text(programme).condition(condition).evidence
    assert found(no, ()) == found(no, evidence) == "unmet"
    assert found(yes, ()) == found({}, evidence) == found({}, ()) == "unknown"
    assert found(yes, evidence) == "met"


def test_what_is_not_known_is_told_with_the_paper_that_is_not_filed() -> None:
    told = {each.id: each.why for each in judge(text(XJ), Facts(answers={})).conditions}
    assert told["E1a"].zh == "未提交:法人证书或营业执照副本复印件(licence);未知:依法设立的独立法人单位(legal_person)"
    assert "user satisfaction (user_satisfaction)" in told["E3c"].en
    told = {each.id: each.why for each in judge(text(XJ), Facts(answers={"legal_person": "true"})).conditions}
    assert told["E1a"].en == "not filed: legal-person certificate or business licence (licence)"

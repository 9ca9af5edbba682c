"""What review makes of seven of the texts: which omission proves which ground, whose grade a reward rests on, and whose
desk a case lies on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.review.domain.desks import desk_of, reaches
from services.review.domain.duties import dated
from services.review.domain.holding import ObligationMissed
from services.review.domain.proof import proofs_for
from services.review.domain.rewards import rewards_of
from services.review.domain.steps import inspect
from services.review.domain.subject import Case
from shared.programmes.model import Programme
from tests.programmes.library import library
from tests.unit.review.story import APPLICANT
from tests.unit.review.titled import AWARDED, Life, at


def supplied(programme: str) -> Programme:
    return next(each.supplied for each in library().editions if each.text.id == programme)


XJ, LN = supplied("xj-sme-demo-platform"), supplied("ln-sme-demo-platform")


def missed(obligation: str) -> ObligationMissed:
    day = date(2027, 5, 27)
    return ObligationMissed(XJ.ref, "1", obligation, "", "", "", "applicant", True, day, at(day))


@pytest.mark.parametrize(
    ("obligation", "proved"),
    [("activities", ["RV3"]), ("information", ["RV5"])],
)
def test_an_omission_proves_its_own_ground_and_no_other(obligation: str, proved: list[str]) -> None:
    """Who sent no information for a year did not thereby stay away from the service activities, and the reverse."""
    life = Life(XJ)
    title = replace(life.title, missed=(missed(obligation),))
    assert [ground.id for ground in XJ.revocation if proofs_for(ground, title)] == proved


@pytest.mark.parametrize("obligation", ["activities", "information"])
def test_a_year_of_omission_is_a_year_from_the_award(obligation: str) -> None:
    """一年内: due on the corresponding day of the next year, not at the end of some calendar year."""
    life = Life(XJ)
    rule = next(each for each in XJ.obligations if each.id == obligation)
    (found,) = dated(rule, life.title, at(AWARDED), at(AWARDED), life.calendar)
    assert found.due_on == AWARDED.replace(year=AWARDED.year + 1)


def evaluated(band: str) -> Case:
    found = inspect.InspectionRecorded(
        "evaluation", "officer", "department", True, "", (), {}, {}, "95", at(AWARDED), band
    )
    state = inspect.State(recorded={"department": found} if band else {})
    answers = {"performance_grade": "excellent"}
    return Case(
        applicant=APPLICANT,
        procedure="performance_evaluation",
        title="case-1",
        answers=answers,
        states={"evaluation": state},
    )


def test_a_reward_for_excellence_rests_on_the_grade_and_not_on_what_is_said_of_it() -> None:
    assert {each.finding for each in rewards_of(evaluated(""), LN)} == {"unknown"}
    assert [each.reward for each in rewards_of(evaluated("excellent"), LN)] == [each.id for each in LN.rewards]
    assert {each.finding for each in rewards_of(evaluated("excellent"), LN)} == {"due"}
    assert rewards_of(evaluated("good"), LN) == ()


def test_a_case_on_a_title_brings_no_reward_that_does_not_rest_on_it() -> None:
    case = replace(evaluated("excellent"), procedure="annual_report")
    assert XJ.rewards
    assert rewards_of(case, XJ) == ()


@pytest.mark.parametrize(
    ("programme", "party", "official", "applicant", "acts"),
    [
        ("cn-sme-demo-platform-2012", "province_authority", "210000", "210100", True),
        ("cn-sme-demo-platform-2012", "province_authority", "XPCC", "XPCC", True),
        ("cn-sme-demo-platform-2012", "planned_city_authority", "210200", "210201", True),
        ("cn-sme-demo-platform-2012", "planned_city_authority", "210000", "210201", False),
        ("js-sci-platform-2006", "sector_department", "320000", "320000", True),
        ("js-sci-platform-2006", "competent_department", "320500", "320501", True),
        ("js-sci-platform-2006", "competent_department", "320000", "320501", False),
        ("yancheng-sci-platform", "sector_department", "320900", "320900", True),
        ("yancheng-sci-platform", "competent_department", "320902", "320902", True),
    ],
)
def test_the_desk_reaches_whom_the_clause_means(
    programme: str, party: str, official: str, applicant: str, acts: bool
) -> None:
    assert reaches(desk_of(party, supplied(programme)), official, applicant) is acts


@pytest.mark.parametrize(
    ("awarded", "after", "due"),
    [
        (date(2026, 1, 5), date(2026, 1, 5), date(2027, 2, 28)),  # what covers a whole year is first due after it
        (date(2026, 5, 27), date(2027, 2, 28), date(2027, 2, 28)),  # a Sunday: 2月底前 knows no next working day
        (date(2026, 5, 27), date(2027, 3, 1), date(2028, 2, 29)),
        (date(2026, 5, 27), date(2028, 3, 1), date(2029, 2, 28)),
    ],
)
def test_the_prefecture_reports_by_the_last_day_of_february(awarded: date, after: date, due: date) -> None:
    life = Life(XJ, awarded)
    rule = next(each for each in XJ.obligations if each.id == "annual_report")
    assert XJ.party(rule.party).role == "reviewer"
    (found,) = dated(rule, life.title, at(after), at(after), life.calendar)
    assert found.due_on == due


@pytest.mark.parametrize(
    ("programme", "awarded", "last", "review"),
    [
        ("xj-sme-demo-platform", date(2026, 5, 27), date(2029, 5, 26), date(2029, 5, 26)),
        ("xj-sme-demo-platform", date(2026, 1, 1), date(2028, 12, 31), date(2028, 12, 31)),
        ("xj-sme-demo-platform", date(2028, 2, 29), date(2031, 2, 28), date(2031, 2, 28)),
        ("hebei-sme-demo-platform-a", date(2026, 5, 27), None, date(2028, 5, 27)),
        ("hebei-sme-demo-platform-a", date(2028, 2, 29), None, date(2030, 2, 28)),
        ("cn-sme-demo-platform-2012", date(2026, 5, 27), date(2029, 12, 31), date(2029, 5, 27)),
    ],
)
def test_three_years_and_two_years_on_the_calendar(
    programme: str, awarded: date, last: date | None, review: date
) -> None:
    life = Life(supplied(programme), awarded)
    (rule,) = life.programme.re_reviews
    assert life.title.valid_to == last
    assert life.due("review", rule.id) == review


@pytest.mark.parametrize(
    "programme", ["xj-sme-demo-platform", "hebei-sme-demo-platform-a", "cn-sme-demo-platform-2012"]
)
def test_who_loses_the_title_by_not_applying_can_apply(programme: str) -> None:
    """A title never lapses because an authority did not open the re-review."""
    text = supplied(programme)
    (rule,) = text.re_reviews
    assert rule.on_no_application == "lapses"
    assert isinstance(rule.procedure, str)
    first = text.first_step(APPLICANT, rule.procedure)
    assert (first.type, text.party(first.actor).role) == ("file", "applicant")

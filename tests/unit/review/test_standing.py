"""What every expression in review sees: kind, category, region, level, answers, papers, and a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.case import evolve
from services.review.domain.judging import day_of, findings, scope
from services.review.domain.opening import decide_open_directly
from services.review.domain.rewards import Charge, charge_of, rewards_of
from services.review.domain.subject import Applicant
from services.review.outbox import to_public
from shared import events as said
from shared.calendar import Calendar
from shared.envelope import Actor, Origin
from shared.programmes.expressions import holds
from shared.programmes.model import (
    UNSET,
    Applicants,
    Condition,
    Fee,
    Metric,
    Programme,
    Relaxation,
    Reward,
    Source,
    Text,
)
from shared.programmes.model.steps import Route
from shared.runtime.ports import Recorded
from tests.support.regulation import COUNTY, OTHER_USCC, PROGRAMME, REGION, with_step
from tests.unit.review.story import ANSWERS, APPLICANT, MONDAY, OFFICER, REVIEWER, Story
from tests.unit.review.test_small_steps import PAYMENT, Paying, paying

WHO = Applicants(kinds=("enterprise", "university"), categories=("wide", "narrow"))
UNIVERSITY = replace(APPLICANT, kind="university", category="narrow")
ENTERPRISE = replace(APPLICANT, kind="enterprise", category="wide")
TITLE = Text(zh="条件", en="condition")


def judged(expression: str, when: str | None = None) -> Programme:
    condition = Condition(id="k", title=TITLE, decided="computed", expression=expression, when=when)
    founded = Metric(id="founded", title=TITLE, type="date")
    return replace(PROGRAMME, applicants=WHO, conditions=(condition,), metrics=(*PROGRAMME.metrics, founded))


@pytest.mark.parametrize(
    ("who", "staff", "finding"),
    [
        (UNIVERSITY, "9", "unmet"),
        (UNIVERSITY, "10", "met"),
        (UNIVERSITY, "11", "met"),
        (ENTERPRISE, "19", "unmet"),
        (ENTERPRISE, "20", "met"),
        (ENTERPRISE, "21", "met"),
        (APPLICANT, "50", "unknown"),
    ],
)
def test_a_threshold_differs_by_kind(who: Applicant, staff: str, finding: str) -> None:
    story = Story(programme=judged("staff >= choose(applicant.kind == 'university', 10, 20)"))
    story.filed(who, ANSWERS | {"staff": staff})
    assert findings(story.case, story.programme, "assess") == {"k": finding}


def test_a_condition_is_for_some_categories_only() -> None:
    programme = judged("staff >= 20", "applicant.category == 'wide'")
    found = [
        findings(Story(programme=programme).filed(who).case, programme, "assess") for who in (UNIVERSITY, ENTERPRISE)
    ]
    assert found == [{"k": "not_applicable"}, {"k": "unmet"}]


def test_a_relaxation_is_for_one_kind_only() -> None:
    relaxed = Relaxation(
        id="remote", title=TITLE, relaxes=("k",), when="applicant.kind == 'university'", party="prefecture"
    )
    programme = replace(judged("staff >= 20"), relaxations=(relaxed,))
    verdict = c.RecordVerdict("assess", REVIEWER, "k", "relaxed", "outstanding", "remote", "15 of 20")
    Story(programme=programme).filed(UNIVERSITY).accepted().act(verdict)
    with pytest.raises(errors.RelaxationImpossible):
        Story(programme=programme).filed(ENTERPRISE).accepted().act(verdict)


@pytest.mark.parametrize(
    ("when", "step"),
    [
        ("applicant.kind == 'university'", "score"),
        ("filed('lease') >= 1", "assess"),
        ("years_since(founded) >= 2", "score"),
    ],
)
def test_a_route_sees_kind_papers_and_the_day_of_the_filing(when: str, step: str) -> None:
    procedure = replace(
        PROGRAMME.procedures[0], routes=(Route(id="r", title=TITLE, when=when, skip=("assess", "recommend")),)
    )
    programme = replace(judged("staff >= 1"), procedures=(procedure,))
    story = Story(programme=programme).filed(UNIVERSITY, ANSWERS | {"founded": "2024-04-27"}).accepted()
    assert story.case.step == step


def test_a_paper_counts_for_its_material_and_never_for_another_paper_of_it() -> None:
    case = Story().filed().case  # a deed is filed under the premises, which a lease would show as well
    papers = scope(case, PROGRAMME).papers
    assert (papers.get("deed"), papers.get("premises"), papers.get("lease")) == (1, 1, None)


@pytest.mark.parametrize(("days", "passes"), [(0, False), (1, True)])
def test_a_guard_counts_years_to_the_day_on_which_the_step_ends(days: int, passes: bool) -> None:
    programme = with_step("check", guard="years_since(founded) >= 2")
    programme = replace(programme, metrics=(*PROGRAMME.metrics, Metric(id="founded", title=TITLE, type="date")))
    story = Story(programme=programme).filed(answers=ANSWERS | {"founded": "2024-04-28"}).wait(days)
    if passes:
        assert story.accepted().case.step == "assess"
    else:
        with pytest.raises(errors.GuardFails):
            story.accepted()


def test_the_day_begins_in_china() -> None:
    case = Story(now=datetime(2026, 4, 27, 16, 0, tzinfo=UTC)).filed().case
    assert day_of(case) == date(2026, 4, 28)
    assert holds("years_since(founded) >= 2", scope(case, judged("staff >= 1"))) is None, "nobody said when"


def test_a_case_without_a_filing_is_judged_on_the_day_it_came_to_its_step() -> None:
    story = Story(now=MONDAY).filed()
    case = replace(story.case, filed_at=None)
    assert day_of(case) == MONDAY.date()


# ── what a case is opened about ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "category", "opens"),
    [("university", "wide", True), ("", "", True), ("museum", "", False), ("", "x", False)],
)
def test_what_is_declared_of_a_subject_is_known_to_the_programme(kind: str, category: str, opens: bool) -> None:
    steps = (with_step("check", actor="commission").procedures[0].steps[1:],)
    procedure = replace(PROGRAMME.procedures[0], id="direct", steps=steps[0], routes=())
    programme = replace(PROGRAMME, applicants=WHO, procedures=(PROGRAMME.procedures[0], procedure))
    subject = Applicant(OTHER_USCC, "Example", COUNTY, "prefecture", kind, category)
    command = c.OpenCase("case-2", programme.ref, "", subject, "direct")

    def opening() -> tuple[object, ...]:
        return decide_open_directly(command, OFFICER, Story().case, programme, MONDAY, Calendar())

    if opens:
        assert evolve(Story().case, opening()[0]).applicant.kind == kind
    else:
        with pytest.raises(errors.SubjectInvalid):
            opening()


# ── what is told, and what a title brings ────────────────────────────────────────────────────────────────────────────

ORIGIN = Origin(Actor("person", "officer", "", REGION), MONDAY, "command")


def told(story: Story) -> list[object]:
    facts = enumerate(story.facts, 1)
    return [to_public(Recorded(f"case:{story.case.case_id}", n, fact.NAME, fact, ORIGIN)) for n, fact in facts]


def test_a_payment_says_to_whom_and_under_which_text() -> None:
    story = paying(Paying(budget="fund"))
    story.act(PAYMENT)
    (paid,) = [event for event in told(story) if isinstance(event, said.FundsPaid)]
    assert (paid.payee_uscc, paid.programme) == (APPLICANT.uscc, PROGRAMME.ref)
    assert (paid.direction, paid.amount, paid.instalment) == ("out", "600", "whole")


def test_what_was_paid_before_payments_named_their_payee_is_told_to_nobody() -> None:
    story = paying(Paying(budget="fund"))
    (fact, *_) = story.act(PAYMENT)
    old = replace(fact, payee="", programme="")
    assert to_public(Recorded("case:case-1", 1, fact.NAME, old, ORIGIN)) is None


def test_a_case_that_is_done_says_so() -> None:
    end = with_step("not-accepted", parameters=replace(PROGRAMME.step("not-accepted").parameters, result="completed"))  # type: ignore[arg-type]
    story = Story(programme=end).filed()
    story.act(c.RefuseAcceptance("check", REVIEWER, "nothing more is needed"))
    assert [event for event in told(story) if event] == [
        said.CaseCompleted("case-1", PROGRAMME.ref, "completed", MONDAY)
    ]


def test_kind_and_category_stand_in_the_decision() -> None:
    story = Story(programme=replace(PROGRAMME, applicants=WHO))
    story.filed(UNIVERSITY)
    story.at_award()
    (approved,) = [event for event in told(story) if isinstance(event, said.RecognitionApproved)]
    assert (approved.applicant.kind, approved.applicant.category) == ("university", "narrow")


def reward(name: str, when: str | None) -> Reward:
    return Reward(id=name, title=TITLE, kind="subsidy", when=when, source=Source(clause="9"))


def test_a_title_brings_what_the_text_says_where_it_holds() -> None:
    rewards = (
        reward("always", None),
        reward("large", "staff >= 15"),
        reward("larger", "staff >= 16"),
        reward("taught", "applicant.kind == 'university'"),
    )
    story = Story(programme=replace(PROGRAMME, rewards=rewards))
    assert rewards_of(story.filed().case, story.programme) == (), "nothing before the title"
    found = rewards_of(story.at_award().case, story.programme)
    assert [(each.reward, each.finding) for each in found] == [
        ("always", "due"),
        ("large", "due"),
        ("taught", "unknown"),
    ]
    assert found[0].clause == "9"


def test_an_application_on_a_title_can_be_looked_at_before_it_is_decided() -> None:
    """A renewal that is applied for in a round names no procedure."""
    programme = replace(PROGRAMME, rewards=(reward("large", "staff >= 15"),))
    case = replace(Story(programme=programme).filed().case, title="case-0", title_number="2023-001")
    assert rewards_of(case, programme) == ()


def test_a_fee_is_told_as_the_text_says_it() -> None:
    assert charge_of(Fee(charged=False, source=Source(clause="20"))) == Charge(False, None, "20")
    assert charge_of(Fee(charged=UNSET)) == Charge(None, None, "")

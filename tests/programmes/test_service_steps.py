"""Who acts in which step of eight texts, for whom a step does not take place, and how a case ends. Written from the
texts, not from the definitions."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from shared.programmes.model import Programme, Step, Unset
from tests.programmes.test_service_texts import CLOUD, CONTENT, FUND, GENERIC, OLD, SUPERVISED, of, text_of


@dataclass(frozen=True)
class Standing:
    region: str
    level: str
    kind: str = ""
    category: str = ""


def way(programme: Programme, procedure: str, standing: Standing, *bad: str, **answers: str) -> list[Step]:
    """The steps of a case on which everything goes on, but for the steps named as ``<step>:<outcome>``."""
    given = dict(each.split(":") for each in bad)
    step = programme.first_step(standing, procedure, answers=answers)
    walked, visits = [step], {step.id: 1}
    while step.type != "close":
        outcome = given.get(step.id) or step.goes_on
        assert outcome is not None
        step = programme.next_step(step.id, outcome, standing, answers, visits)
        visits[step.id] = visits.get(step.id, 0) + 1
        walked.append(step)
    return walked


def ids(steps: list[Step]) -> list[str]:
    return [step.id for step in steps]


OWNERS = [
    ("service", "", "service_owner"),
    ("interaction", "", "service_owner"),
    ("news", "", "news_owner"),
    ("reference", "digital_library", "library_owner"),
    ("reference", "master_class", "class_owner"),
    ("reference", "arts", "arts_owner"),
    ("reference", "gallery", "gallery_owner"),
    ("reference", "popular_science", "science_owner"),
]


@pytest.mark.parametrize(("board", "column", "owner"), OWNERS)
@pytest.mark.parametrize("sensitivity", ["ordinary", "important", "sensitive"])
def test_the_owner_of_a_board_reviews_and_releases_and_nobody_elses_board(
    board: str, column: str, owner: str, sensitivity: str
) -> None:
    answers = {"board": board, "column": column or "none", "sensitivity": sensitivity}
    walked = way(of(CONTENT), "content", Standing("350800", "city"), **answers)
    owners = {each for _, _, each in OWNERS}
    assert [step.actor for step in walked if step.actor in owners] == [owner, owner]
    assert [step.actor for step in walked if step.type == "publish"] == [owner]
    reviews = [step for step in walked if step.type == "endorse"]
    assert [step.actor for step in reviews] == ["content_reviewer", owner, "coordinator"][
        : 2 + (sensitivity == "sensitive")
    ]
    assert all(step.segregation == ("authoring",) for step in (walked[0], *reviews))


def test_without_supplement_one_review_by_the_owner_and_release() -> None:
    answers = {"board": "news", "column": "none"}
    walked = way(text_of(CONTENT), "content", Standing("350800", "city"), **answers)
    assert ids(walked) == ["draft", "review_news", "release_news", "closed_published"]


def test_what_is_out_is_monitored_corrected_or_withdrawn_by_the_coordinators() -> None:
    standing, answers = Standing("350800", "city"), {"board": "news", "sensitivity": "ordinary"}
    corrected = way(of(CONTENT), "content", standing, "monitoring:failed", **answers)
    withdrawn = way(
        of(CONTENT), "content", standing, "monitoring:failed", "correction_or_withdrawal:withdrawn", **answers
    )
    assert ids(corrected)[-3:] == ["monitoring", "correction_or_withdrawal", "closed_published"]
    assert ids(withdrawn)[-1] == "closed_withdrawn"
    assert {step.actor for step in withdrawn[-3:]} == {"coordinator"}


def test_a_citizen_is_answered_within_seven_working_days_of_the_request() -> None:
    walked = way(of(CONTENT), "citizen_request", Standing("350800", "city"))
    assert ids(walked) == ["citizen_intake", "citizen_transfer", "citizen_answer", "citizen_answered"]
    deadline = of(CONTENT).step("citizen_answer").deadline
    assert (deadline.within.length, deadline.within.unit, deadline.starts) == (7, "working_day", "filed")  # type: ignore[union-attr]


def test_a_platform_that_fails_puts_it_right_or_is_cleared_out_within_a_time_limit() -> None:
    standing = Standing("130101", "province", "incubator")
    failing = way(of(SUPERVISED), "platform_assessment", standing, "assessment:failed", "rectification:overdue")
    assert ids(failing) == ["assessment", "rectification", "clearance", "departure", "platform_cleared"]
    missing = text_of(SUPERVISED).missing_for_activation()
    steps = "procedures[platform_assessment].steps"
    assert {f"{steps}[rectification].parameters.within", f"{steps}[departure].parameters.within"} <= set(missing)


def test_periodic_is_in_the_text_and_how_often_is_not() -> None:
    (owed,) = text_of(SUPERVISED).obligations
    assert (owed.party, owed.procedure, owed.source.clause) == ("management_body", "platform_assessment", "四、2")
    assert isinstance(owed.due, Unset)
    assert not isinstance(of(SUPERVISED).obligations[0].due, Unset)


def test_admission_looks_at_the_firm_and_at_what_the_platform_offers() -> None:
    check = text_of(SUPERVISED).step("admission_check")
    assert check.parameters.conditions == ("B3", "B4")  # type: ignore[union-attr]


def test_a_refused_renewal_does_not_shorten_three_years() -> None:
    """有效期为三年: who asks ninety days before the end and is refused keeps the certificate to its last day."""
    walked = way(of(GENERIC), "renewal", Standing("320000", "province"), "renewal_review:failed")
    assert walked[-1].parameters.result not in ("lapsed", "revoked")  # type: ignore[union-attr]


def test_onboarding_goes_to_the_start_of_billing_and_services_change_and_end() -> None:
    standing = Standing("370100", "city")
    ways = {name: ids(way(of(CLOUD), name, standing)) for name in ("onboarding", "service_change", "service_exit")}
    assert ways["onboarding"] == [
        "resource_application",
        "migration",
        "provision",
        "user_acceptance",
        "billing_start",
        "onboarding_closed",
    ]
    assert ways["service_change"][-1] == "change_closed"
    assert ways["service_exit"][-1] == "exit_closed"


def test_every_assessor_of_the_provider_gives_points_to_the_service_and_not_to_assessors() -> None:
    """第七条(四): experts, users and third parties each fill in the whole sheet."""
    programme = of(CLOUD)
    assessors = programme.step("provider_evaluation").parameters.assessors  # type: ignore[union-attr]
    assert assessors == ("experts", "user", "third_party")
    heads = {head.id for head in programme.rubric("service_quality").heads}
    assert not heads & {*assessors, "users"}


def test_money_is_reviewed_by_both_bureaux_and_paid_by_finance_alone() -> None:
    walked = way(of(FUND), "funding", Standing("350203", "city", "enterprise"))
    by = {step.id: step for step in walked}
    assert by["concurrence"].parameters.by == ("commerce_bureau", "finance_bureau")  # type: ignore[union-attr]
    order = ids(walked)
    assert order.index("review") < order.index("concurrence") < order.index("examination") < order.index("disbursement")
    assert (by["review"].actor, by["examination"].actor, by["disbursement"].actor) == (
        "commerce_bureau",
        "finance_bureau",
        "finance_bureau",
    )
    assert by["use_inspection"].parameters.assessors == ("finance_bureau", "commerce_bureau")  # type: ignore[union-attr]


def test_the_old_project_goes_through_every_stage_of_its_kind() -> None:
    walked = ids(way(of(OLD), "project", Standing("320100", "city", "university")))
    stages = ["application", "recommendation", "expert_review", "approval", "contract", "mid_term_check", "acceptance"]
    assert [step for step in walked if step in stages] == stages
    assert walked[-3:] == ["daily_management", "evaluation", "closed_completed"]

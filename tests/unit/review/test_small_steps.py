"""endorse, visit, list, decide, award, publish, inspect, pay and rectify."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.steps.award import TitleConferred
from services.review.domain.validity import validity_of
from shared.programmes.model import (
    UNSET,
    Award,
    Budget,
    Deadline,
    Deciding,
    Duration,
    Endorsing,
    Inspecting,
    Instalment,
    Paying,
    Programme,
    Publishing,
    Rectifying,
    Text,
    Validity,
)
from tests.support.regulation import PROGRAMME, with_step
from tests.unit.review.story import APPROVER, HEAD, OFFICER, REVIEWER, SECOND, Story

# ── endorse ──────────────────────────────────────────────────────────────────────────────────────────────────────

TWO = Endorsing(by=("commission", "approver"), needed=1)


def endorse(story: Story, agrees: bool, by: object, party: str = "") -> None:
    story.act(c.GiveEndorsement("recommend", by, agrees, "our opinion", party))  # type: ignore[arg-type]


def test_one_party_recommends_or_does_not() -> None:
    story = Story().at("recommend")
    endorse(story, agrees=True, by=HEAD)
    assert story.case.step == "score"
    refused = Story().at("recommend")
    endorse(refused, agrees=False, by=HEAD)
    assert refused.case.result == "refused"


def test_so_many_of_the_parties_must_say_yes() -> None:
    story = Story(with_step("recommend", parameters=TWO)).at("recommend")
    endorse(story, agrees=False, by=OFFICER, party="commission")
    assert story.case.step == "recommend"
    endorse(story, agrees=True, by=APPROVER, party="approver")
    assert story.case.step == "score"


def test_it_ends_when_enough_can_agree_no_more() -> None:
    story = Story(with_step("recommend", parameters=replace(TWO, needed="all"))).at("recommend")
    endorse(story, agrees=False, by=OFFICER, party="commission")
    assert story.case.result == "refused"


def test_each_party_and_person_speaks_once() -> None:
    story = Story(with_step("recommend", parameters=replace(TWO, needed="all"))).at("recommend")
    endorse(story, agrees=True, by=OFFICER, party="commission")
    with pytest.raises(errors.AlreadySigned):
        endorse(story, agrees=True, by=SECOND, party="commission")


def test_an_opinion_needs_words() -> None:
    with pytest.raises(errors.ReasonMissing):
        Story().at("recommend").act(c.GiveEndorsement("recommend", HEAD, True, " "))


# ── visit, list ──────────────────────────────────────────────────────────────────────────────────────────────────

VISIT = c.RecordVisit("visit", OFFICER, date(2026, 4, 27), ("A", "B"), True, "as described")


def test_a_visit_confirms_or_does_not() -> None:
    story = Story().at("visit")
    story.act(VISIT)
    assert story.case.step == "list"
    empty = Story().at("visit")
    empty.act(replace(VISIT, confirms=False, opinion="nobody was there"))
    assert empty.case.result == "refused"


@pytest.mark.parametrize(
    "changes", [{"visited_on": date(2026, 4, 28)}, {"visitors": ("A",)}, {"visitors": ("A", "A")}], ids=str
)
def test_a_visit_is_past_and_by_enough_different_persons(changes: dict[str, object]) -> None:
    with pytest.raises(errors.VisitWrong):
        Story().at("visit").act(replace(VISIT, **changes))  # type: ignore[arg-type]


def test_no_visit_needs_a_reason_and_a_programme_that_allows_it() -> None:
    story = Story().at("visit")
    with pytest.raises(errors.ReasonMissing):
        story.act(c.WaiveVisit("visit", OFFICER, ""))
    story.act(c.WaiveVisit("visit", OFFICER, "visited last year"))
    assert story.case.step == "list"
    strict = Story(with_step("visit", outcomes={"confirmed": "list", "not_confirmed": "refused"})).at("visit")
    with pytest.raises(errors.OutcomeImpossible):
        strict.act(c.WaiveVisit("visit", OFFICER, "visited last year"))


def test_leaving_off_the_list_needs_a_reason() -> None:
    story = Story().at("list")
    with pytest.raises(errors.ReasonMissing):
        story.act(c.DecideListing("list", OFFICER, False))
    story.act(c.DecideListing("list", OFFICER, False, "others were better"))
    assert story.case.result == "refused"


# ── decide ───────────────────────────────────────────────────────────────────────────────────────────────────────

PROPOSAL = c.ProposeDecision("decide", OFFICER, True, "good work")


def test_one_proposes_and_another_approves() -> None:
    story = Story().at("decide")
    with pytest.raises(errors.NoProposal):
        story.act(c.ApproveDecision("decide", APPROVER))
    with pytest.raises(errors.ReasonMissing):
        story.act(replace(PROPOSAL, reason=""))
    story.act(PROPOSAL)
    with pytest.raises(errors.ProposalStands):
        story.act(PROPOSAL)
    story.act(c.ApproveDecision("decide", APPROVER))
    assert story.case.step == "award"


def test_who_proposed_does_not_approve_in_any_role() -> None:
    story = Story().at("decide")
    story.act(PROPOSAL)
    with pytest.raises(errors.DutiesSeparate):
        story.act(c.ApproveDecision("decide", replace(APPROVER, id=OFFICER.id)))


def test_a_returned_proposal_is_void() -> None:
    story = Story().at("decide")
    story.act(PROPOSAL)
    story.act(c.ReturnProposal("decide", APPROVER, "the opinion is missing"))
    with pytest.raises(errors.NoProposal):
        story.act(c.ApproveDecision("decide", APPROVER))
    story.act(replace(PROPOSAL, reason="with the opinion"))
    assert story.case.step == "decide"


def test_joint_authorities_must_agree_as_well() -> None:
    parameters = Deciding(approver="approver", jointly=("commission",))
    story = Story(with_step("decide", parameters=parameters)).at("decide")
    story.act(PROPOSAL)
    story.act(c.ApproveDecision("decide", APPROVER, "approver"))
    assert story.case.step == "decide"
    with pytest.raises(errors.AlreadySigned):
        story.act(c.ApproveDecision("decide", replace(APPROVER, id="approver-2"), "approver"))
    story.act(c.ApproveDecision("decide", SECOND, "commission"))
    assert story.case.step == "award"


def test_an_open_approver_is_named() -> None:
    story = Story(with_step("decide", parameters=Deciding())).at("decide")
    with pytest.raises(errors.ParameterUnset, match=r"decide\.approver"):
        story.act(PROPOSAL)


# ── award ────────────────────────────────────────────────────────────────────────────────────────────────────────


def award(**validity: object) -> Award:
    rules = replace(PROGRAMME.awards[0].validity, **validity)  # type: ignore[type-var]
    return replace(PROGRAMME.awards[0], validity=rules)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (date(2026, 3, 1), date(2029, 2, 28))),
        ({"ends": "anniversary"}, (date(2026, 3, 1), date(2029, 3, 1))),
        ({"ends": "end_of_year"}, (date(2026, 3, 1), date(2029, 12, 31))),
        ({"starts": "next_january"}, (date(2027, 1, 1), date(2029, 12, 31))),
        ({"length": Duration(length=18, unit="month")}, (date(2026, 3, 1), date(2027, 8, 31))),
        ({"length": None}, (date(2026, 3, 1), None)),
    ],
    ids=str,
)
def test_validity(changes: dict[str, object], expected: tuple[date, date | None]) -> None:
    assert validity_of(award(**changes), date(2026, 3, 1)) == expected


def test_validity_that_the_text_leaves_open_is_named() -> None:
    for changed in (
        replace(PROGRAMME.awards[0], validity=UNSET),
        award(starts=UNSET),
        award(length=UNSET),
        award(ends=UNSET),
        award(length=Duration(length=5, unit="working_day")),
    ):
        with pytest.raises(errors.ParameterUnset):
            validity_of(changed, date(2026, 3, 1))
    assert validity_of(replace(PROGRAMME.awards[0], validity=None), date(2026, 3, 1)) == (date(2026, 3, 1), None)
    assert isinstance(PROGRAMME.awards[0].validity, Validity)


def test_only_the_registry_gives_the_number() -> None:
    story = Story().at("award")
    assert isinstance(story.facts[-1], TitleConferred)
    with pytest.raises(errors.WrongParty):
        story.act(c.RecordEntry("award", OFFICER, "2026-001"))


# ── publish, inspect, rectify ────────────────────────────────────────────────────────────────────────────────────


def instead_of_visit(kind: str, parameters: object, outcomes: dict[str, str], **more: object) -> Story:
    """The small regulation with another step where its visit stands."""
    programme: Programme = with_step("visit", type=kind, parameters=parameters, outcomes=outcomes, **more)
    return Story(programme).at("visit")


def test_publishing_names_channels_and_address() -> None:
    parameters = Publishing(channels=("web site", "newspaper"))
    story = instead_of_visit("publish", parameters, {"published": "list", "withdrawn": "refused"})
    with pytest.raises(errors.ReasonMissing):
        story.act(c.PublishContent("visit", OFFICER, ""))
    fact = story.act(c.PublishContent("visit", OFFICER, "https://example.org/list"))[0]
    assert (fact.channels, fact.address) == (("web site", "newspaper"), "https://example.org/list")
    assert story.case.step == "list"


def test_withdrawing_a_publication_needs_a_programme_that_allows_it() -> None:
    parameters = Publishing(channels=("web site",))
    story = instead_of_visit("publish", parameters, {"published": "list", "withdrawn": "refused"})
    story.act(c.WithdrawContent("visit", OFFICER, "an error"))
    assert story.case.result == "refused"
    strict = instead_of_visit("publish", parameters, {"published": "list"})
    with pytest.raises(errors.OutcomeImpossible):
        strict.act(c.WithdrawContent("visit", OFFICER, "an error"))


TOPICS = (Text(zh="运营", en="operation"), Text(zh="能力", en="capability"))
PASSED = {"passed": "list", "failed": "refused"}
FOUND = c.RecordInspection("visit", OFFICER, True, "in order", ("runs", "able"))


def test_an_inspection_says_something_on_every_topic() -> None:
    story = instead_of_visit("inspect", Inspecting(topics=TOPICS), PASSED)
    for findings in ((), ("runs",), ("runs", " ")):
        with pytest.raises(errors.FindingsMissing, match="capability"):
            story.act(replace(FOUND, findings=findings))
    story.act(FOUND)
    assert story.case.step == "list"


def test_an_inspection_passes_when_every_assessor_says_so() -> None:
    parameters = Inspecting(assessors=("commission", "approver"))
    story = instead_of_visit("inspect", parameters, PASSED)
    story.act(replace(FOUND, findings=(), party="commission"))
    with pytest.raises(errors.AlreadySigned):
        story.act(replace(FOUND, by=SECOND, findings=(), party="commission"))
    story.act(replace(FOUND, by=APPROVER, findings=(), party="approver", passes=False, opinion="not yet"))
    assert story.case.result == "refused"


def test_an_inspection_judges_conditions_again() -> None:
    story = instead_of_visit("inspect", Inspecting(conditions=("reputation",)), PASSED)
    bare = replace(FOUND, findings=())
    with pytest.raises(errors.VerdictsMissing, match="reputation"):
        story.act(bare)
    for verdict in ("unmet", "unknown"):
        with pytest.raises(errors.VerdictImpossible):
            story.act(replace(bare, verdicts={"reputation": verdict}))
    story.act(replace(bare, verdicts={"reputation": "met"}))
    assert story.case.step == "list"


def test_an_inspection_with_a_score_sheet_agrees_with_its_points() -> None:
    story = instead_of_visit("inspect", Inspecting(rubric="sheet"), PASSED)
    bare = replace(FOUND, findings=())
    with pytest.raises(errors.PointsWrong):
        story.act(replace(bare, points={"ability": "x", "results": "1"}))
    with pytest.raises(errors.VerdictImpossible):
        story.act(replace(bare, points={"ability": "10", "results": "10"}))
    fact = story.act(replace(bare, points={"ability": "40", "results": "40"}))[0]
    assert Decimal(fact.score) == 80


HALVES = (Instalment(id="first", share=Decimal("0.5")), Instalment(id="second", share=Decimal("0.5")))
FUND = Budget(id="fund", title=Text(zh="资金", en="fund"), sources=(), cap=Decimal(1000))
PAID = {"paid": "list", "stopped": "refused"}
PAYMENT = c.PayInstalment("visit", SECOND, "600", "voucher 1")


def paying(parameters: Paying) -> Story:
    story = instead_of_visit("pay", parameters, PAID)
    story.programme = replace(story.programme, budgets=(FUND,))
    return story


def test_what_is_paid_at_once_stays_within_the_cap() -> None:
    story = paying(Paying(budget="fund"))
    for amount in ("1000.01", "0", "-1", "1e9", "12.345", ""):
        with pytest.raises(errors.AmountWrong):
            story.act(replace(PAYMENT, amount=amount))
    with pytest.raises(errors.ReasonMissing):
        story.act(replace(PAYMENT, voucher=" "))
    with pytest.raises(errors.InstalmentWrong, match="whole"):
        story.act(replace(PAYMENT, instalment="second"))
    story.act(replace(PAYMENT, amount="1000.00"))
    assert story.case.step == "list"


def test_parts_are_parts_of_a_sum_that_nobody_approved() -> None:
    for parameters in (
        Paying(budget="fund", instalments=HALVES),
        Paying(budget="fund", instalments=HALVES, instalment="second"),
    ):
        with pytest.raises(errors.SumNotApproved, match="fund"):
            paying(parameters).act(PAYMENT)


def test_stopping_needs_a_reason() -> None:
    story = paying(Paying(budget="fund"))
    with pytest.raises(errors.ReasonMissing):
        story.act(c.StopPayment("visit", SECOND, ""))
    story.act(c.StopPayment("visit", SECOND, "the contract was broken"))
    assert story.case.result == "refused"


def test_who_reviewed_does_not_pay() -> None:
    story = paying(Paying(budget="fund"))
    with pytest.raises(errors.WrongParty):
        story.act(replace(PAYMENT, by=REVIEWER))
    with pytest.raises(errors.DutiesSeparate):
        story.act(replace(PAYMENT, by=replace(SECOND, id=REVIEWER.id)))


def test_rectifying_in_time_or_too_late() -> None:
    within = Deadline(within=Duration(length=10, unit="calendar_day"))
    outcomes = {"rectified": "list", "overdue": "refused"}
    story = instead_of_visit("rectify", Rectifying(within=within, proof=("report",)), outcomes)
    with pytest.raises(errors.EvidenceMissing):
        story.act(c.AcceptRectification("visit", OFFICER, "done"))
    with pytest.raises(errors.TooMany):
        story.act(c.AcceptRectification("visit", OFFICER, "done", tuple(f"{n:064x}" for n in range(51))))
    late = instead_of_visit("rectify", Rectifying(within=within), outcomes)
    assert late.case.due_at is not None
    late.lapse(late.case.due_at + timedelta(seconds=1))
    assert late.case.result == "refused"
    story.act(c.AcceptRectification("visit", OFFICER, "done", ("0" * 64,)))
    assert story.case.step == "list"

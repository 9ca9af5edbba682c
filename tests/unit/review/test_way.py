"""A case on its whole way, and the turns it can take."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.progress import decide_open, decide_withdraw
from services.review.domain.steps.award import TitleConferred
from services.review.domain.steps.close import CaseClosed
from tests.support.regulation import REGION, with_step
from tests.unit.review.story import APPLICANT, APPROVER, MACHINE, OFFICER, REVIEWER, Story, faulty


def test_straight_way_ends_with_the_title() -> None:
    story = Story().at("award")
    conferred = story.facts[-1]
    assert isinstance(conferred, TitleConferred)
    assert (conferred.valid_from, conferred.valid_to) == (date(2026, 5, 27), date(2029, 5, 26))
    assert conferred.issuer_region == REGION
    story.act(c.RecordEntry("award", MACHINE, "2026-001"))
    assert (story.case.status, story.case.result) == ("closed", "awarded")
    assert [ended.step for ended in story.case.history] == [
        *("apply", "check", "assess", "recommend", "score", "visit", "list", "notice", "decide", "award")
    ]


def test_a_route_skips_what_the_programme_says() -> None:
    story = Story().filed(replace(APPLICANT, region=REGION, level="region"))
    assert story.case.step == "check"


def test_a_correction_goes_back_to_the_applicant_and_comes_again() -> None:
    story = Story().filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("licence", "deed")))
    assert story.case.step == "correct"
    story.receive(2, {"staff": "16"})
    assert (story.case.step, story.case.revision, story.case.answers) == ("check", 2, {"staff": "16"})
    with pytest.raises(errors.CorrectionsUsedUp):
        story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))


def test_the_same_filing_twice_is_one() -> None:
    story = Story().filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("licence")))
    before = list(story.facts)
    story.receive(1)
    assert story.facts == before


def test_the_same_application_twice_is_one_case() -> None:
    story = Story().filed()
    again = c.OpenCase("case-1", story.programme.ref, "round-1", APPLICANT)
    assert decide_open(again, story.case, story.programme, story.now) == ()


def test_a_refusal_closes_the_case_with_its_reason() -> None:
    story = Story().at("decide")
    story.act(c.ProposeDecision("decide", OFFICER, False, "the quota is used up"))
    story.act(c.ApproveDecision("decide", APPROVER))
    closed = story.facts[-1]
    assert isinstance(closed, CaseClosed)
    assert (closed.result, closed.ended_by, closed.reason) == ("refused", "decide", "the quota is used up")


def test_withdrawing_ends_an_open_case_and_comes_too_late_after_the_title() -> None:
    story = Story().at("notice")
    story.take(decide_withdraw("we moved", story.case, story.now))
    assert (story.case.status, story.case.result) == ("withdrawn", "withdrawn")
    conferred = Story().at("award")
    assert decide_withdraw("we moved", conferred.case, conferred.now) == ()


def test_nothing_more_happens_in_an_ended_case() -> None:
    story = Story().filed()
    story.take(decide_withdraw("we moved", story.case, story.now))
    with pytest.raises(errors.CaseEnded):
        story.act(c.AcceptApplication("check", REVIEWER))


def test_a_command_for_another_step_names_the_present_one() -> None:
    with pytest.raises(errors.NotThisStep, match="check"):
        Story().filed().act(c.ConcludeAssessment("assess", REVIEWER, "too early"))


def test_a_command_of_another_type_is_refused() -> None:
    with pytest.raises(errors.NotForThisStep):
        Story().filed().act(c.PostNotice("check", REVIEWER))


def test_a_case_that_does_not_exist() -> None:
    with pytest.raises(errors.CaseUnknown):
        Story().act(c.AcceptApplication("check", REVIEWER))


def test_a_guard_keeps_a_step_from_going_on() -> None:
    story = Story(with_step("check", guard="staff >= 20")).filed()
    with pytest.raises(errors.GuardFails):
        story.act(c.AcceptApplication("check", REVIEWER))


def test_an_outcome_that_the_programme_leads_nowhere() -> None:
    story = Story(with_step("check", outcomes={"complete": "assess"})).filed()
    with pytest.raises(errors.OutcomeImpossible):
        story.act(c.RefuseAcceptance("check", REVIEWER, "not for us"))

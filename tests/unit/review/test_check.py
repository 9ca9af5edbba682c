"""check: complete, to be corrected once and completely, or not accepted; and what silence means."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.progress import decide_lapse
from services.review.domain.steps.check import (
    MOST_ITEMS,
    AcceptanceRefused,
    ApplicationAccepted,
    CorrectionRequested,
    Item,
)
from shared.programmes.model import Checking, Deadline, Duration, Programme
from tests.support.regulation import with_step
from tests.unit.review.story import REVIEWER, Story, faulty

WITHIN = Deadline(within=Duration(length=5, unit="working_day"))


def silent(meaning: str) -> Programme:
    parameters = Checking(corrections=1, correct_within=WITHIN, silence=meaning)  # type: ignore[arg-type]
    return with_step("check", parameters=parameters, deadline=WITHIN)


def test_accepting_moves_on() -> None:
    story = Story().filed()
    facts = story.act(c.AcceptApplication("check", REVIEWER))
    assert isinstance(facts[0], ApplicationAccepted)
    assert (facts[0].by, facts[0].by_silence) == (REVIEWER.id, False)
    assert story.case.step == "assess"


def test_every_item_is_told_at_once() -> None:
    story = Story().filed()
    facts = story.act(c.RequestCorrection("check", REVIEWER, faulty("licence", "deed")))
    assert isinstance(facts[0], CorrectionRequested)
    assert [item.subject for item in facts[0].items] == ["licence", "deed"]


@pytest.mark.parametrize("items", [(), (Item("", "missing"),), (Item("deed", " "),)])
def test_a_request_without_items_is_refused(items: tuple[Item, ...]) -> None:
    with pytest.raises(errors.NothingToCorrect):
        Story().filed().act(c.RequestCorrection("check", REVIEWER, items))


def test_too_many_items() -> None:
    items = tuple(Item("deed", f"fault {n}") for n in range(MOST_ITEMS + 1))
    with pytest.raises(errors.TooMany):
        Story().filed().act(c.RequestCorrection("check", REVIEWER, items))


def test_refusing_acceptance_needs_a_reason_and_ends_the_case() -> None:
    story = Story().filed()
    with pytest.raises(errors.ReasonMissing):
        story.act(c.RefuseAcceptance("check", REVIEWER, "  "))
    facts = story.act(c.RefuseAcceptance("check", REVIEWER, "not for us"))
    assert isinstance(facts[0], AcceptanceRefused)
    assert (story.case.status, story.case.result) == ("closed", "refused")


def test_silence_accepts_where_the_programme_says_so() -> None:
    story = Story(silent("accepted")).filed()
    assert story.case.due_at is not None
    assert decide_lapse("check", story.case, story.programme, story.case.due_at) == (), "the last instant is in time"
    story.take(decide_lapse("check", story.case, story.programme, story.case.due_at + timedelta(microseconds=1)))
    assert story.case.step == "assess"
    assert story.case.acts == (), "silence is nobody's act"


def test_silence_refuses_where_the_programme_says_so() -> None:
    story = Story(silent("refused")).filed().wait(30)
    story.take(decide_lapse("check", story.case, story.programme, story.now))
    assert story.case.result == "refused"


def test_silence_means_nothing_otherwise() -> None:
    story = Story(silent("none")).filed().wait(30)
    assert decide_lapse("check", story.case, story.programme, story.now) == ()


def test_a_lapse_of_a_step_that_is_over_is_nothing() -> None:
    story = Story(silent("accepted")).filed().accepted().wait(30)
    assert decide_lapse("check", story.case, story.programme, story.now) == ()


def test_a_late_correction_ends_the_case_where_the_programme_says_so() -> None:
    programme = with_step("correct", deadline=WITHIN, outcomes={"filed": "check", "late": "not-accepted"})
    story = Story(programme).filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    story.wait(30).lapse()
    assert (story.case.status, story.case.result) == ("closed", "refused")


def test_where_the_text_does_not_say_how_often_it_is_once() -> None:
    programme = with_step("check", parameters=Checking())
    story = Story(programme).filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    story.receive(2)
    with pytest.raises(errors.CorrectionsUsedUp):
        story.act(c.RequestCorrection("check", replace(REVIEWER), faulty("deed")))

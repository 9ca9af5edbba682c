"""A step that waits for something lapses only when intake has said that nothing came; in time is what was filed so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.review.adapters.due import DeadlinesView
from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.case import CaseOpened
from services.review.domain.progress import decide_lapse, decide_time_closed
from services.review.domain.time_up import FIRST_AGAIN, LAST_AGAIN, FilingTimePassed, next_question
from shared.programmes.model import Deadline, Duration, Rectifying
from shared.runtime.postgres.pool import Database
from tests.support.regulation import with_step
from tests.unit.review.story import MACHINE, OFFICER, PAPERS, REVIEWER, Story, faulty
from tests.unit.review.test_limits import end_of, within
from tests.unit.review.test_lists import Lists, deadlines
from tests.unit.review.test_new_year import TUESDAY, knowing, plan, recount
from tests.unit.review.test_small_steps import instead_of_visit

WEEK = Deadline(within=Duration(length=7, unit="calendar_day"))
MOMENT = timedelta(microseconds=1)


def correcting() -> Story:
    """A case whose application is to be corrected within a week; late is an outcome."""
    late = with_step("correct", deadline=WEEK, outcomes={"filed": "check", "late": "not-accepted"})
    story = Story(late).filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    return story


def asked(story: Story) -> FilingTimePassed:
    (fact,) = story.take(decide_lapse("correct", story.case, story.programme, story.now))
    assert isinstance(fact, FilingTimePassed)
    return fact


def closed(story: Story, visit: int, question: int = 1) -> list[str]:
    answered = decide_time_closed(visit, question, story.case, story.programme, story.now, story.calendar)
    return [type(fact).__name__ for fact in story.take(answered)]


def given_more_time() -> Story:
    """Intake was asked, and before its answer is heard a notice of the last second is known, which gives more time."""
    late = with_step("correct", deadline=within(3), outcomes={"filed": "check", "late": "not-accepted"})
    story = Story(late, TUESDAY).filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    due_at = story.case.due_at
    assert due_at == end_of("2026-12-25")
    story.now = due_at + timedelta(minutes=1)
    asked(story)
    story.calendar = knowing(plan(("2026-12-24", "2026-12-25", "2027-01-01"), due_at - timedelta(seconds=1)))
    story.take(recount(story, story.calendar))
    assert story.case.due_at == end_of("2026-12-29") and not story.case.due_provisional
    return story


def test_silence_asks_first_and_the_answer_ends_the_step() -> None:
    story = correcting().wait(30)
    question = asked(story)
    assert (question.step, question.visit, question.of_application, question.asked) == ("correct", 3, True, 1)
    assert (story.case.step, story.case.status) == ("correct", "open")
    assert closed(story, 3)[0] == "StepConcluded"
    assert story.case.result == "refused"
    assert closed(story, 3) == [], "twice is once"


def test_what_was_filed_in_time_counts_though_it_is_heard_of_after_the_question() -> None:
    story = correcting()
    due_at = story.case.due_at
    assert due_at is not None
    story.wait(30)
    asked(story)
    story.act(c.ReceiveFiling("correct", MACHINE, {}, PAPERS, "person-1", 2, due_at))
    assert (story.case.step, story.case.history[-1].outcome) == ("check", "filed")
    assert closed(story, 3) == [], "the answer comes to a case that stands elsewhere"


def test_what_was_filed_after_the_end_is_late_as_before() -> None:
    story = correcting()
    due_at = story.case.due_at
    assert due_at is not None
    story.wait(30)
    asked(story)
    story.act(c.ReceiveFiling("correct", MACHINE, {}, PAPERS, "person-1", 2, due_at + MOMENT))
    assert (story.case.result, [ended.outcome for ended in story.case.history][-2:]) == (
        "refused",
        ["to_correct", "late"],
    )


def test_an_answer_that_nobody_asked_for_ends_nothing() -> None:
    story = correcting().wait(30)
    assert closed(story, 3) == [], "not asked"
    asked(story)
    assert closed(story, 2) == [], "about another visit"
    story.now -= timedelta(days=29)
    assert closed(story, 3) == [], "the time is not over"
    assert story.case.step == "correct"


def test_an_answer_about_an_end_that_moved_since_ends_nothing_though_that_is_over_as_well() -> None:
    story = given_more_time()
    in_time = story.case.due_at
    assert in_time is not None
    story.wait(30)
    assert closed(story, 3) == [], "what was filed for the later end stands behind this answer"
    (question,) = story.take(decide_lapse("correct", story.case, story.programme, story.now, story.calendar))
    assert isinstance(question, FilingTimePassed) and (question.asked, question.due_at) == (2, in_time)
    assert closed(story, 3) == [], "still the first answer"
    assert closed(story, 3, 3) == [], "no question of this number"
    story.act(c.ReceiveFiling("correct", MACHINE, {}, PAPERS, "person-1", 2, in_time))
    assert (story.case.step, story.case.history[-1].outcome) == ("check", "filed")


def test_after_more_time_the_answer_to_the_next_question_ends_the_step() -> None:
    story = given_more_time().wait(30)
    story.take(decide_lapse("correct", story.case, story.programme, story.now, story.calendar))
    story.take(decide_lapse("correct", story.case, story.programme, story.now, story.calendar))
    assert closed(story, 3, 2)[0] == "StepConcluded", "asked a third time meanwhile: the second is about the same end"


async def test_a_later_end_has_its_minute_too(database: Database) -> None:
    shown, story = Lists(database, DeadlinesView()), given_more_time()
    due_at = story.case.due_at
    assert due_at is not None
    await shown.show(story)
    assert ("step-due:correct", due_at + timedelta(minutes=1)) in await deadlines(database)


def test_a_step_that_knows_no_late_asks_nobody() -> None:
    story = Story(with_step("correct", deadline=WEEK)).filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    story.wait(30)
    assert decide_lapse("correct", story.case, story.programme, story.now) == ()


def test_it_is_asked_again_ever_more_seldom_and_a_new_visit_begins_anew() -> None:
    story = correcting().wait(30)
    first, second = asked(story), asked(story)
    assert (first.asked, second.asked) == (1, 2)
    assert next_question(first) == story.now + FIRST_AGAIN
    assert next_question(second) == story.now + 2 * FIRST_AGAIN
    for number in (9, 40, 4000):
        assert next_question(replace(first, asked=number)) == story.now + LAST_AGAIN
    story.receive(2)
    assert story.case.asked == 0


async def test_any_replica_asks_again_while_no_answer_came(database: Database) -> None:
    shown = Lists(database, DeadlinesView())
    story = correcting()
    due_at = story.case.due_at
    assert due_at is not None
    await shown.show(story)
    assert await deadlines(database) == [("step-due:correct", due_at + timedelta(minutes=1))]
    story.wait(30)
    asked(story)
    await shown.show(story)
    assert await deadlines(database) == [("step-due:correct", story.now + FIRST_AGAIN)]
    closed(story, 3)
    await shown.show(story)
    assert await deadlines(database) == []


def test_what_is_put_right_after_the_end_is_refused_though_the_step_has_not_lapsed() -> None:
    outcomes = {"rectified": "list", "overdue": "refused"}
    story = instead_of_visit("rectify", Rectifying(within=WEEK), outcomes)
    due_at = story.case.due_at
    assert due_at is not None
    story.now = due_at + MOMENT
    with pytest.raises(errors.TimeOver) as refusal:
        story.act(c.AcceptRectification("visit", OFFICER, "done"))
    assert f"{due_at:%Y-%m-%d} 23:59" in refusal.value.zh and refusal.value.status == 409
    story.act(c.AcceptRectification("visit", OFFICER, "done", filed_at=due_at))
    assert story.case.history[-1].outcome == "rectified"


def test_the_case_remembers_which_filing_came_last_at_each_step() -> None:
    story = Story().filed()
    assert story.case.filings == {"apply": ""}, "an application is none"
    assert isinstance(story.facts[0], CaseOpened)

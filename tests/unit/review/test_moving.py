"""A running case goes on under a later text: by two persons and a rule, with all that was decided and granted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from typing import Any

import pytest

from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.case import NONE, StepDueRecounted, StepEntered, evolve
from services.review.domain.events import FACTS
from services.review.domain.moves import CaseMoved
from services.review.domain.moving import Texts, decide_confirm_move, decide_dismiss_move, decide_propose_move
from services.review.domain.people import Person
from services.review.domain.steps.notice_acts import NoticeRecounted
from shared.envelope import Actor, Origin
from shared.programmes.model import Checking, Deadline, Duration, Legal, Period, Programme, Repeat
from shared.runtime.codec import FactCodec
from tests.support.regulation import APPLICANT_USCC, OTHER_USCC, PROGRAMME, REGION, with_step
from tests.unit.review.story import APPROVER, EXPERTS, HEAD, OFFICER, REVIEWER, SECOND, Story, expert, faulty

RULE, REASON = "new text, article 20", "the new text is kinder to applicants"
LATER: Programme = replace(PROGRAMME, version="2", digest="cd" * 32)


def renumbered(programme: Programme) -> Programme:
    """The same regulation as the next version."""
    return replace(programme, version="2", digest="cd" * 32)


def without(name: str, instead: str) -> Programme:
    """The next version has another step in the place of one."""
    procedure = PROGRAMME.procedures[0]
    steps = tuple(
        replace(
            step,
            id=instead if step.id == name else step.id,
            outcomes={key: instead if to == name else to for key, to in step.outcomes.items()},
            repeat=Repeat(at_most=1, then="not-accepted") if step.repeat else None,
        )
        for step in procedure.steps
    )
    routes = tuple(replace(route, skip=()) for route in procedure.routes)
    return renumbered(replace(PROGRAMME, procedures=(replace(procedure, steps=steps, routes=routes),)))


def propose(story: Story, new: Programme = LATER, by: Person = OFFICER, step: str = "", **given: Any) -> None:
    command = c.ProposeMove(by, new.ref, **({"rule": RULE, "reason": REASON} | given), step=step)
    story.take(decide_propose_move(command, story.case, Texts(story.programme, new), story.now, True))


def confirm(story: Story, new: Programme = LATER, by: Person = APPROVER) -> tuple[Any, ...]:
    facts = story.take(
        decide_confirm_move(c.ConfirmMove(by), story.case, Texts(story.programme, new), story.now, story.calendar, True)
    )
    story.programme = new
    return facts


def moved(story: Story, new: Programme = LATER, step: str = "") -> tuple[Any, ...]:
    propose(story, new, step=step)
    return confirm(story, new)


def test_it_goes_on_where_it_stands_with_everything_that_was_decided() -> None:
    story = Story().at("decide")
    before = story.case
    (fact,) = moved(story)
    assert isinstance(fact, CaseMoved)
    assert (fact.before, fact.after) == (PROGRAMME.ref, LATER.ref)
    assert (fact.before_version, fact.after_version, fact.rule, fact.reason) == ("1", "2", RULE, REASON)
    assert (fact.proposed_by, fact.confirmed_by) == (OFFICER.id, APPROVER.id)
    after = story.case
    assert (after.programme, after.step, after.status) == (LATER.ref, "decide", "open")
    for kept in ("answers", "papers", "history", "acts", "states", "entered", "due_at", "applicant"):
        assert getattr(after, kept) == getattr(before, kept), kept
    assert [each.before for each in after.moves] == [PROGRAMME.ref]
    story.decided().act(c.RecordEntry("award", Person("m", "machine"), "1"))
    assert (story.case.status, story.case.result) == ("closed", "awarded")
    conferred = next(each for each in story.facts if type(each).__name__ == "TitleConferred")
    assert conferred.programme == LATER.ref


def test_it_never_happens_by_itself_and_never_by_one_person() -> None:
    story = Story().at("decide")
    propose(story)
    assert story.case.programme == PROGRAMME.ref
    with pytest.raises(errors.DutiesSeparate):
        confirm(story, by=OFFICER)
    with pytest.raises(errors.ProposalStands):
        propose(story, by=SECOND)
    confirm(story, by=SECOND)
    assert story.case.programme == LATER.ref


def test_more_time_to_correct_under_the_new_text_is_said_to_whoever_corrects() -> None:
    check = PROGRAMME.step("check").parameters
    assert isinstance(check, Checking)
    story = Story(with_step("check", parameters=replace(check, corrections=1, correct_within=FIVE))).filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    later = with_step("check", parameters=replace(check, corrections=1, correct_within=TEN))
    facts = moved(story, renumbered(later))
    assert [type(fact).__name__ for fact in facts] == ["CaseMoved", "StepDueRecounted", "CorrectionDueMoved"]
    assert (facts[2].due_at, facts[2].because) == (story.case.due_at, RULE)


def test_only_the_deciding_authority_moves_a_case() -> None:
    story = Story().at("assess")
    for by in (REVIEWER, HEAD, EXPERTS[0], Person("a", "applicant", REGION, OTHER_USCC)):
        with pytest.raises(errors.WrongParty):
            propose(story, by=by)
    with pytest.raises(errors.OutsideRegion):
        propose(story, by=replace(OFFICER, region="110000"))
    with pytest.raises(errors.OwnOrganisation):
        propose(story, by=replace(OFFICER, organisation=APPLICANT_USCC))


@pytest.mark.parametrize("lacking", ["rule", "reason"])
def test_the_rule_and_the_reason_are_owed(lacking: str) -> None:
    with pytest.raises(errors.ReasonMissing):
        propose(Story().at("check"), **{lacking: " "})


def test_a_proposal_falls_when_another_disagrees_or_the_step_ends() -> None:
    story = Story().at("decide")
    propose(story)
    facts = decide_dismiss_move(c.DismissMove(SECOND, "nobody is better off"), story.case, PROGRAMME, story.now)
    story.take(facts)
    with pytest.raises(errors.NoProposal):
        confirm(story)
    story = Story().at("check")
    propose(story)
    story.accepted()
    with pytest.raises(errors.NoProposal):
        confirm(story)


def test_an_ended_or_decided_case_stays_as_it_is() -> None:
    story = Story().at("decide").decided()
    with pytest.raises(errors.MoveStepImpossible):
        propose(story)
    story.act(c.RecordEntry("award", Person("m", "machine"), "1"))
    with pytest.raises(errors.CaseEnded):
        propose(story)


LAW = PROGRAMME.legal


def of(**legal: Any) -> Programme:
    return replace(LATER, legal=replace(LAW, **legal))


@pytest.mark.parametrize(
    ("new", "refusal"),
    [
        (PROGRAMME, errors.TextDoesNotFollow),
        (replace(LATER, id="another-platform"), errors.TextDoesNotFollow),
        (of(status="repealed"), errors.TextClosed),
    ],
    ids=["the same", "another regulation", "repealed"],
)
def test_only_to_a_text_that_follows_and_takes_cases(new: Programme, refusal: type[errors.Refusal]) -> None:
    with pytest.raises(refusal):
        propose(Story().at("check"), new)


def test_another_regulation_follows_where_one_of_the_two_says_so() -> None:
    legal: Legal = replace(LAW, succeeds=PROGRAMME.id)
    successor = replace(LATER, id="another-platform", legal=legal)
    story = Story().at("check")
    moved(story, successor)
    assert story.case.programme.startswith("another-platform@")


def test_a_step_that_is_gone_or_of_another_type_must_be_named() -> None:
    for new, says in ((without("assess", "examine"), "no step assess"), (_typed_otherwise(), "not assess")):
        story = Story().at("assess")
        with pytest.raises(errors.MoveNeedsStep) as refused:
            propose(story, new)
        assert says in refused.value.en
        assert "score" in refused.value.en
        assert "重新开始" in refused.value.zh
        with pytest.raises(errors.MoveNeedsStep):
            propose(story, new, step="no-such")
        moved(story, new, step="check")
        assert (story.case.step, story.case.step_type) == ("check", "check")
        assert story.case.history[-1].step == "check"  # what ended before stays ended


def _typed_otherwise() -> Programme:
    visit = next(step for step in PROGRAMME.procedures[0].steps if step.id == "visit")
    outcomes = {"confirmed": "recommend", "not_confirmed": "refused"}
    return renumbered(with_step("assess", type="visit", parameters=visit.parameters, outcomes=outcomes))


def test_what_was_begun_goes_on_under_the_same_rules_only() -> None:
    (rubric,) = PROGRAMME.rubrics
    new = renumbered(replace(PROGRAMME, rubrics=(replace(rubric, pass_mark=rubric.pass_mark + 5),)))  # type: ignore[operator]
    story = Story().at("score")
    moved(story, new)  # nothing was begun yet
    assert story.case.programme == new.ref
    story = Story().at("score")
    story.act(c.AssignExperts("score", OFFICER, tuple(expert(e) for e in EXPERTS[:3])))
    with pytest.raises(errors.MoveNeedsStep, match="begun under other rules"):
        propose(story, new)
    facts = moved(story, new, step="score")
    assert any(isinstance(fact, StepEntered) for fact in facts)
    assert not story.case.states["score"].panel


@pytest.mark.parametrize("step", ["award", "done", "refused"])
def test_a_move_decides_nothing(step: str) -> None:
    with pytest.raises(errors.MoveStepImpossible):
        propose(Story().at("check"), step=step)


FIVE, TEN, THREE = (Deadline(within=Duration(length=n, unit="working_day")) for n in (5, 10, 3))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (FIVE, TEN, datetime(2026, 5, 12, 16, 0, tzinfo=UTC)),
        (FIVE, THREE, datetime(2026, 5, 6, 16, 0, tzinfo=UTC)),
        (FIVE, None, datetime(2026, 5, 6, 16, 0, tzinfo=UTC)),
        (None, THREE, None),
        (None, None, None),
    ],
    ids=["longer", "shorter", "none any more", "new", "none"],
)
def test_deadlines_are_counted_anew_and_never_shortened(
    before: Deadline | None, after: Deadline | None, expected: datetime | None
) -> None:
    story = Story(with_step("decide", deadline=before)).at("decide").wait(1)
    granted = story.case.due_at
    new = renumbered(with_step("decide", deadline=after))
    facts = moved(story, new)
    due_at = story.case.due_at
    if granted is not None:
        assert due_at is not None
        assert due_at >= granted
    counted = [fact for fact in facts if isinstance(fact, StepDueRecounted)]
    assert len(counted) == (due_at != granted)
    if before is None and after is THREE:  # counted from the move, not from before there was such a text
        assert due_at is not None
        assert due_at > story.now + timedelta(days=2)
        assert counted[0].because == RULE
    elif before is None:
        assert due_at is None
    elif after is TEN:
        assert due_at is not None
        assert due_at > granted  # type: ignore[operator]


@pytest.mark.parametrize(("length", "later"), [(10, True), (5, False)])
def test_a_running_notice_is_counted_anew_and_never_shortened(length: int, later: bool) -> None:
    (notice,) = PROGRAMME.notices
    duration = Period(length=length, unit="working_day", count_start_day=True)
    new = renumbered(replace(PROGRAMME, notices=(replace(notice, duration=duration),)))
    story = Story().at("notice").posted()
    before: date = story.case.states["notice"].closes_on
    with pytest.raises(errors.MoveStepImpossible):
        propose(story, new, step="list")
    facts = moved(story, new)
    recounted = [fact for fact in facts if isinstance(fact, NoticeRecounted)]
    assert len(recounted) == int(later)
    assert (story.case.states["notice"].closes_on > before) is later
    assert all(fact.because == RULE and fact.programme == new.ref for fact in recounted)


def test_duties_stay_separate_across_texts() -> None:
    new = without("assess", "examine")
    story = Story().at("recommend")  # the reviewer assessed under the old text
    story.now += timedelta(hours=1)
    moved(story, new)
    with pytest.raises(errors.DutiesSeparate) as refused:
        story.act(c.GiveEndorsement("recommend", REVIEWER, True, "fine"))
    assert "assess" in refused.value.en
    story.act(c.GiveEndorsement("recommend", HEAD, True, "recommended"))
    assert story.case.step == "score"


def test_corrections_are_not_granted_twice() -> None:
    story = Story().filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    story.receive(2)
    moved(story)
    with pytest.raises(errors.CorrectionsUsedUp):
        story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))


def test_it_can_be_folded_again_from_the_log() -> None:
    story = Story().at("decide")
    moved(story)
    moved_again = replace(LATER, version="3", digest="ef" * 32)
    moved(story, moved_again, step="list")
    assert [each.after for each in story.case.moves] == [LATER.ref, moved_again.ref]
    assert reduce(evolve, story.facts, NONE) == story.case
    codec = FactCodec(FACTS)
    origin = Origin(Actor("person", "officer"), story.now, "command")
    for number, fact in enumerate(story.facts, 1):
        stored = codec.encode("case:1", number, fact, origin)
        assert codec.decode("case:1", number, stored.topic, stored.state, None).fact == fact

"""assess: a verdict for every condition; computed ones confirmed or contradicted, judged ones with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.steps.assess import AssessmentConcluded, VerdictRecorded
from services.review.domain.subject import Answer
from shared.programmes.model import Assessing
from tests.support.regulation import OTHER_PREFECTURE, PROGRAMME, with_step
from tests.unit.review.story import ANSWERS, APPLICANT, REVIEWER, STRANGER, Story


def at_assess(**answers: Answer) -> Story:
    return Story().filed(answers={**ANSWERS, **answers}).accepted()


def remote() -> Story:
    """An applicant in the region of the exception, with too few staff."""
    applicant = replace(APPLICANT, region=OTHER_PREFECTURE)
    story = Story().filed(applicant, {**ANSWERS, "staff": "14"})
    story.act(c.AcceptApplication("check", STRANGER))
    return story


def verdicts(story: Story) -> Mapping[str, str]:
    return {fact.condition: fact.verdict for fact in story.facts if isinstance(fact, VerdictRecorded)}


def test_figures_are_confirmed_at_once() -> None:
    story = at_assess()
    story.act(c.ConfirmComputed("assess", REVIEWER))
    assert verdicts(story) == {"enough-staff": "met", "grows": "met"}


def test_what_was_recorded_is_not_confirmed_again() -> None:
    story = at_assess(staff="14")
    story.act(c.RecordVerdict("assess", REVIEWER, "enough-staff", "met", "two more contracts were shown"))
    story.act(c.ConfirmComputed("assess", REVIEWER))
    assert verdicts(story) == {"enough-staff": "met", "grows": "met"}


def test_an_unknown_figure_is_not_confirmed() -> None:
    story = Story().filed(answers={"staff": "15"}).accepted()
    story.act(c.ConfirmComputed("assess", REVIEWER))
    assert verdicts(story) == {"enough-staff": "met"}


def test_contradicting_a_figure_needs_a_reason() -> None:
    story = at_assess(staff="14")
    with pytest.raises(errors.ReasonMissing):
        story.act(c.RecordVerdict("assess", REVIEWER, "enough-staff", "met"))
    facts = story.act(c.RecordVerdict("assess", REVIEWER, "enough-staff", "met", "two more contracts were shown"))
    assert isinstance(facts[0], VerdictRecorded)
    assert (facts[0].computed, facts[0].verdict) == ("unmet", "met")


def test_a_judged_condition_needs_a_reason_always() -> None:
    with pytest.raises(errors.ReasonMissing):
        at_assess().act(c.RecordVerdict("assess", REVIEWER, "reputation", "met"))


def test_an_unknown_condition() -> None:
    with pytest.raises(errors.ConditionUnknown, match="reputation"):
        at_assess().act(c.RecordVerdict("assess", REVIEWER, "beauty", "met"))


@pytest.mark.parametrize(
    "command",
    [
        c.RecordVerdict("assess", REVIEWER, "enough-staff", "not_applicable"),
        c.RecordVerdict("assess", REVIEWER, "enough-staff", "met", accepted_value="14"),
        c.RecordVerdict("assess", REVIEWER, "enough-staff", "met", relaxation="remote"),
    ],
)
def test_verdicts_that_cannot_be(command: c.RecordVerdict) -> None:
    with pytest.raises(errors.VerdictImpossible):
        at_assess().act(command)


def test_what_the_rules_set_aside_is_not_applicable_and_nothing_else() -> None:
    conditions = tuple(
        replace(condition, when="staff >= 1000") if condition.id == "grows" else condition
        for condition in PROGRAMME.conditions
    )
    story = Story(replace(PROGRAMME, conditions=conditions)).filed().accepted()
    with pytest.raises(errors.VerdictImpossible):
        story.act(c.RecordVerdict("assess", REVIEWER, "grows", "met", "it does"))
    story.judged().act(c.ConcludeAssessment("assess", REVIEWER, "sufficient"))
    assert verdicts(story)["grows"] == "not_applicable"
    assert story.case.step == "recommend"


def test_a_relaxation_needs_officer_reason_and_accepted_value() -> None:
    story = remote()
    relaxed = c.RecordVerdict("assess", STRANGER, "enough-staff", "relaxed", "outstanding results", "remote", "14")
    with pytest.raises(errors.AcceptedValueMissing):
        story.act(replace(relaxed, accepted_value=" "))
    with pytest.raises(errors.ReasonMissing):
        story.act(replace(relaxed, reason=""))
    facts = story.act(relaxed)
    assert isinstance(facts[0], VerdictRecorded)
    assert (facts[0].by, facts[0].relaxation, facts[0].accepted_value) == (STRANGER.id, "remote", "14")


def test_a_relaxation_covers_only_what_it_says() -> None:
    relaxed = c.RecordVerdict("assess", REVIEWER, "enough-staff", "relaxed", "outstanding", "remote", "14")
    with pytest.raises(errors.RelaxationImpossible):
        at_assess(staff="14").act(relaxed)  # another region
    with pytest.raises(errors.RelaxationImpossible):
        remote().act(replace(relaxed, by=STRANGER, condition="grows"))
    with pytest.raises(errors.RelaxationImpossible):
        remote().act(replace(relaxed, by=STRANGER, relaxation="generosity"))


def test_a_relaxation_belongs_to_its_party() -> None:
    relaxations = tuple(replace(relaxation, party="approver") for relaxation in PROGRAMME.relaxations)
    story = remote()
    story.programme = replace(PROGRAMME, relaxations=relaxations)
    relaxed = c.RecordVerdict("assess", STRANGER, "enough-staff", "relaxed", "outstanding", "remote", "14")
    with pytest.raises(errors.RelaxationImpossible):
        story.act(relaxed)


def test_concluding_needs_every_verdict_and_an_opinion() -> None:
    story = at_assess()
    story.act(c.ConfirmComputed("assess", REVIEWER))
    with pytest.raises(errors.VerdictsMissing, match="legal-person, reputation"):
        story.act(c.ConcludeAssessment("assess", REVIEWER, "done"))
    story.judged()
    with pytest.raises(errors.ReasonMissing):
        story.act(c.ConcludeAssessment("assess", REVIEWER, ""))


def test_one_unmet_condition_is_insufficient() -> None:
    story = at_assess(staff="14").judged()
    facts = story.act(c.ConcludeAssessment("assess", REVIEWER, "too few staff"))
    assert isinstance(facts[0], AssessmentConcluded)
    assert not facts[0].sufficient
    assert facts[0].verdicts["enough-staff"] == "unmet"
    assert story.case.result == "refused"


def test_a_step_may_judge_some_conditions_only() -> None:
    story = Story(with_step("assess", parameters=Assessing(conditions=("reputation",)))).filed().accepted()
    story.act(c.RecordVerdict("assess", REVIEWER, "reputation", "met", "well known"))
    story.act(c.ConcludeAssessment("assess", REVIEWER, "sufficient"))
    assert story.case.step == "recommend"

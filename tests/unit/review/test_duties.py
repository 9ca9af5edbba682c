"""Separation of duties is an invariant of the case: whatever is tried, by whom, in whatever order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.errors import Refusal
from services.review.domain.people import INCOMPATIBLE, Act, Duty, Person, clash
from services.review.domain.subject import Case
from tests.support.regulation import APPLICANT_USCC, COUNTY, OTHER_PREFECTURE, OTHER_USCC, PREFECTURE, REGION
from tests.unit.review.story import APPROVER, EXPERTS, HEAD, MACHINE, OFFICER, REVIEWER, STRANGER, Story, expert, faulty

# One person may hold several accounts' worth of roles: the same six names appear in every role.
NAMES = st.sampled_from(["ann", "bo", "cai", "deng", "eva", "fan"])
PEOPLE = st.builds(
    Person,
    NAMES,
    st.sampled_from(["reviewer", "officer", "approver", "expert", "public", "inspector", "machine"]),
    st.sampled_from([REGION, PREFECTURE, OTHER_PREFECTURE, COUNTY, ""]),
    st.sampled_from(["", "", "", OTHER_USCC, APPLICANT_USCC]),
)
POINTS = {"ability": "40", "results": "40"}
STEPS = ["check", "assess", "recommend", "score", "visit", "list", "notice", "decide"]


def commands(step: str, by: Person, name: str) -> list[object]:
    """Everything that may be tried in a step."""
    named = tuple(expert(Person(n, "expert")) for n in ("ann", "bo", name))
    return {
        "check": [c.AcceptApplication(step, by), c.RequestCorrection(step, by, faulty("deed"))],
        "assess": [
            c.ConfirmComputed(step, by),
            c.RecordVerdict(step, by, "legal-person", "met", "seen"),
            c.RecordVerdict(step, by, "reputation", "met", "seen"),
            c.ConcludeAssessment(step, by, "sufficient"),
        ],
        "recommend": [c.GiveEndorsement(step, by, True, "recommended")],
        "score": [
            c.AssignExperts(step, by, named),
            c.SealScore(step, by, POINTS, ""),
            c.DeclareConflict(step, by, "a relative"),
        ],
        "visit": [c.RecordVisit(step, by, date(2026, 4, 27), ("A", "B"), True, "as described")],
        "list": [c.DecideListing(step, by, True)],
        "notice": [
            c.PostNotice(step, by),
            c.ReceiveObjection(step, by, name, "A", "a@example.org", "wrong", ("0" * 64,)),
            c.AnswerObjection(step, by, name, False, "looked"),
            c.CloseNotice(step, by),
        ],
        "decide": [
            c.ProposeDecision(step, by, True, "good"),
            c.ApproveDecision(step, by),
            c.ReturnProposal(step, by, "not yet"),
        ],
    }[step]


def held(case: Case, one: Duty, other: Duty) -> set[str]:
    """Who has both duties."""
    by = {duty: {act.person for act in case.acts if act.duty == duty} for duty in (one, other)}
    return by[one] & by[other]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_whatever_is_tried_no_person_has_two_duties_that_exclude_each_other(data: st.DataObject) -> None:
    start = data.draw(st.sampled_from(STEPS))
    story = Story().at(start)
    for _ in range(data.draw(st.integers(0, 25))):
        if story.case.step not in STEPS:
            break
        if data.draw(st.booleans()):
            story.wait(20)
        by, name = data.draw(PEOPLE), data.draw(NAMES)
        command = data.draw(st.sampled_from(commands(story.case.step, by, name)))
        try:
            story.act(command)
        except Refusal:
            continue
    for one, other in INCOMPATIBLE:
        assert not held(story.case, one, other), (one, other)
    groups = {step.id: set(step.segregation) for step in story.programme.procedure().steps}
    for act in story.case.acts:
        for other_act in story.case.acts:
            if act.person == other_act.person and act.step != other_act.step:
                assert not groups[act.step] & groups[other_act.step], (act, other_act)


@given(
    NAMES, st.lists(st.builds(Act, NAMES, st.sampled_from(["assess", "score", "propose"]), st.just("s")), max_size=8)
)
def test_a_clash_does_not_depend_on_which_came_first(person: str, acts: list[Act]) -> None:
    for one, other in INCOMPATIBLE:
        forward = clash(person, one, [Act(person, other, "s"), *acts])
        backward = clash(person, other, [Act(person, one, "s"), *acts])
        assert forward is not None
        assert backward is not None


def test_nobody_acts_on_a_case_of_an_own_organisation() -> None:
    story = Story().filed()
    with pytest.raises(errors.OwnOrganisation):
        story.act(c.AcceptApplication("check", replace(REVIEWER, organisation=APPLICANT_USCC)))
    scoring = Story().at("score")
    scoring.act(c.AssignExperts("score", OFFICER, tuple(expert(e) for e in EXPERTS[:3])))
    with pytest.raises(errors.OwnOrganisation):
        scoring.act(c.SealScore("score", replace(EXPERTS[0], organisation=APPLICANT_USCC), POINTS, ""))


def test_who_acted_in_one_step_of_a_group_does_not_act_in_another() -> None:
    with pytest.raises(errors.DutiesSeparate, match="assess"):
        Story().at("recommend").act(c.GiveEndorsement("recommend", REVIEWER, True, "recommended"))


def test_the_preliminary_reviewer_is_no_expert_later() -> None:
    story = Story().at("score")
    with pytest.raises(errors.ExpertConflicted):
        story.act(c.AssignExperts("score", OFFICER, (expert(EXPERTS[0]), expert(EXPERTS[1]), expert(HEAD))))


@pytest.mark.parametrize(
    ("by", "refusal"),
    [
        (STRANGER, errors.OutsideRegion),
        (replace(REVIEWER, region=COUNTY), errors.OutsideRegion),
        (replace(REVIEWER, region=REGION), errors.OutsideRegion),
        (replace(REVIEWER, region=""), errors.OutsideRegion),
        (OFFICER, errors.WrongParty),
        (APPROVER, errors.WrongParty),
        (MACHINE, errors.WrongParty),
    ],
)
def test_an_act_belongs_to_its_party_at_its_level_in_its_region(by: Person, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        Story().filed().act(c.AcceptApplication("check", by))

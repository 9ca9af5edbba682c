"""Separation of duties is an invariant of the case: whatever is tried, by whom, in whatever order."""

from __future__ import annotations

from collections.abc import Callable
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
from tests.unit.review.story import APPROVER, EXPERTS, HEAD, MACHINE, OFFICER, REVIEWER, STRANGER, Story, expert

# One person may hold several accounts' worth of roles: the same few names appear in every role.
NAMES = st.sampled_from(["ann", "bo", "cai", "deng"])
ROLES = ["reviewer", "officer", "approver", "expert", "public", "inspector", "machine"]
STRANGERS = st.builds(
    Person,
    NAMES,
    st.sampled_from(ROLES),
    st.sampled_from([REGION, PREFECTURE, OTHER_PREFECTURE, COUNTY, ""]),
    st.sampled_from(["", OTHER_USCC, APPLICANT_USCC]),
)
POINTS = {"ability": "40", "results": "40"}
Try = Callable[[Person, str], object]


def _panel(by: Person, name: str) -> object:
    return c.AssignExperts("score", by, tuple(expert(Person(n, "expert")) for n in dict.fromkeys(("ann", "bo", name))))


# What may be tried in a step, with the role and region that fit; most tries are by somebody fitting, so that cases
# get far enough for duties to meet.
TRIES: dict[str, list[tuple[str, str, Try]]] = {
    "check": [("reviewer", PREFECTURE, lambda by, _: c.AcceptApplication("check", by))],
    "assess": [
        ("reviewer", PREFECTURE, lambda by, _: c.ConfirmComputed("assess", by)),
        ("reviewer", PREFECTURE, lambda by, _: c.RecordVerdict("assess", by, "legal-person", "met", "seen")),
        ("reviewer", PREFECTURE, lambda by, _: c.RecordVerdict("assess", by, "reputation", "met", "seen")),
        ("reviewer", PREFECTURE, lambda by, _: c.ConcludeAssessment("assess", by, "sufficient")),
    ],
    "recommend": [("reviewer", PREFECTURE, lambda by, _: c.GiveEndorsement("recommend", by, True, "recommended"))],
    "score": [
        ("officer", REGION, _panel),
        ("expert", "", lambda by, _: c.SealScore("score", by, POINTS, "")),
        ("expert", "", lambda by, _: c.DeclareConflict("score", by, "a relative")),
    ],
    "visit": [
        ("officer", REGION, lambda by, _: c.RecordVisit("visit", by, date(2026, 4, 27), ("A", "B"), True, "seen")),
    ],
    "list": [("officer", REGION, lambda by, _: c.DecideListing("list", by, True))],
    "notice": [
        ("officer", REGION, lambda by, _: c.PostNotice("notice", by)),
        (
            "public",
            "",
            lambda by, name: c.ReceiveObjection("notice", by, name, "A", "a@example.org", "wrong", ("0" * 64,)),
        ),
        ("officer", REGION, lambda by, name: c.AnswerObjection("notice", by, name, False, "looked")),
        ("machine", "", lambda by, _: c.CloseNotice("notice", by)),
    ],
    "decide": [
        ("officer", REGION, lambda by, _: c.ProposeDecision("decide", by, True, "good")),
        ("approver", REGION, lambda by, _: c.ApproveDecision("decide", by)),
        ("approver", REGION, lambda by, _: c.ReturnProposal("decide", by, "not yet")),
    ],
}


def held(case: Case, one: Duty, other: Duty) -> set[str]:
    """Who has both duties."""
    by = {duty: {act.person for act in case.acts if act.duty == duty} for duty in (one, other)}
    return by[one] & by[other]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_whatever_is_tried_no_person_has_two_duties_that_exclude_each_other(data: st.DataObject) -> None:
    story = Story().at(data.draw(st.sampled_from(sorted(TRIES))))
    for _ in range(data.draw(st.integers(0, 40))):
        if story.case.step not in TRIES:
            break
        if data.draw(st.integers(0, 4)) == 0:
            story.wait(20)
        role, region, attempt = data.draw(st.sampled_from(TRIES[story.case.step]))
        name = data.draw(NAMES)
        by = data.draw(st.one_of(st.just(Person(name, role, region)), st.just(Person(name, role, region)), STRANGERS))
        try:
            story.act(attempt(by, data.draw(NAMES)))
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

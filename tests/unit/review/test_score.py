"""score: a panel of named experts, conflicts, sealed sheets, opened together and aggregated by the rubric."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.steps.score_acts import ScoresOpened
from shared.programmes.model import UNSET, Programme
from tests.support.regulation import APPLICANT_USCC, PROGRAMME
from tests.unit.review.story import EXPERTS, HEAD, OFFICER, REVIEWER, SECOND, Story, expert

PANEL = tuple(expert(person) for person in EXPERTS[:3])
GOOD = {"ability": "40", "results": "40"}


def with_rubric(**changes: object) -> Programme:
    rubric = replace(PROGRAMME.rubrics[0], **changes)  # type: ignore[arg-type]
    return replace(PROGRAMME, rubrics=(rubric,))


def assigned(programme: Programme = PROGRAMME) -> Story:
    story = Story(programme).at("score")
    story.act(c.AssignExperts("score", OFFICER, PANEL))
    return story


def seal(story: Story, number: int, ability: str, results: str) -> None:
    story.act(c.SealScore("score", EXPERTS[number], {"ability": ability, "results": results}, "read"))


def opened(story: Story) -> ScoresOpened:
    return next(fact for fact in story.facts if isinstance(fact, ScoresOpened))


def test_the_last_sheet_opens_all() -> None:
    story = assigned()
    seal(story, 0, "40", "40")
    seal(story, 1, "41", "40")
    assert not any(isinstance(fact, ScoresOpened) for fact in story.facts)
    seal(story, 2, "40.5", "41")
    result = opened(story)
    assert (result.score, result.max_score, result.experts, result.passed) == ("80.83", "100", 3, True)
    assert story.case.step == "visit"


@pytest.mark.parametrize(("points", "passed"), [("30", True), ("29.99", False)])
def test_the_pass_mark_is_included(points: str, passed: bool) -> None:
    story = assigned()
    for number in range(3):
        seal(story, number, points, points)
    assert opened(story).passed is passed
    assert (story.case.step == "visit") is passed


def test_a_median_ignores_an_outlier() -> None:
    story = assigned(with_rubric(aggregation="median"))
    seal(story, 0, "40", "40")
    seal(story, 1, "42", "42")
    seal(story, 2, "0", "0")
    assert opened(story).score == "80.00"


@pytest.mark.parametrize(
    "experts", [PANEL[:2], (*PANEL, expert(EXPERTS[3])), (PANEL[0], PANEL[0], PANEL[1]), ()], ids=str
)
def test_the_panel_has_the_size_of_the_rules(experts: tuple[object, ...]) -> None:
    with pytest.raises(errors.PanelWrong):
        Story().at("score").act(c.AssignExperts("score", OFFICER, experts))  # type: ignore[arg-type]


def test_a_trimmed_mean_needs_three_where_the_size_is_open() -> None:
    programme = replace(with_rubric(aggregation="trimmed_mean"), panels=())
    with pytest.raises(errors.PanelWrong):
        Story(programme).at("score").act(c.AssignExperts("score", OFFICER, PANEL[:2]))


def test_who_reviewed_or_belongs_to_the_applicant_is_no_expert() -> None:
    story = Story().at("score")
    for named in (expert(REVIEWER), expert(HEAD), expert(OFFICER), expert(EXPERTS[3], APPLICANT_USCC)):
        with pytest.raises(errors.ExpertConflicted):
            story.act(c.AssignExperts("score", OFFICER, (*PANEL[:2], named)))


def test_a_declared_conflict_voids_the_sheet_and_another_is_named() -> None:
    story = assigned()
    seal(story, 0, "50", "50")
    story.act(c.DeclareConflict("score", EXPERTS[0], "a former employer"))
    with pytest.raises(errors.NotOnPanel):
        seal(story, 0, "50", "50")
    with pytest.raises(errors.ExpertConflicted):
        story.act(c.AssignExperts("score", OFFICER, (PANEL[0],)))
    story.act(c.AssignExperts("score", OFFICER, (expert(EXPERTS[3]),)))
    for number in (1, 2, 3):
        seal(story, number, "40", "40")
    assert opened(story).score == "80.00"


def test_who_named_experts_is_never_one_of_them() -> None:
    story = assigned()
    story.act(c.DeclareConflict("score", EXPERTS[0], "a relative"))
    with pytest.raises(errors.ExpertConflicted):
        story.act(c.AssignExperts("score", SECOND, (expert(OFFICER),)))


def test_the_case_waits_for_the_replacement() -> None:
    story = assigned()
    seal(story, 0, "40", "40")
    seal(story, 1, "40", "40")
    story.act(c.DeclareConflict("score", EXPERTS[2], "a relative"))
    assert story.case.step == "score"


def test_stepping_back_needs_a_reason() -> None:
    with pytest.raises(errors.ReasonMissing):
        assigned().act(c.DeclareConflict("score", EXPERTS[0], ""))


def test_only_the_panel_scores_and_each_once() -> None:
    story = assigned()
    with pytest.raises(errors.NotOnPanel):
        seal(story, 3, "40", "40")
    seal(story, 0, "40", "40")
    with pytest.raises(errors.AlreadySigned):
        seal(story, 0, "41", "40")


@pytest.mark.parametrize(
    "points",
    [
        {"ability": "40"},
        {**GOOD, "charm": "1"},
        {**GOOD, "results": "50.01"},
        {**GOOD, "results": "-1"},
        {**GOOD, "results": "NaN"},
        {**GOOD, "results": "1e2"},
        {},
    ],
    ids=str,
)
def test_a_sheet_is_complete_and_in_range(points: dict[str, str]) -> None:
    with pytest.raises(errors.PointsWrong, match="ability 0–50"):
        assigned().act(c.SealScore("score", EXPERTS[0], points, ""))


def test_experts_do_not_assign_and_officers_do_not_score() -> None:
    story = assigned()
    with pytest.raises(errors.WrongParty):
        story.act(c.AssignExperts("score", EXPERTS[0], PANEL))
    with pytest.raises(errors.WrongParty):
        story.act(c.SealScore("score", OFFICER, GOOD, ""))


def test_an_open_aggregation_is_named() -> None:
    story = assigned()
    story.programme = replace(PROGRAMME, rubrics=(replace(PROGRAMME.rubrics[0], aggregation=UNSET),))
    seal(story, 0, "40", "40")
    seal(story, 1, "40", "40")
    with pytest.raises(errors.ParameterUnset, match="sheet"):
        seal(story, 2, "40", "40")

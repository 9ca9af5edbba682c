"""A panel that is drawn by lot can be drawn again by anybody; it is closed with a reason once its quorum is in."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.steps.drawing import by_lot, seed_of
from services.review.domain.steps.score_acts import (
    Expert,
    ExpertPoolFixed,
    ExpertsAssigned,
    PanelClosed,
    PanelDrawn,
    ScoresOpened,
)
from shared.programmes.model import UNSET, Panel, Programme
from tests.support.regulation import APPLICANT_USCC, PROGRAMME
from tests.unit.review.story import APPROVER, EXPERTS, OFFICER, REVIEWER, SECOND, Story, expert

BY_LOT = replace(PROGRAMME, panels=(Panel(id="panel", size=3, quorum=2, drawn="random", recusal=True),))
POOL = tuple(Expert(f"pool-{number}", f"Expert {number}") for number in range(8))
PANEL = tuple(expert(person) for person in EXPERTS[:3])
NAME_POOL = c.AssignExperts("score", OFFICER, POOL, "00ff")


def with_panel(**changes: object) -> Programme:
    return replace(BY_LOT, panels=(replace(BY_LOT.panels[0], **changes),))  # type: ignore[arg-type]


def drawn(programme: Programme = BY_LOT) -> Story:
    story = Story(programme).at("score")
    story.act(NAME_POOL)
    return story


def panel(story: Story) -> list[str]:
    return list(story.case.states["score"].panel)


def seal(story: Story, name: str, points: str = "40") -> None:
    person = replace(EXPERTS[0], id=name)
    story.act(c.SealScore("score", person, {"ability": points, "results": points}, "read"))


# ── by lot ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_auditor_draws_again_from_what_is_on_record_and_comes_to_the_same_panel() -> None:
    story = drawn()
    fixed = next(fact for fact in story.facts if isinstance(fact, ExpertPoolFixed))
    draw = next(fact for fact in story.facts if isinstance(fact, PanelDrawn))
    assert story.facts.index(fixed) < story.facts.index(draw), "the nonce stands before anything is drawn"
    names = sorted(member.id for member in fixed.pool)
    seed = sha256("\n".join(["case-1", "score", fixed.nonce, *names]).encode()).hexdigest()
    lots = {name: sha256(f"{seed}\n{name}".encode()).hexdigest() for name in names}
    assert draw.seed == seed
    assert list(draw.drawn) == sorted(names, key=lots.__getitem__)[:3]
    assert panel(story) == list(draw.drawn)


@given(st.lists(st.text("abcdef", min_size=1), unique=True, min_size=1), st.text("0123456789abcdef"))
def test_the_order_of_the_pool_changes_nothing(names: list[str], nonce: str) -> None:
    seeds = {seed_of("case", "score", nonce, order) for order in (names, names[::-1])}
    assert len(seeds) == 1
    (seed,) = seeds
    assert by_lot(seed, names) == by_lot(seed, names[::-1])
    assert set(by_lot(seed, names)) == set(names)


def test_another_case_or_nonce_draws_otherwise() -> None:
    names = [f"pool-{number}" for number in range(40)]
    orders = {by_lot(seed_of(*parts, names), names) for parts in (("1", "s", "a"), ("2", "s", "a"), ("1", "s", "b"))}
    assert len(orders) == 3


def test_everybody_is_drawn_about_as_often_as_everybody_else() -> None:
    names = [f"pool-{number}" for number in range(8)]
    times = dict.fromkeys(names, 0)
    for number in range(4000):
        for name in by_lot(seed_of(str(number), "score", "n", names), names)[:3]:
            times[name] += 1
    assert all(1300 < count < 1700 for count in times.values()), times


def test_who_steps_back_is_replaced_by_the_next_lot() -> None:
    story = drawn()
    first = panel(story)
    seal(story, first[0])
    seed = story.case.states["score"].draws[0].seed
    story.act(c.DeclareConflict("score", replace(EXPERTS[0], id=first[0]), "a relative"))
    state = story.case.states["score"]
    assert list(state.panel) == [*first[1:], by_lot(seed, [each.id for each in POOL])[3]]
    assert [draw.instead_of for draw in state.draws] == ["", first[0]]
    assert state.sheets == {}
    assigned = [fact for fact in story.facts if isinstance(fact, ExpertsAssigned)]
    assert assigned[-1].by == OFFICER.id, "the draw is the officer's who named the pool"


def test_an_empty_pool_is_named_anew_with_others() -> None:
    story = Story(BY_LOT).at("score")
    story.act(replace(NAME_POOL, experts=PANEL))
    story.act(c.DeclareConflict("score", EXPERTS[0], "a relative"))
    assert len(panel(story)) == 2
    with pytest.raises(errors.PoolWrong):
        story.act(replace(NAME_POOL, experts=(PANEL[0],)))
    story.act(replace(NAME_POOL, experts=POOL[:2]))
    assert len(panel(story)) == 3
    with pytest.raises(errors.PoolWrong):
        story.act(replace(NAME_POOL, experts=POOL[2:]))


@pytest.mark.parametrize("pool", [POOL[:2], (*POOL[:3], POOL[0]), ()], ids=["too few", "twice", "nobody"])
def test_a_pool_is_large_enough(pool: tuple[Expert, ...]) -> None:
    with pytest.raises(errors.PoolWrong, match="3 to 200"):
        Story(BY_LOT).at("score").act(replace(NAME_POOL, experts=pool))


def test_who_must_step_back_is_in_no_pool() -> None:
    for named in (expert(REVIEWER), expert(OFFICER), expert(EXPERTS[3], APPLICANT_USCC)):
        with pytest.raises(errors.ExpertConflicted):
            Story(BY_LOT).at("score").act(replace(NAME_POOL, experts=(*POOL, named)))


def test_a_draw_needs_a_size() -> None:
    with pytest.raises(errors.ParameterUnset, match=r"score\.panel\.size"):
        Story(with_panel(size=UNSET)).at("score").act(NAME_POOL)


# ── quorum ───────────────────────────────────────────────────────────────────────────────────────────────────────

CLOSE = c.ClosePanel("score", OFFICER, "the third is ill")


def test_a_panel_is_closed_with_a_reason_once_the_quorum_is_in() -> None:
    story = drawn()
    first = panel(story)
    seal(story, first[0])
    with pytest.raises(errors.QuorumMissing, match="quorum of 2"):
        story.act(CLOSE)
    seal(story, first[1], "30")
    assert not any(isinstance(fact, ScoresOpened) for fact in story.facts), "nothing opens of itself before all are in"
    with pytest.raises(errors.ReasonMissing):
        story.act(replace(CLOSE, reason=" "))
    story.act(CLOSE)
    closed = next(fact for fact in story.facts if isinstance(fact, PanelClosed))
    opened = next(fact for fact in story.facts if isinstance(fact, ScoresOpened))
    assert (closed.missing, opened.experts, opened.score) == ((first[2],), 2, "70.00")
    assert story.case.step == "visit"


def test_all_sheets_open_without_closing() -> None:
    story = drawn()
    for name in panel(story):
        seal(story, name)
    assert story.case.step == "visit"
    with pytest.raises(errors.NotThisStep):
        story.act(CLOSE)


def test_only_the_organisers_close_and_not_without_a_quorum_in_the_text() -> None:
    story = drawn()
    for other in (APPROVER, EXPERTS[0]):
        with pytest.raises(errors.WrongParty):
            story.act(replace(CLOSE, by=other))
    for programme in (with_panel(quorum=UNSET), replace(BY_LOT, panels=())):
        other = Story(programme).at("score")
        with pytest.raises(errors.ParameterUnset, match=r"score\.panel\.quorum"):
            other.act(CLOSE)


def test_who_scored_does_not_close() -> None:
    story = Story(BY_LOT).at("score")
    story.act(replace(NAME_POOL, experts=(expert(replace(SECOND, role="expert")), *PANEL[:2])))
    for name in panel(story)[:2]:
        seal(story, name)
    scored = next(iter(story.case.states["score"].sheets))
    with pytest.raises(errors.DutiesSeparate):
        story.act(replace(CLOSE, by=replace(OFFICER, id=scored)))

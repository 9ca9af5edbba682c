"""A list over the cases of a round: scores decide as far as they can, a person where they cannot; cases follow it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review.domain import commands as c
from services.review.domain import errors, rounds
from services.review.domain.days import PUBLISHED
from services.review.domain.gathering import Candidate, ListDrawnUp, NoticePostedTogether
from services.review.domain.listing import (
    MOST_GATHERED,
    authority_of,
    candidate,
    decide_list,
    decide_notice,
    follows,
    gathering_step,
    places_left,
    ways_to,
)
from services.review.domain.ranking import rank, share
from services.review.domain.rounds import Round
from services.review.domain.subject import Case
from shared.programmes.model import UNSET, Listing, Programme
from tests.support.regulation import PREFECTURE, PROGRAMME, REGION, with_step
from tests.unit.review.story import APPLICANT, HEAD, MONDAY, OFFICER, Story

TWO = with_step("list", parameters=Listing(order="by_score", at_most=2))
CALL = rounds.RoundOpened("round-1", TWO.ref, "call", MONDAY, MONDAY + timedelta(days=30), REGION, "officer-1", MONDAY)
OPEN = Round(CALL)
DRAW = c.DrawUpList("list", OFFICER)


def one(case_id: str, score: str = "", visit: int = 1) -> Candidate:
    return Candidate(case_id, visit, f"Centre {case_id}", PREFECTURE, score, "100" if score else "")


FOUR = (one("a", "80"), one("b", "91.5"), one("c", "80"), one("d", "70"))


def drawn(
    candidates: tuple[Candidate, ...],
    command: c.DrawUpList = DRAW,
    programme: Programme = TWO,
    known: Round = OPEN,
    coming: int = 0,
) -> ListDrawnUp:
    (fact,) = decide_list(command, known, programme, candidates, coming, MONDAY)
    return fact


def listed(fact: ListDrawnUp) -> list[str]:
    return [entry.case_id for entry in fact.entries if entry.listed]


# ── who is listed ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_best_are_listed_as_far_as_there_are_places() -> None:
    fact = drawn((one("a", "80"), one("b", "91.5"), one("d", "70")))
    assert listed(fact) == ["b", "a"]
    assert [(entry.case_id, entry.rank) for entry in fact.entries] == [("b", 1), ("a", 2), ("d", 3)]
    assert "ranked 3, 2 places" in fact.entries[2].reason


def test_a_tie_for_the_last_place_is_decided_by_a_person_with_a_reason() -> None:
    with pytest.raises(errors.TieAtCut, match=r"\(80\) and compete for 1 places: Centre a \(a\)、Centre c \(c\)"):
        drawn(FOUR)
    for chosen in (("a", "c"), ("b",), ("d",), ("a", "a"), ("a", "x")):
        with pytest.raises(errors.ListChoiceWrong):
            drawn(FOUR, replace(DRAW, chosen=chosen, reason="more shows"))
    with pytest.raises(errors.ReasonMissing):
        drawn(FOUR, replace(DRAW, chosen=("c",)))
    fact = drawn(FOUR, replace(DRAW, chosen=("c",), reason="the remoter one"))
    assert listed(fact) == ["b", "c"]
    assert [entry.rank for entry in fact.entries] == [1, 2, 2, 4]


def test_nobody_chooses_where_scores_decide() -> None:
    for candidates in (FOUR[:2], (FOUR[1], FOUR[0], FOUR[3])):
        with pytest.raises(errors.ListChoiceWrong):
            drawn(candidates, replace(DRAW, chosen=("d",), reason="liked"))


def test_a_tie_above_the_cut_needs_nobody() -> None:
    assert set(listed(drawn((one("a", "80"), one("b", "80.0"), one("c", "79"))))) == {"a", "b"}


def test_leaving_off_needs_a_reason_and_moves_the_others_up() -> None:
    left_off = (c.LeftOff("b", "its licence was withdrawn"),)
    fact = drawn(FOUR[:3], replace(DRAW, left_off=left_off))
    assert listed(fact) == ["a", "c"]
    assert fact.entries[2].reason == "its licence was withdrawn"
    with pytest.raises(errors.ReasonMissing):
        drawn(FOUR, replace(DRAW, left_off=(c.LeftOff("b", " "),)))
    for wrong in ((c.LeftOff("x", "unknown"),), (c.LeftOff("b", "once"), c.LeftOff("b", "twice"))):
        with pytest.raises(errors.ListChoiceWrong):
            drawn(FOUR, replace(DRAW, left_off=wrong))


def test_who_has_no_score_is_not_ranked_for_limited_places() -> None:
    with pytest.raises(errors.ScoreMissing, match="Centre e"):
        drawn((*FOUR[:2], one("e")))
    assert listed(drawn((FOUR[0], one("e")))) == ["a", "e"], "where all fit nobody is ranked out"


def test_a_set_has_no_order_so_a_person_leaves_off() -> None:
    unranked = with_step("list", parameters=Listing(order="unranked", at_most=1))
    with pytest.raises(errors.ListTooLong, match="2 cases for 1 places"):
        drawn(FOUR[:2], programme=unranked)
    fact = drawn(FOUR[:2], replace(DRAW, left_off=(c.LeftOff("b", "less needed"),)), unranked)
    assert (listed(fact), {entry.rank for entry in fact.entries}) == (["a"], {0})


def test_without_a_limit_all_are_listed_in_their_order() -> None:
    fact = drawn(FOUR, programme=with_step("list", parameters=Listing(order="by_score")))
    assert (listed(fact), fact.places) == (["b", "a", "c", "d"], None)


def test_an_open_limit_is_named() -> None:
    with pytest.raises(errors.ParameterUnset, match=r"list\.at_most"):
        drawn(FOUR, programme=with_step("list", parameters=Listing(at_most=UNSET)))


@given(st.lists(st.decimals(0, 100, places=1), min_size=1, max_size=12), st.integers(1, 12))
def test_nobody_is_listed_before_a_better_one(scores: list[Any], places: int) -> None:
    candidates = tuple(one(f"{number:02}", str(score)) for number, score in enumerate(scores))
    programme = with_step("list", parameters=Listing(order="by_score", at_most=places))
    try:
        fact = drawn(candidates, programme=programme)
    except errors.TieAtCut:
        assert len(set(scores)) < len(scores)
        return
    on, off = ([e for e in fact.entries if e.listed is wanted] for wanted in (True, False))
    assert len(on) == min(places, len(candidates))
    assert all(share(one(e.case_id, e.score)) > share(one(f.case_id, f.score)) for e in on for f in off)
    assert [e.rank for e in fact.entries] == sorted(e.rank for e in fact.entries)


def test_equal_shares_share_a_rank_whatever_they_are_out_of() -> None:
    half = (replace(one("a", "50"), max_score="100"), replace(one("b", "25"), max_score="50"))
    assert [each.rank for each in rank(half, "by_score")] == [1, 1]


# ── the round ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_comes_later_is_on_the_next_list_for_the_places_that_are_left() -> None:
    first = drawn(FOUR[:1])
    known = rounds.evolve(OPEN, first)
    with pytest.raises(errors.NobodyToGather):
        drawn(FOUR[:1], known=known)
    second = drawn((*FOUR[:1], one("e", "60"), one("f", "50")), known=known)
    assert (second.number, second.places, listed(second)) == (2, 1, ["e"])
    full = rounds.evolve(known, second)
    assert places_left(full, gathering_step(TWO, "list", "list"), second.authority) == 0
    assert listed(drawn((one("g", "99"),), known=full)) == []


def test_a_case_that_comes_to_the_step_again_is_listed_again() -> None:
    known = rounds.evolve(OPEN, drawn(FOUR[:1]))
    assert listed(drawn((one("a", "80", visit=2),), known=known)) == ["a"]


def test_drawing_up_without_waiting_for_the_others_needs_a_reason() -> None:
    with pytest.raises(errors.CasesOnTheWay, match="3 more cases"):
        drawn(FOUR[:2], coming=3)
    assert drawn(FOUR[:2], replace(DRAW, reason="the others are a year late"), coming=3).on_the_way == 3


def test_only_a_list_step_of_an_open_round_is_drawn_up() -> None:
    for step in ("visit", "nowhere"):
        with pytest.raises(errors.RoundStepUnknown, match="list"):
            drawn(FOUR, replace(DRAW, step=step))
    with pytest.raises(errors.RoundUnknown):
        drawn(FOUR, known=Round())


def test_there_is_a_largest_list() -> None:
    with pytest.raises(errors.TooMany):
        drawn(tuple(one(f"{n:04}", "1") for n in range(MOST_GATHERED + 1)))


def test_which_steps_lead_to_the_list() -> None:
    assert ways_to(PROGRAMME, "list") == {
        *("apply", "check", "correct", "assess", "recommend", "score", "visit"),
    }


def test_each_authority_of_a_level_draws_up_its_own() -> None:
    step = gathering_step(TWO, "list", "list")
    assert authority_of(step, OFFICER, TWO) == REGION
    assert authority_of(replace(step, actor="applicant"), OFFICER, TWO) == ""


# ── following ────────────────────────────────────────────────────────────────────────────────────────────────────


def follow(story: Story, known: Round) -> tuple[Any, ...]:
    command = follows(story.case, known)
    return () if command is None else story.act(command)


def test_a_case_follows_its_list_once() -> None:
    story = Story(TWO).at("list")
    known = rounds.evolve(OPEN, drawn((candidate(story.case), one("z", "1"), one("y", "2"))))
    follow(story, known)
    fact = next(fact for fact in story.facts if type(fact).__name__ == "ListingDecided")
    assert (fact.by, fact.listed, fact.list_number, fact.rank) == (OFFICER.id, True, 1, 1)
    assert story.case.step == "notice"
    assert follow(story, known) == ()


def test_a_case_that_is_left_off_ends_with_the_lists_reason() -> None:
    story = Story(TWO).at("list")
    left_off = (c.LeftOff("case-1", "its papers were forged"),)
    follow(story, rounds.evolve(OPEN, drawn((candidate(story.case),), replace(DRAW, left_off=left_off))))
    assert story.case.result == "refused"
    assert story.case.history[-1].reason == "its papers were forged"


def test_a_case_of_a_round_with_limited_places_is_not_listed_alone() -> None:
    with pytest.raises(errors.ListedByRound, match="2 places"):
        Story(TWO).at("list").act(c.DecideListing("list", OFFICER, True))
    alone = Story(TWO).at("list")
    alone.case = replace(alone.case, round_id="")
    alone.act(c.DecideListing("list", OFFICER, True))
    assert alone.case.step == "notice"


def test_nothing_follows_where_the_round_says_nothing() -> None:
    assert follows(Story(TWO).at("list").case, OPEN) is None
    assert follows(Story(TWO).at("visit").case, rounds.evolve(OPEN, drawn(FOUR[:1]))) is None


# ── one notice ───────────────────────────────────────────────────────────────────────────────────────────────────

POST = c.PostTogether("notice", OFFICER, "https://example.org/all")


def posted(cases: dict[str, Case], known: Round = OPEN) -> NoticePostedTogether:
    (fact,) = decide_notice(POST, known, PROGRAMME, cases, MONDAY, PUBLISHED)
    return fact


def test_one_notice_has_the_same_days_for_all_and_each_case_follows() -> None:
    first, second = Story().at("notice"), Story().at("notice")
    second.case = replace(second.case, case_id="case-2", applicant=replace(APPLICANT, name="Another"))
    fact = posted({"case-1": first.case, "case-2": second.case})
    assert (fact.posted_on, fact.closes_on) == (date(2026, 4, 27), date(2026, 5, 8))
    assert [each.name for each in fact.cases] == [APPLICANT.name, "Another"]
    known = rounds.evolve(OPEN, fact)
    second.wait(1)
    for story in (first, second):
        follow(story, known)
        notice = story.case.states["notice"].posted
        assert (notice.posted_on, notice.closes_on, notice.together) == (fact.posted_on, fact.closes_on, 1)
        assert (notice.address, notice.by) == ("https://example.org/all", OFFICER.id)
        assert follow(story, known) == ()


def test_a_notice_names_nobody_twice() -> None:
    alone = Story().at("notice").posted()
    with pytest.raises(errors.NobodyToGather):
        posted({"case-1": alone.case})
    waiting = Story().at("notice")
    with pytest.raises(errors.NobodyToGather):
        posted({"case-1": waiting.case}, rounds.evolve(OPEN, posted({"case-1": waiting.case})))


def test_only_the_steps_party_follows_through() -> None:
    story = Story(TWO).at("list")
    known = rounds.evolve(OPEN, drawn((candidate(story.case),), replace(DRAW, by=HEAD)))
    with pytest.raises(errors.WrongParty):
        follow(story, known)

"""Whatever happened can be folded again: from JSON, in parts, and to the same state."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import reduce
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.review.domain import commands as c
from services.review.domain.case import NONE, evolve
from services.review.domain.events import FACTS
from services.review.domain.steps import assess, score
from shared.envelope import Actor, Origin
from shared.runtime.codec import FactCodec
from tests.unit.review.story import CITIZEN, EXPERTS, MACHINE, OFFICER, REVIEWER, SECOND, Story, expert, faulty

ORIGIN = Origin(Actor("person", "officer"), datetime(2026, 3, 2, tzinfo=UTC), "command")


def rich() -> Story:
    """A case with a correction, a conflict, an objection and a returned proposal."""
    story = Story().filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    story.receive(2)
    story.accepted().assessed().endorsed()
    story.act(c.AssignExperts("score", OFFICER, tuple(expert(e) for e in EXPERTS[:3])))
    story.act(c.DeclareConflict("score", EXPERTS[0], "a relative"))
    story.act(c.AssignExperts("score", OFFICER, (expert(EXPERTS[3]),)))
    for person in EXPERTS[1:]:
        story.act(c.SealScore("score", person, {"ability": "40", "results": "40.5"}, "read"))
    story.visited().listed().posted()
    story.act(c.ReceiveObjection("notice", CITIZEN, "o-1", "A", "a@example.org", "wrong", ("0" * 64,)))
    story.closed_notice()
    story.act(c.AnswerObjection("notice", SECOND, "o-1", False, "looked"))
    story.decided()
    story.act(c.RecordEntry("award", MACHINE, "2026-001"))
    return story


STORY = rich()


def test_the_story_is_whole() -> None:
    assert (STORY.case.status, STORY.case.result) == ("closed", "awarded")


def test_folding_the_log_gives_the_case() -> None:
    assert reduce(evolve, STORY.facts, NONE) == STORY.case


@settings(max_examples=50)
@given(st.integers(0, len(STORY.facts)))
def test_folding_in_two_parts_gives_the_same(cut: int) -> None:
    first: Any = reduce(evolve, STORY.facts[:cut], NONE)
    assert reduce(evolve, STORY.facts[cut:], first) == STORY.case


def test_every_fact_comes_back_from_the_log_as_it_went_in() -> None:
    codec = FactCodec(FACTS)
    for number, fact in enumerate(STORY.facts, 1):
        stored = codec.encode("case:1", number, fact, ORIGIN)
        assert codec.decode("case:1", number, stored.topic, stored.state, None).fact == fact


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.NAME)
def test_names_are_of_this_service(fact: Any) -> None:
    assert fact.NAME.startswith("review.")


def test_a_step_that_is_entered_again_begins_anew() -> None:
    story = Story().filed()
    story.act(c.RequestCorrection("check", REVIEWER, faulty("deed")))
    assert story.case.states["check"].items
    story.receive(2)
    assert not story.case.states["check"].items
    assert story.case.entered["check"] == 2


def test_states_are_of_their_types() -> None:
    assert isinstance(STORY.case.states["assess"], assess.State)
    assert isinstance(STORY.case.states["score"], score.State)

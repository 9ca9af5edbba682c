"""Facts about sums come back from the log as they were; those from before decisions stated sums say that none was."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.review.domain.events import FACTS
from services.review.domain.steps.decide import DecisionApproved, DecisionProposed
from services.review.domain.steps.pay import InstalmentPaid
from services.review.domain.sums import Drawn
from shared.envelope import Actor, Origin, Position
from shared.runtime.codec import FactCodec
from tests.support.funding import FUNDING, approval, checked, payment, proposal
from tests.unit.review.story import MONDAY, Story

CODEC = FactCodec(FACTS)
NEW = {DecisionProposed: ("amount", "source"), DecisionApproved: ("amount",), InstalmentPaid: ("drawn",)}


def told() -> list[Any]:
    """A case with every fact about sums."""
    story = Story(FUNDING).filed()
    for command in (proposal(), approval(), approval(party="treasury"), payment("first", "30"), checked("midterm")):
        story.act(command)
    for command in (payment("second"), payment("third"), checked("inspection", False), proposal("9", "", "reclaim")):
        story.act(command)
    story.act(approval("9", step="reclaim"))
    story.act(payment("clawback", source="province"))
    return story.facts


def again(fact: Any, *without: str) -> Any:
    stored = CODEC.encode("case:1", 1, fact, Origin(Actor("officer-1", "officer"), MONDAY, "c-1"))
    state = json.loads(stored.state)
    kept = {name: value for name, value in state.items() if name not in without}
    assert len(kept) == len(state) - len(without)
    return CODEC.decode("case:1", 1, stored.topic, json.dumps(kept).encode(), Position(1, 1)).fact


def test_every_fact_comes_back_as_it_was() -> None:
    facts = told()
    names = {type(fact).__name__ for fact in facts}
    assert names >= {"SumApproved", "SumReclaimed", "SumReleased", "InstalmentPaid"}
    assert [again(fact) for fact in facts] == facts
    drawn = [fact.drawn for fact in facts if isinstance(fact, InstalmentPaid)]
    assert drawn[0] == Drawn(FUNDING.id, "grant", 1)
    assert drawn[-1] == Drawn(FUNDING.id, "reclaim", 1)


@pytest.mark.parametrize("kind", NEW, ids=lambda kind: kind.__name__)
def test_what_was_written_before_sums_is_read(kind: type) -> None:
    fact = next(each for each in told() if type(each) is kind)
    old = again(fact, *NEW[kind])
    assert [getattr(old, name) for name in NEW[kind]] == [None if name == "drawn" else "" for name in NEW[kind]]

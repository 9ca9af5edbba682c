"""Whatever was done to an application can be folded again, and no order of acts breaks its invariants."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import reduce
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain import commands as c
from services.intake.domain import events as e
from services.intake.domain.application import NONE, evolve
from services.intake.domain.drafting import decide_remove
from services.intake.domain.events import FACTS
from services.intake.domain.filing import decide_progress, decide_return, decide_withdraw
from services.intake.domain.refusal import Refusal
from shared.envelope import Actor, Origin
from shared.runtime.codec import FactCodec
from tests.unit.intake.story import ANN, NOW, Story

ACTS = {
    "furnish": lambda story: story.furnished(),
    "answer": lambda story: story.answer(staff="17"),
    "attach": lambda story: story.attach("honour", 77),
    "remove": lambda story: story.take(decide_remove(c.RemoveDocument("honour", f"{77:064x}", ANN), story.a, NOW)),
    "declare": lambda story: story.declared(),
    "submit": lambda story: story.submit(),
    "withdraw": lambda story: story.take(decide_withdraw(c.WithdrawApplication("we moved", ANN), story.a, NOW)),
    "return": lambda story: story.take(decide_return(c.ReturnApplication(("x: y",)), story.a, NOW)),
    "refuse": lambda story: story.take(decide_progress(e.RefusalReceived("decide", "no", NOW), story.a)),
    "title": lambda story: story.take(
        decide_progress(e.TitleReceived("1", "示范", "title", date(2026, 1, 1), None, NOW), story.a)
    ),
}


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(sorted(ACTS)), max_size=25))
def test_no_order_of_acts_breaks_an_application(names: list[str]) -> None:
    story = Story().drafted()
    for name in names:
        before = len(story.facts)
        try:
            ACTS[name](story)
        except Refusal:
            continue
        for fact in story.facts[before:]:
            if isinstance(fact, e.ApplicationSubmitted):
                assert story.a.declared, "nothing is filed that nobody declared"
    submissions = [fact for fact in story.facts if isinstance(fact, e.ApplicationSubmitted)]
    assert [fact.revision for fact in submissions] == list(range(1, len(submissions) + 1))
    assert reduce(evolve, story.facts, NONE) == story.a
    held = [(d.material, d.sha256) for d in story.a.documents]
    assert len(set(held)) == len(held)


def test_every_fact_comes_back_from_the_log_as_it_went_in() -> None:
    codec = FactCodec(FACTS)
    origin = Origin(Actor("person", "applicant"), datetime(2026, 3, 2, tzinfo=UTC), "command")
    for number, fact in enumerate(Story().submitted().facts, 1):
        stored: Any = codec.encode("application:1", number, fact, origin)
        assert codec.decode("application:1", number, stored.topic, stored.state, None).fact == fact

"""The organisation's one stream: what is told twice is kept once, and of drafts that meet there one wins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain import events as e
from services.intake.domain import organisation
from services.intake.domain.organisation import FILING, Organisation, claim, evolve, remember
from services.intake.domain.overlaps import Asked, Known, objections
from tests.support.regulation import APPLICANT_USCC
from tests.unit.intake.scene import (
    NAMES,
    NOW,
    OTHER,
    OWN,
    ROUNDS,
    TODAY,
    application,
    claimed,
    held,
    rule,
)

# ── the organisation's stream ────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_told_twice_is_kept_once() -> None:
    title = held()
    o = evolve(organisation.NONE, title)
    assert remember(title, o) == ()
    ended = e.TitleEnded(title.case_id, title.number, TODAY)
    assert remember(ended, o) == (ended,)
    assert remember(ended, evolve(o, ended)) == ()
    assert remember(ended, organisation.NONE) == (), "the end of what was never heard of"


def test_a_claim_is_repeated_before_it_is_old() -> None:
    o = evolve(organisation.NONE, claimed("case-1", age=FILING / 2 - timedelta(seconds=1)))
    again = e.PlaceClaimed(OWN, APPLICANT_USCC, "case-1", NOW, "r1")
    assert claim(o, again) == ()
    assert claim(evolve(organisation.NONE, claimed("case-1", age=FILING / 2)), again) == (again,)


KINDS = ("no_application_while_valid", "one_application_per_round", "no_double_funding")


@settings(max_examples=200, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    drafts=st.lists(st.sampled_from([OWN, OTHER]), min_size=2, max_size=6),
    order=st.randoms(use_true_random=False),
)
def test_of_drafts_that_are_submitted_at_the_same_moment_one_wins(kind: str, drafts: list[str], order: Any) -> None:
    """Each looks first, at whatever moment; the claims then meet in the one stream, which takes one after the other."""
    meant = (OWN, OTHER)
    seen: dict[str, Organisation] = {}
    o = organisation.NONE
    won: list[str] = []
    steps = [(case, step) for case in range(len(drafts)) for step in ("look", "claim")]
    order.shuffle(steps)
    for case, step in _looked_first(steps):
        name = f"case-{case}"
        if step == "look":
            seen[name] = o
            continue
        programme = replace(rule(kind, *meant), id=drafts[case])
        # What was looked up may be old; the stream itself is as it is now.
        applications = {other: application("submitted") for other in seen[name].claims if other in won}
        known = Known(applications, ROUNDS, {}, NAMES)
        found = list(objections(Asked(name, "r1", programme, o, known, NOW)))
        if not found:
            for fact in claim(o, claimed(name, drafts[case], timedelta())):
                o = evolve(o, fact)
            won.append(name)
    by_programme = [drafts[int(name.partition("-")[2])] for name in won]
    if kind == "no_application_while_valid":  # elsewhere only a title bars
        assert sorted(by_programme) == sorted(set(drafts))
    else:
        assert len(won) == 1


def _looked_first(steps: Iterable[tuple[int, str]]) -> Iterable[tuple[int, str]]:
    """The same steps, each draft's look before its claim."""
    looked: set[int] = set()
    for case, _ in steps:
        yield case, "claim" if case in looked else "look"
        looked.add(case)

"""A quota is used one place at a time: never more than there are, whatever comes in between."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.quotas import (
    NONE,
    RECOMMENDING,
    Fact,
    Places,
    QuotaPlaceReleased,
    QuotaPlaceTaken,
    authority_of,
    decide_place,
    evolve,
    limits,
    stream_of,
)
from services.review.outbox import case_of, to_public
from shared.envelope import Actor, Origin
from shared.programmes.model import UNSET, Quota
from shared.runtime.ports import Recorded
from tests.support.regulation import COUNTY, PREFECTURE, PROGRAMME
from tests.unit.review.story import APPLICANT, HEAD, MONDAY, Story

QUOTA = Quota(id="per-prefecture", party="prefecture", at_most=2)
NOBODY: frozenset[str] = frozenset()


def wanted(case_id: str, minutes: int = 0, **changes: object) -> QuotaPlaceTaken:
    place = QuotaPlaceTaken(
        round_id="round-1",
        programme="test-platform",
        quota="per-prefecture",
        authority=PREFECTURE,
        region=PREFECTURE,
        case_id=case_id,
        step="recommend",
        party="prefecture",
        name=f"Centre {case_id}",
        places=2,
        extra_places=0,
        by="reviewer-2",
        taken_at=MONDAY + timedelta(minutes=minutes),
    )
    return replace(place, **changes)  # type: ignore[arg-type]


def taken(*places: QuotaPlaceTaken) -> Places:
    return reduce(evolve, places, NONE)


def test_a_place_is_taken_once_for_a_case() -> None:
    (fact,) = decide_place(wanted("1"), NONE, NOBODY, may_use_extra=False)
    assert isinstance(fact, QuotaPlaceTaken)
    assert decide_place(wanted("1", 1), taken(fact), NOBODY, may_use_extra=False) == ()


def test_the_one_over_the_quota_is_refused_and_told_who_has_the_places() -> None:
    full = taken(wanted("1"), wanted("2", 1))
    with pytest.raises(errors.QuotaUsedUp, match=r"2 places .* Centre 1、Centre 2") as refused:
        decide_place(wanted("3", 2), full, NOBODY, may_use_extra=True)
    assert "名额已用完" in refused.value.zh


def test_many_holders_are_named_only_as_far_as_they_can_be_read() -> None:
    full = taken(*(wanted(str(n), n, places=12) for n in range(12)))
    with pytest.raises(errors.QuotaUsedUp, match=r"\(\+2\)"):
        decide_place(wanted("13", 13, places=12), full, NOBODY, may_use_extra=False)


def test_additional_places_are_for_those_named_and_used_first() -> None:
    known = taken(wanted("1", extra_places=1), wanted("2", 1, extra_places=1))
    with pytest.raises(errors.QuotaUsedUp):
        decide_place(wanted("3", 2, extra_places=1), known, NOBODY, may_use_extra=False)
    (extra,) = decide_place(wanted("3", 2, extra_places=1), known, NOBODY, may_use_extra=True)
    assert isinstance(extra, QuotaPlaceTaken)
    assert extra.extra
    with pytest.raises(errors.QuotaUsedUp):
        decide_place(wanted("4", 3, extra_places=1), evolve(known, extra), NOBODY, may_use_extra=True)
    (first,) = decide_place(wanted("1", extra_places=1), NONE, NOBODY, may_use_extra=True)
    assert isinstance(first, QuotaPlaceTaken)
    assert first.extra, "an ordinary place is left to those who may use no other"


def test_a_holder_that_never_recommended_gives_its_place_back_when_it_is_wanted() -> None:
    late = int(RECOMMENDING.total_seconds() // 60)
    known = taken(wanted("1"), wanted("2", 1))
    facts = decide_place(wanted("3", late), known, frozenset({"1", "2"}), may_use_extra=False)
    assert [type(fact) for fact in facts] == [QuotaPlaceReleased, QuotaPlaceTaken]
    assert set(reduce(evolve, facts, known).taken) == {"2", "3"}, "the younger one may still be at it"


def test_a_place_that_was_used_stays_used() -> None:
    known = taken(wanted("1"), wanted("2"))
    with pytest.raises(errors.QuotaUsedUp):
        decide_place(wanted("3", 10_000), known, NOBODY, may_use_extra=False)


def test_who_comes_back_late_takes_the_place_again() -> None:
    known = taken(wanted("1"))
    (again,) = decide_place(wanted("1", 6), known, NOBODY, may_use_extra=False)
    assert isinstance(again, QuotaPlaceTaken)
    assert again.taken_at == MONDAY + timedelta(minutes=6)
    assert len(evolve(known, again).taken) == 1


def test_an_open_number_is_named() -> None:
    with pytest.raises(errors.ParameterUnset, match=r"quotas\[per-prefecture\]\.at_most"):
        limits(replace(QUOTA, at_most=UNSET))


def test_each_authority_of_a_level_has_its_own() -> None:
    assert authority_of(QUOTA, HEAD, APPLICANT, PROGRAMME) == PREFECTURE
    assert authority_of(replace(QUOTA, party="applicant"), HEAD, APPLICANT, PROGRAMME) == "applicant"
    local = replace(HEAD, region="LOCAL")
    assert authority_of(QUOTA, local, replace(APPLICANT, region="LOCAL"), PROGRAMME) == "LOCAL"
    assert stream_of("r", "p", "q", COUNTY) != stream_of("r", "p", "q", PREFECTURE)


def test_a_place_is_on_its_cases_trail() -> None:
    place = wanted("1")
    recorded = Recorded("quota:r/p/q/a", 1, place.NAME, place, Origin(Actor("reviewer-2", "reviewer"), MONDAY, "c-1"))
    assert case_of(recorded) == "1"
    assert to_public(recorded) is None


def test_a_case_remembers_who_recommended_it() -> None:
    story = Story().at("recommend")
    assert story.case.recommended == frozenset()
    story.act(c.GiveEndorsement("recommend", HEAD, True, "recommended"))
    assert story.case.recommended == {("recommend", "prefecture-head")}
    refused = Story().at("recommend")
    refused.act(c.GiveEndorsement("recommend", HEAD, False, "not this year"))
    assert refused.case.recommended == frozenset()


# ── whatever comes in between ────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Counter:
    """A stream with versions, as the log keeps it: who decided on an older version decides again."""

    log: list[Fact] = field(default_factory=list)
    endorsed: set[str] = field(default_factory=set)

    def state(self, version: int) -> Places:
        return reduce(evolve, self.log[:version], NONE)


@dataclass
class Reviewer:
    """One who recommends: reads, takes a place on what was read, recommends; or dies in between."""

    case_id: str
    at: int = 0
    read: int = -1
    unused: frozenset[str] = NOBODY
    holds: bool = False
    over: bool = False

    def step(self, counter: Counter, now: int, dies: bool) -> None:
        if self.over:
            return
        if self.holds:
            self.over = True
            if not dies and now - self.at < RECOMMENDING.total_seconds() // 60:
                counter.endorsed.add(self.case_id)
        elif self.read < 0:
            self.read, self.at = len(counter.log), now
            known = counter.state(self.read)
            self.unused = frozenset(name for name in known.taken if name not in counter.endorsed)
        else:
            self._take(counter)

    def _take(self, counter: Counter) -> None:
        fresh, self.read = self.read == len(counter.log), len(counter.log)
        if not fresh:
            return  # a conflict: decide again on what is there now
        want = wanted(self.case_id, self.at, extra_places=1)
        try:
            facts = decide_place(want, counter.state(self.read), self.unused, may_use_extra=self.case_id.endswith("x"))
        except errors.QuotaUsedUp:
            self.over = True
            return
        counter.log.extend(facts)
        self.holds = True


MOVES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4), st.booleans()), max_size=80)


@settings(max_examples=300)
@given(MOVES)
def test_never_more_are_recommended_than_the_quota_allows(moves: list[tuple[int, int, bool]]) -> None:
    counter, now = Counter(), 0
    reviewers = [Reviewer(name) for name in ("a", "b", "c", "d", "e", "fx", "gx")]
    for who, minutes, dies in moves:
        now += minutes
        reviewers[who].step(counter, now, dies)
        ordinary = {name for name in counter.endorsed if not name.endswith("x")}
        assert len(counter.endorsed) <= 3
        assert len(ordinary) <= 2

"""Whom a case concerns: learned from events, and nothing is told to nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import reduce

import pytest

from services.notifications.domain.commands import Announce, Applicant
from services.notifications.domain.errors import TooManyHeld
from services.notifications.domain.events import ApplicantLearned, NoticeHeld, NoticeReleased
from services.notifications.domain.matter import HELD_AT_MOST, Matter, decide, due, evolve

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
FIRM = Applicant("91650100MA00000120", "示范服务有限公司", "653100")
SUBMITTED = Announce("application:1/3", "ApplicationSubmitted", "1", {"revision": "1"}, FIRM)
SCORED = Announce("case:1/9", "Scored", "1", {"score": "88"})
PASSED = Announce("case:1/5", "PreliminaryApproved", "1", {})


def after(*commands: Announce) -> Matter:
    matter = Matter()
    for command in commands:
        matter = reduce(evolve, decide(command, matter, NOW), matter)
    return matter


def test_the_first_event_that_names_the_applicant_is_learned_from() -> None:
    assert decide(SUBMITTED, Matter(), NOW) == (ApplicantLearned("1", FIRM.organisation, FIRM.name, FIRM.region, NOW),)
    assert due(SUBMITTED, Matter()) == (SUBMITTED,)


def test_the_same_applicant_again_is_no_news() -> None:
    assert decide(SUBMITTED, after(SUBMITTED), NOW) == ()


def test_a_new_name_of_the_applicant_is_learned() -> None:
    renamed = Announce("entry:1/1", "Certified", "1", {}, Applicant(FIRM.organisation, "新名称", FIRM.region))
    (fact,) = decide(renamed, after(SUBMITTED), NOW)
    assert isinstance(fact, ApplicantLearned)
    assert fact.name == "新名称"


def test_a_later_event_is_told_to_the_applicant_that_is_known() -> None:
    (notice,) = due(SCORED, after(SUBMITTED))
    assert (notice.applicant, notice.words) == (FIRM, SCORED.words)
    assert decide(SCORED, after(SUBMITTED), NOW) == ()


def test_an_event_of_an_unknown_applicant_is_held_and_told_to_nobody_yet() -> None:
    assert decide(SCORED, Matter(), NOW) == (NoticeHeld("1", "case:1/9", "Scored", {"score": "88"}, NOW),)
    assert due(SCORED, Matter()) == ()


def test_holding_the_same_event_twice_adds_nothing() -> None:
    assert decide(SCORED, after(SCORED), NOW) == ()


def test_what_was_held_goes_out_first_and_in_order_once_the_applicant_is_known() -> None:
    before = after(PASSED, SCORED)
    assert [fact for fact in decide(SUBMITTED, before, NOW) if isinstance(fact, NoticeReleased)] == [
        NoticeReleased("1", "case:1/5", NOW),
        NoticeReleased("1", "case:1/9", NOW),
    ]
    told = due(SUBMITTED, before)
    assert [notice.event for notice in told] == ["PreliminaryApproved", "Scored", "ApplicationSubmitted"]
    assert {notice.applicant for notice in told} == {FIRM}
    assert after(PASSED, SCORED, SUBMITTED) == Matter(FIRM)


def test_more_than_can_be_held_is_refused_and_not_dropped() -> None:
    full = after(*(Announce(f"case:1/{n}", "Scored", "1", {}) for n in range(HELD_AT_MOST)))
    with pytest.raises(TooManyHeld):
        decide(Announce("case:1/x", "Scored", "1", {}), full, NOW)

"""Understands that every stored fact and every public event has a name that lasts and says what happened."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import get_args

import pytest

import shared.events
from tests.architecture.facts import faults, in_the_past
from tests.architecture.tree import ROOT, SERVICES


def modules() -> dict[str, ModuleType]:
    """The events of every service that has them."""
    return {
        service: importlib.import_module(f"services.{service}.domain.events")
        for service in SERVICES
        if list((ROOT / f"services/{service}/domain").glob("events*"))
    }


def test_facts_last() -> None:
    assert list(faults(modules())) == []


def test_public_events_say_what_happened() -> None:
    assert [event.__name__ for event in get_args(shared.events.PublicEvent) if not in_the_past(event.__name__)] == []


@pytest.mark.parametrize("name", ["ScoreSealed", "ApplicationWithdrawn", "RoundOpened", "NoticePostedAgain", "FeePaid"])
def test_the_past_is_understood(name: str) -> None:
    assert in_the_past(name)


@pytest.mark.parametrize("name", ["CaseUpdated", "StatusChanged", "SealScore", "Score", "DeadlineSet" + "Updated"])
def test_a_name_that_says_nothing_is_seen(name: str) -> None:
    assert not in_the_past(name)


SOUND = """
from dataclasses import dataclass
from typing import ClassVar

@dataclass(frozen=True)
class ScoreSealed:
    NAME: ClassVar[str] = "review.score-sealed.2"
    score: str

    @staticmethod
    def upcast_v1_v2(state): ...

@dataclass(frozen=True)
class NoticePosted:
    NAME: ClassVar[str] = "review.notice-posted.1"

FACTS = (ScoreSealed, NoticePosted)
"""


def scratch(name: str, text: str) -> ModuleType:
    """A module from text; dataclasses look their module up while they are made."""
    module = ModuleType(name)
    sys.modules[name] = module
    try:
        exec(text, module.__dict__)
    finally:
        del sys.modules[name]
    return module


def judged(text: str) -> list[str]:
    return list(faults({"review": scratch("scratch_events", text)}))


def test_sound_facts_pass() -> None:
    assert judged(SOUND) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("review.score-sealed.2", "registry.score-sealed.2", "needs NAME"),
        ("review.score-sealed.2", "services.review.domain.events:ScoreSealed", "needs NAME"),
        ("review.score-sealed.2", "review.ScoreSealed.2", "needs NAME"),
        ("review.score-sealed.2", "review.score-sealed.0", "needs NAME"),
        ("review.score-sealed.2", "review.score-sealed.3", "upcast_v2_v3"),
        ("review.notice-posted.1", "review.score-sealed.1", "has the stored name of"),
        ("(ScoreSealed, NoticePosted)", "(ScoreSealed,)", "NoticePosted is missing"),
        ("(ScoreSealed, NoticePosted)", "(ScoreSealed, ScoreSealed, NoticePosted)", "twice"),
        ("FACTS =", "EVENTS =", "no FACTS"),
        ("(frozen=True)", "()", "no frozen dataclass"),
        ("upcast_v1_v2", "upcast", "upcast_v1_v2"),
        ("NoticePosted", "NoticeChanged", "past tense"),
        ("score: str", "meta: str", "meta"),
    ],
)
def test_a_fact_that_will_not_last_is_seen(old: str, new: str, complaint: str) -> None:
    assert old in SOUND
    assert any(complaint in fault for fault in judged(SOUND.replace(old, new))), judged(SOUND.replace(old, new))


def test_two_services_may_not_share_a_name() -> None:
    found = {service: scratch(f"scratch_{service}", SOUND) for service in ("review", "registry")}
    assert any("has the stored name of" in fault for fault in faults(found))

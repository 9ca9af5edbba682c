"""Understands that a public event is built in one place of a service: its outbox."""

from __future__ import annotations

import pytest

from tests.architecture.speech import uttered
from tests.architecture.tree import sources, verdict, violations


def test_only_outboxes_speak() -> None:
    assert violations(uttered, sources("services")) == []


@pytest.mark.parametrize(
    "text",
    [
        "from shared.events import Scored\nx = Scored(case_id='1')",
        "from shared.events import Scored as Rated\ndef f(): return Rated()",
        "from shared import events\nx = events.Scored()",
        "import shared.events\nx = shared.events.Scored()",
    ],
)
def test_a_word_built_elsewhere_is_seen(text: str) -> None:
    assert verdict(uttered, text, "services/review/inbox.py")
    assert verdict(uttered, text, "services/review/outbox.py") == []


def test_listening_is_no_speech() -> None:
    text = (
        "from shared.events import Scored\ndef f(e):\n    match e:\n        case Scored(score=s):\n            return s"
    )
    assert verdict(uttered, text, "services/review/inbox.py") == []
    assert verdict(uttered, "from services.review.domain.events import Scored\nx = Scored()") == []

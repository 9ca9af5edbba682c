"""Understands that a domain is plain Python."""

from __future__ import annotations

import pytest

from tests.architecture.domain_imports import plain_imports
from tests.architecture.tree import sources, verdict, violations


def test_domains_are_plain() -> None:
    domains = [source for source in sources("services") if source.in_domain]
    assert {source.parts[1] for source in domains} == {"intake", "review", "registry", "notifications"}
    assert violations(plain_imports, domains) == []


@pytest.mark.parametrize(
    "text",
    [
        "import os",
        "from pathlib import Path",
        "import msgspec",
        "from shared.envelope import CaseId",
        "from shared import events",
        "from shared.runtime.ports import Streams",
        "from services.registry.domain import entry",
        "from services.review.settings import Settings",
        "from . import case",
        "def late():\n    import sqlite3",
        "from shared import calendars",
        "import shared.calendars",
    ],
)
def test_anything_else_is_seen(text: str) -> None:
    assert verdict(plain_imports, text)


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import date",
        "from collections.abc import Mapping",
        "from shared import calendar",
        "from shared.programmes.model.steps import Step",
        "from services.review.domain import errors",
        "import services.review.domain.case",
    ],
)
def test_what_a_domain_needs_is_allowed(text: str) -> None:
    assert verdict(plain_imports, text) == []

"""Understands the demonstration's case as data: who applies with what, and who does what in which step.

The story stands in ``demo_case.yaml``; a story of another regulation is another file, not another program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import yaml

STORY_FILE = Path(__file__).with_name("demo_case.yaml")


@dataclass(frozen=True)
class Applying:
    """The application. ``documents`` maps a material or document of the programme to how many files are filed; ``kind``
    and ``category`` are declared where the programme lists them."""

    who: str
    name: str
    region: str
    level: str
    answers: Mapping[str, str | bool]
    documents: Mapping[str, int]
    kind: str = ""
    category: str = ""


@dataclass(frozen=True)
class Act:
    """One act in one step of the case; ``wait_working_days`` lets the demonstration's clock pass instead."""

    step: str
    who: str = ""
    act: str = ""
    body: Mapping[str, object] = field(default_factory=dict)
    note: str = ""
    wait_working_days: int = 0


@dataclass(frozen=True)
class Revoking:
    """How the title is revoked: by one who proposes and another who confirms."""

    proposed_by: str
    confirmed_by: str
    proposal: Mapping[str, object]
    confirmation: Mapping[str, object]


@dataclass(frozen=True)
class Story:
    """A whole case, from the call for applications to the revocation."""

    programme: str
    round_title: str
    round_opened_by: str
    round_days: int
    reader: str
    applying: Applying
    acts: tuple[Act, ...]
    revoking: Revoking


def read_story(file: Path = STORY_FILE) -> Story:
    """Raises ``msgspec.ValidationError`` that names what is wrong."""
    return msgspec.convert(yaml.safe_load(file.read_text("utf-8")), Story, strict=True)

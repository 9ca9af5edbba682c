"""Understands the demonstration: its people, made up and plainly named so, and the data that it begins with.

Passwords are the demo issuer's business; it keeps them for the owner of the data directory, and ``status`` prints them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from services.sign_in import passwords
from services.story import read_story
from services.visitor import Visitor
from services.walkthrough import open_round
from shared.runtime.clock import DemoClock
from shared.runtime.issuer.people import Account, read_people
from shared.runtime.operator.block import Login
from shared.runtime.operator.installation import Installation
from shared.runtime.process import CLOCK_FILE

PEOPLE_FILE = Path(__file__).with_name("demo_people.json")


def people() -> list[Account]:
    """Everybody who takes part, one or more for each role."""
    return read_people(PEOPLE_FILE)


def logins(here: Installation) -> Sequence[Login]:
    """One line per person, in the file's order; nothing where no demonstration was ever started."""
    known = passwords(here.home.path)
    return [Login(", ".join(p.roles), p.name, p.login, known[p.login]) for p in people() if p.login in known]


def load(addresses: Mapping[str, str], home: Path) -> None:
    """A call that is open, unless there is one already. Safe to repeat."""
    story = read_story()
    with Visitor(addresses, home) as visitor:
        rows = visitor.get("", "intake", "/rounds?open=true&limit=200").body["items"]
        if not any(str(row["programme"]).startswith(f"{story.programme}@") for row in rows):
            open_round(story, visitor, DemoClock(home / CLOCK_FILE))

"""Understands the demonstration's people: made up, plainly named so, one or more for each role.

Passwords are the demo issuer's business; it keeps them for the owner of the data directory, and ``status`` prints them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import httpx

from shared.runtime.issuer.people import Account, read_people
from shared.runtime.operator.block import Login
from shared.runtime.operator.installation import Installation

PEOPLE_FILE = Path(__file__).with_name("demo_people.json")
ISSUER_FOLDER = "issuer"
TOKEN_TIMEOUT_SECONDS = 10.0


def people() -> list[Account]:
    return read_people(PEOPLE_FILE)


def logins(here: Installation) -> Sequence[Login]:
    """One line per person, in the file's order; nothing where no demonstration was ever started."""
    passwords = _passwords(here.home.path)
    return [Login(", ".join(p.roles), p.name, p.login, passwords[p.login]) for p in people() if p.login in passwords]


def _passwords(home: Path) -> dict[str, str]:
    try:
        known = json.loads((home / ISSUER_FOLDER / "logins.json").read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return {str(login): str(password) for login, password in known.items()}


class SignIn:
    """Signs a demo person in at the demo issuer and renews the token when the clock was moved."""

    def __init__(self, issuer: str, home: Path) -> None:
        self._address = f"{issuer.rstrip('/')}/token"
        self._passwords = _passwords(home)

    def token(self, login: str) -> str:
        """A bearer token. Raises ``httpx.HTTPStatusError``, and ``KeyError`` for somebody who does not take part."""
        form = {"grant_type": "password", "username": login, "password": self._passwords[login]}
        answer = httpx.post(self._address, data=form, timeout=TOKEN_TIMEOUT_SECONDS, trust_env=False)
        answer.raise_for_status()
        return str(answer.json()["access_token"])

"""Understands how a demo person signs in: with the password that the demo issuer keeps for the directory's owner."""

from __future__ import annotations

import json
from pathlib import Path

import httpx

from shared.runtime.process import ISSUER_FOLDER

TIMEOUT_SECONDS = 10.0


def passwords(home: Path) -> dict[str, str]:
    """Login -> password; nothing where no demonstration was ever started."""
    try:
        known = json.loads((home / ISSUER_FOLDER / "logins.json").read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return {str(login): str(password) for login, password in known.items()}


class SignIn:
    """Asks the issuer for tokens."""

    def __init__(self, issuer: str, home: Path) -> None:
        self._address = f"{issuer.rstrip('/')}/token"
        self._passwords = passwords(home)

    def token(self, login: str) -> str:
        """A bearer token. Raises ``httpx.HTTPError``, and ``KeyError`` for somebody who does not take part."""
        form = {"grant_type": "password", "username": login, "password": self._passwords[login]}
        answer = httpx.post(self._address, data=form, timeout=TIMEOUT_SECONDS, trust_env=False)
        answer.raise_for_status()
        return str(answer.json()["access_token"])

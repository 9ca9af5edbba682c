"""Understands who takes part in a demonstration, and their passwords: random, made once, kept as scrypt hashes.

Beside the hashes stands ``logins.json`` (0600) with the passwords themselves, so that ``shifan status`` can print
them again. That is right for a demonstration only: its people are made up, it listens on this machine only, and the
production profile refuses to start with this issuer.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from shared.envelope import Role
from shared.runtime.issuer.private import private_directory, write_private

# 16 MiB and some 50 ms per try (RFC 7914's r and p; n from its interactive recommendation).
_COST, _BLOCK, _LANES = 2**14, 8, 1


class Account(BaseModel):
    """One person of the demonstration, as the people file describes them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    login: str
    name: str
    roles: tuple[Role, ...]
    organisation: str = ""
    region: str = ""


def read_people(file: Path) -> list[Account]:
    """Read a JSON list of accounts; raises ``pydantic.ValidationError`` that names what is wrong."""
    return TypeAdapter(list[Account]).validate_json(file.read_bytes())


@dataclass(frozen=True)
class _Secret:
    salt: bytes
    digest: bytes

    def fits(self, password: str) -> bool:
        return hmac.compare_digest(_scrypt(password, self.salt), self.digest)


class People:
    """The accounts and their secrets in ``directory``; a person without a secret gets one when this is made."""

    def __init__(self, directory: Path, accounts: Sequence[Account]) -> None:
        self._directory = private_directory(directory)
        self._accounts = {account.login: account for account in accounts}
        self._secrets = self._ready()
        # An unknown login costs as much time as a known one, so that logins cannot be listed by the clock.
        self._nobody = _Secret(secrets.token_bytes(16), secrets.token_bytes(64))

    def verify(self, login: str, password: str) -> Account | None:
        """The account, or None. Takes some 50 ms of one core, for a wrong login too."""
        good = self._secrets.get(login, self._nobody).fits(password)
        return self._accounts.get(login) if good else None

    def logins(self) -> dict[str, str]:
        """Login -> password, for the owner of the data directory."""
        held: dict[str, str] = json.loads((self._directory / "logins.json").read_text("utf-8"))
        return held

    def _ready(self) -> dict[str, _Secret]:
        stored = self._directory / "passwords.json"
        hashes: dict[str, list[str]] = json.loads(stored.read_text("utf-8")) if stored.exists() else {}
        fresh = {login: secrets.token_urlsafe(12) for login in self._accounts if login not in hashes}
        if fresh:
            plain = self._directory / "logins.json"
            known = json.loads(plain.read_text("utf-8")) if plain.exists() else {}
            # The plain ones first: a crash in between makes new passwords, never a hash whose password nobody knows.
            write_private(plain, json.dumps(known | fresh, ensure_ascii=False, indent=1).encode())
            hashes |= {login: _hashed(password) for login, password in fresh.items()}
            write_private(stored, json.dumps(hashes).encode())
        return {login: _Secret(bytes.fromhex(salt), bytes.fromhex(digest)) for login, (salt, digest) in hashes.items()}


def _hashed(password: str) -> list[str]:
    salt = secrets.token_bytes(16)
    return [salt.hex(), _scrypt(password, salt).hex()]


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=_COST, r=_BLOCK, p=_LANES, maxmem=64 * 1024 * 1024)

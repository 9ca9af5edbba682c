"""Understands the demo issuer's signing keys: ES256, made here, kept 0600, rotated without a restart."""

from __future__ import annotations

import fcntl
import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import ECAlgorithm

from shared.runtime.issuer.private import private_directory, write_private

PUBLISHED = 2


class IssuerKeys:
    """Keys in ``directory``, one file each, numbered: the newest signs, the :data:`PUBLISHED` newest are published."""

    def __init__(self, directory: Path) -> None:
        self._directory = private_directory(directory)
        if not self._files():
            self.rotate()

    def rotate(self) -> str:
        """Make a new key that signs from now on; answers its id. Tokens of the key before it stay good."""
        with (self._directory / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            files = self._files()
            number = int(files[-1].stem) + 1 if files else 1
            key = generate_private_key(SECP256R1())
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            write_private(self._directory / f"{number:06d}.pem", pem)
            # One more than published stays: somebody may have listed the directory a moment ago.
            for old in files[:-PUBLISHED]:
                old.unlink()
        return str(_public(key)["kid"])

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A token (RFC 9068) signed by the newest key."""
        key = _load(self._files()[-1])
        head = {"kid": _public(key)["kid"], "typ": "at+jwt"}
        return jwt.encode(dict(claims), key, algorithm="ES256", headers=head)

    def published(self) -> list[dict[str, Any]]:
        """The public keys as a JWK set's list, oldest first."""
        return [_public(_load(file)) for file in self._files()[-PUBLISHED:]]

    def _files(self) -> list[Path]:
        return sorted(self._directory.glob("[0-9]*.pem"))


def _load(file: Path) -> EllipticCurvePrivateKey:
    key = load_pem_private_key(file.read_bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    return key


def _public(key: EllipticCurvePrivateKey) -> dict[str, Any]:
    jwk: dict[str, Any] = json.loads(ECAlgorithm.to_jwk(key.public_key()))
    # RFC 7638: the id is the thumbprint over the required members in this order.
    required = json.dumps({name: jwk[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    thumbprint = urlsafe_b64encode(hashlib.sha256(required.encode()).digest()).decode().rstrip("=")
    return {**jwk, "kid": thumbprint, "use": "sig", "alg": "ES256"}

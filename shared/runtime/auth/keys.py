"""Understands an identity provider's signing keys: found by discovery, kept, renewed when a token names a new one.

A stranger can name any number of unknown keys in forged tokens; the provider is asked at most once in
:data:`REFETCH_SECONDS` all the same. A key that disappears from the provider's list is kept for
:data:`GRACE_SECONDS`, so that a rotation does not throw out the tokens signed a moment before. While the provider is
away the keys serve on, for :data:`KEEP_SECONDS` at most.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from shared.runtime.auth import codes

REFETCH_SECONDS = 20.0
FRESH_SECONDS = 900.0
GRACE_SECONDS = 600.0
KEEP_SECONDS = 86400.0
FIRST_SECONDS = 1.0
FETCH_SECONDS = 3.0
LARGEST = 64 * 1024
MOST_KEYS = 20
LOOPBACK = ("127.0.0.1", "localhost", "::1")

_log = structlog.get_logger("auth")
PublicKey = RSAPublicKey | EllipticCurvePublicKey


@dataclass(frozen=True)
class SigningKey:
    """``algorithm`` follows from the key itself, never from a token: RS256 for RSA, ES256 for P-256."""

    key: PublicKey
    algorithm: str
    seen: float


class ProviderFault(Exception):
    """The provider cannot be reached, or says something that is not taken."""


class KeyRing:
    """The keys of one issuer. ``client`` must not follow redirects; see :func:`provider_client`."""

    def __init__(self, issuer: str, client: httpx.AsyncClient, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer.rstrip("/")
        self._client = client
        self._monotonic = monotonic
        self._keys: dict[str, SigningKey] = {}
        self._tried = float("-inf")
        self._fetched = float("-inf")
        self._lock = asyncio.Lock()

    async def find(self, kid: str) -> SigningKey | None:
        """The key with this id, or None. Raises the 503 refusal where the provider was not reached for too long."""
        if kid not in self._keys or self._monotonic() - self._fetched > FRESH_SECONDS:
            await self._renew(kid)
        if self._monotonic() - self._fetched > KEEP_SECONDS:
            raise codes.ISSUER_AWAY.refuse(headers={"Retry-After": "5"})
        return self._keys.get(kid)

    async def _renew(self, kid: str) -> None:
        async with self._lock:
            now = self._monotonic()
            fresh = kid in self._keys and now - self._fetched <= FRESH_SECONDS
            pause = REFETCH_SECONDS if self._keys else FIRST_SECONDS
            if fresh or now - self._tried < pause:
                return
            self._tried = now
            try:
                async with asyncio.timeout(FETCH_SECONDS):
                    found = await self._fetch(now)
            except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ProviderFault) as fault:
                _log.warning("keys_not_renewed", issuer=self._issuer, cause=str(fault) or type(fault).__name__)
                return
            kept = {held: key for held, key in self._keys.items() if now - key.seen <= GRACE_SECONDS}
            self._keys = kept | found
            self._fetched = now

    async def _fetch(self, now: float) -> dict[str, SigningKey]:
        described = await self._get(f"{self._issuer}/.well-known/openid-configuration")
        if described.get("issuer") != self._issuer:
            # OpenID Connect Discovery section 4.3: another issuer's document must not be taken.
            raise ProviderFault("the discovery document names another issuer")
        address = described.get("jwks_uri")
        if not isinstance(address, str) or not safe_address(address):
            raise ProviderFault("jwks_uri is not https")
        listed = (await self._get(address)).get("keys")
        if not isinstance(listed, list):
            raise ProviderFault("the key set has no keys")
        return dict(_usable(listed[:MOST_KEYS], now))

    async def _get(self, address: str) -> Mapping[str, Any]:
        body = b""
        async with self._client.stream("GET", address, headers={"Accept": "application/json"}) as response:
            if response.status_code != httpx.codes.OK:
                raise ProviderFault(f"answered {response.status_code}")
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > LARGEST:
                    raise ProviderFault(f"answered more than {LARGEST} bytes")
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            raise ProviderFault("did not answer JSON") from None
        if not isinstance(document, dict):
            raise ProviderFault("did not answer a JSON object")
        return document


def provider_client() -> httpx.AsyncClient:
    """A client for :class:`KeyRing`: no redirects, no proxies from the environment, short of patience."""
    return httpx.AsyncClient(follow_redirects=False, trust_env=False, timeout=FETCH_SECONDS)


def safe_address(address: str) -> bool:
    """https, or plain http on this machine only."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


def _usable(listed: list[Any], now: float) -> list[tuple[str, SigningKey]]:
    found = []
    for entry in listed:
        if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str) or entry.get("use", "sig") != "sig":
            continue
        try:
            key = jwt.PyJWK(entry).key
        except jwt.PyJWTError:
            continue
        algorithm = _algorithm(key)
        if algorithm and entry.get("alg", algorithm) == algorithm:
            found.append((entry["kid"], SigningKey(key, algorithm, now)))
    return found


def _algorithm(key: object) -> str:
    if isinstance(key, RSAPublicKey) and key.key_size >= 2048:
        return "RS256"
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return "ES256"
    return ""

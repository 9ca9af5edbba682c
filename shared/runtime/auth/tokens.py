"""Understands a bearer token (RFC 6750, RFC 7519, RFC 9068): who signed it, for whom, until when, and about whom.

A token's times are judged by the clock given here, which is the machine's even in a demonstration: when a
demonstration moves its clock a week ahead, nobody has to sign in again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import jwt
from starlette.datastructures import Headers

from shared.envelope import ROLES, Role
from shared.runtime.auth import codes
from shared.runtime.auth.keys import KeyRing
from shared.runtime.auth.person import Person
from shared.runtime.auth.regions import reaches_as
from shared.runtime.clock import Clock
from shared.runtime.refusals import Kind, Refusal

ALGORITHMS = ("RS256", "ES256")
LEEWAY_SECONDS = 30
LONGEST = 8 * 1024
_REQUIRED = ["iss", "aud", "sub", "exp", "iat"]
_BEARER = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+)", re.ASCII)
_SUBJECT = re.compile(r"[\x21-\x7e]{1,128}", re.ASCII)
# GB 32100-2015: eighteen characters without I, O, S, V, Z.
_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}", re.ASCII)
_NEVER: tuple[Role, ...] = ("public", "machine")
_WITH_REGION: tuple[Role, ...] = ("reviewer", "officer", "approver", "finance")


class Tokens:
    """Knows people by the tokens of one issuer, made for one audience."""

    def __init__(self, issuer: str, audience: str, keys: KeyRing, clock: Clock) -> None:
        self._issuer = issuer.rstrip("/")
        self._audience = audience
        self._keys = keys
        self._clock = clock

    async def authenticate(self, headers: Headers) -> Person:
        """The person behind these headers. Raises a 401 refusal with WWW-Authenticate, or 403 for poor claims."""
        claims = await self.claims(_bearer(headers))
        return person(claims)

    async def claims(self, token: str) -> Mapping[str, Any]:
        """A token's claims, once everything about it was found good."""
        head = _head(token)
        algorithm, kid = head.get("alg"), head.get("kid")
        if algorithm not in ALGORITHMS or not isinstance(kid, str) or "crit" in head:
            raise _refuse(codes.TOKEN_INVALID)
        key = await self._keys.find(kid)
        if key is None or key.algorithm != algorithm:
            raise _refuse(codes.TOKEN_INVALID)
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=[key.algorithm],
                audience=self._audience,
                issuer=self._issuer,
                options={"require": _REQUIRED, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except (jwt.PyJWTError, RecursionError):
            raise _refuse(codes.TOKEN_INVALID) from None
        self._check_times(claims)
        return claims

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._clock.now().timestamp()
        expires, issued, begins = (_instant(claims, name) for name in ("exp", "iat", "nbf"))
        if expires is None or now >= expires + LEEWAY_SECONDS:
            raise _refuse(codes.TOKEN_EXPIRED)
        if max(issued or 0, begins or 0) > now + LEEWAY_SECONDS:
            raise _refuse(codes.TOKEN_INVALID)


def person(claims: Mapping[str, Any]) -> Person:
    """From ``sub``, ``name``, ``roles`` (list), ``organisation`` (USCC), ``region`` (GB/T 2260); else 403."""
    subject = claims["sub"]
    if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject) or subject.startswith("machine:"):
        raise codes.CLAIMS_INCOMPLETE.refuse()
    given = claims.get("roles")
    held = given if isinstance(given, list) else []
    roles = tuple(role for role in ROLES if role in held and role not in _NEVER)
    organisation, region = claims.get("organisation") or "", claims.get("region") or ""
    usable = (
        roles
        and isinstance(organisation, str)
        and isinstance(region, str)
        and (not organisation or _USCC.fullmatch(organisation))
        and (not region or reaches_as(region, roles))
        and (organisation or "applicant" not in roles)
        and (region or not set(roles) & set(_WITH_REGION))
    )
    if not usable:
        raise codes.CLAIMS_INCOMPLETE.refuse()
    return Person(subject, str(claims.get("name") or subject)[:100], roles, organisation, region)


def _bearer(headers: Headers) -> str:
    given = headers.getlist("authorization")
    if not given:
        raise codes.TOKEN_MISSING.refuse(headers={"WWW-Authenticate": 'Bearer realm="shifan"'})
    match = _BEARER.fullmatch(given[0].strip()) if len(given) == 1 and len(given[0]) <= LONGEST else None
    if match is None:
        raise _refuse(codes.TOKEN_INVALID)
    return match[1]


def _head(token: str) -> Mapping[str, Any]:
    try:
        return jwt.get_unverified_header(token)
    except (jwt.PyJWTError, RecursionError):
        raise _refuse(codes.TOKEN_INVALID) from None


def _instant(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 2**53:
        raise _refuse(codes.TOKEN_INVALID)
    return value


def _refuse(kind: Kind) -> Refusal:
    # RFC 6750 section 3.1; the sentence says no more than the code does, so that a forger learns nothing.
    return kind.refuse(
        headers={"WWW-Authenticate": f'Bearer realm="shifan", error="invalid_token", code="{kind.code}"'}
    )

"""Understands an OpenID provider that a test controls: which keys it lists, what it answers, how often it was asked."""

from __future__ import annotations

import json
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

ISSUER = "https://id.example.org/realm"
AUDIENCE = "shifan"


def ec_key() -> EllipticCurvePrivateKey:
    return generate_ec(SECP256R1())


def p384_key() -> EllipticCurvePrivateKey:
    return generate_ec(SECP384R1())


def rsa_key(bits: int = 2048) -> RSAPrivateKey:
    return generate_rsa(65537, bits)


class Provider:
    """``answers`` replaces what an address says; ``asked`` counts fetches of the key set."""

    def __init__(self) -> None:
        self.keys: dict[str, EllipticCurvePrivateKey | RSAPrivateKey] = {}
        self.answers: dict[str, Response] = {}
        self.asked = 0
        self.app = Starlette(routes=[Route("/{rest:path}", self._answer)])

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), follow_redirects=False)

    def listed(self) -> list[dict[str, Any]]:
        return [jwk(kid, key) for kid, key in self.keys.items()]

    async def _answer(self, request: Request) -> Response:
        name = request.url.path.rpartition("/")[2]
        if name == "keys":
            self.asked += 1
        if name in self.answers:
            return self.answers[name]
        if name == "keys":
            return _json({"keys": self.listed()})
        return _json({"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"})

    def sign(self, claims: dict[str, Any], kid: str, **head: Any) -> str:
        key = self.keys[kid]
        algorithm = "RS256" if isinstance(key, RSAPrivateKey) else "ES256"
        return jwt.encode(claims, key, algorithm=head.pop("alg", algorithm), headers={"kid": kid, **head})


def jwk(kid: str, key: EllipticCurvePrivateKey | RSAPrivateKey) -> dict[str, Any]:
    text = (
        RSAAlgorithm.to_jwk(key.public_key())
        if isinstance(key, RSAPrivateKey)
        else ECAlgorithm.to_jwk(key.public_key())
    )
    return {**json.loads(text), "kid": kid, "use": "sig"}


def _json(document: object) -> Response:
    return Response(json.dumps(document), media_type="application/json")

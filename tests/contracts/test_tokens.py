"""Bearer tokens: the good ones are known, and every forgery that we know of is refused with a challenge."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response

from shared.runtime.auth.keys import (
    GRACE_SECONDS,
    KEEP_SECONDS,
    REFETCH_SECONDS,
    KeyRing,
    provider_client,
    safe_address,
)
from shared.runtime.auth.person import Person
from shared.runtime.auth.tokens import Tokens
from shared.runtime.refusals import Refusal
from tests.support.clock import FixedClock
from tests.support.provider import AUDIENCE, ISSUER, Provider, ec_key, jwk, p384_key, rsa_key

USCC = "91320000000000000A"


class House:
    """A provider with one key, and the tokens' judge with a clock that the test moves."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        self.seconds = 1000.0
        self.provider = Provider()
        self.provider.keys["k1"] = ec_key()
        self.tokens = Tokens(
            ISSUER, AUDIENCE, KeyRing(ISSUER, self.provider.client(), lambda: self.seconds), self.clock
        )

    def claims(self, **changed: Any) -> dict[str, Any]:
        now = int(self.clock.now().timestamp())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "u-1",
            "name": "甲",
            "roles": ["applicant"],
            "organisation": USCC,
            "iat": now,
            "exp": now + 300,
        } | changed
        return {name: value for name, value in claims.items() if value is not ...}

    def token(self, kid: str = "k1", **changed: Any) -> str:
        return self.provider.sign(self.claims(**changed), kid)

    async def judge(self, token: str) -> Person:
        return await self.tokens.authenticate(Headers({"Authorization": f"Bearer {token}"}))

    async def refused(self, token: str) -> str:
        with pytest.raises(Refusal) as caught:
            await self.judge(token)
        if caught.value.status == 401:
            assert caught.value.headers["WWW-Authenticate"].startswith('Bearer realm="shifan"')
        return caught.value.code


@pytest.fixture
def house() -> House:
    return House()


async def test_a_good_token_names_a_person(house: House) -> None:
    person = await house.judge(house.token(roles=["applicant", "officer", "juggler"], region="320000"))
    assert person == Person("u-1", "甲", ("applicant", "officer"), USCC, "320000")


async def test_rsa_is_taken_too(house: House) -> None:
    house.provider.keys["r"] = rsa_key()
    assert (await house.judge(house.token("r"))).id == "u-1"


@pytest.mark.parametrize(
    "short", [{"aud": "other"}, {"aud": ["other"]}, {"iss": "https://evil.example.org"}, {"iss": ISSUER + "/"}]
)
async def test_for_somebody_else(house: House, short: dict[str, Any]) -> None:
    assert await house.refused(house.token(**short)) == "token_invalid"


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "exp", "iat"])
async def test_without_a_claim_that_is_required(house: House, name: str) -> None:
    assert await house.refused(house.token(**{name: ...})) == "token_invalid"


async def test_times_are_judged_to_the_second(house: House) -> None:
    token = house.token()
    house.clock.advance(timedelta(seconds=329))
    assert (await house.judge(token)).id == "u-1"
    house.clock.advance(timedelta(seconds=1))
    assert await house.refused(token) == "token_expired"


@pytest.mark.parametrize("name", ["nbf", "iat"])
async def test_not_yet(house: House, name: str) -> None:
    now = int(house.clock.now().timestamp())
    assert await house.refused(house.token(**{name: now + 31})) == "token_invalid"
    assert (await house.judge(house.token(**{name: now + 30}))).id == "u-1"


@pytest.mark.parametrize("odd", ["x", True, [], {}, 10**400])
@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
async def test_times_that_are_no_numbers(house: House, name: str, odd: object) -> None:
    token = raw_token(house, {"alg": "ES256", "kid": "k1"}, house.claims(**{name: odd}))
    assert await house.refused(token) == "token_invalid"


async def test_no_signature_at_all(house: House) -> None:
    unsigned = jwt.encode(house.claims(), None, algorithm="none", headers={"kid": "k1"})
    assert await house.refused(unsigned) == "token_invalid"
    head, body, _ = house.token().split(".")
    assert await house.refused(f"{head}.{body}.") == "token_invalid"
    for name in ("none", "None", "NONE", "nOnE", "", None, 1, ["ES256"]):
        assert await house.refused(raw_token(house, {"alg": name, "kid": "k1"}, house.claims())) == "token_invalid"


async def test_the_public_key_as_a_shared_secret(house: House) -> None:
    house.provider.keys["r"] = rsa_key()
    public = house.provider.keys["r"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = b64({"alg": "HS256", "kid": "r"}) + b"." + b64(house.claims())
    mac = base64.urlsafe_b64encode(hmac.new(public, signed, hashlib.sha256).digest()).rstrip(b"=")
    assert await house.refused((signed + b"." + mac).decode()) == "token_invalid"


async def test_the_algorithm_of_another_kind_of_key(house: House) -> None:
    house.provider.keys["r"] = rsa_key()
    assert await house.refused(house.provider.sign(house.claims(), "r", alg="RS512")) == "token_invalid"
    assert await house.refused(house.provider.sign(house.claims(), "r", alg="PS256")) == "token_invalid"
    forged = raw_token(house, {"alg": "RS256", "kid": "k1"}, house.claims())
    assert await house.refused(forged) == "token_invalid"


async def test_a_strangers_key_and_keys_inside_the_token(house: House) -> None:
    stranger = Provider()
    stranger.keys["k1"] = ec_key()
    assert await house.refused(stranger.sign(house.claims(), "k1")) == "token_invalid"
    inside = {"jwk": jwk("k1", stranger.keys["k1"]), "jku": "https://evil.example.org/keys", "x5u": "https://evil"}
    assert await house.refused(stranger.sign(house.claims(), "k1", **inside)) == "token_invalid"
    assert await house.refused(house.provider.sign(house.claims(), "k1", crit=["exp"])) == "token_invalid"


async def test_a_changed_body(house: House) -> None:
    head, _, signature = house.token().split(".")
    body = b64(house.claims(roles=["approver"], region="320000")).decode()
    assert await house.refused(f"{head}.{body}.{signature}") == "token_invalid"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer  ",
        "Basic dTpw",
        "Bearer a.b",
        "Bearer a.b.c.d",
        "Bearer a.b.c, Bearer d.e.f",
        "Bearer a\u0000.b.c",
        "Bearer ....",
        "Bearer " + "a" * 9000 + ".b.c",
        "Bearer e30.e30.e30",
        "Bearer W10.W10.W10",
        "Bearer " + base64.urlsafe_b64encode(b"[" * 5000).decode().rstrip("=") + ".e30.e30",
    ],
)
async def test_headers_that_are_no_token(house: House, header: str) -> None:
    with pytest.raises(Refusal, match="token_invalid") as caught:
        await house.tokens.authenticate(Headers({"Authorization": header}))
    assert caught.value.status == 401
    assert house.provider.asked == 0


async def test_none_and_two(house: House) -> None:
    with pytest.raises(Refusal, match="token_missing"):
        await house.tokens.authenticate(Headers({}))
    good = f"Bearer {house.token()}".encode()
    with pytest.raises(Refusal, match="token_invalid"):
        await house.tokens.authenticate(Headers(raw=[(b"authorization", good), (b"authorization", good)]))


@pytest.mark.parametrize(
    "changed",
    [
        {"roles": []},
        {"roles": ...},
        {"roles": "applicant"},
        {"roles": ["machine"]},
        {"roles": ["public"]},
        {"roles": [["applicant"]]},
        {"organisation": ""},
        {"organisation": "123"},
        {"organisation": ["x"]},
        {"region": "32"},
        {"region": "000000"},
        {"roles": ["reviewer"], "region": "000000"},
        {"roles": ["officer", "reviewer"], "region": "000000"},
        {"region": 320000},
        {"region": "local"},
        {"region": "X"},
        {"roles": ["officer"]},
        {"roles": ["reviewer"], "region": ""},
        {"sub": "machine:relay"},
        {"sub": "a b"},
        {"sub": "x" * 129},
    ],
)
async def test_claims_that_do_not_do(house: House, changed: dict[str, Any]) -> None:
    assert await house.refused(house.token(**changed)) == "claims_incomplete"


@pytest.mark.parametrize(
    ("roles", "region"),
    [
        (["officer"], "000000"),
        (["approver"], "000000"),
        (["officer", "finance"], "000000"),
        (["reviewer"], "LOCAL"),
        (["officer"], "LOCAL"),
        (["applicant"], "LOCAL"),
    ],
)
async def test_the_nation_decides_and_local_bodies_take_part(house: House, roles: list[str], region: str) -> None:
    """A national text is run by a national authority; a body without a GB/T 2260 code has a local one."""
    assert (await house.judge(house.token(roles=roles, region=region))).region == region


async def test_a_rotation_is_noticed_and_yesterdays_key_leaves_after_a_while(house: House) -> None:
    before = house.token()
    await house.judge(before)
    house.provider.keys = {"k2": ec_key()}
    house.seconds += REFETCH_SECONDS
    assert (await house.judge(house.token("k2"))).id == "u-1"
    assert (await house.judge(before)).id == "u-1"
    house.seconds += GRACE_SECONDS
    house.provider.keys["k3"] = ec_key()
    assert (await house.judge(house.token("k3"))).id == "u-1"
    assert await house.refused(before) == "token_invalid"


async def test_a_storm_of_unknown_keys_asks_the_provider_once(house: House) -> None:
    await house.judge(house.token())
    assert house.provider.asked == 1
    house.seconds += REFETCH_SECONDS
    stranger = Provider()
    for number in range(200):
        stranger.keys[f"x{number}"] = house.provider.keys["k1"]
    codes = await asyncio.gather(*(house.refused(stranger.sign(house.claims(), kid)) for kid in stranger.keys))
    assert set(codes) == {"token_invalid"}
    assert house.provider.asked == 2
    assert (await house.judge(house.token())).id == "u-1"


async def test_the_provider_away_the_keys_serve_on_for_a_day(house: House) -> None:
    await house.judge(house.token())
    house.provider.answers["keys"] = Response(status_code=500)
    house.seconds += KEEP_SECONDS
    assert (await house.judge(house.token())).id == "u-1"
    house.seconds += 1
    assert await house.refused(house.token()) == "issuer_unavailable"


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("keys", Response("{")),
        ("keys", Response("[]")),
        ("keys", Response('{"keys": {}}')),
        ("keys", Response("[" * 50_000)),
        ("keys", Response(json.dumps({"keys": [], "more": "x" * 70_000}))),
        ("keys", RedirectResponse(f"{ISSUER}/elsewhere")),
        (
            "openid-configuration",
            Response(json.dumps({"issuer": "https://evil.example.org", "jwks_uri": f"{ISSUER}/keys"})),
        ),
        ("openid-configuration", Response(json.dumps({"issuer": ISSUER}))),
        ("openid-configuration", Response(json.dumps({"issuer": ISSUER, "jwks_uri": "http://id.example.org/keys"}))),
        ("openid-configuration", Response(json.dumps({"issuer": ISSUER, "jwks_uri": "file:///etc/passwd"}))),
    ],
)
async def test_what_a_provider_must_not_say(house: House, name: str, answer: Response) -> None:
    house.provider.answers[name] = answer
    assert await house.refused(house.token()) == "issuer_unavailable"
    del house.provider.answers[name]
    house.seconds += 1
    assert (await house.judge(house.token())).id == "u-1"


@pytest.mark.parametrize(
    "listed",
    [
        lambda: jwk("k", rsa_key(1024)),
        lambda: jwk("k", p384_key()),
        lambda: jwk("k", ec_key()) | {"use": "enc"},
        lambda: jwk("k", ec_key()) | {"alg": "ES384"},
        lambda: {"kty": "oct", "k": "c2VjcmV0", "kid": "k"},
        lambda: {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "k"},
        lambda: {"kid": "k"},
        lambda: "k",
        lambda: jwk("k", ec_key()) | {"kid": 5},
    ],
)
async def test_keys_that_are_not_taken(house: House, listed: Callable[[], Any]) -> None:
    answer = json.dumps({"keys": [listed(), *house.provider.listed()]})
    house.provider.answers["keys"] = Response(answer)
    ring = KeyRing(ISSUER, house.provider.client(), lambda: house.seconds)
    assert await ring.find("k1") is not None
    assert await ring.find("k") is None
    assert (await house.judge(house.token())).id == "u-1"


async def test_a_provider_that_nobody_can_reach() -> None:
    async with provider_client() as client:
        assert isinstance(client, httpx.AsyncClient)
        tokens = Tokens("http://127.0.0.1:9", AUDIENCE, KeyRing("http://127.0.0.1:9", client), FixedClock())
        with pytest.raises(Refusal, match="issuer_unavailable"):
            await tokens.claims(House().token())


def test_addresses_that_are_safe_to_ask() -> None:
    assert safe_address("https://id.example.org/keys")
    assert safe_address("http://127.0.0.1:8080/issuer/jwks.json")
    for bad in ("http://id.example.org", "ftp://127.0.0.1", "https://", "http://127.0.0.1.evil.org", "http://[", ""):
        assert not safe_address(bad)


def b64(document: object) -> bytes:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=")


def raw_token(house: House, head: dict[str, Any], claims: dict[str, Any]) -> str:
    """A token with any head at all, its signature made with the good key."""
    from jwt.algorithms import ECAlgorithm

    signed = b64(head) + b"." + b64(claims)
    signature = ECAlgorithm(ECAlgorithm.SHA256).sign(signed, house.provider.keys["k1"])
    return (signed + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()

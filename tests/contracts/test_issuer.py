"""The demo issuer: people sign in over a real socket, services know them, and it stays on this machine."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path

import httpx
import jwt
import pytest
from pydantic import ValidationError

from shared.runtime.auth.keys import KeyRing, provider_client
from shared.runtime.auth.tokens import Tokens
from shared.runtime.clock import SystemClock
from shared.runtime.http import Allow, Caller, create_app, route_faults, router
from shared.runtime.issuer import Account, IssuerKeys, NotLoopback, People, create_issuer, read_people
from shared.runtime.issuer.attempts import PER_LOGIN, WINDOW_SECONDS, Attempts
from tests.support.edge import Receipts, asgi, served

OFFICER = Account(login="officer", name="省级经办", roles=("officer",), region="320000")
BOTH = Account(login="both", name="双角色", roles=("officer", "approver"), region="320000")


@pytest.fixture
def people(tmp_path: Path) -> People:
    return People(tmp_path / "people", [OFFICER, BOTH])


@pytest.fixture
def keys(tmp_path: Path) -> IssuerKeys:
    return IssuerKeys(tmp_path / "keys")


def form(login: str, password: str, grant: str = "password") -> dict[str, str]:
    return {"grant_type": grant, "username": login, "password": password}


async def test_one_origin_signs_in_and_knows(people: People, keys: IssuerKeys) -> None:
    async with provider_client() as client:
        ring: list[Tokens] = []
        origin = create_app(
            "origin", clock=SystemClock(), authenticate=lambda h: ring[0].authenticate(h), receipts=Receipts().find
        )
        routes = router()

        @routes.get("/me")
        @Allow(roles=("officer", "approver"))
        async def me(caller: Caller) -> dict[str, str]:
            return {"id": caller.id, "role": caller.role, "region": caller.region}

        origin.include_router(routes)
        async with served(origin) as address, httpx.AsyncClient(base_url=address) as caller:
            issuer = f"{address}/issuer"
            origin.mount("/issuer", create_issuer(issuer, "127.0.0.1", people, keys))
            assert route_faults(origin) == []
            ring.append(Tokens(issuer, "shifan", KeyRing(issuer, client), SystemClock()))

            token = await sign_in(caller, people, "officer")
            bearer = {"Authorization": f"Bearer {token}"}
            said = (await caller.get("/me", headers=bearer)).json()
            assert said == {"id": "officer", "role": "officer", "region": "320000"}
            two = {"Authorization": f"Bearer {await sign_in(caller, people, 'both')}"}
            assert (await caller.get("/me", headers=two)).json()["code"] == "acting_role_needed"
            assert (await caller.get("/me", headers={**two, "Shifan-Role": "approver"})).json()["role"] == "approver"
            assert (await caller.get("/me")).status_code == 401

            keys.rotate()
            assert (await caller.get("/me", headers=bearer)).status_code == 200
            assert len((await caller.get("/issuer/jwks.json")).json()["keys"]) == 2


async def sign_in(caller: httpx.AsyncClient, people: People, login: str) -> str:
    answer = await caller.post("/issuer/token", data=form(login, people.logins()[login]))
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return str(answer.json()["access_token"])


async def test_wrong_passwords_and_unknown_people_get_one_answer(people: People, keys: IssuerKeys) -> None:
    issuer = create_issuer("http://127.0.0.1/issuer", "127.0.0.1", people, keys)
    async with local(issuer) as client:
        wrong = await client.post("/token", data=form("officer", "wrong"))
        nobody = await client.post("/token", data=form("nobody", "wrong"))
        odd = await client.post("/token", data=form("officer", people.logins()["both"]))
        other = await client.post("/token", data=form("officer", "x", grant="client_credentials"))
        empty = await client.post("/token", data={"grant_type": "password"})
    assert wrong.status_code == 400
    assert wrong.json()["error"] == "invalid_grant"
    assert wrong.json() == nobody.json() == odd.json()
    assert other.json()["error"] == "unsupported_grant_type"
    assert empty.json()["error"] == "invalid_request"


async def test_guessing_is_slowed_for_one_login(people: People, keys: IssuerKeys) -> None:
    issuer = create_issuer("http://127.0.0.1/issuer", "127.0.0.1", people, keys)
    async with local(issuer) as client:
        guesses = [client.post("/token", data=form("officer", f"guess-{n}")) for n in range(PER_LOGIN + 3)]
        answers = [answer.status_code for answer in await asyncio.gather(*guesses)]
        late = await client.post("/token", data=form("officer", people.logins()["officer"]))
        assert (await client.post("/token", data=form("both", people.logins()["both"]))).status_code == 200
    assert sorted(answers) == [400] * PER_LOGIN + [429] * 3
    assert late.json()["code"] == "too_many_requests"
    assert 0 < int(late.headers["retry-after"]) <= WINDOW_SECONDS


def test_attempts_are_forgotten_after_their_minute_and_forgiven_when_good() -> None:
    now = [0.0]
    attempts = Attempts(lambda: now[0])
    for _ in range(PER_LOGIN):
        assert attempts.wait_seconds("a") == 0
    assert attempts.wait_seconds("a") == WINDOW_SECONDS
    assert attempts.wait_seconds("b") == 0
    now[0] = WINDOW_SECONDS
    assert attempts.wait_seconds("a") == 0
    for _ in range(1000):
        assert attempts.wait_seconds("c") == 0
        attempts.forgive("c")
    many = [attempts.wait_seconds(f"x{n}") for n in range(10_000)]
    assert many.count(0.0) == 119


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", "", "127.0.0.1.example.org"])
def test_it_does_not_start_for_other_machines(people: People, keys: IssuerKeys, host: str) -> None:
    with pytest.raises(NotLoopback, match="SHIFAN_HOST"):
        create_issuer("http://127.0.0.1/issuer", host, people, keys)


async def test_another_name_for_this_machine_is_refused(people: People, keys: IssuerKeys) -> None:
    issuer = create_issuer("http://127.0.0.1/issuer", "::1", people, keys)
    async with asgi(issuer) as client:
        answer = await client.post("/token", data=form("officer", people.logins()["officer"]))
    assert (answer.status_code, answer.json()["code"]) == (403, "this_machine_only")


def test_secrets_are_random_kept_and_private(tmp_path: Path, people: People) -> None:
    home = tmp_path / "people"
    logins = people.logins()
    assert set(logins) == {"officer", "both"}
    assert all(len(password) >= 16 for password in logins.values())
    assert logins["officer"] != logins["both"]
    assert logins["officer"] not in (home / "passwords.json").read_text()
    for file in (home / "passwords.json", home / "logins.json"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700

    more = People(home, [OFFICER, BOTH, Account(login="late", name="后来", roles=("finance",), region="320000")])
    assert more.logins()["officer"] == logins["officer"]
    assert more.verify("late", more.logins()["late"]) is not None
    assert more.verify("officer", logins["officer"]) == OFFICER
    assert People(home, [OFFICER]).verify("both", logins["both"]) is None


def test_keys_are_private_numbered_and_published_by_two(tmp_path: Path, keys: IssuerKeys) -> None:
    (first,) = keys.published()
    token = keys.sign({"sub": "a"})
    assert jwt.get_unverified_header(token) == {"alg": "ES256", "kid": first["kid"], "typ": "at+jwt"}
    second = keys.rotate()
    third = keys.rotate()
    assert [key["kid"] for key in keys.published()] == [second, third]
    assert all("d" not in key for key in keys.published())
    assert IssuerKeys(tmp_path / "keys").published() == keys.published()
    for file in (tmp_path / "keys").glob("*.pem"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    keys.rotate()
    assert len(list((tmp_path / "keys").glob("*.pem"))) == 3


def test_a_people_file_is_read_strictly(tmp_path: Path) -> None:
    file = tmp_path / "people.json"
    file.write_text(json.dumps([OFFICER.model_dump()]))
    assert read_people(file) == [OFFICER]
    file.write_text(json.dumps([OFFICER.model_dump() | {"password": "x"}]))
    with pytest.raises(ValidationError, match="password"):
        read_people(file)
    file.write_text(json.dumps([OFFICER.model_dump() | {"roles": ["king"]}]))
    with pytest.raises(ValidationError, match="roles"):
        read_people(file)


def local(app: object) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")

"""Understands how people use a running installation over HTTP: demo people with their passwords, and anybody else with
a token of the same issuer."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from services import demo
from services.sign_in import passwords
from shared.envelope import Role
from shared.identifiers.uscc import check_uscc
from shared.runtime.issuer.keys import IssuerKeys
from shared.runtime.issuer.people import Account
from shared.runtime.process import ISSUER_FOLDER
from tests.support.running import Running

TOKEN_SECONDS = 3600
REQUEST_SECONDS = 30.0


def applicant(number: int, region: str) -> Account:
    """An organisation that no other test applies for."""
    first = f"91{region}MADEM9{number:03d}"
    return Account(
        login=f"journey-applicant-{number}",
        name=f"示例申报单位 {number}",
        roles=("applicant",),
        organisation=first + check_uscc(first),
        region=region,
    )


def somebody(login: str, role: Role, region: str, organisation: str = "") -> Account:
    """A person of an authority."""
    return Account(login=login, name=login, roles=(role,), organisation=organisation, region=region)


@dataclass
class People:
    """Calls for anybody: ``await people.post(who, "/review/…", body, version)``; ``who`` None is the public."""

    running: Running
    client: httpx.AsyncClient
    _tokens: dict[Account, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._demo = {account.login: account for account in demo.people()}
        self._passwords = passwords(self.running.home)
        self._keys = IssuerKeys(self.running.home / ISSUER_FOLDER / "keys")

    def demo(self, login: str) -> Account:
        return self._demo[login]

    async def get(self, who: Account | None, path: str, **headers: str) -> httpx.Response:
        return await self.send(who, "GET", path, headers=headers)

    async def post(
        self, who: Account | None, path: str, body: object = None, version: int | None = None
    ) -> httpx.Response:
        content = {} if body is None else {"json": body}
        return await self.send(who, "POST", path, headers=written(version), **content)

    async def patch(self, who: Account, path: str, body: object, version: int) -> httpx.Response:
        return await self.send(who, "PATCH", path, headers=written(version), json=body)

    async def upload(
        self, who: Account, path: str, material: str, name: str, content: bytes, version: int
    ) -> httpx.Response:
        files = {"file": (name, content, "application/octet-stream")}
        return await self.send(who, "POST", path, headers=written(version), data={"material": material}, files=files)

    async def send(
        self, who: Account | None, method: str, path: str, *, headers: Mapping[str, str], **content: Any
    ) -> httpx.Response:
        """Exactly this request; a token is added for somebody who has none in the headers."""
        sent = dict(headers)
        if who is not None and "Authorization" not in sent:
            sent["Authorization"] = f"Bearer {await self.token(who)}"
        return await self.client.request(method, self.address(path), headers=sent, **content)

    def address(self, path: str) -> str:
        _, service, rest = path.split("/", 2)
        return f"{self.running.addresses[service].rstrip('/')}/{rest}"

    async def token(self, who: Account) -> str:
        if who not in self._tokens:
            known = self._demo.get(who.login) == who
            self._tokens[who] = await self._signed_in(who) if known else self.signed(who)
        return self._tokens[who]

    def signed(self, who: Account, keys: IssuerKeys | None = None, **claims: object) -> str:
        """A token by the issuer's own key (or by another's), with some claims different from what is right."""
        now = int(time.time())
        right: dict[str, object] = {
            "iss": self.running.addresses["issuer"],
            "aud": "shifan",
            "sub": who.login,
            "name": who.name,
            "roles": list(who.roles),
            "organisation": who.organisation,
            "region": who.region,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
        }
        return (keys or self._keys).sign(right | claims)

    async def _signed_in(self, who: Account) -> str:
        form = {"grant_type": "password", "username": who.login, "password": self._passwords[who.login]}
        answer = await self.client.post(f"{self.running.addresses['issuer'].rstrip('/')}/token", data=form)
        return str(ok(answer)["access_token"])


def written(version: int | None = None) -> dict[str, str]:
    """What every write brings along."""
    match = {} if version is None else {"If-Match": f'"{version}"'}
    return {"Idempotency-Key": secrets.token_hex(16), **match}


def ok(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    """The answer's body; fails with what was said instead."""
    assert answer.status_code == status, f"{answer.request.method} {answer.request.url} → {answer.text}"
    body: dict[str, Any] = answer.json()
    return body


def version(answer: httpx.Response) -> int:
    """The number in its ETag."""
    return int(answer.headers["ETag"].strip('"'))


def refused(answer: httpx.Response, status: int, code: str) -> None:
    """It was refused in the house's way: problem+json, in both languages, with a trace id."""
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    body = answer.json()
    assert body["detail_zh"], body
    assert body["detail_en"], body
    assert body["trace_id"], body

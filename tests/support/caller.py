"""Understands a caller who does not give up: the same command with the same key until there is an answer, and a ledger
of what was answered."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from services.sign_in import SignIn
from tests.support.evidence import Command

ATTEMPT_SECONDS = 10.0
"""Shorter than a service may take: then a second copy of a command meets the first one that is still at work."""
TWICE = 5
"""Every fifth command is sent in two copies at once."""
PAUSE_SECONDS = 0.1
PAUSE_MOST_SECONDS = 1.0


class Refused(Exception):
    """The rules, or the edge, said no."""

    def __init__(self, what: str, answer: httpx.Response) -> None:
        super().__init__(f"{what}: {answer.status_code} {answer.text[:1000]}")
        self.answer = answer


class GaveUp(Exception):
    """Nobody answered in time."""


@dataclass
class Tally:
    """What callers met. ``faults`` are answers that no caller should ever see."""

    sent: int = 0
    unreachable: int = 0
    away: int = 0
    replayed: int = 0
    faults: list[str] = field(default_factory=list)


@dataclass
class Callers:
    """Speaks for people who have a login at the issuer. Use it in an ``async with``."""

    addresses: Mapping[str, str]
    home: Path
    patience_seconds: float = 120.0
    ledger: dict[tuple[str, str, str], Command] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)

    async def __aenter__(self) -> Callers:
        self._client = httpx.AsyncClient(
            timeout=ATTEMPT_SECONDS, trust_env=False, limits=httpx.Limits(max_connections=50)
        )
        self._tokens: dict[str, str] = {}
        self._subjects: dict[str, str] = {}
        self._signing = asyncio.Lock()
        self._keys = itertools.count(1)
        self._run = secrets.token_hex(4)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    @property
    def commands(self) -> list[Command]:
        return list(self.ledger.values())

    async def read(self, who: str, service: str, path: str) -> httpx.Response:
        """Asks until somebody answers. Raises :class:`Refused`."""
        url = self.addresses[service] + path
        headers = {"Authorization": f"Bearer {await self._token(who)}"} if who else {}
        answer, _ = await self._insist(f"GET {url}", lambda: self._client.get(url, headers=headers))
        if not answer.is_success:
            raise Refused(f"GET {url}", answer)
        return answer

    async def write(
        self,
        who: str,
        service: str,
        path: str,
        body: object = None,
        version: int = 0,
        *,
        method: str = "POST",
        **rest: Any,
    ) -> httpx.Response:
        """One command, sent with one key until it is answered. Raises :class:`Refused` and :class:`GaveUp`."""
        key = f"{self._run}-{next(self._keys)}"
        headers = {"Authorization": f"Bearer {await self._token(who)}", "Idempotency-Key": key}
        if version:
            headers["If-Match"] = f'"{version}"'
        content = rest if body is None else {**rest, "json": body}
        url, what = self.addresses[service] + path, f"{method} {path}"
        command = Command(service, self._subjects[who], key, what)
        place = (service, who, key)
        self.ledger[place] = command

        def send() -> Awaitable[httpx.Response]:
            return self._client.request(method, url, headers=headers, **content)

        answer, attempts = await (self._twice if int(key.rpartition("-")[2]) % TWICE == 0 else self._insist)(what, send)
        tag = answer.headers.get("ETag", "").strip('"')
        self.ledger[place] = replace(
            command,
            outcome="acknowledged" if answer.is_success else "refused",
            status=answer.status_code,
            version=int(tag) if tag.isdecimal() else 0,
            body=answer.content,
            attempts=attempts,
        )
        self.tally.replayed += "Idempotency-Replayed" in answer.headers
        if not answer.is_success:
            raise Refused(what, answer)
        return answer

    async def _insist(self, what: str, send: Callable[[], Awaitable[httpx.Response]]) -> tuple[httpx.Response, int]:
        deadline, pause = time.monotonic() + self.patience_seconds, PAUSE_SECONDS
        for attempt in itertools.count(1):
            self.tally.sent += 1
            try:
                answer = await send()
            except httpx.TransportError:
                self.tally.unreachable += 1
            else:
                if answer.status_code < 500:
                    return answer, attempt
                self._judge(what, answer)
            if time.monotonic() > deadline:
                raise GaveUp(what)
            await asyncio.sleep(pause)
            pause = min(pause * 2, PAUSE_MOST_SECONDS)
        raise AssertionError("the loop returns or raises")

    async def _twice(self, what: str, send: Callable[[], Awaitable[httpx.Response]]) -> tuple[httpx.Response, int]:
        """Two copies at the same time, as an impatient proxy sends them: both get one answer."""
        (one, tries), (other, more) = await asyncio.gather(self._insist(what, send), self._insist(what, send))
        self.tally.replayed += "Idempotency-Replayed" in other.headers
        said = [(answer.status_code, answer.headers.get("ETag"), answer.content) for answer in (one, other)]
        if one.is_success != other.is_success or (one.is_success and said[0] != said[1]):
            self.tally.faults.append(f"{what}: two copies were answered differently: {said}")
        return one, tries + more

    def _judge(self, what: str, answer: httpx.Response) -> None:
        """Being away is said in one way: 503, a problem document, and when to come again."""
        self.tally.away += 1
        proper = answer.headers.get("content-type", "").startswith("application/problem+json")
        if answer.status_code != 503 or not proper or "Retry-After" not in answer.headers:
            self.tally.faults.append(f"{what}: {answer.status_code} {dict(answer.headers)} {answer.text[:500]}")

    async def _token(self, who: str) -> str:
        async with self._signing:
            if who not in self._tokens:
                token = await asyncio.to_thread(self._sign_in, who)
                self._tokens[who] = token
                self._subjects[who] = _subject(token)
        return self._tokens[who]

    def _sign_in(self, who: str) -> str:
        deadline = time.monotonic() + self.patience_seconds
        while True:
            try:
                return SignIn(self.addresses["issuer"], self.home).token(who)
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE_SECONDS)


def version(answer: httpx.Response) -> int:
    """The version that an answer's ETag tells."""
    return int(answer.headers["ETag"].strip('"'))


def _subject(token: str) -> str:
    payload = token.split(".")[1]
    return str(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"])

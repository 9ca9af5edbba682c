"""Understands how a demo person uses the public HTTP APIs: signs in, reads, writes with a key and a version, waits.

Anything else than the expected answer is a failure that names the request and shows the answer.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from services.sign_in import SignIn

REQUEST_SECONDS = 30.0
WAIT_SECONDS = 60.0
PAUSE_SECONDS = 0.1
SHOWN_CHARACTERS = 2000


class Failed(Exception):
    """A request was not answered as it should have been; the message holds request and answer."""


@dataclass(frozen=True)
class Answer:
    """A body and the version that its ETag told (0 without one)."""

    body: Any
    version: int = 0


@dataclass
class Visitor:
    """Speaks for every demo person. ``addresses`` maps a service's name to its base URL; use it in a ``with``."""

    addresses: Mapping[str, str]
    home: Path
    _tokens: dict[str, str] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._sign_in = SignIn(self.addresses["issuer"], self.home)
        self._client = httpx.Client(timeout=REQUEST_SECONDS, trust_env=False)

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def link(self, service: str, path: str) -> str:
        return f"{self.addresses[service].rstrip('/')}{path}"

    def get(self, who: str, service: str, path: str) -> Answer:
        """``who`` is a login, or empty for the public."""
        return self._answered(self._send(who, "GET", self.link(service, path)))

    def write(
        self, who: str, method: str, service: str, path: str, body: object = None, version: int | None = None
    ) -> Answer:
        """POST or PATCH with a fresh Idempotency-Key, and If-Match where a version is given."""
        content: dict[str, Any] = {} if body is None else {"json": body}
        return self._answered(self._send(who, method, self.link(service, path), version, **content))

    def upload(self, who: str, service: str, path: str, material: str, name: str, text: str, version: int) -> Answer:
        """A plain text file under a material."""
        files = {"file": (name, text.encode(), "text/plain")}
        url = self.link(service, path)
        return self._answered(self._send(who, "POST", url, version, data={"material": material}, files=files))

    def eventually(self, what: str, question: Callable[[], Any]) -> Any:
        """The first answer that is not empty; other services hear of a fact a moment later. A 404 is not an answer
        yet. Raises :class:`Failed` after a minute."""
        deadline, last = time.monotonic() + WAIT_SECONDS, ""
        while time.monotonic() < deadline:
            try:
                if found := question():
                    return found
            except Failed as failed:
                if " 404\n" not in str(failed):
                    raise
                last = str(failed)
            time.sleep(PAUSE_SECONDS)
        raise Failed(f"{WAIT_SECONDS:.0f} 秒内未发生 / did not happen in {WAIT_SECONDS:.0f} s: {what}\n{last}")

    def _send(self, who: str, method: str, url: str, version: int | None = None, **content: Any) -> httpx.Response:
        headers = {} if method == "GET" else {"Idempotency-Key": secrets.token_hex(16)}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if who:
            headers["Authorization"] = f"Bearer {self._token(who)}"
        try:
            return self._client.request(method, url, headers=headers, **content)
        except httpx.HTTPError as fault:
            raise Failed(f"{method} {url}\n{type(fault).__name__}: {fault}\n→ shifan doctor") from fault

    def _token(self, who: str) -> str:
        if who not in self._tokens:
            try:
                self._tokens[who] = self._sign_in.token(who)
            except (httpx.HTTPError, KeyError) as fault:
                raise Failed(f"登录失败 / cannot sign in as {who}: {fault!r}\n→ shifan doctor") from fault
        return self._tokens[who]

    def _answered(self, response: httpx.Response) -> Answer:
        if not response.is_success:
            request = response.request
            raise Failed(f"{request.method} {request.url} → {response.status_code}\n{response.text[:SHOWN_CHARACTERS]}")
        tag = response.headers.get("ETag", "").strip('"')
        return Answer(response.json() if response.content else None, int(tag) if tag.isdecimal() else 0)

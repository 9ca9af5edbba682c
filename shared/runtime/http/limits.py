"""Understands how much one request may take: of headers, of body (chunked or not), of time, and of our attention."""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.runtime.http import codes
from shared.runtime.http.problems import send_problem
from shared.runtime.refusals import Refusal

_METER = "shifan.meter"
_HEALTH = ("/healthz/live", "/healthz/ready")

DRAIN_BYTES = 64 * 1024 * 1024
DRAIN_SECONDS = 5.0


@dataclass(frozen=True)
class Limits:
    """Bytes, counts and seconds that one request may take; a route may allow itself more with ``Accepts``.

    ``hosts`` are the host names that a request may name; empty: any."""

    body_bytes: int = 1024 * 1024
    header_count: int = 100
    header_bytes: int = 16 * 1024
    target_bytes: int = 8 * 1024
    request_seconds: float = 30.0
    response_seconds: float = 600.0
    concurrent: int = 256
    hosts: tuple[str, ...] = ()


class Meter:
    """Counts and digests a body while it arrives, whoever reads it; raises a 413 refusal when it grows too large."""

    def __init__(self, receive: Receive, headers: Headers, limit: int) -> None:
        self._receive = receive
        self._declared = headers.get("content-length", "")
        self._expects = "expect" in headers
        self._digest = hashlib.sha256()
        self._deadline: asyncio.Timeout | None = None
        self.limit_bytes = limit
        self.received = 0
        self.complete = False
        self.waiting = False

    async def receive(self) -> Message:
        if self._declared.isdecimal() and int(self._declared[:19]) > self.limit_bytes:
            raise await self._too_large()
        self.waiting = not self.complete
        message = await self._receive()
        self.waiting = False
        if message["type"] == "http.request":
            chunk = message.get("body", b"")
            self.received += len(chunk)
            self.complete = not message.get("more_body", False)
            if self.received > self.limit_bytes:
                raise await self._too_large()
            self._digest.update(chunk)
        return message

    def digest(self) -> bytes:
        """SHA-256 of what has arrived; of the whole body once ``complete``."""
        return self._digest.digest()

    async def _drain(self) -> None:
        """Read on for a while and forget: a client that is still sending would see a reset, never our answer."""
        if self._expects or (self._declared.isdecimal() and int(self._declared[:19]) > DRAIN_BYTES):
            return
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                while not self.complete and self.received < DRAIN_BYTES:
                    message = await self._receive()
                    self.received += len(message.get("body", b""))
                    self.complete = not message.get("more_body", False)
        except TimeoutError:
            return

    def allow(self, limit_bytes: int | None, seconds: float | None) -> None:
        """Give this request another body limit, or another time, counted from now."""
        if limit_bytes is not None:
            self.limit_bytes = limit_bytes
        if seconds is not None:
            self.extend(seconds)

    def extend(self, seconds: float) -> None:
        if self._deadline is not None and not self._deadline.expired():
            self._deadline.reschedule(asyncio.get_running_loop().time() + seconds)

    def bind(self, deadline: asyncio.Timeout) -> None:
        self._deadline = deadline

    async def _too_large(self) -> Refusal:
        await self._drain()
        limit = self.limit_bytes
        return codes.TOO_LARGE.refuse(
            zh=f"请求正文超过{limit}字节。",
            en=f"The body is larger than {limit} bytes.",
            headers={"Connection": "close"},
        )


def meter_of(scope: Scope) -> Meter:
    """The meter that :class:`Limiting` put on this request."""
    meter = scope[_METER]
    assert isinstance(meter, Meter)
    return meter


class Limiting:
    """Refuses what is too much before anything else looks at it."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._busy = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _METER in scope:
            await self._app(scope, receive, send)
            return
        refusal = self._judge(scope)
        if refusal is not None:
            await send_problem(refusal, scope, receive, send)
            return
        self._busy += 1
        try:
            await self._timed(scope, receive, send)
        finally:
            self._busy -= 1

    def _judge(self, scope: Scope) -> Refusal | None:
        raw: list[tuple[bytes, bytes]] = scope["headers"]
        too_big = sum(len(name) + len(value) + 4 for name, value in raw) > self._limits.header_bytes
        if too_big or len(raw) > self._limits.header_count:
            return codes.HEADERS_TOO_LARGE.refuse()
        query: bytes = scope.get("query_string", b"")
        if len(scope.get("raw_path") or scope["path"].encode()) + len(query) > self._limits.target_bytes:
            return codes.TARGET_TOO_LONG.refuse()
        if "\x00" in scope["path"] or b"\x00" in unquote_to_bytes(query):
            return codes.MALFORMED_REQUEST.refuse(zh="地址中含有空字符。", en="The target holds a NUL character.")
        if self._limits.hosts and not self._ours(scope):
            return codes.WRONG_HOST.refuse()
        # A probe must be answered when we are busiest, or the busy process is killed for it.
        if self._busy >= self._limits.concurrent and not scope["path"].endswith(_HEALTH):
            return codes.BUSY.refuse(headers={"Retry-After": "1"})
        return None

    def _ours(self, scope: Scope) -> bool:
        named = Headers(scope=scope).getlist("host")
        host = re.sub(r":[0-9]{0,5}$", "", named[0]).lower() if len(named) == 1 else ""
        # Probes call a container by its address, which nobody can list beforehand.
        return host in self._limits.hosts or scope["path"].endswith(_HEALTH)

    async def _timed(self, scope: Scope, receive: Receive, send: Send) -> None:
        meter = Meter(receive, Headers(scope=scope), self._limits.body_bytes)
        scope[_METER] = meter
        began = False

        async def watched(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                meter.extend(self._limits.response_seconds)
            await send(message)

        deadline = asyncio.timeout(self._limits.request_seconds)
        try:
            async with deadline:
                meter.bind(deadline)
                await self._app(scope, meter.receive, watched)
        except TimeoutError:
            if began or not deadline.expired():
                raise
            late = codes.BODY_TOO_SLOW if meter.waiting else codes.OUT_OF_TIME
            await send_problem(late.refuse(headers={"Retry-After": "5"}), scope, receive, send)

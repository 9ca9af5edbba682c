"""Understands what a write brings along besides its body: who, when, under which key, on which version.

A route asks for :data:`Creating` (nothing exists yet) or :data:`Changing` (If-Match is required) and hands origin and
receipt to its handler, which stores both in the transaction of the facts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import orjson
from fastapi import Depends, Request
from starlette.responses import Response

from shared.envelope import Actor, Origin
from shared.runtime.http import idempotency
from shared.runtime.http.etags import etag, expected_version
from shared.runtime.http.parts import parts_of
from shared.runtime.ports import Receipt
from shared.runtime.trace import trace_id


@dataclass(frozen=True)
class Command:
    """One write by one actor. ``now`` was read once; ``expected`` is If-Match's version, None for a creation."""

    actor: Actor
    now: datetime
    key: str
    digest: str
    trace_id: str
    expected: int | None = None

    @property
    def id(self) -> str:
        """32 hexadecimal digits from actor and key: a retry has the same, so an identity made from it is made once."""
        return hashlib.sha256(f"{self.actor.id}\0{self.key}".encode()).hexdigest()[:32]

    def origin(self, reason: str = "") -> Origin:
        """Who, when and why, for every fact that this command decides."""
        return Origin(self.actor, self.now, self.id, trace_id=self.trace_id, reason=reason)

    def receipt(
        self,
        status: int,
        body: object = None,
        *,
        version: int | None = None,
        location: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Receipt:
        """The answer to store with the facts. ``version`` is the stream's new version and becomes the ETag."""
        held = dict(headers or {})
        if version is not None:
            held["ETag"] = etag(version)
        if location:
            held["Location"] = location
        encoded = b""
        if body is not None:
            held["Content-Type"] = "application/json"
            encoded = orjson.dumps(body)
        for name, value in held.items():
            if not value.isascii() or not value.isprintable():
                raise ValueError(f"header {name} may hold printable ASCII only")
        return Receipt(self.actor.id, self.key, self.digest, status, held, encoded)


def answer(receipt: Receipt) -> Response:
    """The stored answer as a response: the first time and every time it is asked for again."""
    return Response(receipt.body, receipt.status, dict(receipt.headers))


async def creating(request: Request) -> Command:
    """A write that makes something new: needs an Idempotency-Key, and no If-Match."""
    return await _command(request, None)


async def changing(request: Request) -> Command:
    """A write to what exists: needs an Idempotency-Key and If-Match. A repeated command is answered before its
    If-Match is judged, because the first time moved the version."""
    return await _command(request, expected_version(request.headers))


async def _command(request: Request, expected: int | None) -> Command:
    parts = parts_of(request)
    key = idempotency.key_of(request.headers)
    digest = await idempotency.digest_of(request)
    command = Command(request.state.actor, parts.clock.now(), key, digest, trace_id(), expected)
    request.state.command = command
    await idempotency.replay(parts.receipts, command.actor.id, key, digest)
    return command


Creating = Annotated[Command, Depends(creating)]
Changing = Annotated[Command, Depends(changing)]

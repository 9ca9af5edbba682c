"""Understands what the edge of one app is given from outside: a clock, a way to know people, a way to find receipts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import Request

from shared.runtime.auth.person import Person
from shared.runtime.clock import Clock
from shared.runtime.ports import Receipt

FindReceipt = Callable[[str, str], Awaitable[Receipt | None]]
"""``(scope, key)`` -> the stored answer, or None."""

Authenticate = Callable[[Headers], Awaitable[Person]]
"""The person behind a request's headers; raises a 401 refusal."""


@dataclass(frozen=True)
class Parts:
    clock: Clock
    authenticate: Authenticate
    receipts: FindReceipt


def parts_of(request: Request) -> Parts:
    """The parts of the app that answers this request."""
    parts = request.app.state.parts
    assert isinstance(parts, Parts)
    return parts

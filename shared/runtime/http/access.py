"""Understands who may call a route: every route says so where it is written, and none is served that does not.

``@Allow(roles=("officer",), note="own province")`` or ``@Public("anybody may read the current list")`` stands directly
above the function, below the router's decorator.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Request

from shared.envelope import Actor, Role
from shared.runtime.http.parts import parts_of

T = TypeVar("T")
_DECLARED = "__access__"
ANYBODY = Actor(id="public", role="public")


class AccessUndeclared(Exception):
    """A route, or a mounted application, does not say who may call it."""


@dataclass(frozen=True)
class Allow:
    """Signed-in people with one of these roles; ``note`` says how far (own organisation, own region, assigned case)."""

    roles: tuple[Role, ...]
    note: str = ""

    def __post_init__(self) -> None:
        if not self.roles:
            raise ValueError("name at least one role, or say Public(why)")

    def __call__(self, endpoint: T) -> T:
        setattr(endpoint, _DECLARED, self)
        return endpoint


@dataclass(frozen=True)
class Public:
    """Anybody, and why that is right."""

    why: str

    def __post_init__(self) -> None:
        if not self.why.strip():
            raise ValueError("say why anybody may call this")

    def __call__(self, endpoint: T) -> T:
        setattr(endpoint, _DECLARED, self)
        return endpoint


def access_of(endpoint: object) -> Allow | Public:
    """What was declared; raises :class:`AccessUndeclared`."""
    declared = getattr(endpoint, _DECLARED, None)
    if not isinstance(declared, Allow | Public):
        name = getattr(endpoint, "__qualname__", type(endpoint).__name__)
        raise AccessUndeclared(f"{name}: write @Allow(roles=…) or @Public(why) directly above it")
    return declared


async def admit(request: Request, access: Allow | Public) -> None:
    """Find out who calls, before the body is read; raises a 401 or 403 refusal."""
    if isinstance(access, Public):
        request.state.actor = ANYBODY
        return
    person = await parts_of(request).authenticate(request.headers)
    request.state.person = person
    request.state.actor = person.acting(request.headers.get("shifan-role"), access.roles)


def caller(request: Request) -> Actor:
    """Who calls this route, in the role that acts."""
    actor = request.state.actor
    assert isinstance(actor, Actor)
    return actor


Caller = Annotated[Actor, Depends(caller)]

"""Understands one route of ours: admit the caller, then take the body strictly, then let FastAPI do its work.

FastAPI reads and parses a body before any dependency runs; a stranger would be parsed before being refused.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import APIRouter, Request, params
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shared.runtime.http import codes, strict_json
from shared.runtime.http.access import access_of, admit
from shared.runtime.http.command import changing, creating
from shared.runtime.http.described import PROBLEM, extra
from shared.runtime.http.limits import meter_of

T = TypeVar("T")
Handler = Callable[[Request], Coroutine[Any, Any, Response]]
_ACCEPTS = "__accepts__"
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Input(BaseModel):
    """Every request body: unknown fields are refused, and nothing changes after it was taken."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


@dataclass(frozen=True)
class Accepts:
    """What a route takes beyond the habit: a larger body, more time, or a POST without a key (say ``keyless`` why)."""

    body_bytes: int | None = None
    seconds: float | None = None
    keyless: str = ""

    def __call__(self, endpoint: T) -> T:
        setattr(endpoint, _ACCEPTS, self)
        return endpoint


class StrictRequest(Request):
    """A request whose JSON is taken by :mod:`strict_json` only."""

    async def json(self) -> Any:
        if not hasattr(self, "_strict"):
            self._strict = strict_json.parse(await self.body())
        return self._strict


class GuardedRoute(APIRoute):
    """The only class of route that an edge serves. Raises :class:`AccessUndeclared` when it is defined without."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        access = access_of(endpoint)
        # Naming a default answer also keeps FastAPI from describing its own form of 422, which we never send.
        options["responses"] = {"default": PROBLEM, **(options.get("responses") or {})}
        super().__init__(path, endpoint, **options)
        self.openapi_extra = {**(self.openapi_extra or {}), **extra(access, _headers(self.dependant))}

    def get_route_handler(self) -> Handler:
        inner = super().get_route_handler()
        access = access_of(self.endpoint)
        accepts = accepts_of(self.endpoint)

        async def handle(request: Request) -> Response:
            await admit(request, access)
            meter_of(request.scope).allow(accepts.body_bytes, accepts.seconds)
            strict = StrictRequest(request.scope, request.receive, request._send)
            await self._take_body(strict)
            return await inner(strict)

        return handle

    async def _take_body(self, request: StrictRequest) -> None:
        if self.body_field is None:
            return
        form = isinstance(self.body_field.field_info, params.Form)
        _check_media_type(request, _FORMS if form else ("application/json",))
        if form:
            await _take_form(request)
        elif await request.body():
            await request.json()


def accepts_of(endpoint: object) -> Accepts:
    accepts = getattr(endpoint, _ACCEPTS, Accepts())
    assert isinstance(accepts, Accepts)
    return accepts


def router(prefix: str = "", tags: list[str] | None = None) -> APIRouter:
    """A router of guarded routes; ``app.include_router`` takes it as usual."""
    return APIRouter(prefix=prefix, tags=list(tags or []), route_class=GuardedRoute)


def remembers(route: APIRoute) -> bool:
    """Whether a POST carries an Idempotency-Key: it asks for a command, or says why it needs none."""
    if "POST" not in (route.methods or ()) or accepts_of(route.endpoint).keyless:
        return True
    return any(call in (creating, changing) for call in _calls(route.dependant))


def _headers(dependant: Dependant) -> list[str]:
    calls = list(_calls(dependant))
    keyed = ["Idempotency-Key"] if creating in calls or changing in calls else []
    return [*keyed, "If-Match"] if changing in calls else keyed


def _calls(dependant: Dependant) -> Iterator[Any]:
    for needed in dependant.dependencies:
        yield needed.call
        yield from _calls(needed)


def _check_media_type(request: Request, taken: tuple[str, ...]) -> None:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in taken:
        raise codes.MEDIA_TYPE.refuse(headers={"Accept": ", ".join(taken)})


async def _take_form(request: StrictRequest) -> None:
    try:
        form = await request.form(max_files=20, max_fields=200)
    except HTTPException:
        raise codes.MALFORMED_FORM.refuse() from None
    for name, value in form.multi_items():
        if "\x00" in name or (isinstance(value, str) and "\x00" in value):
            await form.close()
            raise codes.MALFORMED_FORM.refuse()

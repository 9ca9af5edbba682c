"""Understands how long requests took, by method, route and status: by the route's template, never by its values."""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Observe = Callable[[str, str, int, float], None]
"""Told method, route's template, status and seconds."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNKNOWN = "(none)"


class Measuring:
    """Tells ``observe`` of every request when it is over, also of those that were refused before any route."""

    def __init__(self, app: ASGIApp, observe: Observe) -> None:
        self._app = app
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = 500, time.perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            # whatever a caller writes there must not make a new series
            method = scope["method"] if scope["method"] in METHODS else UNKNOWN
            route = getattr(scope.get("route"), "path_format", UNKNOWN)
            self._observe(method, str(route), status, time.perf_counter() - began)

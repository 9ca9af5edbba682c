"""Understands how a request joins a trace: traceparent comes in, goes out with the answer, and one line is logged."""

from __future__ import annotations

import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.runtime.trace import tracing

_log = structlog.get_logger("http")
_KEY = "shifan.trace"


class Tracing:
    """Outermost: everything that a request causes is logged inside its span. Never logs query, headers or bodies."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _KEY in scope:
            await self._app(scope, receive, send)
            return
        with tracing(Headers(scope=scope).get("traceparent")) as span:
            scope[_KEY] = span
            began = time.perf_counter()
            status = 500

            async def stamped(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                    MutableHeaders(scope=message)["traceparent"] = str(span)
                await send(message)

            try:
                await self._app(scope, receive, stamped)
            finally:
                took = round((time.perf_counter() - began) * 1000, 1)
                _log.info("answered", method=scope["method"], route=_route(scope), status=status, took_ms=took)


def _route(scope: Scope) -> str:
    """The route's pattern: a path may carry what somebody typed, its pattern never does."""
    return str(getattr(scope.get("route"), "path", "-"))

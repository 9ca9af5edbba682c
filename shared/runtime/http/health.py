"""Understands how a process says that it is alive, and whether it can work: each check answers a sentence when ill."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter
from starlette.responses import JSONResponse

from shared.runtime.http.access import Public
from shared.runtime.http.route import router

Check = Callable[[], Awaitable[str] | str]
"""Empty when well, else one sentence that says what is wrong: of a fault its :func:`~shared.runtime.symptom.symptom`,
never its text, because everybody may read it."""

LIMIT_SECONDS = 2.0


def health(checks: Mapping[str, Check]) -> APIRouter:
    """``/healthz/live`` and ``/healthz/ready`` (503 while any check is ill)."""
    routes = router(prefix="/healthz", tags=["health"])

    @routes.get("/live")
    @Public("probes carry no token")
    async def live() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    @routes.get("/ready")
    @Public("probes carry no token; a check says what is stuck and where, never an exception's text")
    async def ready() -> JSONResponse:
        said = await asyncio.gather(*(_ask(check) for check in checks.values()))
        found = dict(zip(checks, said, strict=True))
        ill = any(found.values())
        return JSONResponse({"status": "ill" if ill else "ok", "checks": found}, 503 if ill else 200)

    return routes


async def _ask(check: Check) -> str:
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            said = check()
            return await said if inspect.isawaitable(said) else said
    except TimeoutError:
        return f"no answer within {LIMIT_SECONDS:g} seconds"
    except OSError as fault:
        return f"cannot be reached ({type(fault).__name__})"

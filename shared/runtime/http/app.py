"""Understands how an edge is put together: shield, trace and limits outside, guarded routes inside, every exception
answered as a problem."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from starlette.responses import JSONResponse
from starlette.routing import Mount
from starlette.types import ASGIApp

from shared.runtime.clock import Clock
from shared.runtime.http import handlers
from shared.runtime.http.access import AccessUndeclared, Public, access_of
from shared.runtime.http.described import SECURITY_SCHEMES
from shared.runtime.http.health import Check, health
from shared.runtime.http.limits import Limiting, Limits
from shared.runtime.http.measuring import Measuring, Observe
from shared.runtime.http.parts import Authenticate, FindReceipt, Parts
from shared.runtime.http.route import GuardedRoute, remembers, router
from shared.runtime.http.shield import Shielding
from shared.runtime.http.trace import Tracing

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


class Edge(FastAPI):
    """An application whose outermost layers are ours, so that even a 500 carries trace and security headers."""

    limits: Limits
    observe: Observe | None = None

    def build_middleware_stack(self) -> ASGIApp:
        stack: ASGIApp = Tracing(Shielding(Limiting(super().build_middleware_stack(), self.limits)))
        return Measuring(stack, self.observe) if self.observe else stack


def create_app(
    title: str,
    *,
    clock: Clock,
    authenticate: Authenticate,
    receipts: FindReceipt,
    checks: Mapping[str, Check] | None = None,
    refusals: Sequence[type[Exception]] = (),
    limits: Limits | None = None,
    lifespan: Lifespan | None = None,
    version: str = "0.1.0",
    observe: Observe | None = None,
) -> Edge:
    """An edge without routes of its own but health and ``/openapi.json``. ``refusals`` are the service's own exception
    classes of the shape :class:`shared.runtime.refusals.Refused`. Start-up fails on a route without access."""
    app = Edge(
        title=title,
        version=version,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_checked(lifespan),
    )
    app.limits = limits or Limits()
    app.observe = observe
    app.router.route_class = GuardedRoute
    app.state.parts = Parts(clock, authenticate, receipts)
    handlers.install(app, refusals)
    app.include_router(health(checks or {}))
    app.include_router(_description(app))
    return app


def route_faults(app: FastAPI) -> list[str]:
    """One sentence for every route that does not keep our habits: access declared, a key on every POST."""
    faults = []
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, Mount):
            faults += _mount_faults(route)
        elif not isinstance(route, GuardedRoute):
            faults.append(f"{getattr(route, 'path', route)}: make it on a router of shared.runtime.http")
        elif not remembers(route):
            faults.append(f"POST {context.path}: ask for Creating or Changing, or say @Accepts(keyless=why)")
    return faults


def _mount_faults(mount: Mount) -> list[str]:
    if isinstance(mount.app, Edge):
        return [f"{mount.path}{fault}" for fault in route_faults(mount.app)]
    try:
        access_of(mount.app)
    except AccessUndeclared as fault:
        return [f"{mount.path}: {fault}"]
    return []


def _checked(inner: Lifespan | None) -> Lifespan:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if faults := route_faults(app):
            raise AccessUndeclared("; ".join(faults))
        if inner is None:
            yield
            return
        async with inner(app):
            yield

    return lifespan


def _description(app: FastAPI) -> APIRouter:
    routes = router(tags=["description"])

    @routes.get("/openapi.json", include_in_schema=False)
    @Public("the description of the API is public")
    async def openapi() -> JSONResponse:
        described = app.openapi()
        described.setdefault("components", {})["securitySchemes"] = SECURITY_SCHEMES
        return JSONResponse(described)

    return routes

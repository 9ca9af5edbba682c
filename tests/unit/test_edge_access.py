"""Every route says who may call it; these break the rule in every way that we know."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, Response
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from shared.runtime.http import Accepts, Allow, Changing, Creating, Edge, Public, create_app, route_faults, router
from shared.runtime.http.access import AccessUndeclared
from tests.support.clock import FixedClock
from tests.support.edge import Receipts, asgi, by_header


def edge() -> Edge:
    return create_app("e", clock=FixedClock(), authenticate=by_header, receipts=Receipts().find)


async def endpoint() -> Response:
    return Response()


def test_an_edge_begins_without_faults() -> None:
    assert route_faults(edge()) == []


def test_a_guarded_route_without_access_cannot_be_written() -> None:
    with pytest.raises(AccessUndeclared, match="endpoint: write @Allow"):
        router().get("/x")(endpoint)
    with pytest.raises(AccessUndeclared):
        edge().get("/x")(endpoint)


async def test_a_plain_route_stops_the_start() -> None:
    plain = APIRouter(prefix="/deep")
    plain.get("/x")(endpoint)
    app = edge()
    app.include_router(plain)
    assert route_faults(app) == ["/deep/x: make it on a router of shared.runtime.http"]
    with pytest.raises(AccessUndeclared, match="/deep/x"):
        async with app.router.lifespan_context(app):
            pass


def test_starlette_routes_and_mounts_are_seen_too() -> None:
    app = edge()
    app.router.routes.append(Route("/plain", lambda request: Response()))
    app.mount("/other", Starlette())
    inner = edge()
    inner.router.routes.append(Route("/hidden", lambda request: Response()))
    app.mount("/inner", inner)
    faults = route_faults(app)
    assert [fault.partition(":")[0] for fault in faults] == ["/plain", "/other", "/inner/hidden"]


def test_a_mount_may_say_why_it_is_public() -> None:
    app = edge()
    app.mount("/static", Public("style sheets")(StaticFiles(directory=".")))
    assert route_faults(app) == []


def test_a_post_asks_for_a_command_or_says_why_not() -> None:
    routes = router()

    @routes.post("/a")
    @Public("t")
    async def forgot() -> None: ...

    @routes.post("/b")
    @Public("t")
    async def asks(command: Creating) -> None: ...

    @routes.post("/c")
    @Public("t")
    @Accepts(keyless="a token is not a command")
    async def says() -> None: ...

    app = edge()
    app.include_router(routes, prefix="/p")
    assert route_faults(app) == ["POST /p/a: ask for Creating or Changing, or say @Accepts(keyless=why)"]


def test_access_needs_a_role_or_a_reason() -> None:
    with pytest.raises(ValueError, match="role"):
        Allow(roles=())
    with pytest.raises(ValueError, match="why"):
        Public(" ")


async def test_the_description_shows_who_may_call() -> None:
    app = edge()
    routes = router()

    @routes.get("/x")
    @Allow(roles=("officer",), note="own province")
    async def x() -> None: ...

    @routes.post("/x")
    @Allow(roles=("officer",))
    async def make(command: Creating) -> None: ...

    @routes.put("/x")
    @Allow(roles=("officer",))
    async def change(command: Changing, number: int) -> None: ...

    app.include_router(routes)
    async with asgi(app) as client:
        described = (await client.get("/openapi.json")).json()
        assert (await client.get("/docs")).status_code == 404
    assert described["paths"]["/x"]["get"]["x-access"] == {"roles": ["officer"], "note": "own province"}
    assert described["paths"]["/x"]["get"]["security"] == [{"bearer": []}]
    assert "bearer" in described["components"]["securitySchemes"]
    headers = {
        verb: [one["name"] for one in described["paths"]["/x"][verb].get("parameters", []) if one["in"] == "header"]
        for verb in ("get", "post", "put")
    }
    assert headers == {"get": [], "post": ["Idempotency-Key"], "put": ["Idempotency-Key", "If-Match"]}
    assert "422" not in described["paths"]["/x"]["put"]["responses"]
    assert "application/problem+json" in described["paths"]["/x"]["put"]["responses"]["default"]["content"]


async def test_health_says_what_is_ill() -> None:
    async def away() -> str:
        raise ConnectionRefusedError("postgres://user:secret@host")

    app = create_app(
        "e",
        clock=FixedClock(),
        authenticate=by_header,
        receipts=Receipts().find,
        checks={"log": lambda: "", "bus": lambda: "no broker answers", "database": away},
    )
    async with asgi(app) as client:
        live = await client.get("/healthz/live")
        ready = await client.get("/healthz/ready")
    assert live.status_code == 200
    assert ready.status_code == 503
    assert ready.json()["checks"] == {
        "log": "",
        "bus": "no broker answers",
        "database": "cannot be reached (ConnectionRefusedError)",
    }

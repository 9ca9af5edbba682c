"""What is within every limit by itself and too large together is the caller's to shorten, not a fault of ours."""

from __future__ import annotations

from starlette.responses import Response

from shared.runtime.codec import MAX_STATE_BYTES, FactCodec
from shared.runtime.http import Allow, Creating, create_app, router
from tests.support.clock import FixedClock
from tests.support.edge import Receipts, asgi, by_header
from tests.support.probe import FACTS, Noted


async def test_a_fact_that_is_too_large_is_refused_as_such() -> None:
    routes, codec = router(), FactCodec(FACTS)

    @routes.post("/notes")
    @Allow(roles=("officer",))
    async def note(command: Creating) -> Response:
        codec.encode("account:1", 1, Noted("字" * (MAX_STATE_BYTES // 3 + 1)), command.origin())
        return Response(status_code=201)

    app = create_app("notes", clock=FixedClock(), authenticate=by_header, receipts=Receipts().find)
    app.include_router(routes)
    async with asgi(app) as client:
        headers = {"X-Person": "officer-1 officer", "Idempotency-Key": "k-1"}
        answer = await client.post("/notes", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "content_too_large"), answer.text

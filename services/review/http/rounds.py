"""Understands how a round is opened and how rounds are listed over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, Field

from services.review.domain import commands as c
from services.review.domain.rounds import RoundOpened
from services.review.handlers import Handlers
from services.review.http.shown import person, receipt, writing
from services.review.views import Lists, RoundMark, RoundRow
from shared.runtime.http import Allow, Creating, Input, Paged, Public, answer, router
from shared.runtime.http.pages import EARLIEST, LATEST, instant
from shared.runtime.ports import Loaded, Streams

ROUNDS = "review-rounds"


class NewRound(Input):
    """A call for applications under the programme's text of today."""

    programme: Annotated[str, Field(pattern="^[a-z0-9-]{3,64}$", description="Id of the programme.")]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    opens_at: Annotated[AwareDatetime, Field(ge=EARLIEST, le=LATEST)]
    closes_at: Annotated[AwareDatetime, Field(ge=EARLIEST, le=LATEST, description="First instant after the window.")]


@dataclass(frozen=True)
class RoundPage:
    items: list[RoundRow]


def round_routes(handlers: Handlers, streams: Streams, lists: Lists) -> APIRouter:
    """Opening and listing."""
    routes = router(tags=["rounds"])

    @routes.post("/rounds", status_code=201, response_model=RoundOpened)
    @Allow(roles=("officer",), note="an officer of the programme's own region")
    async def opened(body: NewRound, command: Creating) -> Response:
        call = c.OpenRound(command.id, person(command.actor), body.title, body.opens_at, body.closes_at)
        after = await handlers.open_round(streams, body.programme, call, writing(command, _shown, 201))
        return answer(receipt(command, after, _shown, 201))

    @routes.get("/rounds")
    @Public("a call for applications is addressed to everybody")
    async def listed(page: Paged, response: Response) -> RoundPage:
        steps = page.after(ROUNDS, (str, str))
        mark = RoundMark(instant(steps[0]), str(steps[1])) if steps else None
        rows = await lists.rounds(mark, page.limit + 1)
        last = rows[page.limit - 1] if len(rows) > page.limit else None
        response.headers.update(page.link(ROUNDS, (last.opened_at.isoformat(), last.round_id) if last else None))
        return RoundPage(rows[: page.limit])

    return routes


def _shown(loaded: Loaded[Any]) -> RoundOpened | None:
    opened: RoundOpened | None = loaded.state.opened
    return opened

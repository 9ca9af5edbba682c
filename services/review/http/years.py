"""Understands how a year of the calendar is published over HTTP, and which years were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field

from services.review.domain import commands as c
from services.review.domain.years import MOST_MAKE_UP, MOST_NOTICE, MOST_OFF, YearPublished
from services.review.handlers import Handlers
from services.review.http.shown import person, receipt, writing
from services.review.views import Lists, YearRow
from shared.runtime.http import Allow, Creating, Input, Public, answer, router
from shared.runtime.ports import Loaded, Streams

MOST_YEARS = 100


class NewYear(Input):
    """The State Council's notice of one year."""

    year: Annotated[int, Field(ge=2000, le=2200)]
    off: Annotated[tuple[date, ...], Field(max_length=MOST_OFF, description="Every day off that the notice names.")]
    make_up: Annotated[tuple[date, ...], Field(max_length=MOST_MAKE_UP, description="Saturdays and Sundays worked.")]
    notice: Annotated[str, Field(max_length=MOST_NOTICE, description="Which notice says so (its number).")]


@dataclass(frozen=True)
class Years:
    items: list[YearRow]


def year_routes(handlers: Handlers, streams: Streams, lists: Lists) -> APIRouter:
    """Publishing and listing."""
    routes = router(tags=["calendar"])

    @routes.post("/calendar/years", status_code=201, response_model=YearPublished)
    @Allow(roles=("operator", "officer"), note="an operator, or an officer of a province or of the nation")
    async def published(body: NewYear, command: Creating) -> Response:
        publish = c.PublishYear(body.year, person(command.actor), body.off, body.make_up, body.notice)
        after = await handlers.publish_year(streams, publish, writing(command, _shown, 201))
        return answer(receipt(command, after, _shown, 201))

    @routes.get("/calendar/years")
    @Public("which days are worked is public; years that came with the calendar package are not listed")
    async def listed() -> Years:
        return Years(await lists.years(MOST_YEARS))

    return routes


def _shown(loaded: Loaded[Any]) -> YearPublished | None:
    published: YearPublished | None = loaded.state.published
    return published

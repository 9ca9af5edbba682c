"""Understands what anybody may ask about rounds: which are open, from when to when, under which text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.intake.views import RoundMark, RoundRow, Rounds
from shared.runtime.clock import Clock
from shared.runtime.http import Page, Paged, Public, router
from shared.runtime.http.pages import instant

LISTING = "rounds"


@dataclass(frozen=True)
class RoundPage:
    items: list[RoundRow]


def round_routes(rounds: Rounds, clock: Clock) -> APIRouter:
    """Rounds as intake heard of them."""
    routes = router(tags=["rounds"])

    @routes.get("/rounds")
    @Public("a call for applications is addressed to everybody")
    async def listed(
        page: Paged,
        response: Response,
        open_only: Annotated[bool, Query(alias="open", description="Only those that take applications now.")] = True,
    ) -> RoundPage:
        rows = await rounds.page(clock.now() if open_only else None, _mark(page), page.limit + 1)
        last = rows[page.limit - 1] if len(rows) > page.limit else None
        response.headers.update(page.link(LISTING, (last.closes_at.isoformat(), last.round_id) if last else None))
        return RoundPage(rows[: page.limit])

    return routes


def _mark(page: Page) -> RoundMark | None:
    steps = page.after(LISTING, (str, str))
    return RoundMark(instant(steps[0]), str(steps[1])) if steps else None

"""Understands what may be asked of the log: who was told what, when, through which channel, with which result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime

from services.notifications.domain.events import Channel
from services.notifications.http.marks import EARLIEST, LATEST, cut, mark
from services.notifications.views import Log, Standing, Telling, TellingsWanted
from shared.runtime.http import Allow, Paged, router

LISTING = "log"


@dataclass(frozen=True)
class LogPage:
    items: list[Telling]


def wanted(
    case: Annotated[str, Query(max_length=200)] = "",
    event: Annotated[str, Query(max_length=100)] = "",
    channel: Channel | None = None,
    standing: Standing | None = None,
    organisation: Annotated[str, Query(max_length=18, description="USCC of the organisation that was told.")] = "",
    role: Annotated[str, Query(max_length=20, description="Role that was told.")] = "",
    since: Annotated[AwareDatetime | None, Query(ge=EARLIEST, le=LATEST, description="From this instant on.")] = None,
    until: Annotated[AwareDatetime | None, Query(ge=EARLIEST, le=LATEST, description="Before this instant.")] = None,
) -> TellingsWanted:
    return TellingsWanted(case, event, channel or "", standing or "", organisation, role, since, until)


def log_routes(log: Log) -> APIRouter:
    """The log, for whoever inspects and whoever keeps the mail going."""
    routes = router(tags=["log"])

    @routes.get("/log")
    @Allow(roles=("inspector", "operator"), note="every message; addresses are shortened")
    async def listed(wanted: Annotated[TellingsWanted, Depends(wanted)], page: Paged, response: Response) -> LogPage:
        items, link = cut(page, LISTING, await log.page(wanted, mark(page, LISTING), page.limit + 1))
        response.headers.update(link)
        return LogPage(items)

    return routes

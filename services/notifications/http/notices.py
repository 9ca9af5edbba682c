"""Understands what people may ask of their own notices: list them, count the unread, mark one as read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Response

from services.notifications.domain.commands import MarkRead, Reader
from services.notifications.handlers import Handlers
from services.notifications.http.marks import cut, mark
from services.notifications.views import UNREAD_AT_MOST, NoticeRow, Notices, Reach
from shared.envelope import Actor, Role
from shared.identifiers import region_stem
from shared.runtime.http import Allow, Caller, Creating, Paged, answer, router
from shared.runtime.ports import Streams

LISTING = "notices"
TOLD: tuple[Role, ...] = ("applicant", "reviewer", "officer", "approver", "finance")
NOTE = "an applicant's own organisation; an authority's own role, for cases of its region"
MessageId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


@dataclass(frozen=True)
class NoticePage:
    items: list[NoticeRow]


@dataclass(frozen=True)
class Unread:
    """How many notices the caller has not opened; ``more`` where there are more than were counted."""

    unread: int
    more: bool


def notice_routes(notices: Notices, handlers: Handlers, streams: Streams) -> APIRouter:
    """Notices of the caller's organisation, or of the caller's role and region."""
    routes = router(tags=["notices"])

    @routes.get("/notices")
    @Allow(roles=TOLD, note=NOTE)
    async def listed(caller: Caller, page: Paged, response: Response, unread: bool = False) -> NoticePage:
        rows = await notices.page(reach_of(caller), unread, mark(page, LISTING), page.limit + 1)
        items, link = cut(page, LISTING, rows)
        response.headers.update(link)
        return NoticePage(items)

    @routes.get("/notices/unread")
    @Allow(roles=TOLD, note=NOTE)
    async def counted(caller: Caller) -> Unread:
        found = await notices.unread(reach_of(caller), UNREAD_AT_MOST + 1)
        return Unread(min(found, UNREAD_AT_MOST), found > UNREAD_AT_MOST)

    @routes.post("/notices/{message_id}/read")
    @Allow(roles=TOLD, note=NOTE)
    async def read(message_id: MessageId, command: Creating) -> Response:
        reader = Reader(command.actor.id, command.actor.role, command.actor.organisation, command.actor.region)
        receipt = command.receipt(200, {"message_id": message_id, "reader": reader.id})
        await handlers.mark_read(streams, message_id, MarkRead(reader), command.origin(), lambda _: receipt)
        return answer(receipt)

    return routes


def reach_of(actor: Actor) -> Reach:
    """Whose notices the caller sees; without an organisation, or without a region, nobody's."""
    if actor.role == "applicant":
        return Reach(actor.id, organisation=actor.organisation)
    if not actor.region:
        return Reach(actor.id)
    return Reach(actor.id, role=actor.role, stem=region_stem(actor.region))

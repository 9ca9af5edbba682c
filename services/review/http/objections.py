"""Understands which notices stand, how anybody who signs in objects, and how an objection is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Response

from services.review.domain import commands as c
from services.review.domain.errors import CaseUnknown
from services.review.handlers import CASE, Handlers, Write
from services.review.http import bodies as b
from services.review.http.shown import OFFICIALS, Id, Moved, StepId, moved, person, receipt, visible, writing
from services.review.views import Lists, NoticeMark, NoticeRow
from shared.runtime.clock import Clock, local_day
from shared.runtime.http import Allow, Changing, Creating, Page, Paged, Public, answer, router
from shared.runtime.http import codes as edge
from shared.runtime.ports import Streams

NOTICES = "notices"
ObjectionId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


@dataclass(frozen=True)
class Received:
    """The objection's own id, to ask about it."""

    objection: str


@dataclass(frozen=True)
class NoticePage:
    items: list[NoticeRow]


def objection_routes(handlers: Handlers, streams: Streams, lists: Lists, clock: Clock) -> APIRouter:
    """Notices that stand, objecting and answering."""
    routes = router(tags=["objections"])

    @routes.get("/notices")
    @Public("a public notice is addressed to everybody; it names organisations only")
    async def standing(page: Paged, response: Response) -> NoticePage:
        rows = await lists.notices(local_day(clock.now()), _mark(page), page.limit + 1)
        last = rows[page.limit - 1] if len(rows) > page.limit else None
        response.headers.update(page.link(NOTICES, (last.closes_on.isoformat(), last.case_id) if last else None))
        return NoticePage(rows[: page.limit])

    @routes.post("/cases/{case_id}/steps/{step}/objections", status_code=201, response_model=Received)
    @Allow(roles=("public", "applicant"), note="anybody who signs in, by real name where the programme asks for it")
    async def object_to(case_id: Id, step: StepId, body: b.Objection, command: Creating) -> Response:
        if (await streams.load(CASE, case_id)).state.step_type != "notice":
            raise CaseUnknown()  # a case shows itself to the public only while its notice stands
        by = person(command.actor)
        objection = c.ReceiveObjection(step, by, command.id, body.name, body.contact, body.grounds, body.evidence)
        received = Received(command.id)
        told = command.receipt(201, received)  # without the case's version, which is not the public's business
        await handlers.act(streams, case_id, objection, Write(command.origin(), None, lambda after: told))
        return answer(told)

    @routes.post("/cases/{case_id}/steps/{step}/objections/{objection}/answer", response_model=Moved)
    @Allow(roles=OFFICIALS, note="the investigator that the programme names, none of the case's reviewers or experts")
    async def answered(
        case_id: Id, step: StepId, objection: ObjectionId, body: b.Answer, command: Changing
    ) -> Response:
        await visible(streams, case_id, command.actor)
        given = c.AnswerObjection(step, person(command.actor), objection, body.upheld, body.reason)
        after = await handlers.act(streams, case_id, given, writing(command, moved, reason=body.reason))
        return answer(receipt(command, after, moved))

    return routes


def _mark(page: Page) -> NoticeMark | None:
    steps = page.after(NOTICES, (str, str))
    if steps is None:
        return None
    try:
        return NoticeMark(date.fromisoformat(str(steps[0])), str(steps[1]))
    except ValueError:
        raise edge.CURSOR.refuse() from None

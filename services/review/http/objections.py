"""Understands how anybody who signs in objects to a public notice, and how an objection is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Response

from services.review.domain import commands as c
from services.review.domain.errors import CaseUnknown
from services.review.handlers import CASE, Handlers
from services.review.http import bodies as b
from services.review.http.shown import OFFICIALS, Id, Moved, StepId, moved, person, receipt, visible, writing
from shared.runtime.http import Allow, Changing, Creating, answer, router
from shared.runtime.ports import Streams

ObjectionId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


@dataclass(frozen=True)
class Received:
    """The objection's own id, to ask about it."""

    objection: str


def objection_routes(handlers: Handlers, streams: Streams) -> APIRouter:
    """Objecting and answering."""
    routes = router(tags=["objections"])

    @routes.post("/cases/{case_id}/steps/{step}/objections", status_code=201, response_model=Received)
    @Allow(roles=("public", "applicant"), note="anybody who signs in, by real name where the programme asks for it")
    async def object_to(case_id: Id, step: StepId, body: b.Objection, command: Creating) -> Response:
        if (await streams.load(CASE, case_id)).state.step_type != "notice":
            raise CaseUnknown()  # a case shows itself to the public only while its notice stands
        by = person(command.actor)
        objection = c.ReceiveObjection(step, by, command.id, body.name, body.contact, body.grounds, body.evidence)
        received = Received(command.id)
        write = writing(command, lambda after: received, 201)
        await handlers.act(streams, case_id, objection, write)
        return answer(command.receipt(201, received))

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

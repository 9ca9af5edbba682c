"""Understands how a case is opened without an application over HTTP, and how its parties see where it stands."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from services.review.domain import commands as c
from services.review.domain.subject import Applicant
from services.review.handlers import Handlers
from services.review.http.shown import PARTIES, Id, Moved, moved, person, receipt, visible, writing
from services.review.views import Lists
from shared.runtime.http import Allow, Caller, Creating, Input, answer, etag, router, unchanged
from shared.runtime.ports import Streams


class Subject(Input):
    """The organisation that the case is about."""

    uscc: Annotated[str, Field(min_length=18, max_length=18)]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    region: Annotated[str, Field(pattern="^([0-9]{6}|[A-Z]{2,12})$", description="GB/T 2260 code.")]
    level: Annotated[str, Field(min_length=1, max_length=64, description="One of the programme's levels.")]
    kind: Annotated[str, Field(max_length=64, description="One of the programme's kinds of applicant.")] = ""
    category: Annotated[str, Field(max_length=64, description="One of the programme's categories.")] = ""


class NewCase(Input):
    """Open a case under one of the programme's procedures."""

    programme: Annotated[str, Field(pattern="^[a-z0-9-]{3,64}$", description="Id of the programme.")]
    procedure: Annotated[str, Field(pattern="^[a-z][a-z0-9_.-]{0,63}$", description="Id of the procedure.")]
    subject: Subject
    title: Annotated[
        str, Field(max_length=64, description="Number of the title it runs on, where several are held.")
    ] = ""


def procedure_routes(handlers: Handlers, streams: Streams, lists: Lists) -> APIRouter:
    """Opening, and where a case stands."""
    routes = router(tags=["cases"])

    @routes.post("/cases", status_code=201, response_model=Moved)
    @Allow(roles=PARTIES, note="the authority that opens the procedure or acts first; applicants begin at intake")
    async def opened(body: NewCase, command: Creating) -> Response:
        by, asks = person(command.actor), body.subject
        subject = Applicant(asks.uscc, asks.name.strip(), asks.region, asks.level, asks.kind, asks.category)
        opening = c.OpenCase(command.id, body.programme, "", subject, body.procedure, title_number=body.title)
        write = writing(command, moved, 201)
        after = await handlers.open_directly(streams, body.programme, opening, by, write, lists.held)
        return answer(receipt(command, after, moved, 201))

    @routes.get("/cases/{case_id}/standing", response_model=Moved)
    @Allow(roles=PARTIES, note="officials and operators of the region; applicants of the own organisation")
    async def standing(case_id: Id, actor: Caller, request: Request, response: Response) -> Moved | Response:
        loaded = await visible(streams, case_id, actor)
        if unchanged(request.headers, loaded.version):
            return Response(status_code=304, headers={"ETag": etag(loaded.version)})
        response.headers["ETag"] = etag(loaded.version)
        return moved(loaded)

    return routes

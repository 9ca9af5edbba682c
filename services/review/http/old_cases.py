"""Understands how a case that was begun on paper is taken over, over HTTP (存量案件接续)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from services.review.domain import commands as c
from services.review.domain.subject import Applicant
from services.review.domain.taking_over import MOST_RECORD
from services.review.handlers import Handlers
from services.review.http.bodies import Sentence
from services.review.http.procedures import NewCase
from services.review.http.shown import OFFICIALS, Moved, moved, person, receipt, writing
from services.review.views import Lists
from shared.runtime.http import Allow, Creating, answer, router
from shared.runtime.ports import Streams


class OldCase(NewCase):
    """Take over a case that was begun on paper under a text that takes no new case any more."""

    begun_on: Annotated[date, Field(description="Day on which the case was begun on paper.")]
    record: Annotated[
        str, Field(min_length=1, max_length=MOST_RECORD, description="Number of its file (卷宗号), in full.")
    ]
    reason: Sentence


def old_case_routes(handlers: Handlers, streams: Streams, lists: Lists) -> APIRouter:
    """Taking over."""
    routes = router(tags=["cases"])

    @routes.post("/cases/taken-over", status_code=201, response_model=Moved)
    @Allow(roles=OFFICIALS, note="the authority that opens the procedure or acts first; else those who decide in it")
    async def taken_over(body: OldCase, command: Creating) -> Response:
        by, asks = person(command.actor), body.subject
        subject = Applicant(asks.uscc, asks.name.strip(), asks.region, asks.level, asks.kind, asks.category)
        opening = c.OpenCase("", body.programme, "", subject, body.procedure, title_number=body.title)
        taking = c.TakeOverCase(opening, body.begun_on, body.record, body.reason, by)
        write = writing(command, moved, 201, reason=body.reason)
        after = await handlers.take_over(streams, body.programme, taking, write, lists.held)
        return answer(receipt(command, after, moved, 201))

    return routes

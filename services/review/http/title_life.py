"""Understands how what becomes of a title is recorded over HTTP: findings, receipts, time to put something right."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from services.review.domain import commands as c
from services.review.domain.holding import Kind
from services.review.http.bodies import Sentence, Sha256
from services.review.http.shown import Id, person, receipt, writing
from services.review.http.titles import ShownTitle, shown_title, visible_title
from services.review.titles import TitleHandlers
from shared.runtime.http import Allow, Changing, Input, answer, router
from shared.runtime.ports import Streams

IN_CHARGE = "a reviewer or officer in whose region the holder lies"
Paper = Annotated[str, Field(pattern="^([0-9a-f]{64})?$", description="SHA-256 of the paper that shows it.")]


class Finding(Input):
    """What was established about the holder."""

    kind: Annotated[Kind, Field(description="What a ground of revocation needs.")]
    happened_on: date
    reason: Sentence
    ground: Annotated[str, Field(max_length=64, description="Counts for this ground only; empty: for all.")] = ""
    paper: Paper = ""


class Receipt(Input):
    """What was owed came in."""

    reason: Sentence
    due_on: Annotated[date | None, Field(description="For which day; empty: for what is owed now.")] = None
    paper: Paper = ""
    event: Annotated[str, Field(max_length=100, description="For which event, where several wait.")] = ""


class RectificationOrder(Input):
    """What to put right, and the last day for it."""

    ground: Annotated[str, Field(min_length=1, max_length=64)]
    reason: Sentence
    due_on: date


class RectificationResult(Input):
    """Whether it was put right."""

    rectified: bool
    reason: Sentence
    proof: Annotated[tuple[Sha256, ...], Field(max_length=50, description="Papers that show it.")] = ()


def title_life_routes(handlers: TitleHandlers, streams: Streams) -> APIRouter:
    """What is recorded on a title between its award and its end."""
    routes = router(tags=["titles"])

    @routes.post("/titles/{case_id}/findings", response_model=ShownTitle)
    @Allow(roles=("reviewer", "officer"), note=IN_CHARGE)
    async def found(case_id: Id, body: Finding, command: Changing) -> Response:
        await visible_title(streams, case_id, command.actor)
        by = person(command.actor)
        finding = c.RecordFinding(by, body.kind, body.happened_on, body.reason, body.ground, body.paper)
        write = writing(command, shown_title, reason=body.reason)
        after = await handlers.record_finding(streams, case_id, finding, write)
        return answer(receipt(command, after, shown_title))

    @routes.post("/titles/{case_id}/obligations/{obligation}/receipt", response_model=ShownTitle)
    @Allow(roles=("reviewer", "officer"), note="the party that the text names as receiver, in the holder's region")
    async def received(case_id: Id, obligation: str, body: Receipt, command: Changing) -> Response:
        await visible_title(streams, case_id, command.actor)
        came = c.RecordReceipt(person(command.actor), obligation, body.reason, body.due_on, body.paper, body.event)
        write = writing(command, shown_title, reason=body.reason)
        after = await handlers.record_receipt(streams, case_id, came, write)
        return answer(receipt(command, after, shown_title))

    @routes.post("/titles/{case_id}/rectification-order", response_model=ShownTitle)
    @Allow(roles=("officer",), note="an officer of the programme's own region")
    async def ordered(case_id: Id, body: RectificationOrder, command: Changing) -> Response:
        await visible_title(streams, case_id, command.actor)
        order = c.OrderRectification(person(command.actor), body.ground, body.reason, body.due_on)
        write = writing(command, shown_title, reason=body.reason)
        after = await handlers.order_rectification(streams, case_id, order, write)
        return answer(receipt(command, after, shown_title))

    @routes.post("/titles/{case_id}/rectifications/{ground}/result", response_model=ShownTitle)
    @Allow(roles=("reviewer", "officer"), note=IN_CHARGE)
    async def settled(case_id: Id, ground: str, body: RectificationResult, command: Changing) -> Response:
        await visible_title(streams, case_id, command.actor)
        result = c.SettleRectification(person(command.actor), ground, body.rectified, body.reason, body.proof)
        write = writing(command, shown_title, reason=body.reason)
        after = await handlers.settle_rectification(streams, case_id, result, write)
        return answer(receipt(command, after, shown_title))

    return routes

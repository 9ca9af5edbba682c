"""Understands how the move of a running case to another text is looked into, proposed and answered over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.review.domain import commands as c
from services.review.domain.errors import MoveNeedsStep, MoveStepImpossible, TextDoesNotFollow
from services.review.domain.moving import Texts, place_in
from services.review.domain.subject import Case
from services.review.handlers import Handlers
from services.review.http.bodies import Reason, Sentence
from services.review.http.shown import OFFICIALS, SCOPE, Id, Moved, moved, person, receipt, visible, writing
from services.review.kinds import Programmes, text_at
from shared.programmes.catalogue import NoSuchProgramme
from shared.programmes.diff import Change, differences
from shared.runtime.http import Allow, Caller, Changing, Input, answer, router
from shared.runtime.ports import Streams

REF = "^[a-z][a-z0-9-]{2,63}@sha256:[0-9a-f]{64}$"
NOTE = "the parties that decide in the case's procedure"


class MoveProposal(Input):
    """Go on under another text: its address, the rule that says so, why, and where where the steps differ."""

    to: Annotated[str, Field(pattern=REF, description="Address of the text: id@sha256:hex.")]
    rule: Sentence
    reason: Sentence
    step: Annotated[
        str,
        Field(pattern="^([A-Za-z][A-Za-z0-9_.-]{0,63})?$", description="Begin anew at this step; empty: stay."),
    ] = ""


class Agreement(Input):
    """Agreement of another person."""

    reason: Sentence = ""


@dataclass(frozen=True)
class MovePreview:
    """What would be different. ``stays``: whether the case can stay at its step; where not, ``why``, and a proposal
    names the step to begin anew at."""

    before: str
    after: str
    step: str
    stays: bool
    why_zh: str
    why_en: str
    changes: tuple[Change, ...]


def move_routes(handlers: Handlers, streams: Streams, programmes: Programmes) -> APIRouter:
    """Looking into a move, and the two persons who make it."""
    routes = router(tags=["moves"])

    @routes.get("/cases/{case_id}/move-preview")
    @Allow(roles=(*OFFICIALS, "inspector"), note=SCOPE)
    async def preview(case_id: Id, actor: Caller, to: Annotated[str, Query(pattern=REF)]) -> MovePreview:
        case = (await visible(streams, case_id, actor)).state
        try:
            wanted = programmes.get(to)
        except NoSuchProgramme:
            raise TextDoesNotFollow() from None
        return _preview(case, Texts(text_at(programmes, case.programme), wanted))

    @routes.post("/cases/{case_id}/move-proposal", response_model=Moved)
    @Allow(roles=OFFICIALS, note=NOTE)
    async def proposed(case_id: Id, body: MoveProposal, command: Changing) -> Response:
        await visible(streams, case_id, command.actor)
        proposal = c.ProposeMove(person(command.actor), body.to, body.rule, body.reason, body.step)
        after = await handlers.propose_move(streams, case_id, proposal, writing(command, moved, reason=body.reason))
        return answer(receipt(command, after, moved))

    @routes.post("/cases/{case_id}/move-confirmation", response_model=Moved)
    @Allow(roles=OFFICIALS, note=f"{NOTE}; another person than the one who proposed")
    async def confirmed(case_id: Id, body: Agreement, command: Changing) -> Response:
        await visible(streams, case_id, command.actor)
        agreement = c.ConfirmMove(person(command.actor), body.reason)
        after = await handlers.confirm_move(streams, case_id, agreement, writing(command, moved, reason=body.reason))
        return answer(receipt(command, after, moved))

    @routes.post("/cases/{case_id}/move-dismissal", response_model=Moved)
    @Allow(roles=OFFICIALS, note=NOTE)
    async def dismissed(case_id: Id, body: Reason, command: Changing) -> Response:
        await visible(streams, case_id, command.actor)
        dismissal = c.DismissMove(person(command.actor), body.reason)
        after = await handlers.dismiss_move(streams, case_id, dismissal, writing(command, moved, reason=body.reason))
        return answer(receipt(command, after, moved))

    return routes


def _preview(case: Case, texts: Texts) -> MovePreview:
    why_zh = why_en = ""
    if case.step:
        try:
            place_in(texts, case)
        except (MoveNeedsStep, MoveStepImpossible) as refusal:
            why_zh, why_en = refusal.zh, refusal.en
    stays = bool(case.step) and not why_en
    changes = differences(texts.old, texts.new)
    return MovePreview(texts.old.ref, texts.new.ref, case.step, stays, why_zh, why_en, changes)

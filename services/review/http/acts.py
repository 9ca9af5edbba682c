"""Understands which acts there are in the steps of a case: one table from path to command, one way to carry them out.

Whose act it is stands in the case's programme and is judged by the domain; a route lets in every role that some
programme may give it to.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response

from services.review.domain import commands as c
from services.review.domain.people import Person
from services.review.domain.steps.check import Item
from services.review.domain.steps.score_acts import Expert
from services.review.domain.steps.shape import StepCommand
from services.review.domain.subject import Paper
from services.review.handlers import Handlers
from services.review.http import bodies as b
from services.review.http.shown import OFFICIALS, PARTIES, Id, Moved, StepId, moved, person, receipt, visible, writing
from shared.envelope import Role
from shared.runtime.http import Allow, Changing, Input, answer, router
from shared.runtime.ports import Streams

NOTE = "the party that the case's programme names for the step, in its region"
EXPERTS: tuple[Role, ...] = ("expert",)
NONCE_BYTES = 16
DESKS: tuple[Role, ...] = (*OFFICIALS, "operator")
"""Whom a programme may let examine and decide: a platform's operator has desks of its own."""


@dataclass(frozen=True)
class Act:
    """One route: ``POST /cases/{case_id}/steps/{step}/<path>``. ``body`` is None where nothing is sent along."""

    path: str
    body: type[Input] | None
    make: Callable[..., StepCommand]
    roles: tuple[Role, ...] = DESKS


def _correction(step: str, by: Person, body: b.Correction) -> StepCommand:
    return c.RequestCorrection(step, by, tuple(Item(item.subject, item.fault) for item in body.items))


def _experts(step: str, by: Person, body: b.Experts) -> StepCommand:
    experts = tuple(Expert(e.id, e.name, e.organisation) for e in body.experts)
    return c.AssignExperts(step, by, experts, secrets.token_hex(NONCE_BYTES))


def _same(command: Callable[..., StepCommand]) -> Callable[..., StepCommand]:
    """A command whose fields are those of the body."""

    def make(step: str, by: Person, body: Input | None = None) -> StepCommand:
        given = {} if body is None else {name: getattr(body, name) for name in type(body).model_fields}
        return command(step=step, by=by, **given)

    return make


def _filing(step: str, by: Person, body: b.Filing) -> StepCommand:
    papers = tuple(Paper(p.material, p.name, p.media_type, p.sha256, p.size) for p in body.papers)
    return c.FileInStep(step, by, body.answers, papers)


ACTS: tuple[Act, ...] = (
    Act("filing", b.Filing, _filing, PARTIES),
    Act("acceptance", None, _same(c.AcceptApplication)),
    Act("correction", b.Correction, _correction),
    Act("refusal", b.Reason, _same(c.RefuseAcceptance)),
    Act("verdicts", b.Verdict, _same(c.RecordVerdict)),
    Act("computed-verdicts", None, _same(c.ConfirmComputed)),
    Act("conclusion", b.Opinion, _same(c.ConcludeAssessment)),
    Act("endorsement", b.Endorsement, _same(c.GiveEndorsement), PARTIES),
    Act("panel", b.Experts, _experts),
    Act("panel-closing", b.Reason, _same(c.ClosePanel)),
    Act("conflict", b.Reason, _same(c.DeclareConflict), EXPERTS),
    Act("score", b.Sheet, _same(c.SealScore), EXPERTS),
    Act("visit", b.Visit, _same(c.RecordVisit)),
    Act("visit-waiver", b.Reason, _same(c.WaiveVisit)),
    Act("listing", b.Listing, _same(c.DecideListing)),
    Act("posting", b.Address, _same(c.PostNotice)),
    Act("recount", None, _same(c.RecountNotice)),
    Act("closing", None, _same(c.CloseNotice)),
    Act("closing-as-counted", b.Reason, _same(c.CloseNotice)),
    Act("proposal", b.Proposal, _same(c.ProposeDecision)),
    Act("approval", b.Approval, _same(c.ApproveDecision)),
    Act("return", b.Disagreement, _same(c.ReturnProposal)),
    Act("publication", b.Address, _same(c.PublishContent), PARTIES),
    Act("publication-withdrawal", b.Reason, _same(c.WithdrawContent), PARTIES),
    Act("inspection", b.Inspection, _same(c.RecordInspection), PARTIES),
    Act("payment", b.Payment, _same(c.PayInstalment)),
    Act("payment-stop", b.Reason, _same(c.StopPayment)),
    Act("rectification", b.Rectification, _same(c.AcceptRectification), PARTIES),
)


def act_routes(handlers: Handlers, streams: Streams) -> APIRouter:
    """Every act of the table."""
    routes = router(tags=["acts"])
    for act in ACTS:
        endpoint = _with_body(handlers, streams, act) if act.body else _without_body(handlers, streams, act)
        path = f"/cases/{{case_id}}/steps/{{step}}/{act.path}"
        name = act.path.replace("-", "_")
        routes.add_api_route(path, Allow(act.roles, NOTE)(endpoint), methods=["POST"], response_model=Moved, name=name)
    return routes


Endpoint = Callable[..., Any]


def _with_body(handlers: Handlers, streams: Streams, act: Act) -> Endpoint:
    async def endpoint(case_id: Id, step: StepId, body: Input, command: Changing) -> Response:
        return await _carry_out(handlers, streams, case_id, act.make(step, person(command.actor), body), command)

    # FastAPI reads the body's shape from here; each act has its own.
    endpoint.__annotations__["body"] = act.body
    return endpoint


def _without_body(handlers: Handlers, streams: Streams, act: Act) -> Endpoint:
    async def endpoint(case_id: Id, step: StepId, command: Changing) -> Response:
        return await _carry_out(handlers, streams, case_id, act.make(step, person(command.actor)), command)

    return endpoint


async def _carry_out(
    handlers: Handlers, streams: Streams, case_id: str, asked: StepCommand, command: Changing
) -> Response:
    await visible(streams, case_id, command.actor)
    reason = getattr(asked, "reason", "") or getattr(asked, "opinion", "")
    after = await handlers.act(streams, case_id, asked, writing(command, moved, reason=reason))
    return answer(receipt(command, after, moved))

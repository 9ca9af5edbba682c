"""Understands how an application is declared true, submitted and withdrawn over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from services.intake.domain import commands as c
from services.intake.domain.errors import NotDeclared
from services.intake.handlers import Handlers
from services.intake.http.applications import Id
from services.intake.http.shown import Shown, person, receipt, visible, writing
from shared.runtime.http import Allow, Changing, Input, answer, router
from shared.runtime.ports import Streams


class Withdrawal(Input):
    """Why the application is taken back."""

    reason: Annotated[str, Field(min_length=1, max_length=2000)]


class Declaration(Input):
    """The truthfulness declaration: the caller signs it by name of the account."""

    true: Annotated[bool, Field(description="Must be true: what stands in the application is true.")]


def filing_routes(handlers: Handlers, streams: Streams) -> APIRouter:
    """Declaring, submitting, withdrawing."""
    routes = router(tags=["applications"])

    @routes.post("/applications/{case_id}/declaration", response_model=Shown)
    @Allow(roles=("applicant",), note="own organisation")
    async def declare(case_id: Id, body: Declaration, command: Changing) -> Response:
        await visible(streams, case_id, command.actor)
        if not body.true:
            raise NotDeclared()
        declaration = c.DeclareTruth(person(command.actor))
        after = await handlers.declare_truth(streams, case_id, declaration, writing(command))
        return answer(receipt(command, after))

    @routes.post("/applications/{case_id}/submission", response_model=Shown)
    @Allow(roles=("applicant",), note="own organisation")
    async def submit(case_id: Id, command: Changing) -> Response:
        await visible(streams, case_id, command.actor)
        submission = c.SubmitApplication(person(command.actor))
        after = await handlers.submit_application(streams, case_id, submission, writing(command))
        return answer(receipt(command, after))

    @routes.post("/applications/{case_id}/withdrawal", response_model=Shown)
    @Allow(roles=("applicant",), note="own organisation")
    async def withdraw(case_id: Id, body: Withdrawal, command: Changing) -> Response:
        await visible(streams, case_id, command.actor)
        withdrawal = c.WithdrawApplication(body.reason, person(command.actor))
        after = await handlers.withdraw_application(streams, case_id, withdrawal, writing(command, reason=body.reason))
        return answer(receipt(command, after))

    return routes

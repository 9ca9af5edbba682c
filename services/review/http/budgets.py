"""Understands how the plan of a year's money is recorded and how its use is shown over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import Field

from services.review.domain import commands as c
from services.review.domain.budgets import BudgetPlanned
from services.review.handlers import Handlers
from services.review.http.shown import OFFICIALS, person, receipt, writing
from services.review.views import Money, PurseMark, PurseRow
from shared.identifiers import region_stem
from shared.runtime.http import Allow, Caller, Creating, Input, Page, Paged, answer, router
from shared.runtime.http import codes as edge
from shared.runtime.ports import Loaded, Streams

PURSES = "purses"
FIRST_YEAR, LAST_YEAR = 2000, 2100
ProgrammeId = Annotated[str, Path(pattern="^[a-z0-9-]{3,64}$", description="Id of the programme.")]


class Plan(Input):
    """What the plan of a year gives from one source of a budget."""

    budget: Annotated[str, Field(min_length=1, max_length=64)]
    source: Annotated[str, Field(min_length=1, max_length=64)]
    year: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
    amount: Annotated[str, Field(pattern=r"^[0-9]{1,13}(\.[0-9]{1,2})?$", description="CNY, a decimal string.")]
    document: Annotated[str, Field(max_length=200, description="Number of the document that says so.")]


@dataclass(frozen=True)
class PursePage:
    items: list[PurseRow]


def budget_routes(handlers: Handlers, streams: Streams, money: Money) -> APIRouter:
    """Plans and their use."""
    routes = router(tags=["budgets"])

    @routes.post("/budgets/{programme}/plans", status_code=201, response_model=BudgetPlanned)
    @Allow(roles=("finance",), note="the finance office of the programme's own region")
    async def planned(programme: ProgrammeId, body: Plan, command: Creating) -> Response:
        said = (body.budget, body.source, body.year, body.amount, body.document)
        asked = c.PlanBudget(*said, person(command.actor))
        written = writing(command, _planned, 201, reason=body.document)
        after = await handlers.plan_budget(streams, programme, asked, written)
        return answer(receipt(command, after, _planned, 201))

    @routes.get("/budgets/{programme}")
    @Allow(roles=(*OFFICIALS, "inspector"), note="programmes of the own region; discipline inspection reads all")
    async def purses(programme: ProgrammeId, actor: Caller, page: Paged, response: Response) -> PursePage:
        stem = "" if actor.role == "inspector" else region_stem(actor.region) if actor.region else "!"
        rows = await money.purses(programme, stem, _mark(page), page.limit + 1)
        last = rows[page.limit - 1] if len(rows) > page.limit else None
        response.headers.update(page.link(PURSES, (last.budget, last.source, last.year) if last else None))
        return PursePage(rows[: page.limit])

    return routes


def _planned(loaded: Loaded[Any]) -> BudgetPlanned | None:
    planned: BudgetPlanned | None = loaded.state.planned
    return planned


def _mark(page: Page) -> PurseMark | None:
    steps = page.after(PURSES, (str, str, int))
    if steps is None:
        return None
    if not FIRST_YEAR <= int(steps[2]) <= LAST_YEAR:
        raise edge.CURSOR.refuse()
    return PurseMark(str(steps[0]), str(steps[1]), int(steps[2]))

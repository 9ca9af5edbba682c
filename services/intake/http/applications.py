"""Understands how an application is begun, answered, listed and read over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from services.intake.domain import commands as c
from services.intake.domain.parts import Applicant
from services.intake.handlers import Handlers, Programmes, text_at
from services.intake.http.checked import Checked, checked
from services.intake.http.shown import Shown, person, receipt, shown, visible, writing
from services.intake.views import ApplicationMark, ApplicationRow, Applications, ApplicationsWanted
from shared.runtime.clock import Clock
from shared.runtime.http import Allow, Caller, Changing, Creating, Input, Page, Paged, answer, etag, router, unchanged
from shared.runtime.http.pages import instant
from shared.runtime.ports import Streams

LISTING = "applications"
OWN = "own organisation; discipline inspection reads all"
Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="Id of the application, which is the case's.")]
MOST_ANSWERS = 500


class NewApplication(Input):
    """Begin an application for the caller's own organisation."""

    round_id: Annotated[str, Field(min_length=1, max_length=64)]
    name: Annotated[str, Field(min_length=1, max_length=200, description="Registered name.")]
    region: Annotated[str, Field(pattern="^([0-9]{6}|[A-Z]{2,12})$", description="GB/T 2260 code.")]
    level: Annotated[str, Field(min_length=1, max_length=64, description="One of the programme's levels.")]
    kind: Annotated[
        str, Field(max_length=64, description="Kind of applicant; needed where the programme lists kinds.")
    ] = ""
    category: Annotated[
        str, Field(max_length=64, description="Category applied for; needed where the programme lists categories.")
    ] = ""


class Answers(Input):
    """Answers by their key (``staff_count``, ``smes_served[last]``); numbers are decimal strings."""

    given: dict[str, bool | str] = Field(default_factory=dict, max_length=MOST_ANSWERS)
    cleared: tuple[str, ...] = Field((), max_length=MOST_ANSWERS, description="Keys to take back.")


@dataclass(frozen=True)
class ApplicationPage:
    items: list[ApplicationRow]


def application_routes(
    handlers: Handlers, streams: Streams, applications: Applications, programmes: Programmes, clock: Clock
) -> APIRouter:
    """Drawing up and reading."""
    routes = router(tags=["applications"])

    @routes.post("/applications", status_code=201, response_model=Shown)
    @Allow(roles=("applicant",), note="own organisation")
    async def begin(body: NewApplication, command: Creating, request: Request) -> Response:
        by = person(command.actor)
        applicant = Applicant(by.organisation, body.name.strip(), body.region, body.level, body.kind, body.category)
        draft = c.DraftApplication(command.id, body.round_id, applicant, by)

        def location(case_id: str) -> str:
            return f"{request.url.path}/{case_id}"

        after = await handlers.draft_application(streams, draft, writing(command, 201, location))
        return answer(receipt(command, after, 201, location))

    @routes.get("/applications")
    @Allow(roles=("applicant", "inspector"), note=OWN)
    async def listed(
        actor: Caller,
        page: Paged,
        response: Response,
        status: Annotated[
            Literal[
                "", "draft", "submitted", "returned", "withdrawn", "refused", "completed", "titled", "revoked", "lapsed"
            ],
            Query(),
        ] = "",
        programme: Annotated[str, Query(max_length=200, description="Programme id, with or without digest.")] = "",
        round_id: Annotated[str, Query(max_length=64)] = "",
    ) -> ApplicationPage:
        # An applicant without an organisation has none: an empty selector must never select everybody's.
        own = actor.organisation or "-" if actor.role == "applicant" else ""
        wanted = ApplicationsWanted(uscc=own, status=status, programme=programme, round_id=round_id)
        rows = await applications.page(wanted, _mark(page), page.limit + 1)
        last = rows[page.limit - 1] if len(rows) > page.limit else None
        response.headers.update(page.link(LISTING, (last.drafted_at.isoformat(), last.case_id) if last else None))
        return ApplicationPage(rows[: page.limit])

    @routes.get("/applications/{case_id}", response_model=Shown)
    @Allow(roles=("applicant", "inspector"), note=OWN)
    async def read(case_id: Id, actor: Caller, request: Request, response: Response) -> Shown | Response:
        loaded = await visible(streams, case_id, actor)
        if unchanged(request.headers, loaded.version):
            return Response(status_code=304, headers={"ETag": etag(loaded.version)})
        response.headers["ETag"] = etag(loaded.version)
        return shown(loaded)

    @routes.patch("/applications/{case_id}/answers", response_model=Shown)
    @Allow(roles=("applicant",), note="own organisation")
    async def answered(case_id: Id, body: Answers, command: Changing) -> Response:
        await visible(streams, case_id, command.actor)
        give = c.GiveAnswers(body.given, person(command.actor), body.cleared)
        after = await handlers.give_answers(streams, case_id, give, writing(command))
        return answer(receipt(command, after))

    @routes.get("/applications/{case_id}/self-check")
    @Allow(roles=("applicant", "inspector"), note=OWN)
    async def self_checked(case_id: Id, actor: Caller) -> Checked:
        loaded = await visible(streams, case_id, actor)
        now = clock.now()
        overlaps = await handlers.objections(streams, loaded.state, now)
        return checked(loaded.state, text_at(programmes, loaded.state.programme), now, overlaps)

    return routes


def _mark(page: Page) -> ApplicationMark | None:
    steps = page.after(LISTING, (str, str))
    return ApplicationMark(instant(steps[0]), str(steps[1])) if steps else None

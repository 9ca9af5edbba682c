"""Understands how titles are listed and how a revocation is proposed, confirmed or dismissed over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from services.review.domain import commands as c
from services.review.domain.errors import TitleUnknown
from services.review.domain.title import RevocationProposed, Title, TitleEntered
from services.review.handlers import TITLE, Handlers
from services.review.http.bodies import Reason, Sentence
from services.review.http.shown import Id, person, receipt, writing
from services.review.views import Lists, TitleMark, TitleRow
from shared.envelope import Actor
from shared.identifiers import region_contains, region_stem
from shared.runtime.http import Allow, Caller, Changing, Input, Paged, answer, etag, router, unchanged
from shared.runtime.http.pages import instant
from shared.runtime.ports import Loaded, Streams

TITLES = "review-titles"
READ = "own region; discipline inspection reads all"


class RevocationProposal(Input):
    """A ground of the programme, why, and what proves it."""

    ground: Annotated[str, Field(min_length=1, max_length=64)]
    reason: Sentence
    evidence: Annotated[tuple[Annotated[str, Field(max_length=2000)], ...], Field(max_length=50)] = ()


class Confirmation(Input):
    """Agreement of another person."""

    reason: Sentence = ""


@dataclass(frozen=True)
class TitlePage:
    items: list[TitleRow]


@dataclass(frozen=True)
class ShownTitle:
    """One title; ``version`` is the ETag's number."""

    case_id: str
    version: int
    status: str
    entered: TitleEntered
    proposal: RevocationProposed | None


def title_routes(handlers: Handlers, streams: Streams, lists: Lists) -> APIRouter:
    """Titles and their revocation by two persons."""
    routes = router(tags=["titles"])

    @routes.get("/titles")
    @Allow(roles=("reviewer", "officer", "approver", "inspector"), note=READ)
    async def listed(
        actor: Caller,
        page: Paged,
        response: Response,
        status: Annotated[Literal["", "held", "proposed", "ordered", "revoked"], Query()] = "",
    ) -> TitlePage:
        stem = "" if actor.role == "inspector" else region_stem(actor.region) if actor.region else "!"
        steps = page.after(TITLES, (str, str))
        mark = TitleMark(instant(steps[0]), str(steps[1])) if steps else None
        rows = await lists.titles(stem, status, mark, page.limit + 1)
        last = rows[page.limit - 1] if len(rows) > page.limit else None
        response.headers.update(page.link(TITLES, (last.entered_at.isoformat(), last.case_id) if last else None))
        return TitlePage(rows[: page.limit])

    @routes.get("/titles/{case_id}", response_model=ShownTitle)
    @Allow(roles=("reviewer", "officer", "approver", "inspector"), note=READ)
    async def read(case_id: Id, actor: Caller, request: Request, response: Response) -> ShownTitle | Response:
        loaded = await _visible(streams, case_id, actor)
        if unchanged(request.headers, loaded.version):
            return Response(status_code=304, headers={"ETag": etag(loaded.version)})
        response.headers["ETag"] = etag(loaded.version)
        return _shown(loaded)

    @routes.post("/titles/{case_id}/revocation-proposal", response_model=ShownTitle)
    @Allow(roles=("officer",), note="an officer of the programme's own region")
    async def proposed(case_id: Id, body: RevocationProposal, command: Changing) -> Response:
        await _visible(streams, case_id, command.actor)
        proposal = c.ProposeRevocation(person(command.actor), body.ground, body.reason, body.evidence)
        write = writing(command, _shown, reason=body.reason)
        after = await handlers.propose_revocation(streams, case_id, proposal, write)
        return answer(receipt(command, after, _shown))

    @routes.post("/titles/{case_id}/revocation-confirmation", response_model=ShownTitle)
    @Allow(roles=("officer", "approver"), note="another person than the one who proposed")
    async def confirmed(case_id: Id, body: Confirmation, command: Changing) -> Response:
        await _visible(streams, case_id, command.actor)
        confirmation = c.ConfirmRevocation(person(command.actor), body.reason)
        write = writing(command, _shown, reason=body.reason)
        after = await handlers.confirm_revocation(streams, case_id, confirmation, write)
        return answer(receipt(command, after, _shown))

    @routes.post("/titles/{case_id}/revocation-dismissal", response_model=ShownTitle)
    @Allow(roles=("officer", "approver"), note="another person than the one who proposed")
    async def dismissed(case_id: Id, body: Reason, command: Changing) -> Response:
        await _visible(streams, case_id, command.actor)
        dismissal = c.DismissRevocation(person(command.actor), body.reason)
        write = writing(command, _shown, reason=body.reason)
        after = await handlers.dismiss_revocation(streams, case_id, dismissal, write)
        return answer(receipt(command, after, _shown))

    return routes


async def _visible(streams: Streams, case_id: str, actor: Actor) -> Loaded[Title]:
    loaded = await streams.load(TITLE, case_id)
    entered = loaded.state.entered
    if entered is None:
        raise TitleUnknown()
    if actor.role != "inspector" and not region_contains(actor.region, entered.holder_region):
        raise TitleUnknown()
    return loaded


def _shown(loaded: Loaded[Any]) -> ShownTitle:
    title: Title = loaded.state
    assert title.entered is not None, "a title that changed was entered"
    return ShownTitle(title.entered.case_id, loaded.version, title.status, title.entered, title.proposal)

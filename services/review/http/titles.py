"""Understands how titles are listed and how a revocation is proposed, confirmed or dismissed over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from services.review.domain import commands as c
from services.review.domain.errors import TitleUnknown
from services.review.domain.holding import (
    FindingRecorded,
    ObligationMet,
    ObligationMissed,
    Order,
    ReviewDayPassed,
    ReviewHeld,
    RevocationProposed,
    Title,
    TitleDateSet,
    TitleEntered,
    TitleLapsed,
)
from services.review.http.bodies import Reason, Sentence
from services.review.http.shown import Id, person, receipt, writing
from services.review.kinds import TITLE
from services.review.titles import TitleHandlers
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
    proofs: Annotated[
        tuple[Annotated[str, Field(max_length=100)], ...],
        Field(max_length=100, description="Findings and omissions on the title's record; empty: all that fit."),
    ] = ()
    no_excuse: Annotated[Sentence, Field(description="Why what the text lets excuse it does not hold.")] = ""


class Confirmation(Input):
    """Agreement of another person."""

    reason: Sentence = ""


@dataclass(frozen=True)
class TitlePage:
    items: list[TitleRow]


@dataclass(frozen=True)
class ShownTitle:
    """One title with its life; ``version`` is the ETag's number, ``dates`` are what is due, the next first."""

    case_id: str
    version: int
    status: str
    entered: TitleEntered
    proposal: RevocationProposed | None
    valid_to: date | None
    lapsed: TitleLapsed | None
    dates: list[TitleDateSet]
    findings: list[FindingRecorded]
    missed: list[ObligationMissed]
    met: list[ObligationMet]
    orders: list[Order]
    reviews: list[ReviewHeld | ReviewDayPassed]
    running: dict[str, str]


def title_routes(handlers: TitleHandlers, streams: Streams, lists: Lists) -> APIRouter:
    """Titles and their revocation by two persons."""
    routes = router(tags=["titles"])

    @routes.get("/titles")
    @Allow(roles=("reviewer", "officer", "approver", "inspector"), note=READ)
    async def listed(
        actor: Caller,
        page: Paged,
        response: Response,
        status: Annotated[Literal["", "held", "proposed", "ordered", "revoked", "lapsed"], Query()] = "",
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
        loaded = await visible_title(streams, case_id, actor)
        if unchanged(request.headers, loaded.version):
            return Response(status_code=304, headers={"ETag": etag(loaded.version)})
        response.headers["ETag"] = etag(loaded.version)
        return shown_title(loaded)

    @routes.post("/titles/{case_id}/revocation-proposal", response_model=ShownTitle)
    @Allow(roles=("officer",), note="an officer of the programme's own region")
    async def proposed(case_id: Id, body: RevocationProposal, command: Changing) -> Response:
        await visible_title(streams, case_id, command.actor)
        proposal = c.ProposeRevocation(
            person(command.actor), body.ground, body.reason, body.evidence, body.proofs, body.no_excuse
        )
        write = writing(command, shown_title, reason=body.reason)
        after = await handlers.propose_revocation(streams, case_id, proposal, write)
        return answer(receipt(command, after, shown_title))

    @routes.post("/titles/{case_id}/revocation-confirmation", response_model=ShownTitle)
    @Allow(roles=("officer", "approver"), note="another person than the one who proposed")
    async def confirmed(case_id: Id, body: Confirmation, command: Changing) -> Response:
        await visible_title(streams, case_id, command.actor)
        confirmation = c.ConfirmRevocation(person(command.actor), body.reason)
        write = writing(command, shown_title, reason=body.reason)
        after = await handlers.confirm_revocation(streams, case_id, confirmation, write)
        return answer(receipt(command, after, shown_title))

    @routes.post("/titles/{case_id}/revocation-dismissal", response_model=ShownTitle)
    @Allow(roles=("officer", "approver"), note="another person than the one who proposed")
    async def dismissed(case_id: Id, body: Reason, command: Changing) -> Response:
        await visible_title(streams, case_id, command.actor)
        dismissal = c.DismissRevocation(person(command.actor), body.reason)
        write = writing(command, shown_title, reason=body.reason)
        after = await handlers.dismiss_revocation(streams, case_id, dismissal, write)
        return answer(receipt(command, after, shown_title))

    return routes


async def visible_title(streams: Streams, case_id: str, actor: Actor) -> Loaded[Title]:
    """The title, when the caller may see it; else it is unknown to them."""
    loaded = await streams.load(TITLE, case_id)
    entered = loaded.state.entered
    if entered is None:
        raise TitleUnknown()
    if actor.role != "inspector" and not region_contains(actor.region, entered.holder_region):
        raise TitleUnknown()
    return loaded


def shown_title(loaded: Loaded[Any]) -> ShownTitle:
    """The whole title."""
    title: Title = loaded.state
    assert title.entered is not None, "a title that changed was entered"
    return ShownTitle(
        case_id=title.entered.case_id,
        version=loaded.version,
        status=title.status,
        entered=title.entered,
        proposal=title.proposal,
        valid_to=title.valid_to,
        lapsed=title.lapsed,
        dates=sorted(title.dates.values(), key=lambda due: due.due_at),
        findings=list(title.findings),
        missed=list(title.missed),
        met=list(title.met),
        orders=list(title.orders.values()),
        reviews=list(title.reviews),
        running=dict(title.running),
    )

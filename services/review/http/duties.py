"""Understands how a holder, or whoever is in charge of it, sees over HTTP what is owed, and puts an event on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, Field

from services.review.domain import commands as c
from services.review.domain.errors import TitleUnknown
from services.review.domain.holding import ObligationIncurred, Title
from services.review.http.bodies import Sentence
from services.review.http.shown import Id, person, receipt, writing
from services.review.http.title_life import Paper
from services.review.http.titles import visible_title
from services.review.kinds import TITLE
from services.review.titles import TitleHandlers
from shared.envelope import Actor
from shared.runtime.http import Allow, Caller, Changing, Input, answer, etag, router, unchanged
from shared.runtime.ports import Loaded, Streams

TELLING = "the holder itself, or a reviewer or officer in whose region the holder lies"


class Event(Input):
    """What happened, on which day or at which instant."""

    happened_on: Annotated[date | None, Field(description="Its day, Asia/Shanghai; or the instant below.")] = None
    happened_at: Annotated[
        AwareDatetime | None, Field(description="Its instant; needed where what is owed is counted in hours.")
    ] = None
    reason: Annotated[Sentence, Field(description="What happened.")]
    paper: Paper = ""


@dataclass(frozen=True)
class DueDate:
    """What is due: an obligation, a re-review, the end of validity; ``name`` is its id, or that of the event."""

    what: str
    name: str
    due_on: date
    due_at: datetime
    provisional: bool


@dataclass(frozen=True)
class ShownEvent:
    """An event on record; ``due_on`` is null where the text sets no day."""

    event: str
    obligation: str
    title_zh: str
    title_en: str
    happened_on: date
    happened_at: datetime | None
    reason: str
    due_on: date | None
    met: bool
    missed: bool


@dataclass(frozen=True)
class MissedDuty:
    """What was not done by its day; ``met`` where it was made good later."""

    obligation: str
    event: str
    due_on: date
    met: bool


@dataclass(frozen=True)
class ShownDuties:
    """What is and was owed because of one title; ``version`` is the ETag's number, the next due date comes first."""

    case_id: str
    version: int
    number: str
    status: str
    valid_to: date | None
    due: list[DueDate]
    events: list[ShownEvent]
    missed: list[MissedDuty]


def duty_routes(handlers: TitleHandlers, streams: Streams) -> APIRouter:
    """What a title owes, and the events that begin something."""
    routes = router(tags=["titles"])

    @routes.get("/titles/{case_id}/duties", response_model=ShownDuties)
    @Allow(
        roles=("applicant", "reviewer", "officer", "approver", "inspector"),
        note="the holder itself; officials of its region; discipline inspection reads all",
    )
    async def read(case_id: Id, actor: Caller, request: Request, response: Response) -> ShownDuties | Response:
        loaded = await _visible(streams, case_id, actor)
        if unchanged(request.headers, loaded.version):
            return Response(status_code=304, headers={"ETag": etag(loaded.version)})
        response.headers["ETag"] = etag(loaded.version)
        return shown_duties(loaded)

    @routes.post("/titles/{case_id}/obligations/{obligation}/events", response_model=ShownDuties)
    @Allow(roles=("applicant", "reviewer", "officer"), note=TELLING)
    async def happened(case_id: Id, obligation: str, body: Event, command: Changing) -> Response:
        await _visible(streams, case_id, command.actor)
        event = c.RecordEvent(
            person(command.actor), obligation, body.reason, body.happened_on, body.happened_at, body.paper
        )
        write = writing(command, shown_duties, reason=body.reason)
        after = await handlers.record_event(streams, case_id, event, write)
        return answer(receipt(command, after, shown_duties))

    return routes


async def _visible(streams: Streams, case_id: str, actor: Actor) -> Loaded[Title]:
    """The title, when it is the caller's own or lies in the caller's region; else it is unknown to them."""
    if actor.role != "applicant":
        return await visible_title(streams, case_id, actor)
    loaded = await streams.load(TITLE, case_id)
    entered = loaded.state.entered
    if entered is None or not actor.organisation or actor.organisation != entered.holder_uscc:
        raise TitleUnknown()
    return loaded


def shown_duties(loaded: Loaded[Any]) -> ShownDuties:
    """Everything that is owed, and what became of what was owed."""
    title: Title = loaded.state
    assert title.entered is not None, "a title that changed was entered"
    met = {(one.obligation, one.event, one.due_on) for one in title.met}
    due = sorted(title.dates.values(), key=lambda one: (one.due_at, one.what, one.name))
    return ShownDuties(
        case_id=title.entered.case_id,
        version=loaded.version,
        number=title.entered.number,
        status=title.status,
        valid_to=title.valid_to,
        due=[DueDate(one.what, one.name, one.due_on, one.due_at, one.provisional) for one in due],
        events=[_event(one, title) for one in title.events.values()],
        missed=[
            MissedDuty(one.obligation, one.event, one.due_on, (one.obligation, one.event, one.due_on) in met)
            for one in title.missed
        ],
    )


def _event(arisen: ObligationIncurred, title: Title) -> ShownEvent:
    standing = title.dates.get(f"obligation/{arisen.event}")
    return ShownEvent(
        event=arisen.event,
        obligation=arisen.obligation,
        title_zh=arisen.title_zh,
        title_en=arisen.title_en,
        happened_on=arisen.happened_on,
        happened_at=arisen.happened_at,
        reason=arisen.reason,
        due_on=standing.due_on if standing else arisen.due_on,
        met=any(one.event == arisen.event for one in title.met),
        missed=any(one.event == arisen.event for one in title.missed),
    )

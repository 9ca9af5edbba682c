"""Understands how many cases of a round are handled at once over HTTP: who waits, lists, notices, how far they are
followed, and how far quotas are used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import Field

from services.review.domain import commands as c
from services.review.domain.gathering import ListDrawnUp
from services.review.domain.listing import known
from services.review.domain.ranking import Ranked
from services.review.domain.rounds import Round
from services.review.http import bodies as b
from services.review.http.shown import OFFICIALS, StepId, person, receipt, writing
from services.review.kinds import ROUND
from services.review.together import Together
from services.review.views import EntryMark, EntryRow, Gathered, QuotaMark, QuotaRow
from shared.envelope import Actor, Role
from shared.identifiers import region_stem
from shared.programmes.model import Quota
from shared.runtime.http import Allow, Caller, Changing, Input, Page, Paged, answer, etag, router
from shared.runtime.http import codes as edge
from shared.runtime.ports import Loaded, Streams

ENTRIES, QUOTAS = "round-entries", "round-quotas"
MOST_NUMBER = 1_000_000
READERS: tuple[Role, ...] = (*OFFICIALS, "inspector")
NOTE = "own region; discipline inspection reads all"
RoundId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="Id of the round.")]
CaseIdent = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]


class LeftOffBody(Input):
    case_id: CaseIdent
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class NewList(Input):
    """Draw up the list over the cases that wait."""

    reason: Annotated[str, Field(max_length=2000, description="For a tie, or why not to wait for others.")] = ""
    left_off: Annotated[tuple[LeftOffBody, ...], Field(max_length=1000)] = ()
    chosen: Annotated[tuple[CaseIdent, ...], Field(max_length=1000, description="Who is listed of those who tie.")] = ()


@dataclass(frozen=True)
class CandidateLine:
    """One who waits. Equal ranks are equal scores; their order says nothing."""

    case_id: str
    name: str
    region: str
    score: str
    max_score: str
    rank: int
    tied_at_cut: bool


@dataclass(frozen=True)
class CandidatesShown:
    """The list as it would be drawn up now; ``places`` are left (null: no limit), ``tied_places`` are to choose for."""

    round_id: str
    step: str
    version: int
    order: str
    places: int | None
    on_the_way: int
    tied_places: int
    items: list[CandidateLine]


@dataclass(frozen=True)
class Drawn:
    """What stands in the round now; the cases follow one by one."""

    round_id: str
    version: int
    number: int
    cases: int


@dataclass(frozen=True)
class GatheringLine:
    """One list that was drawn up, or one notice that was posted over many cases; ``places`` is null for no limit."""

    kind: str
    step: str
    number: int
    authority: str
    cases: int
    listed: int
    places: int | None
    at: datetime


@dataclass(frozen=True)
class RoundShown:
    """A round with what was gathered in it; ``version`` is the ETag's number."""

    round_id: str
    version: int
    programme: str
    title: str
    items: list[GatheringLine]


@dataclass(frozen=True)
class EntryPage:
    items: list[EntryRow]


@dataclass(frozen=True)
class QuotaLine:
    """What the programme gives to each authority of a party; ``places`` is null where the text leaves it open."""

    quota: str
    party: str
    places: int | None
    extra_places: int


@dataclass(frozen=True)
class QuotaPage:
    """What there is, and what was used of it."""

    quotas: list[QuotaLine]
    items: list[QuotaRow]


def gathering_routes(together: Together, streams: Streams, gathered: Gathered) -> APIRouter:
    """Lists, notices over many cases, quotas."""
    routes = router(tags=["rounds"])

    @routes.get("/rounds/{round_id}", response_model=RoundShown)
    @Allow(roles=READERS, note="officials; how many were listed and noticed, and nobody by name")
    async def shown(round_id: RoundId, actor: Caller, response: Response) -> RoundShown:
        loaded = await streams.load(ROUND, round_id)
        call = known(loaded.state)
        response.headers["ETag"] = etag(loaded.version)
        return RoundShown(round_id, loaded.version, call.programme, call.title, _gathered(loaded.state))

    @routes.get("/rounds/{round_id}/steps/{step}/candidates", response_model=CandidatesShown)
    @Allow(roles=READERS, note=NOTE)
    async def candidates(round_id: RoundId, step: StepId, actor: Caller, response: Response) -> CandidatesShown:
        loaded, found = await together.candidates(streams, round_id, step, person(actor))
        response.headers["ETag"] = etag(loaded.version)
        tied = {each.candidate.case_id for each in found.tied}
        return CandidatesShown(
            round_id=round_id,
            step=step,
            version=loaded.version,
            order=found.order,
            places=found.places,
            on_the_way=found.on_the_way,
            tied_places=found.tied_places,
            items=[_line(each, tied) for each in found.ranked],
        )

    @routes.post("/rounds/{round_id}/steps/{step}/list", response_model=Drawn)
    @Allow(roles=OFFICIALS, note="the party that the programme names for the step, for the cases in its region")
    async def listed(round_id: RoundId, step: StepId, body: NewList, command: Changing) -> Response:
        left_off = tuple(c.LeftOff(each.case_id, each.reason) for each in body.left_off)
        asked = c.DrawUpList(step, person(command.actor), body.reason, left_off, body.chosen)
        after = await together.draw_up(streams, round_id, asked, writing(command, _drawn, reason=body.reason))
        return answer(receipt(command, after, _drawn))

    @routes.post("/rounds/{round_id}/steps/{step}/notice", response_model=Drawn)
    @Allow(roles=OFFICIALS, note="the party that the programme names for the step, for the cases in its region")
    async def posted(round_id: RoundId, step: StepId, body: b.Address, command: Changing) -> Response:
        asked = c.PostTogether(step, person(command.actor), body.address)
        after = await together.post(streams, round_id, asked, writing(command, _posted))
        return answer(receipt(command, after, _posted))

    @routes.get("/rounds/{round_id}/steps/{step}/entries")
    @Allow(roles=READERS, note=NOTE)
    async def entries(round_id: RoundId, step: StepId, actor: Caller, page: Paged, response: Response) -> EntryPage:
        rows = await gathered.entries(round_id, step, _stem(actor), _mark(page), page.limit + 1)
        last = rows[page.limit - 1] if len(rows) > page.limit else None
        response.headers.update(page.link(ENTRIES, (last.kind, last.number, last.place) if last else None))
        return EntryPage(rows[: page.limit])

    @routes.get("/rounds/{round_id}/quotas")
    @Allow(roles=READERS, note=NOTE)
    async def quotas(round_id: RoundId, actor: Caller, page: Paged, response: Response) -> QuotaPage:
        steps = page.after(QUOTAS, (str, str))
        mark = QuotaMark(str(steps[0]), str(steps[1])) if steps else None
        rows = await gathered.quotas(round_id, _stem(actor), mark, page.limit + 1)
        last = rows[page.limit - 1] if len(rows) > page.limit else None
        response.headers.update(page.link(QUOTAS, (last.quota, last.authority) if last else None))
        return QuotaPage([_quota(each) for each in await together.quotas(streams, round_id)], rows[: page.limit])

    return routes


def _mark(page: Page) -> EntryMark | None:
    steps = page.after(ENTRIES, (str, int, int))
    if steps is None:
        return None
    if not all(0 <= int(number) <= MOST_NUMBER for number in steps[1:]):
        raise edge.CURSOR.refuse()
    return EntryMark(str(steps[0]), int(steps[1]), int(steps[2]))


def _stem(actor: Actor) -> str:
    """Whose rows: an inspector's are all, nobody's region is nowhere ("!" begins no code)."""
    return "" if actor.role == "inspector" else region_stem(actor.region) if actor.region else "!"


def _quota(quota: Quota) -> QuotaLine:
    places = quota.at_most if isinstance(quota.at_most, int) else None
    return QuotaLine(quota.id, quota.party, places, quota.extra)


def _gathered(round_: Round) -> list[GatheringLine]:
    lists = [
        GatheringLine("list", d.step, d.number, d.authority, len(d.entries), _listed(d), d.places, d.drawn_at)
        for d in round_.lists
    ]
    return [
        *lists,
        *(
            GatheringLine("notice", n.step, n.number, "", len(n.cases), len(n.cases), None, n.posted_at)
            for n in round_.notices
        ),
    ]


def _listed(drawn: ListDrawnUp) -> int:
    return sum(1 for entry in drawn.entries if entry.listed)


def _line(ranked: Ranked, tied: set[str]) -> CandidateLine:
    each = ranked.candidate
    whom = (each.case_id, each.name, each.region, each.score, each.max_score)
    return CandidateLine(*whom, ranked.rank, each.case_id in tied)


def _drawn(loaded: Loaded[Any]) -> Drawn:
    round_: Round = loaded.state
    drawn = round_.lists[-1]
    return Drawn(drawn.round_id, loaded.version, drawn.number, len(drawn.entries))


def _posted(loaded: Loaded[Any]) -> Drawn:
    round_: Round = loaded.state
    posted = round_.notices[-1]
    return Drawn(posted.round_id, loaded.version, posted.number, len(posted.cases))

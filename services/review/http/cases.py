"""Understands how work and cases are listed and read over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.responses import StreamingResponse

from services.review.domain.errors import CaseUnknown
from services.review.domain.judging import findings
from services.review.domain.steps import assess
from services.review.http.shown import OFFICIALS, READERS, SCOPE, Id, Shown, shown, visible
from services.review.kinds import Programmes, text_at
from services.review.views import CaseMark, CaseRow, CasesWanted, Lists, WorkMark, WorkRow, WorkWanted
from shared.identifiers import region_stem
from shared.runtime.files import Files
from shared.runtime.http import Accepts, Allow, Caller, Page, Paged, etag, router, unchanged
from shared.runtime.http.pages import instant
from shared.runtime.ports import Streams

CASES, WORK = "cases", "work"
FAR = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
DOWNLOAD_SECONDS = 300.0
Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


@dataclass(frozen=True)
class WorkPage:
    items: list[WorkRow]


@dataclass(frozen=True)
class CasePage:
    items: list[CaseRow]


@dataclass(frozen=True)
class ConditionLine:
    """One condition at the present assessment: what the figures say, and the verdict that was recorded, if any."""

    condition: str
    title_zh: str
    title_en: str
    decided: str
    clause: str
    computed: str
    verdict: str
    reason: str


@dataclass(frozen=True)
class Conditions:
    step: str
    items: list[ConditionLine]


def case_routes(streams: Streams, lists: Lists, programmes: Programmes, files: Files) -> APIRouter:
    """Reading; every list is scoped in SQL."""
    routes = router(tags=["cases"])

    @routes.get("/work")
    @Allow(roles=(*OFFICIALS, "operator", "expert"), note="what waits for the caller: by role, region and assignment")
    async def work(actor: Caller, page: Paged, response: Response) -> WorkPage:
        wanted = WorkWanted(actor.role, actor.region, actor.id)
        rows = await lists.work(wanted, _work_mark(page), page.limit + 1)
        last = rows[page.limit - 1] if len(rows) > page.limit else None
        steps = None
        if last:
            steps = ((last.due_at or FAR).isoformat(), last.since.isoformat(), last.case_id, last.errand)
        response.headers.update(page.link(WORK, steps))
        return WorkPage(rows[: page.limit])

    @routes.get("/cases")
    @Allow(roles=(*OFFICIALS, "inspector"), note="own region; discipline inspection reads all")
    async def listed(
        actor: Caller,
        page: Paged,
        response: Response,
        status: Annotated[Literal["", "open", "withdrawn", "closed"], Query()] = "",
        programme: Annotated[str, Query(max_length=200)] = "",
        round_id: Annotated[str, Query(max_length=64)] = "",
        step_type: Annotated[str, Query(max_length=20)] = "",
        uscc: Annotated[str, Query(max_length=18)] = "",
    ) -> CasePage:
        # "!" begins no region's code: an official without a region sees nothing rather than everything.
        stem = "" if actor.role == "inspector" else region_stem(actor.region) if actor.region else "!"
        wanted = CasesWanted(stem, status, programme, round_id, step_type, uscc)
        rows = await lists.cases(wanted, _case_mark(page), page.limit + 1)
        last = rows[page.limit - 1] if len(rows) > page.limit else None
        response.headers.update(page.link(CASES, (last.opened_at.isoformat(), last.case_id) if last else None))
        return CasePage(rows[: page.limit])

    @routes.get("/cases/{case_id}", response_model=Shown)
    @Allow(roles=READERS, note=SCOPE)
    async def read(case_id: Id, actor: Caller, request: Request, response: Response) -> Shown | Response:
        loaded = await visible(streams, case_id, actor)
        if unchanged(request.headers, loaded.version):
            return Response(status_code=304, headers={"ETag": etag(loaded.version)})
        response.headers["ETag"] = etag(loaded.version)
        return shown(loaded, actor, text_at(programmes, loaded.state.programme))

    @routes.get("/cases/{case_id}/conditions")
    @Allow(roles=READERS, note=SCOPE)
    async def conditions(case_id: Id, actor: Caller) -> Conditions:
        case = (await visible(streams, case_id, actor)).state
        programme = text_at(programmes, case.programme)
        first = programme.procedure().steps[0].id
        # A procedure without conditions of its own judges those of the main one again.
        computed = findings(case, programme, case.step or first) or findings(case, programme, first)
        verdicts = {
            name: recorded
            for state in case.states.values()
            if isinstance(state, assess.State)
            for name, recorded in state.verdicts.items()
        }
        lines = []
        for condition in programme.conditions:
            if condition.id not in computed:
                continue
            recorded = verdicts.get(condition.id)
            line = ConditionLine(
                condition=condition.id,
                title_zh=condition.title.zh,
                title_en=condition.title.en,
                decided=condition.decided,
                clause=condition.source.clause,
                computed=computed[condition.id],
                verdict=recorded.verdict if recorded else "",
                reason=recorded.reason if recorded else "",
            )
            lines.append(line)
        return Conditions(case.step, lines)

    @routes.get("/cases/{case_id}/papers/{sha256}", response_class=StreamingResponse)
    @Accepts(seconds=DOWNLOAD_SECONDS)
    @Allow(roles=READERS, note=SCOPE)
    async def paper(case_id: Id, sha256: Sha256, actor: Caller) -> StreamingResponse:
        case = (await visible(streams, case_id, actor)).state
        found = next((paper for paper in case.papers if paper.sha256 == sha256), None)
        if found is None:
            raise CaseUnknown()
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name)}",
            "Content-Length": str(found.size),
        }
        return StreamingResponse(await files.open(sha256), media_type=found.media_type, headers=headers)

    return routes


def _case_mark(page: Page) -> CaseMark | None:
    steps = page.after(CASES, (str, str))
    return CaseMark(instant(steps[0]), str(steps[1])) if steps else None


def _work_mark(page: Page) -> WorkMark | None:
    steps = page.after(WORK, (str, str, str, str))
    if steps is None:
        return None
    return WorkMark(instant(steps[0]), instant(steps[1]), str(steps[2]), str(steps[3]))

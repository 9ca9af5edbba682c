"""Understands how the lists that officials work by leave review as workbooks.

What is exported is what the list shows to the same caller: own region, own role, own assignments.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import astuple, fields
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import StreamingResponse

from services.review.http.shown import OFFICIALS
from services.review.views import CaseMark, CaseRow, CasesWanted, Lists, WorkMark, WorkRow, WorkWanted
from shared.identifiers import region_stem
from shared.runtime.http import Accepts, Allow, Caller, router
from shared.runtime.http.sheet import SECONDS_AT_MOST, Cell
from shared.runtime.http.workbook import workbook

PAGE = 500
FAR = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
Pages = AsyncIterator[Iterable[tuple[Cell, ...]]]
HEADINGS = {
    "case_id": "案件编号 case",
    "errand": "事项 errand",
    "programme": "办法 programme",
    "round_id": "批次 round",
    "uscc": "统一社会信用代码 USCC",
    "name": "单位名称 applicant",
    "region": "单位地区 region",
    "level": "单位层级 level",
    "status": "状态 status",
    "result": "结果 result",
    "revision": "申报版本 revision",
    "step": "环节 step",
    "step_type": "环节类型 type of step",
    "step_zh": "环节名称 step in Chinese",
    "step_en": "环节名称（英文） step in English",
    "party": "办理方 party",
    "waiting": "待办 waiting",
    "due_at": "期限 due at",
    "due_provisional": "期限待确认 provisional",
    "score": "得分 score",
    "notice_closes_on": "公示截止 notice closes on",
    "number": "称号编号 number",
    "since": "等候起 since",
    "opened_at": "立案时间 opened at",
    "moved_at": "最近变动 moved at",
}


def chosen(
    actor: Caller,
    status: Annotated[Literal["", "open", "withdrawn", "closed"], Query()] = "",
    programme: Annotated[str, Query(max_length=200)] = "",
    round_id: Annotated[str, Query(max_length=64)] = "",
    step_type: Annotated[str, Query(max_length=20)] = "",
    uscc: Annotated[str, Query(max_length=18)] = "",
) -> CasesWanted:
    # "!" begins no region's code: an official without a region sees nothing rather than everything.
    stem = "" if actor.role == "inspector" else region_stem(actor.region) if actor.region else "!"
    return CasesWanted(stem, status, programme, round_id, step_type, uscc)


Chosen = Annotated[CasesWanted, Depends(chosen)]


def export_routes(lists: Lists) -> APIRouter:
    """What somebody has to do, and the cases that he may see."""
    routes = router(tags=["exports"])

    @routes.get("/work.xlsx", response_class=StreamingResponse)
    @Accepts(seconds=SECONDS_AT_MOST)
    @Allow(roles=(*OFFICIALS, "expert"), note="what waits for the caller: by role, region and assignment")
    async def work(actor: Caller) -> StreamingResponse:
        """The work list as a workbook; at most 20,000 rows."""
        pages = _work(lists, WorkWanted(actor.role, actor.region, actor.id))
        return await workbook("work", _headings(WorkRow), pages)

    @routes.get("/cases.xlsx", response_class=StreamingResponse)
    @Accepts(seconds=SECONDS_AT_MOST)
    @Allow(roles=(*OFFICIALS, "inspector"), note="own region; discipline inspection reads all")
    async def cases(wanted: Chosen) -> StreamingResponse:
        """The list of cases as a workbook; at most 20,000 rows."""
        return await workbook("cases", _headings(CaseRow), _cases(lists, wanted))

    return routes


async def _work(lists: Lists, wanted: WorkWanted) -> Pages:
    mark: WorkMark | None = None
    while rows := await lists.work(wanted, mark, PAGE):
        yield [astuple(row) for row in rows]
        last = rows[-1]
        mark = WorkMark(last.due_at or FAR, last.since, last.case_id, last.errand)


async def _cases(lists: Lists, wanted: CasesWanted) -> Pages:
    mark: CaseMark | None = None
    while rows := await lists.cases(wanted, mark, PAGE):
        yield [astuple(row) for row in rows]
        mark = CaseMark(rows[-1].opened_at, rows[-1].case_id)


def _headings(row: type[WorkRow] | type[CaseRow]) -> list[str]:
    return [HEADINGS.get(field.name, field.name) for field in fields(row)]

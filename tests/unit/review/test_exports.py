"""The work list and the list of cases as workbooks: the same rows, for the same people."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from services.review.adapters.lists import SqlLists
from services.review.adapters.views import CasesView
from services.review.http import export_routes
from services.review.http import exports as module
from shared.runtime.http import create_app, route_faults
from shared.runtime.postgres.pool import Database
from tests.support.clock import FixedClock
from tests.support.edge import Receipts, asgi
from tests.support.regulation import OTHER_PREFECTURE, PREFECTURE
from tests.support.service import by_header
from tests.support.views import project
from tests.support.workbooks import cells
from tests.unit.review.story import Story
from tests.unit.review.test_lists import recorded

LOCAL = {"X-Person": f"p-1 reviewer {PREFECTURE}"}
ELSEWHERE = {"X-Person": f"p-2 reviewer {OTHER_PREFECTURE}"}


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """Three cases that wait for the prefecture's reviewer."""
    for number in range(3):
        story = Story().filed()
        await project(database, CasesView(), recorded(f"case:case-{number}", story.facts, story.now))
    app = create_app("review", clock=FixedClock(), authenticate=by_header, receipts=Receipts().find)
    app.include_router(export_routes(SqlLists(database.pool)))
    assert route_faults(app) == []
    async with asgi(app) as client:
        yield client


async def test_who_sees_a_list_gets_the_same_rows(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", 2)
    for path, column in (("/work.xlsx", "环节 step"), ("/cases.xlsx", "环节 step")):
        answer = await client.get(path, headers=LOCAL)
        assert (answer.status_code, answer.headers["shifan-rows"]) == (200, "3")
        head, *rows = cells(answer.content)
        columns = {cell.text: letter for letter, cell in head.items()}
        assert all(" " in name for name in columns), "every column has its heading"
        assert sorted(row[columns["案件编号 case"]].text for row in rows) == ["case-0", "case-1", "case-2"]
        assert {row[columns[column]].text for row in rows} == {"check"}
        empty = await client.get(path, headers=ELSEWHERE)
        assert (empty.headers["shifan-rows"], len(cells(empty.content))) == ("0", 1)
        assert (await client.get(path, headers={"X-Person": "p-3 applicant"})).status_code == 403
        assert (await client.get(path)).status_code == 401
    assert (await client.get("/cases.xlsx?status=closed", headers=LOCAL)).headers["shifan-rows"] == "0"
    assert (await client.get("/cases.xlsx?status=strange", headers=LOCAL)).status_code == 422

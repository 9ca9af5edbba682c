"""What anybody may ask about the regulations: the list, one at its address, its picture, the self-check."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import httpx
import pytest

from services.intake.http import programme_routes
from services.intake.http.programmes import CHECKS_AT_ONCE, MOST_BYTES
from shared.programmes.catalogue import NoSuchProgramme
from shared.programmes.loader import SourceFile, load
from shared.programmes.model import Programme
from shared.runtime.http import create_app
from shared.runtime.http.app import route_faults
from shared.runtime.http.pace import Pace
from shared.runtime.refusals import Refusal
from tests.programmes.test_bad_definitions import GOOD
from tests.support.clock import FixedClock
from tests.support.edge import Receipts, asgi, by_header

LAW = load(SourceFile("good.yaml", GOOD))
DRAFT = load(
    SourceFile(
        "draft.yaml",
        GOOD.replace("id: test-programme", "id: test-draft").replace("in_force\n", "draft_for_comment\n", 1),
    )
)


@dataclass
class Shelf:
    held: tuple[Programme, ...] = (LAW, DRAFT)

    def programmes(self) -> tuple[Programme, ...]:
        return self.held

    def get(self, ref: str) -> Programme:
        for each in self.held:
            if each.ref == ref:
                return each
        raise NoSuchProgramme(ref)


@dataclass
class Ticking:
    at: float = 0.0

    def __call__(self) -> float:
        return self.at


TICK = Ticking()


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    clock = FixedClock(datetime(2026, 6, 1, 1, 0, tzinfo=UTC))
    app = create_app("t", clock=clock, authenticate=by_header, receipts=Receipts().find)
    TICK.at = 0.0
    app.include_router(programme_routes(Shelf(), clock, Pace(20.0, CHECKS_AT_ONCE, TICK)))
    assert route_faults(app) == []
    async with asgi(app) as made:
        yield made


async def test_only_what_is_in_force_on_the_day_is_listed_unless_everything_is_asked_for(
    client: httpx.AsyncClient,
) -> None:
    listed = (await client.get("/programmes")).json()
    assert [row["ref"] for row in listed["items"]] == [LAW.ref]
    assert listed["date"] == "2026-06-01"
    before = LAW.legal.in_force.since
    assert isinstance(before, date)
    earlier = (await client.get("/programmes", params={"date": str(before.replace(year=before.year - 1))})).json()
    assert earlier["items"] == []
    on_the_first_day = (await client.get("/programmes", params={"date": str(before)})).json()
    assert [row["ref"] for row in on_the_first_day["items"]] == [LAW.ref]
    everything = (await client.get("/programmes", params={"all": "true"})).json()["items"]
    assert {row["id"]: (row["in_force"], row["sandbox_only"]) for row in everything} == {
        "test-programme": (True, False),
        "test-draft": (False, True),
    }
    assert (await client.get("/programmes", params={"date": "soon"})).status_code == 422


async def test_what_stands_at_an_address_proves_its_address_and_may_be_kept_for_ever(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/programmes/{LAW.ref}")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["etag"] == f'"{LAW.digest}"'
    assert hashlib.sha256(b"shifan programme 1\n" + answer.content).hexdigest() == LAW.digest
    again = await client.get(f"/programmes/{LAW.ref}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = await client.get(f"/programmes/{LAW.ref}", headers={"If-None-Match": f'"{DRAFT.digest}"'})
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/programmes/test-programme@sha256:{'0' * 64}", 404),
        ("/programmes/test-programme", 422),
        ("/programmes/..%2F..%2Fetc@sha256:00", 404),
        (f"/programmes/{LAW.ref}/graph.svg?procedure=none", 404),
    ],
)
async def test_other_addresses_are_refused(client: httpx.AsyncClient, path: str, status: int) -> None:
    answer = await client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_graph_is_a_picture(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/programmes/{LAW.ref}/graph.svg", params={"procedure": LAW.procedures[0].id})
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "immutable" in answer.headers["cache-control"]
    assert ElementTree.fromstring(answer.content).tag.endswith("svg")


async def test_the_self_check_tells_finding_clause_and_number_and_stores_nothing(client: httpx.AsyncClient) -> None:
    path = f"/programmes/{LAW.ref}/self-check"
    for staff, finding in (("14", "unmet"), ("15", "met"), ("16", "met")):
        answer = await client.post(path, json={"answers": {"staff_count": staff}, "region": "990100"})
        assert answer.status_code == 200, answer.text
        line = next(each for each in answer.json()["conditions"] if each["id"] == "C1")
        assert (line["finding"], line["numbers"]["staff_count"]) == (finding, staff)
        assert line["clause"]
        assert answer.headers["cache-control"] == "no-store"
    unknown = (await client.post(path, json={"answers": {"staf_count": "1"}})).json()
    assert unknown["eligible"] is False
    assert [each["field"] for each in unknown["misfits"]] == ["answers.staf_count"]
    assert "staff_count" in unknown["misfits"][0]["en"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"answers": {f"m{n}": "1" for n in range(501)}}, 422),
        ({"answers": {"staff_count": 15.5}}, 422),
        ({"answers": {}, "who": "me"}, 422),
        ({"documents": ["licence"] * 201}, 422),
        ({"answers": {"staff_count": "1" * 20_000, "x": "2" * 20_000, "y": "2" * 20_000, "z": "2" * 20_000}}, 413),
    ],
)
async def test_too_much_or_something_else_is_refused(client: httpx.AsyncClient, body: object, status: int) -> None:
    answer = await client.post(f"/programmes/{LAW.ref}/self-check", json=body)
    assert answer.status_code == status
    assert MOST_BYTES == 65_536


async def test_too_many_in_a_second_wait(client: httpx.AsyncClient) -> None:
    path = f"/programmes/{LAW.ref}/self-check"
    for _ in range(CHECKS_AT_ONCE):
        assert (await client.post(path, json={})).status_code == 200
    late = await client.post(path, json={})
    assert (late.status_code, late.headers["retry-after"]) == (429, "1")
    TICK.at += 0.05
    assert (await client.post(path, json={})).status_code == 200


def test_a_pace_fills_up_to_its_burst_and_no_further() -> None:
    tick = Ticking()
    pace = Pace(1.0, 2, tick)
    tick.at = 100.0
    pace.take()
    pace.take()
    with pytest.raises(Refusal) as refused:
        pace.take()
    assert refused.value.headers["Retry-After"] == "1"

"""The registry as a whole over HTTP: what the public and the inspectors see, and what each of them is refused."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from services.registry.app import MIGRATIONS, build
from services.registry.domain.numbering import number_for
from services.registry.views import TitleRow
from shared.envelope import Actor
from shared.runtime.http import route_faults
from shared.runtime.http.pages import encode
from shared.runtime.http.workbook import MEDIA_TYPE
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.service import Running, running
from tests.support.waiting import eventually_asked
from tests.support.workbooks import cells
from tests.unit.registry.test_inbox import approved, ordered

APPROVER = Actor("p-7", "approver", "", "650000")
INSPECTOR = {"X-Person": "p-5 inspector 650000"}
NUMBER = number_for("case-1", "650000", 2026)


@pytest.fixture
async def at_work(databases: Databases, tmp_path: Path) -> AsyncIterator[Running]:
    clock = FixedClock(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    async with running("registry", build, MIGRATIONS, databases, tmp_path, clock) as service:
        yield service


async def enter(at_work: Running, *names: str) -> None:
    """Enter a title per name as ``case-1``, ``case-2`` … and wait until the list shows them."""
    for index, name in enumerate(names, 1):
        event = approved(f"case-{index}")
        event = replace(event, applicant=msgspec.structs.replace(event.applicant, name=name))
        await at_work.say("review", f"case:case-{index}", 5, event, APPROVER)
    await listed(at_work, len(names))


async def listed(at_work: Running, count: int, **filters: str) -> None:
    async def there() -> bool:
        answer = await at_work.client.get("/titles", params={"limit": "200", **filters})
        return answer.status_code == 200 and len(answer.json()["items"]) == count

    await eventually_asked(there, f"{count} titles listed with {filters}")


async def revoke(at_work: Running, case_id: str = "case-1") -> None:
    await at_work.say("review", f"case:{case_id}", 9, ordered(case_id), APPROVER)
    await listed(at_work, 1, status="revoked")


async def on_trail(at_work: Running, count: int) -> None:
    async def there() -> bool:
        answer = await at_work.client.get("/audit", headers=INSPECTOR)
        return answer.status_code == 200 and len(answer.json()["items"]) == count

    await eventually_asked(there, f"{count} facts on the trail")


def test_every_route_says_who_may_call_it(at_work: Running) -> None:
    assert route_faults(at_work.service.api) == []


async def test_the_public_finds_a_title_in_the_list_by_number_and_by_certificate(at_work: Running) -> None:
    await enter(at_work, "喀什示范服务有限公司")
    (row,) = (await at_work.client.get("/titles", params={"name": "示范", "region": "650000"})).json()["items"]
    assert (row["number"], row["status"], row["valid_to"]) == (NUMBER, "active", "2029-11-22")
    one = await at_work.client.get(f"/titles/{NUMBER.lower()}")
    assert (one.status_code, one.headers["etag"], one.json()["number"]) == (200, '"1"', NUMBER)
    verified = (await at_work.client.get(f"/verify/{NUMBER}")).json()
    assert (verified["result"], verified["title"]["holder_name"]) == ("active", "喀什示范服务有限公司")


async def test_a_revoked_title_stays_visible_with_ground_clause_and_reason(at_work: Running) -> None:
    await enter(at_work, "喀什示范服务有限公司")
    await revoke(at_work)
    verified = (await at_work.client.get(f"/verify/{NUMBER}")).json()
    assert verified["result"] == "revoked"
    assert verified["title"]["ground"] == "no_reporting_1y"
    assert verified["title"]["clause"] and verified["title"]["reason"]
    before = (await at_work.client.get(f"/verify/{NUMBER}", params={"on": "2026-11-22"})).json()
    assert (before["result"], before["title"]["ground"]) == ("pending", None)
    (row,) = (await at_work.client.get("/titles")).json()["items"]
    assert (row["status"], row["ground"]) == ("revoked", "no_reporting_1y")


async def test_a_titles_whole_history_names_roles_and_no_person(at_work: Running) -> None:
    await enter(at_work, "喀什示范服务有限公司")
    await revoke(at_work)
    answer = await at_work.client.get(f"/titles/{NUMBER}/history")
    history = answer.json()
    assert [(one["version"], one["what"], one["by"]) for one in history["happenings"]] == [
        (1, "entered", "machine"),
        (2, "revoked", "machine"),
    ]
    assert history["happenings"][1]["caused_by"] == "case:case-1/9"
    assert "p-7" not in answer.text


async def test_a_title_lapses_by_its_date_and_nobody_has_to_do_anything(at_work: Running) -> None:
    await enter(at_work, "喀什示范服务有限公司")
    at_work.clock.advance(timedelta(days=1096))
    assert (await at_work.client.get(f"/verify/{NUMBER}")).json()["result"] == "lapsed"
    await listed(at_work, 1, status="lapsed")
    as_of = (await at_work.client.get("/titles", params={"on": "2027-01-01"})).json()
    assert (as_of["on"], as_of["items"][0]["status"]) == ("2027-01-01", "active")


async def test_the_list_as_known_on_a_day_before_the_entry_is_empty(at_work: Running) -> None:
    await enter(at_work, "喀什示范服务有限公司")
    params = {"on": "2026-12-01", "known_on": "2026-11-22"}
    answer = (await at_work.client.get("/titles", params=params)).json()
    assert (answer["items"], answer["known_on"]) == ([], "2026-11-22")
    assert len((await at_work.client.get("/titles", params={"known_on": "2026-11-23"})).json()["items"]) == 1


async def test_pages_link_to_the_next_and_show_every_title_once(at_work: Running) -> None:
    await enter(at_work, *(f"第{index}公司" for index in range(7)))
    seen, path = [], "/titles?limit=3"
    while path:
        answer = await at_work.client.get(path)
        seen += [row["number"] for row in answer.json()["items"]]
        path = answer.links.get("next", {}).get("url", "")
    assert len(seen) == len(set(seen)) == 7


async def test_a_list_is_exported_and_no_cell_is_a_formula(at_work: Running) -> None:
    await enter(at_work, '=HYPERLINK("http://x")', "喀什,示范", "@SUM(A1)", "-1")
    answer = await at_work.client.get("/titles.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert (answer.headers["shifan-rows"], "attachment" in answer.headers["content-disposition"]) == ("4", True)
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert {row["holder_name"] for row in rows} == {'\'=HYPERLINK("http://x")', "喀什,示范", "'@SUM(A1)", "'-1"}
    assert {row["holder_region"] for row in rows} == {"653100"}


async def test_a_list_is_exported_as_a_workbook_of_the_same_rows(at_work: Running) -> None:
    await enter(at_work, '=HYPERLINK("http://x")', "喀什,示范", "@SUM(A1)")
    answer = await at_work.client.get("/titles.xlsx")
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert (answer.headers["shifan-rows"], "attachment" in answer.headers["content-disposition"]) == ("3", True)
    head, *rows = cells(answer.content)
    columns = {cell.text: letter for letter, cell in head.items()}
    assert len(columns) == len(fields(TitleRow)) and all(" " in name for name in columns)
    names = [row[columns["单位名称 holder"]] for row in rows]
    assert {cell.text for cell in names} == {'=HYPERLINK("http://x")', "喀什,示范", "@SUM(A1)"}
    assert all(cell.quoted == cell.text.startswith(("=", "@")) for cell in names)
    assert {row[columns["单位地区 holder's region"]].text for row in rows} == {"653100"}
    assert (await at_work.client.get("/titles.xlsx?status=gone")).status_code == 422


WRONGLY = [
    ("/titles/650000-2026-000000000000-0", 400, "title_number_mistyped"),
    (f"/titles/{number_for('unknown', '650000', 2026)}", 404, "title_not_on_record"),
    (f"/titles/{number_for('unknown', '650000', 2026)}/history", 404, "title_not_on_record"),
    ("/titles?cursor=nonsense", 400, "cursor_invalid"),
    ("/titles?cursor=WyJ0aXRsZXMiLCJub2RheSIsIngiXQ", 400, "cursor_invalid"),
    ("/titles?limit=0", 422, "invalid_input"),
    ("/titles?limit=201", 422, "invalid_input"),
    ("/titles?status=gone", 422, "invalid_input"),
    ("/titles?on=2026-13-01", 422, "invalid_input"),
    ("/titles?on=0001-01-01", 422, "invalid_input"),
    ("/titles?known_on=9999-12-31", 422, "invalid_input"),
    ("/titles?known_on=0001-01-01", 422, "invalid_input"),
    (f"/verify/{NUMBER}?on=9999-12-31", 422, "invalid_input"),
    ("/titles?region=%25", 422, "invalid_input"),
    ("/titles?name=" + "x" * 51, 422, "invalid_input"),
]


async def test_what_the_public_asks_wrongly(at_work: Running) -> None:
    for path, status, code in WRONGLY:
        answer = await at_work.client.get(path)
        assert (path, answer.status_code, answer.json()["code"]) == (path, status, code)
        assert answer.json()["detail_zh"] and answer.json()["detail_en"]


async def test_verifying_what_is_not_on_record(at_work: Running) -> None:
    unknown = number_for("unknown", "650000", 2026)
    for number, result in (("650000-2026-000000000000-0", "mistyped"), (unknown, "unknown"), ("x" * 300, "mistyped")):
        answer = await at_work.client.get(f"/verify/{number}")
        assert (answer.status_code, answer.json()["result"], answer.json()["title"]) == (200, result, None)


async def test_the_registrys_own_facts_stand_on_its_trail_and_the_inspector_finds_them(at_work: Running) -> None:
    await enter(at_work, "喀什示范服务有限公司")
    await revoke(at_work)
    await on_trail(at_work, 2)
    params = {"case": "case-1", "fact": "registry.title-entered", "service": "registry", "actor": "machine:registry"}
    (line,) = (await at_work.client.get("/audit", params=params, headers=INSPECTOR)).json()["items"]
    assert (line["stream"], line["version"], line["caused_by"]) == ("entry:case-1", 1, "case:case-1/5")
    assert line["data"]["number"] == NUMBER
    assert line["data"]["meta"]["actor"]["id"] == "machine:registry"


async def test_the_trail_is_paged_exported_and_examined(at_work: Running) -> None:
    await enter(at_work, "甲", "乙", "丙")
    await on_trail(at_work, 3)
    first = await at_work.client.get("/audit?limit=2", headers=INSPECTOR)
    rest = await at_work.client.get(first.links["next"]["url"], headers=INSPECTOR)
    assert len({line["stream"] for line in first.json()["items"] + rest.json()["items"]}) == 3
    exported = await at_work.client.get("/audit.csv", headers=INSPECTOR)
    rows = list(csv.DictReader(io.StringIO(exported.text.removeprefix("\ufeff"))))
    assert [row["case_id"] for row in rows] == ["case-1", "case-2", "case-3"]
    assert exported.headers["shifan-rows"] == "3"
    report = (await at_work.client.get("/audit/examination?limit=2", headers=INSPECTOR)).json()
    assert (report["rows"], report["discrepancies"]) == (2, [])
    report = (await at_work.client.get(f"/audit/examination?cursor={report['cursor']}", headers=INSPECTOR)).json()
    assert (report["rows"], report["cursor"]) == (1, "")
    assert (await at_work.client.get("/audit/holes", headers=INSPECTOR)).json() == {"items": []}


async def test_the_trail_is_for_inspectors_only(at_work: Running) -> None:
    for path in ("/audit", "/audit.csv", "/audit/examination", "/audit/holes"):
        assert (await at_work.client.get(path)).status_code == 401
        for role in ("applicant", "reviewer", "expert", "officer", "approver", "finance", "partner"):
            answer = await at_work.client.get(path, headers={"X-Person": f"p-1 {role} 650000"})
            assert (path, role, answer.status_code) == (path, role, 403)
            assert answer.json()["code"] == "role_not_allowed"


async def test_what_an_inspector_asks_wrongly(at_work: Running) -> None:
    queries = ("since=2026-01-01", "since=2026-01-01T00:00:00", "limit=1000", "until=0001-01-01T00:00:00%2B14:00")
    for query in queries:
        assert (await at_work.client.get(f"/audit?{query}", headers=INSPECTOR)).status_code == 422
    past = "0001-01-01T00:00:00+14:00"
    steps = (("x", 1), ("2026-01-01T00:00:00", 1), (past, 1), ("2026-01-01T00:00:00+00:00", 2**63))
    for cursor in ("x", *(encode("audit", step) for step in steps)):
        answer = await at_work.client.get(f"/audit?cursor={cursor}", headers=INSPECTOR)
        assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")
    cursor = encode("audit-examination", ("review", "case:1", 2**63))
    assert (await at_work.client.get(f"/audit/examination?cursor={cursor}", headers=INSPECTOR)).status_code == 400


async def test_the_services_parts_are_well(at_work: Running) -> None:
    async def well() -> bool:
        return (await at_work.client.get("/healthz/ready")).status_code == 200

    await eventually_asked(well, "the registry is ready")


async def test_the_list_is_the_same_after_it_was_rebuilt_from_the_facts(at_work: Running) -> None:
    await enter(at_work, "甲", "乙", "丙")
    await revoke(at_work, "case-2")
    before = (await at_work.client.get("/titles")).json()
    assert await at_work.service.projectors["titles"].rebuild() == 4
    assert (await at_work.client.get("/titles")).json() == before
    await at_work.say("review", "case:case-4", 5, approved("case-4"), APPROVER)
    await listed(at_work, 4)

"""What a service tells in figures: backlogs as they are, requests by route and never by value, to operators only."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.notifications.app import MIGRATIONS, build
from shared.envelope import Actor
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.service import Running, running
from tests.support.waiting import eventually_asked
from tests.unit.notifications.test_service import submitted

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
OPERATOR = {"X-Person": "p-9 operator"}
SOMEBODY = Actor("p-1", "applicant", "91650100MA00000120", "653100")


@pytest.fixture
async def at_work(databases: Databases, tmp_path: Path) -> AsyncIterator[Running]:
    async with running("notifications", build, MIGRATIONS, databases, tmp_path, FixedClock(NOW)) as service:
        yield service


async def figures(at_work: Running) -> dict[str, float]:
    answer = await at_work.client.get("/metrics", headers=OPERATOR)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    lines = [line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


async def test_backlogs_are_told_as_they_are(at_work: Running) -> None:
    await at_work.say("intake", "application:1", 3, submitted(), SOMEBODY)

    async def through() -> bool:
        now = await figures(at_work)
        views = [value for name, value in now.items() if name.startswith("shifan_view_waiting_facts{")]
        return now["shifan_relay_waiting_facts"] == 0 and len(views) == 3 and not any(views)

    await eventually_asked(through, "relay and views have caught up")
    now = await figures(at_work)
    assert now["shifan_relay_leading"] == 1
    assert now['shifan_consumer_deliveries{end="applied",subscriber="notifications"}'] == 1
    assert now['shifan_parked_deliveries{subscriber="notifications"}'] == 0
    await at_work.database.pool.execute("UPDATE checkpoints SET xid = 0, number = 0 WHERE name LIKE 'view:%'")
    await at_work.database.pool.execute(
        "INSERT INTO parked (subscriber, source, stream, version, topic, partition, key, headers, value, reason, kind)"
        " VALUES ('notifications', 's', 'x', 1, 't', 0, 'k', '{}', '', 'r', 'rejected')"
    )
    assert (await figures(at_work))['shifan_parked_deliveries{subscriber="notifications"}'] == 1


async def test_requests_are_told_by_route_and_never_by_value(at_work: Running) -> None:
    await at_work.client.get(f"/contacts/{'0' * 32}", headers=OPERATOR)
    await at_work.client.get("/nowhere/secret-2")
    await at_work.client.request("SECRET-3", "/contacts")
    answer = await at_work.client.get("/metrics", headers=OPERATOR)
    assert "secret" not in answer.text.lower()
    counted = re.findall(r"shifan_http_request_seconds_count\{(.*)\} ([0-9.]+)", answer.text)
    assert ('method="GET",route="/contacts/{identity}",status="404"', "1.0") in counted
    assert ('method="GET",route="(none)",status="404"', "1.0") in counted
    assert any('method="(none)"' in labels for labels, _ in counted)


async def test_commits_are_told_by_how_much_was_written_together(at_work: Running) -> None:
    body = {"organisation": SOMEBODY.organisation, "address": "office@example.org"}
    named = await at_work.client.post("/contacts", headers=OPERATOR | {"Idempotency-Key": "k-1"}, json=body)
    assert named.status_code == 200
    now = await figures(at_work)
    assert (now["shifan_commit_appends_count"], now["shifan_commit_appends_sum"]) == (1, 1)


async def test_figures_are_for_operators_only(at_work: Running) -> None:
    assert (await at_work.client.get("/metrics")).status_code == 401
    for role in ("applicant", "reviewer", "officer", "inspector", "partner"):
        answer = await at_work.client.get("/metrics", headers={"X-Person": f"p-1 {role} 650000"})
        assert (role, answer.status_code) == (role, 403)


async def test_a_deadline_that_came_and_was_not_carried_out_is_overdue(at_work: Running) -> None:
    from shared.runtime.deadlines import DDL

    async with at_work.database.transaction() as connection:
        await connection.execute("CREATE SCHEMA view_deadlines; SET LOCAL search_path TO view_deadlines, public;" + DDL)
        for name, days in (("past", -1), ("future", 1)):
            await connection.execute(
                "INSERT INTO deadlines VALUES ($1, 'c', 'answer', $2)", name, NOW + timedelta(days=days)
            )
    assert (await figures(at_work))["shifan_deadlines_overdue"] == 1

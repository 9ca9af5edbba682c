"""A case that was begun on paper under a repealed text, over HTTP: taken over once, walked to its end, kept through a
restart and a rebuild; no new application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.programmes.model import Endorsing, InForce, Procedure, Programme, Quota, RoundRules
from tests.journeys.graph import INSPECTOR, Walk, ok
from tests.journeys.old_case import REASON, OldWalk
from tests.programmes.library import library
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.house import House, Somebody, standing
from tests.support.kept_databases import KeptDatabases
from tests.support.regulation import PROGRAMME, with_step
from tests.support.waiting import eventually_asked

OLD = "js-tech-platform-2003"


def way_of(programme: Programme, procedure: Procedure) -> list[str]:
    """The steps of a case that is never sent back or refused, as the graph has them, without its end."""
    step, found = procedure.steps[0] if procedure.first is None else programme.step(procedure.first), []
    while step.goes_on is not None:
        found.append(step.id)
        step = programme.step(step.outcomes[step.goes_on])
    return found


def text_of(programme_id: str) -> tuple[Programme, Procedure]:
    (programme,) = library().versions(programme_id)
    return programme, programme.procedure()


Starting = Callable[[], AbstractAsyncContextManager[House]]


@pytest.fixture
async def starting(databases: Databases, tmp_path: Path) -> AsyncIterator[Starting]:
    """Starts the services, again and again on the same databases, files and clock."""
    kept, clock = KeptDatabases(databases), FixedClock(datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
    yield lambda: standing(kept, tmp_path, library(), clock)
    await kept.end()


async def seen(ask: Callable[[], Awaitable[Any]], what: str) -> Any:
    """The answer once there is one."""
    found: list[Any] = []

    async def there() -> bool:
        found[:] = [await ask()]
        return bool(found[0])

    await eventually_asked(there, what)
    return found[0]


async def trail(house: House, case_id: str, fact: str) -> list[dict[str, Any]]:
    answer = await house.get(INSPECTOR, f"/registry/audit?case={case_id}&fact={fact}")
    items: list[dict[str, Any]] = answer.json()["items"] if answer.status_code == 200 else []
    return items


async def listed(house: House, walk: Walk, status: str) -> bool:
    answer = await house.get(INSPECTOR, f"/review/cases?status={status}&programme={OLD}")
    rows = answer.json()["items"] if answer.status_code == 200 else []
    return [row["case_id"] for row in rows] == [walk.case_id]


async def nothing_listed(house: House) -> bool:
    answer = await house.get(INSPECTOR, "/review/cases")
    return answer.status_code == 200 and answer.json()["items"] == []


async def test_an_old_case_goes_its_whole_way_through_a_restart_and_a_rebuild(starting: Starting) -> None:
    programme, procedure = text_of(OLD)
    banner = programme.legal.banner
    assert banner is not None
    async with starting() as house:
        walk = OldWalk(house, programme, procedure)
        await walk.begin()
        case = await walk.case()
        assert (case["status"], case["step"], case["programme"]) == ("open", "application", programme.ref)
        paper = case["on_paper"]
        assert (paper["begun_on"], paper["record"], paper["reason"]) == ("2003-04-23", walk.record, REASON)
        assert (paper["banner_zh"], paper["banner_en"]) == (banner.zh, banner.en)
        for _ in range(3):  # the application's papers, the recommendation, the experts
            step = programme.step((await walk.case())["step"])
            await getattr(walk, f"do_{step.type}")(step)
        before = await walk.case()
        assert before["step"] == "establishment"
        await seen(lambda: listed(house, walk, "open"), "the case is not listed")

    async with starting() as house:
        walk.house = house
        assert await walk.case() == before
        await seen(lambda: listed(house, walk, "open"), "the case is not listed after the restart")
        again = await walk.take_over()
        assert (again.status_code, again.json()["code"]) == (409, "record_taken_over")
        assert walk.case_id in again.json()["detail_en"]
        while (await walk.case())["status"] == "open":
            step = programme.step((await walk.case())["step"])
            await getattr(walk, f"do_{step.type}")(step)
        ended = await walk.case()
        way = way_of(programme, procedure)
        assert [each["step"] for each in ended["history"]] == way
        assert len(way) >= 10
        assert (ended["status"], ended["result"], ended["on_paper"]) == ("closed", "completed", paper)

        (fact,) = await seen(lambda: trail(house, walk.case_id, "review.case-taken-over"), "not on the trail")
        assert (fact["actor_role"], fact["reason"], fact["service"]) == ("officer", REASON, "review")
        assert {walk.record, banner.zh, banner.en} <= set(texts_in(fact["data"]))
        (noted,) = await seen(lambda: trail(house, walk.case_id, "registry.old-case-noted"), "not noted")
        assert {walk.record, banner.zh, banner.en} <= set(texts_in(noted["data"]))
        await seen(lambda: trail(house, walk.case_id, "review.case-closed"), "the end is not on the trail")
        whole = ok(await house.get(INSPECTOR, "/registry/audit/examination"))
        assert whole["discrepancies"] == []
        assert ok(await house.get(INSPECTOR, "/registry/audit/holes"))["items"] == []

        for service in house.services.values():
            for projector in service.projectors.values():
                await projector.rebuild()
        await seen(lambda: listed(house, walk, "closed"), "the case is not listed after the rebuild")
        assert await walk.case() == ended


def texts_in(data: Any) -> list[str]:
    """Every text in a fact's JSON."""
    if isinstance(data, dict):
        return [text for value in data.values() for text in texts_in(value)]
    return [data] if isinstance(data, str) else []


async def test_nobody_begins_a_new_case(starting: Starting) -> None:
    programme, procedure = text_of(OLD)
    async with starting() as house:
        walk = OldWalk(house, programme, procedure)
        opening = {key: walk.old_case()[key] for key in ("programme", "procedure", "subject")}
        now = house.clock.now()
        call = {"programme": OLD, "title": "call", "opens_at": now.isoformat()}
        call["closes_at"] = (now + timedelta(days=30)).isoformat()
        for who, path, body in (
            (walk.applicant, "/intake/filings", opening),
            (walk.officer(), "/review/cases", opening),
            (walk.officer(), "/review/rounds", call),
        ):
            refused = await house.post(who, path, body)
            assert (refused.status_code, refused.json()["code"]) == (409, "text_closed"), refused.text
            assert "已废止" in refused.json()["detail"]
            assert "repealed" in refused.json()["detail_en"]
        await seen(lambda: nothing_listed(house), "there is a case, or no list")


async def test_who_may_not_take_over_and_what_is_wrong(starting: Starting) -> None:
    programme, procedure = text_of(OLD)
    in_force, its_procedure = text_of("xiamen-outsourcing-fund")
    async with starting() as house:
        walk, path = OldWalk(house, programme, procedure), "/review/cases/taken-over"
        body = walk.old_case()
        city = Somebody("city-1", "reviewer", walk.region[:4] + "00")
        for who, status, code in ((city, 403, "wrong_party"), (walk.applicant, 403, "role_not_allowed")):
            refused = await house.post(who, path, body)
            assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
        for changed, status, code in (
            ({"begun_on": "2003-04-22"}, 422, "begun_on_wrong"),
            ({"begun_on": "2026-03-03"}, 422, "begun_on_wrong"),
            ({"reason": " "}, 422, "reason_missing"),
            ({"procedure": "recognition"}, 422, "procedure_unknown"),
        ):
            refused = await walk.take_over(**changed)
            assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
        live = OldWalk(house, in_force, its_procedure)
        refused = await live.take_over(begun_on="2026-03-02")
        assert (refused.status_code, refused.json()["code"]) == (409, "no_old_cases"), refused.text
        assert "请按其规定正常申请" in refused.json()["detail"]
        lacking = {name: value for name, value in body.items() if name != "record"}
        assert (await house.post(walk.officer(), path, lacking)).status_code == 422
        await seen(lambda: nothing_listed(house), "there is a case, or no list")


async def test_the_same_request_twice_is_answered_the_same(starting: Starting) -> None:
    programme, procedure = text_of(OLD)
    async with starting() as house:
        walk = OldWalk(house, programme, procedure)
        who, body, key = walk.officer(), walk.old_case(), {"Idempotency-Key": "one-and-the-same-key"}
        first, second = [await house.post(who, "/review/cases/taken-over", body, **key) for _ in range(2)]
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()


LAW = replace(PROGRAMME.legal, in_force=InForce(since=date(2020, 1, 1), until=date(2025, 12, 31)))
QUOTA = Quota(id="per-city", party="prefecture-head", at_most=1)
ENDED: Programme = replace(
    with_step("recommend", parameters=Endorsing(quota=QUOTA.id)),
    legal=LAW,
    rounds=RoundRules(cadence="called", quotas=(QUOTA,)),
)
GOOD_FIRM = {"staff": {"met": {"staff": "20", "served[last]": "9", "served[last-1]": "8", "rules-written": True}}}


async def test_the_history_of_its_title_says_where_the_case_comes_from(databases: Databases, tmp_path: Path) -> None:
    """Its text was in force until a day. Its round was called, and its places were counted, on paper: both of two cases
    are recommended where a round here would have one place."""
    clock = FixedClock(datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
    async with standing(databases, tmp_path, ENDED, clock) as house:
        for count in (1, 2):
            walk = OldWalk(house, ENDED, ENDED.procedure(), GOOD_FIRM)
            case = await walk.run()
            assert (case["status"], case["result"], case["round_id"]) == ("closed", "awarded", "")
            number = case["states"]["award"]["number"]
            history = ok(await house.get(None, f"/registry/titles/{number}/history"))["happenings"]
            assert [each["what"] for each in history] == ["taken_over", "entered"], count
            told = history[0]
            assert (told["since"], told["record"]) == ("2020-01-01", walk.record)
            assert (told["banner_zh"], told["banner_en"]) == ("不再适用于新案件", "closed to new cases")

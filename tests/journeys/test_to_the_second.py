"""Over HTTP, at the last instant and at the next one: a time to correct until 17:00, a window that closes at 17:30."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.graph import ok, version
from tests.journeys.test_deadlines import BUREAU, COUNTY, DEMO, Bank, at, opened_round
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.house import House, standing
from tests.support.waiting import eventually_asked


@pytest.fixture
async def house(databases: Databases, tmp_path: Path) -> AsyncIterator[House]:
    async with standing(databases, tmp_path, DEMO, FixedClock(at("2025-12-29T15:00:00"))) as standing_house:
        yield standing_house


async def mended(bank: Bank) -> int:
    """The version of an application that was mended and only has to be filed again."""

    async def returned() -> bool:
        return bool(ok(await bank.house.get(bank.who, bank.path))["status"] == "returned")

    await eventually_asked(returned, "the application did not come back")
    read = await bank.house.get(bank.who, bank.path)
    answer = await bank.house.patch(bank.who, f"{bank.path}/answers", {"given": {"kinds": "51"}}, version(read))
    return version(await bank.house.post(bank.who, f"{bank.path}/declaration", {"true": True}, version(answer)))


async def test_a_correction_is_in_time_at_five_and_late_a_moment_after(house: House) -> None:
    round_id = await opened_round(house)
    banks = {"2026-01-06T17:00:00": "check", "2026-01-06T17:00:00.000001": "", "2026-01-06T17:00:01": ""}
    stood = {when: Bank(house, number) for number, when in enumerate(banks, 1)}
    for bank in stood.values():
        await bank.apply(round_id)
    next(iter(stood.values())).clock("2025-12-31T10:00:00")
    for bank in stood.values():
        await bank.act(BUREAU, "check/correction", {"items": [{"subject": "kinds", "fault": "which?"}]})
        assert await bank.due() == at("2026-01-06T17:00:00")
    ready = {when: await mended(bank) for when, bank in stood.items()}
    for when, step in banks.items():
        bank = stood[when]
        bank.clock(when)
        ok(await house.post(bank.who, f"{bank.path}/submission", None, ready[when]))
        await bank.comes_to(step)
        assert (await bank.case())["result"] == ("" if step else "refused"), when


async def test_a_window_takes_the_last_instant_before_it_closes_and_not_the_one_at_which_it_does(house: House) -> None:
    round_id = await opened_round(house)
    last, late = Bank(house, 1), Bank(house, 2)
    last.clock("2026-01-15T17:29:59.999999")
    await last.apply(round_id)
    body = {"round_id": round_id, "name": "Example Seed Bank", "region": COUNTY, "level": "county"}
    drafted = await house.post(late.who, "/intake/applications", body)
    path = f"/intake/applications/{ok(drafted)['case_id']}"
    answer = await house.patch(late.who, f"{path}/answers", {"given": {"kinds": "50"}}, version(drafted))
    answer = await house.post(late.who, f"{path}/declaration", {"true": True}, version(answer))
    late.clock("2026-01-15T17:30:00")
    refused = await house.post(late.who, f"{path}/submission", None, version(answer))
    assert refused.json()["code"] == "round_not_open"

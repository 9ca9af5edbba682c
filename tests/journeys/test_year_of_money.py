"""Two cases share one year's plan: the second is told what is left, and is paid when the treasury plans more.

The regulation is tests/programmes/demo/roof-solar-fund.yaml.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.programmes.catalogue import Catalogue
from shared.programmes.model import Step
from tests.journeys.graph import Walk, ok
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.house import House, Somebody, standing
from tests.support.waiting import eventually_asked

SHELF = Catalogue.load(Path(__file__).parents[1] / "programmes/demo")
(SOLAR,) = SHELF.versions("demo-roof-solar-fund")
TREASURER = Somebody("treasurer-1", "finance", "990000")
PLANS, BUDGETS = f"/review/budgets/{SOLAR.id}/plans", f"/review/budgets/{SOLAR.id}"
PLAN = {"budget": "fund", "source": "province", "year": 2026, "amount": "350000", "document": "演财〔2026〕9号"}
ANSWERS: dict[str, str | bool] = {
    "capacity": "200",
    "cost": "2000000",
    "own_money": "700000",
    "asked": "300000",
    "output[last]": "120",
    "output[last-1]": "100",
    "accidents": "0",
}


class Roof(Walk):
    """One case of the fund, up to and through its payments."""

    def answers(self) -> dict[str, str | bool]:
        return dict(ANSWERS)

    async def to(self, wanted: str) -> None:
        """Through every step before this one."""
        for _ in range(20):
            case = await self.case()
            if case["step"] == wanted or case["status"] != "open":
                return
            step = SOLAR.step(case["step"])
            await getattr(self, f"do_{step.type}")(step)

    async def paid(self, step: Step, amount: str, **more: str) -> Any:
        at = int((await self.case())["version"])
        body = {"amount": amount, "voucher": "voucher", **more}
        path = f"/review/cases/{self.case_id}/steps/{step.id}/payment"
        return await self.house.post(self.person(step.actor), path, body, at)


@pytest.fixture
async def house(databases: Databases, tmp_path: Path) -> AsyncIterator[House]:
    clock = FixedClock(datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
    async with standing(databases, tmp_path, SHELF, clock) as standing_house:
        yield standing_house


async def test_a_years_money_is_spent_once(house: House) -> None:
    planned = await house.post(TREASURER, PLANS, PLAN)
    assert (planned.status_code, planned.json()["amount"]) == (201, "350000")
    first, second = (Roof(house, SOLAR, SOLAR.procedure(), {}) for _ in range(2))
    for roof in (first, second):
        await roof.begin()
        await roof.to("first_payment")
    one, rest = SOLAR.step("first_payment"), SOLAR.step("last_payment")
    unnamed = await first.paid(one, "180000")
    assert (unnamed.status_code, unnamed.json()["code"]) == (422, "budget_source_unknown")
    ok(await first.paid(one, "180000", source="province"))
    await first.to("last_payment")
    over = await first.paid(rest, "320000.01", source="city")
    assert (over.status_code, over.json()["code"]) == (422, "amount_wrong"), "the cap counts both payments"
    ok(await first.paid(rest, "120000", source="province"))

    short = await second.paid(one, "60000", source="province")
    assert (short.status_code, short.json()["code"]) == (409, "budget_exhausted")
    assert "of which 50000 are left" in short.json()["detail_en"]
    assert "尚余 50000 元" in short.json()["detail_zh"]
    below = await house.post(TREASURER, PLANS, {**PLAN, "amount": "299999.99"})
    assert (below.status_code, below.json()["code"]) == (409, "plan_below_use")
    ok(await house.post(TREASURER, PLANS, {**PLAN, "amount": "400000", "document": "演财〔2026〕15号"}))
    ok(await second.paid(one, "60000", source="province"))

    async def shown() -> bool:
        items = ok(await house.get(TREASURER, BUDGETS))["items"]
        return [(row["source"], row["plan"], row["out"], row["left"]) for row in items] == [
            ("province", "400000", "360000", "40000")
        ]

    await eventually_asked(shown, "what is left is not shown")
    assert ok(await house.get(Somebody("elsewhere", "finance", "980000"), BUDGETS))["items"] == []
    assert (await house.post(Somebody("officer", "officer", "990000"), PLANS, PLAN)).status_code == 403

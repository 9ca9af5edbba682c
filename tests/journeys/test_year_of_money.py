"""Two cases share one year's plan: a sum is promised when it is approved, and the second case is told what is left.
Each is paid in shares of its sum; what is not paid, and what comes back, is there again.

The regulation is tests/programmes/demo/roof-solar-fund.yaml.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.review.adapters.due import HEARD
from shared.programmes.catalogue import Catalogue
from tests.journeys.graph import INSPECTOR, Walk, ok
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

    async def asked(self, who: str, path: str, **body: Any) -> Any:
        """The bare answer to one act in the present step."""
        case = await self.case()
        where = f"/review/cases/{self.case_id}/steps/{case['step']}/{path}"
        return await self.house.post(self.person(who), where, body, int(case["version"]))

    async def proposed(self, amount: str, **more: str) -> Any:
        return await self.asked("energy", "proposal", approve=True, reason="needed", amount=amount, **more)

    async def paid(self, **more: str) -> Any:
        return await self.asked("treasury", "payment", voucher="voucher", **more)


@pytest.fixture
async def house(databases: Databases, tmp_path: Path) -> AsyncIterator[House]:
    clock = FixedClock(datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
    async with standing(databases, tmp_path, SHELF, clock) as standing_house:
        yield standing_house


async def money(house: House, plan: str, out: str, promised: str, left: str, back: str = "0") -> None:
    """Until the list of the year's money says so."""

    async def shown() -> bool:
        items = ok(await house.get(TREASURER, BUDGETS))["items"]
        (row,) = (each for each in items if each["source"] == "province")
        return [row[name] for name in ("plan", "out", "promised", "left", "back")] == [plan, out, promised, left, back]

    await eventually_asked(shown, f"the year's money is not {plan}, {out}, {promised}, {left}, {back}")


def refused(answer: Any, status: int, code: str, *words: str) -> None:
    said = answer.json()
    assert (answer.status_code, said["code"]) == (status, code), said
    assert all(word in said["detail_en"] + said["detail_zh"] for word in words), said


async def granted(roof: Roof) -> None:
    """Up to the last approval of the sum."""
    refused(await roof.proposed("300000"), 422, "budget_source_unknown", "province, city")
    refused(await roof.proposed("", source="province"), 422, "sum_missing")
    refused(await roof.proposed("500000.01", source="province"), 422, "amount_wrong", "500000")
    ok(await roof.proposed("300000", source="province"))
    other = await roof.asked("energy_head", "approval", party="energy_head", amount="300000.01")
    refused(other, 409, "sum_differs", "CNY 300000,", "CNY 300000.01", "提议金额为 300000 元，此处为 300000.01 元")
    ok(await roof.asked("energy_head", "approval", party="energy_head", amount="300000.00"))
    assert (await roof.case())["sums"] == []
    ok(await roof.asked("treasury", "approval", party="treasury", amount="300000"))


async def test_a_years_money_is_promised_once_and_paid_in_shares(house: House) -> None:
    planned = await house.post(TREASURER, PLANS, PLAN)
    assert (planned.status_code, planned.json()["amount"]) == (201, "350000")
    first, second = (Roof(house, SOLAR, SOLAR.procedure(), {}) for _ in range(2))
    for roof in (first, second):
        await roof.begin()
        await roof.to("approval")
    await granted(first)
    await money(house, "350000", "0", "300000", "50000")
    ok(await second.proposed("60000", source="province"))
    ok(await second.asked("energy_head", "approval", party="energy_head", amount="60000"))
    short = await second.asked("treasury", "approval", party="treasury", amount="60000")
    refused(short, 409, "budget_exhausted", "of which 50000 are left", "尚余 50000 元")
    below = await house.post(TREASURER, PLANS, {**PLAN, "amount": "299999.99"})
    refused(below, 409, "plan_below_use", "CNY 300000 went out or are approved")
    ok(await house.post(TREASURER, PLANS, {**PLAN, "amount": "400000", "document": "演财〔2026〕15号"}))
    ok(await second.asked("treasury", "approval", party="treasury", amount="60000"))
    await money(house, "400000", "0", "360000", "40000")

    refused(await first.paid(amount="180000.01"), 422, "amount_wrong", "180000")
    ok(await first.paid())
    await first.to("last_payment")
    refused(await first.paid(amount="120000", source="city"), 422, "budget_source_unknown", "province")
    ok(await first.paid(amount="100000"))
    (decided,) = (await first.case())["sums"]
    assert (decided["paid"], decided["released"], decided["because"]) == ("280000.00", "20000.00", "paid")
    assert [(part["instalment"], part["share"], part["paid"]) for part in decided["parts"]] == [
        ("first", "180000.00", "180000.00"),
        ("rest", "120000.00", "100000"),
    ]
    await money(house, "400000", "280000.00", "60000.00", "60000.00")
    await reclaimed(second)
    await money(house, "400000", "316000.00", "0.00", "120000.00", "36000")

    items = ok(await house.get(INSPECTOR, "/registry/audit?fact=review.sum-approved.1"))["items"]
    assert len(items) == 2
    assert ok(await house.get(Somebody("elsewhere", "finance", "980000"), BUDGETS))["items"] == []
    assert (await house.post(Somebody("officer", "officer", "990000"), PLANS, PLAN)).status_code == 403


async def reclaimed(roof: Roof) -> None:
    """Its first part is paid, it fails and puts nothing right: what it got comes back in two parts."""
    ok(await roof.paid())
    failed = {"passes": False, "opinion": "not connected", "findings": ["nothing there"]}
    ok(await roof.asked("energy", "inspection", **failed, points={}, verdicts={}))
    case = await roof.case()
    assert case["step"] == "repair"
    over = datetime.fromisoformat(case["due_at"]) + HEARD + timedelta(seconds=2)
    roof.house.clock.advance(over - roof.house.clock.now())
    await roof.until(lambda answer: answer.json()["step"] == "clawback_decision")
    refused(await roof.proposed("36000.01"), 422, "amount_wrong", "36000")
    ok(await roof.proposed("36000"))
    ok(await roof.asked("energy_head", "approval", amount="36000"))
    ok(await roof.paid(amount="30000", source="province"))
    refused(await roof.paid(amount="6000.01", source="province"), 422, "amount_wrong", "6000")
    ok(await roof.paid(source="province"))
    case = await roof.case()
    assert (case["status"], case["result"]) == ("closed", "revoked")
    assert [(s["direction"], s["amount"], s["paid"], s["left"]) for s in case["sums"]] == [
        ("out", "60000", "36000.00", "0"),
        ("back", "36000", "36000", "0"),
    ]

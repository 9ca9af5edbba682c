"""One village under each of three texts that adopt one another, over HTTP from its application to the award."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.programmes.catalogue import Catalogue
from tests.journeys.graph import INSPECTOR, Walk, ok
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.house import standing

SHELF = Catalogue.load(Path(__file__).parents[1] / "programmes" / "demo")


class Village(Walk):
    """Fulfils what the strictest of the three asks."""

    def answers(self) -> dict[str, str | bool]:
        given: dict[str, str | bool] = {"households": "150", "green": "0.3", "income": "10000"}
        asked = {metric.id for metric in self.programme.metrics}
        return {key: value for key, value in given.items() if key in asked}


@pytest.mark.parametrize("name", ["demo-green-villages", "demo-green-villages-province", "demo-green-villages-city"])
async def test_a_village_is_recognised(databases: Databases, tmp_path: Path, name: str) -> None:
    (programme,) = SHELF.versions(name)
    clock = FixedClock(datetime(2026, 5, 4, 2, 0, tzinfo=UTC))
    async with standing(databases, tmp_path, SHELF, clock) as house:
        village = Village(house, programme, programme.procedure(), examples={})
        case = await village.run()
        assert (case["status"], case["result"], case["programme"]) == ("closed", "awarded", programme.ref)
        ended: list[Any] = [each["step"] for each in case["history"]]
        assert ("visit" in ended) is (name != "demo-green-villages")
        lines = ok(await house.get(INSPECTOR, f"/review/cases/{village.case_id}/conditions"))["items"]
        assert [line["condition"] for line in lines] == [each.id for each in programme.conditions]

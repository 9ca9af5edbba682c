"""One whole case for every procedure of every shipped regulation, over HTTP on a real database, by the graph alone.

Applications go through intake in a round; everything else that is handed in is filed at intake; authorities open their
own cases in review.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from shared.programmes.model import Procedure, Programme
from tests.journeys.graph import Walk
from tests.programmes.library import library
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.house import House, standing

ENDS = {"awarded", "completed", "published"}
PROCEDURES = [(programme, procedure) for programme in library().programmes() for procedure in programme.procedures]


@pytest.fixture(scope="module")
async def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    clock = FixedClock(datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
    async with standing(databases, tmp_path_factory.mktemp("house"), library(), clock) as standing_house:
        yield standing_house


def test_all_are_here() -> None:
    programmes = {programme.id: programme.kind for programme, _ in PROCEDURES}
    assert len(programmes) == 15
    assert set(programmes.values()) == {"recognition", "project", "funding", "operations"}


@pytest.mark.parametrize(("programme", "procedure"), PROCEDURES, ids=[f"{p.id}-{x.id}" for p, x in PROCEDURES])
async def test_a_whole_case(house: House, programme: Programme, procedure: Procedure) -> None:
    walk = Walk(house, programme, procedure)
    if not programme.accepts_new_cases:
        with pytest.raises(AssertionError, match=r"text_closed|programme_not_open"):
            await walk.begin()
        return
    case = await walk.run()
    assert case["status"] == "closed"
    assert case["result"] in ENDS or procedure.subject == "title"

"""One whole case for every procedure of every shipped regulation, over HTTP on a real database, by the graph alone.

Applications go through intake in a round; everything else that is handed in is filed at intake; authorities open their
own cases in review. Under a text that takes no new case, an authority takes over an old one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.review.domain.effects import needs_title
from shared.programmes.model import Procedure, Programme
from tests.journeys.graph import INSPECTOR, Walk
from tests.journeys.old_case import OldWalk, is_old
from tests.programmes.library import library
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.house import House, standing
from tests.support.waiting import eventually_asked

ENDED = {"revoked": "revoked", "lapsed": "lapsed"}
ENDS = {"awarded", "completed", "published"}
ALL = [(programme, procedure) for programme in library().programmes() for procedure in programme.procedures]
PROCEDURES = [(programme, procedure) for programme, procedure in ALL if not needs_title(procedure)]
ON_TITLES = [(programme, procedure) for programme, procedure in ALL if needs_title(procedure)]


@pytest.fixture(scope="module")
async def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    clock = FixedClock(datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
    async with standing(databases, tmp_path_factory.mktemp("house"), library(), clock) as standing_house:
        yield standing_house


@pytest.fixture
async def own_house(databases: Databases, tmp_path: Path) -> AsyncIterator[House]:
    """For what goes on for years: nobody else's notices come to depend on years that are not published."""
    clock = FixedClock(datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
    async with standing(databases, tmp_path, library(), clock) as standing_house:
        yield standing_house


def test_all_are_here() -> None:
    """Fifteen regulations, and a whole case of each: what is walked below goes to its end, without exception."""
    programmes = {programme.id: programme.kind for programme, _ in ALL}
    assert len(programmes) == 15
    assert set(programmes.values()) == {"recognition", "project", "funding", "operations"}
    walked = {(programme.id, procedure.id) for programme, procedure in (*PROCEDURES, *ON_TITLES)}
    assert {programme for programme, _ in walked} == set(programmes)
    assert len(walked) == sum(len(programme.procedures) for programme in library().programmes())
    assert {programme.id for programme, _ in PROCEDURES if is_old(programme)} == {"js-tech-platform-2003"}


@pytest.mark.parametrize(("programme", "procedure"), PROCEDURES, ids=[f"{p.id}-{x.id}" for p, x in PROCEDURES])
async def test_a_whole_case(house: House, programme: Programme, procedure: Procedure) -> None:
    walk = Walk(house, programme, procedure)
    await walk.titles()
    if is_old(programme):  # nobody begins a new case; one that was begun on paper is taken over, and goes on here
        with pytest.raises(AssertionError, match="text_closed"):
            await walk.begin()
        walk = OldWalk(house, programme, procedure)
    case = await walk.run()
    assert case["status"] == "closed"
    assert case["result"] in ENDS
    assert (case["on_paper"] is not None) is is_old(programme)


@pytest.mark.parametrize(("programme", "procedure"), ON_TITLES, ids=[f"{p.id}-{x.id}" for p, x in ON_TITLES])
async def test_a_procedure_on_a_title(own_house: House, programme: Programme, procedure: Procedure) -> None:
    """Nobody opens it without a title; with one it runs to its end, and the title follows."""
    walk = Walk(own_house, programme, procedure)
    await walk.titles()
    with pytest.raises(AssertionError, match="title_required"):
        await walk.begin()
    case = await walk.run()
    assert (case["status"], case["title"]) == ("closed", walk.title)

    async def followed() -> bool:
        title = (await own_house.get(INSPECTOR, f"/review/titles/{walk.title}")).json()
        return title["status"] == ENDED.get(case["result"], "held") and walk.case_id not in title["running"]

    await eventually_asked(followed, "the title does not follow")

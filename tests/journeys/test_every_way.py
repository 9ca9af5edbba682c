"""Made-up regulations as whole cases through the services: every procedure, every outcome of every step, every end.

Whoever wrote them had the language's documentation and schema alone; nothing here knows any of them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from shared.calendar.days import LAST_LISTED
from shared.programmes.model import Closing, Procedure, Programme
from tests.journeys.graph import Standing, answers_of, ok
from tests.journeys.ways import LedWalk, Map, Way
from tests.programmes.demo_shelf import SHELF, examples
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.house import House, Somebody, standing
from tests.support.places import place_in

BEGINS = datetime(2026, 3, 16, 2, 0, tzinfo=UTC)
PROCEDURES = [(programme, procedure) for programme in SHELF.programmes() for procedure in programme.procedures]


def map_of(programme: Programme, procedure: Procedure) -> Map:
    who, level = programme.applicants, programme.levels[-1].id
    applicant = Standing(
        place_in(programme.region), level, *(next(iter(each), "") for each in (who.kinds, who.categories))
    )
    main = procedure is programme.procedure()
    return Map(programme, procedure, applicant, answers_of(programme, examples(programme)) if main else {})


WAYS = [(p, x, way) for p, x in PROCEDURES for way in map_of(p, x).ways()]


@pytest.fixture(scope="module")
async def house(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """One for each regulation (the parameter): some of its ways take years, in which another's time would run out."""
    clock = FixedClock(BEGINS)
    async with standing(databases, tmp_path_factory.mktemp("demo"), SHELF, clock) as standing_house:
        yield standing_house


@pytest.fixture
async def next_year(house: House) -> None:
    """The ways take years, some of them several at once; no notice waits for a calendar here."""
    today = house.clock.now().year
    for year in range(max(today, LAST_LISTED + 1), today + 2):
        plan = {"year": year, "off": [f"{year}-01-01"], "make_up": [], "notice": f"demonstration {year}"}
        ok(await house.post(Somebody("calendar", "operator", "000000"), "/review/calendar/years", plan))


def test_every_kind_is_here_and_every_end_is_walked_to() -> None:
    assert {programme.kind for programme, _ in PROCEDURES} == {"recognition", "project", "funding", "operations"}
    for programme, procedure in PROCEDURES:
        ends = {step.id for step in procedure.steps if step.type == "close"}
        walked = {way.end for p, x, way in WAYS if x is procedure}
        taken_back = {step.outcomes["withdrawn"] for step in procedure.steps if step.outcomes.get("withdrawn")}
        assert ends - walked <= taken_back, (programme.id, procedure.id)


@pytest.mark.usefixtures("next_year")
@pytest.mark.parametrize(
    ("house", "programme", "procedure", "way"),
    [(programme.id, programme, procedure, way) for programme, procedure, way in WAYS],
    ids=[f"{p.id}-{x.id}-{w.name}" for p, x, w in WAYS],
    indirect=["house"],
)
async def test_a_whole_case(house: House, programme: Programme, procedure: Procedure, way: Way) -> None:
    case = await LedWalk(house, programme, procedure, examples(programme), way).lead()
    closing = programme.step(way.end).parameters
    assert isinstance(closing, Closing)
    assert (case["status"], case["result"]) == ("closed", closing.result)


@pytest.mark.usefixtures("next_year")
@pytest.mark.parametrize(
    ("house", "programme"),
    [(programme.id, programme) for programme in SHELF.programmes()],
    ids=[programme.id for programme in SHELF.programmes()],
    indirect=["house"],
)
async def test_an_application_is_taken_back(house: House, programme: Programme) -> None:
    procedure = programme.procedure()
    way = map_of(programme, procedure).ways()[0]
    case = await LedWalk(house, programme, procedure, examples(programme), way).take_back()
    assert (case["status"], case["result"]) == ("withdrawn", "withdrawn")

"""Callers who mean harm, and callers who mistype, over HTTP through real services: each gets an answer, nobody else
notices."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.runtime.http.pages import encode
from tests.journeys.test_small_regulation import (
    APPLICANT,
    OFFICER,
    PROGRAMME,
    opened_round,
)
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.house import House, Somebody, standing


@pytest.fixture(scope="module")
async def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with standing(databases, tmp_path_factory.mktemp("house"), PROGRAMME, FixedClock()) as standing_house:
        yield standing_house


OUTSIDE = ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59")
LISTS: tuple[tuple[Somebody, str, str, tuple[str, ...]], ...] = (
    (APPLICANT, "/intake/applications", "applications", ("", "x")),
    (APPLICANT, "/intake/rounds", "rounds", ("", "x")),
    (OFFICER, "/review/work", "work", ("", "", "x", "y")),
    (OFFICER, "/review/cases", "cases", ("", "x")),
    (OFFICER, "/review/rounds", "review-rounds", ("", "x")),
    (OFFICER, "/review/titles", "review-titles", ("", "x")),
)


@pytest.mark.parametrize("when", OUTSIDE)
@pytest.mark.parametrize(("who", "path", "listing", "steps"), LISTS, ids=[path for _, path, _, _ in LISTS])
async def test_a_forged_cursor_is_refused(
    house: House, who: Somebody, path: str, listing: str, steps: tuple[str, ...], when: str
) -> None:
    await opened_round(house)
    cursor = encode(listing, [step or when for step in steps])
    answer = await house.get(who, f"{path}?cursor={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid"), answer.text


async def test_a_round_outside_the_calendar_is_refused_and_stops_nobodys_list(house: House) -> None:
    """PostgreSQL could not store such an instant: the lists of rounds would stand still at that fact for ever."""
    call = {
        "programme": PROGRAMME.id,
        "title": "a call for the end of time",
        "opens_at": "9999-12-31T00:00:00-23:59",
        "closes_at": "9999-12-31T23:59:59-23:59",
    }
    answer = await house.post(OFFICER, "/review/rounds", call)
    assert answer.status_code == 422, answer.text
    await opened_round(house)

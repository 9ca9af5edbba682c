"""Callers who mean harm, and callers who mistype, over HTTP through real services: each gets an answer, nobody else
notices."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from services.intake.domain import commands as c
from services.intake.domain.errors import PlaceTaken
from services.intake.domain.events import ApplicationSubmitted
from services.intake.handlers import APPLICATION, Handlers, Write
from shared.envelope import Actor, Origin
from shared.runtime.http.pages import encode
from shared.runtime.ports import Append
from shared.runtime.store import FactStore
from shared.runtime.streams import CommittingStreams
from tests.journeys.test_small_regulation import (
    APPLICANT,
    OFFICER,
    drafted,
    furnished,
    opened_round,
)
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.house import House, Shelf, Somebody, standing
from tests.support.regulation import APPLICANT_USCC, PROGRAMME


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


class Interrupted(CommittingStreams):
    """Lets something happen between the place that was taken and the application that is filed."""

    def __init__(self, store: FactStore, meanwhile: Callable[[], Awaitable[httpx.Response]]) -> None:
        super().__init__(store)
        self._meanwhile = meanwhile
        self.answers: list[httpx.Response] = []

    async def save(self, append: Append) -> None:
        if isinstance(append.facts[0], ApplicationSubmitted):
            self.answers.append(await self._meanwhile())
        await super().save(append)


async def test_two_drafts_of_one_organisation_submitted_at_once_do_not_both_get_its_place(house: House) -> None:
    """The first has claimed the place and is not filed yet: a draft, which the second must not push aside."""
    round_id = await opened_round(house)
    (first, drafted_at), (second, other_at) = await drafted(house, round_id), await drafted(house, round_id)
    at, other = await furnished(house, first, drafted_at), await furnished(house, second, other_at)
    store = house.services["intake"].store

    async def submit_the_other() -> httpx.Response:
        return await house.post(APPLICANT, f"/intake/applications/{second}/submission", None, other)

    streams = Interrupted(store, submit_the_other)
    by = Actor(APPLICANT.id, "applicant", APPLICANT_USCC)
    write = Write(Origin(by, house.clock.now(), "command-of-the-first"), at)
    filing = c.SubmitApplication(c.Person(by.id, APPLICANT_USCC))
    await Handlers(Shelf(PROGRAMME)).submit_application(streams, first, filing, write)
    (answer,) = streams.answers
    assert (answer.status_code, answer.json()["code"]) == (409, PlaceTaken.code), answer.text
    statuses = [(await streams.load(APPLICATION, case_id)).state.status for case_id in (first, second)]
    assert statuses == ["submitted", "draft"]

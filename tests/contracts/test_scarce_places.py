"""Scarce places on a real database: whoever comes at the same time, exactly as many win as there are places; and what a
round says reaches each case once, through a crash too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.review import places
from services.review.adapters.due import DeadlinesView
from services.review.adapters.gathered import GatheredView, SqlGathered
from services.review.adapters.standing import SqlStanding
from services.review.adapters.views import CasesView
from services.review.app import firing
from services.review.domain import commands as c
from services.review.domain.errors import DutiesSeparate, NobodyToGather, QuotaUsedUp
from services.review.handlers import CASE, ROUND, Handlers, Write
from services.review.kinds import calendar_at
from services.review.together import Together
from shared.envelope import Actor, Origin
from shared.programmes.model import Endorsing, Listing, Quota, RoundRules
from shared.runtime.deadlines import AlreadySettled, Due
from shared.runtime.ports import Append, Stale, Transient
from shared.runtime.postgres.pool import Database
from shared.runtime.projector import Projector
from shared.runtime.store import FactStore
from shared.runtime.streams import CommittingStreams
from tests.support.clock import FixedClock
from tests.support.house import Shelf
from tests.support.regulation import PREFECTURE, with_step
from tests.support.waiting import eventually_asked
from tests.unit.review.story import HEAD, MONDAY, OFFICER, SECOND, Story

QUOTA = RoundRules(cadence="called", quotas=(Quota(id="few", party="prefecture-head", at_most=2),))
NAMING = replace(with_step("recommend", parameters=Endorsing(quota="few")), rounds=QUOTA)
TWO = with_step("list", parameters=Listing(order="by_score", at_most=2))
ROUND_ID = "a" * 32


def origin(at: datetime, name: str = "c-1") -> Origin:
    return Origin(Actor("officer-1", "officer"), at, name)


async def standing_at(store: FactStore, story: Story, count: int) -> list[str]:
    """So many cases with the same history, in one round."""
    names = [f"{number:032x}" for number in range(1, count + 1)]
    opened, *rest = story.facts
    for name in names:
        first = replace(opened, case_id=name, round_id=ROUND_ID)
        await store.append(Append(f"case:{name}", 0, (first, *rest), origin(MONDAY)))
    return names


async def recommend(store: FactStore, case_id: str, at: datetime = MONDAY) -> None:
    handlers, who = Handlers(Shelf(NAMING), sandbox=True), replace(HEAD, id=f"head-of-{case_id[-2:]}")
    command = c.GiveEndorsement("recommend", who, True, "recommended")
    await handlers.act(CommittingStreams(store), case_id, command, Write(origin(at, f"c-{case_id}")))


async def recommended(store: FactStore, names: Sequence[str]) -> list[str]:
    streams = CommittingStreams(store)
    return [name for name in names if (await streams.load(CASE, name)).state.step == "score"]


@pytest.mark.parametrize("count", [2, 3, 6])
async def test_of_those_who_recommend_at_the_same_moment_as_many_win_as_there_are_places(
    stores: list[FactStore], count: int
) -> None:
    names = await standing_at(stores[0], Story(NAMING).at("recommend"), count)
    tries = [recommend(stores[number % 2], name) for number, name in enumerate(names)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert len(await recommended(stores[0], names)) == 2
    refused = [answer for answer in answers if answer is not None]
    assert len(refused) == count - 2
    assert all(isinstance(answer, QuotaUsedUp) for answer in refused), refused


async def test_the_same_recommendation_twice_takes_one_place(stores: list[FactStore]) -> None:
    first, second, third = await standing_at(stores[0], Story(NAMING).at("recommend"), 3)
    answers = await asyncio.gather(*(recommend(store, first) for store in stores), return_exceptions=True)
    assert sum(answer is None for answer in answers) >= 1
    await recommend(stores[1], second)
    with pytest.raises(QuotaUsedUp):
        await recommend(stores[0], third)


async def test_who_dies_between_taking_and_recommending_gives_the_place_back(stores: list[FactStore]) -> None:
    story = Story(NAMING).at("recommend")
    first, second, third = await standing_at(stores[0], story, 3)
    streams = CommittingStreams(stores[0])
    command = c.GiveEndorsement("recommend", HEAD, True, "recommended")
    await places.take(streams, command, first, NAMING, await calendar_at(streams, MONDAY), Write(origin(MONDAY)))
    await recommend(stores[0], second)
    with pytest.raises(QuotaUsedUp):
        await recommend(stores[1], third, MONDAY + timedelta(minutes=9))
    await recommend(stores[1], third, MONDAY + timedelta(minutes=11))
    with pytest.raises(QuotaUsedUp):
        await recommend(stores[0], first, MONDAY + timedelta(minutes=12))
    assert await recommended(stores[0], [first, second, third]) == [second, third]


async def test_what_is_refused_anyway_takes_no_place(stores: list[FactStore]) -> None:
    (name,) = await standing_at(stores[0], Story(NAMING).at("recommend"), 1)
    handlers, streams = Handlers(Shelf(NAMING), sandbox=True), CommittingStreams(stores[0])
    reviewer = replace(HEAD, id="reviewer-1")  # assessed the case: the same segregation group
    command = c.GiveEndorsement("recommend", reviewer, True, "recommended")
    with pytest.raises(DutiesSeparate):
        await handlers.act(streams, name, command, Write(origin(MONDAY)))
    with pytest.raises(Stale):
        await handlers.act(streams, name, replace(command, by=HEAD), Write(origin(MONDAY), expected=1))
    taken = await stores[0].pool.fetchval("SELECT count(*) FROM facts WHERE starts_with(stream_id, 'quota:')")
    assert taken == 0


# ── what a round says ────────────────────────────────────────────────────────────────────────────────────────────


class Scene:
    """Cases at the list with scores of their own, their round, and the views, projected as in a process."""

    def __init__(self, store: FactStore, database: Database) -> None:
        self.store, self.database = store, database
        self.streams = CommittingStreams(store)
        self.together = Together(Shelf(TWO), SqlStanding(database.pool))
        self.views = [Projector(database, store, view) for view in (CasesView(), DeadlinesView(), GatheredView())]
        handlers = Handlers(Shelf(TWO), sandbox=True)
        self.fire = firing(handlers, self.streams, FixedClock(MONDAY + timedelta(hours=1)))
        self.names: list[str] = []

    async def begin(self, *points: str) -> None:
        call = c.OpenRound(ROUND_ID, OFFICER, "call", MONDAY - timedelta(days=9), MONDAY + timedelta(days=9))
        handlers = Handlers(Shelf(TWO), sandbox=True)
        await handlers.open_round(self.streams, TWO.id, call, Write(origin(MONDAY - timedelta(days=9))))
        for number, given in enumerate(points, 1):
            story = Story(TWO).at("score").scored(given).visited()
            opened, *rest = story.facts
            name = f"{number:032x}"
            facts = (replace(opened, case_id=name, round_id=ROUND_ID), *rest)
            await self.store.append(Append(f"case:{name}", 0, facts, origin(MONDAY)))
            self.names.append(name)
        for view in self.views:
            await view.start()

    async def end(self) -> None:
        for view in self.views:
            await view.stop()

    async def draw(self, by: c.DrawUpList, expected: int) -> None:
        write = Write(origin(MONDAY, f"draw-{by.by.id}"), expected)
        await self.together.draw_up(self.streams, ROUND_ID, by, write)

    async def due(self) -> list[Due]:
        rows = await self.database.pool.fetch("SELECT * FROM view_deadlines.deadlines ORDER BY case_id")
        return [Due(row["deadline_id"], row["case_id"], row["kind"], row["due_at"]) for row in rows]

    async def follows(self, kind: str, count: int) -> list[Due]:
        found: list[Due] = []

        async def there() -> bool:
            found[:] = [due for due in await self.due() if due.kind == kind]
            return len(found) == count

        await eventually_asked(there, f"{count} times {kind}")
        return found

    async def steps(self) -> list[str]:
        return [(await self.streams.load(CASE, name)).state.step for name in self.names]


@pytest.fixture
async def scene(stores: list[FactStore], database: Database) -> AsyncIterator[Scene]:
    made = Scene(stores[0], database)
    yield made
    await made.end()


async def test_every_case_follows_its_list_once_and_a_crash_leaves_the_rest_due(scene: Scene) -> None:
    await scene.begin("40", "45", "30.5")
    await scene.draw(c.DrawUpList("list", OFFICER), 1)
    first, *rest = await scene.follows("follow:list", 3)
    await scene.fire(first)
    assert await scene.steps() == ["notice", "list", "list"], "here the process dies; the others are still due"
    remaining = await scene.follows("follow:list", 2)
    for due in remaining:
        await scene.fire(due)
    assert await scene.steps() == ["notice", "notice", ""]
    for due in (first, *rest):
        with pytest.raises(AlreadySettled):
            await scene.fire(due)
    await scene.follows("follow:list", 0)


async def test_the_list_shows_how_far_it_is_followed(scene: Scene) -> None:
    await scene.begin("40", "45", "30.5")
    await scene.draw(c.DrawUpList("list", OFFICER), 1)
    first, *_ = await scene.follows("follow:list", 3)
    ask = SqlGathered(scene.database.pool)
    await scene.fire(first)

    async def followed() -> bool:
        rows = await ask.entries(ROUND_ID, "list", "", None, 10)
        return [(row.case_id[-1], row.rank, row.listed, row.followed) for row in rows] == [
            ("2", 1, True, False),
            ("1", 2, True, True),
            ("3", 3, False, False),
        ]

    await eventually_asked(followed, "the view does not tell who followed")
    assert await ask.entries(ROUND_ID, "list", "!", None, 10) == []
    assert len(await ask.entries(ROUND_ID, "list", PREFECTURE[:4], None, 1)) == 1


async def test_of_two_officers_one_draws_up_the_list(scene: Scene) -> None:
    await scene.begin("40", "45")
    tries = [scene.draw(c.DrawUpList("list", by), 1) for by in (OFFICER, SECOND)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(answer) for answer in answers if answer is not None) == [Stale]
    assert len((await scene.streams.load(ROUND, ROUND_ID)).state.lists) == 1
    with pytest.raises(NobodyToGather):
        await scene.draw(c.DrawUpList("list", SECOND), 2)


async def test_no_list_is_drawn_up_from_a_view_that_is_behind(
    stores: list[FactStore], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.review.adapters.standing.LOOKS", 3)
    scene = Scene(stores[0], database)
    await scene.begin("40")
    await scene.end()
    late = replace(Story(TWO).at("list").facts[0], case_id="f" * 32, round_id=ROUND_ID)
    await scene.store.append(Append(f"case:{late.case_id}", 0, (late,), origin(MONDAY)))
    with pytest.raises(Transient):
        await scene.draw(c.DrawUpList("list", OFFICER), 1)


async def test_where_the_places_are_shown(scene: Scene) -> None:
    story = Story(NAMING).at("recommend")
    names = await standing_at(scene.store, story, 2)
    for name in names:
        await recommend(scene.store, name)
    for view in scene.views:
        await view.start()
    ask = SqlGathered(scene.database.pool)

    async def shown() -> bool:
        try:
            rows = await ask.quotas(ROUND_ID, PREFECTURE[:4], None, 10)
        except Transient:
            return False
        return [(row.quota, row.authority, row.places, row.taken, len(row.holders)) for row in rows] == [
            ("few", PREFECTURE, 2, 2, 2)
        ]

    await eventually_asked(shown, "the quota's use is not shown")
    assert await ask.quotas(ROUND_ID, "9902", None, 10) == []

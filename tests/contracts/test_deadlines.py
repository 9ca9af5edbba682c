"""A deadline fires once among many processes, is tried again until it was carried out, and is never lost."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from shared.runtime.deadlines import CLAIM, DDL, WORRYING_ATTEMPTS, AlreadySettled, DeadlineWorker, Due
from shared.runtime.postgres.pool import Database
from tests.support.waiting import eventually, eventually_asked

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


class Standing:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at


class Handler:
    """Keeps what was fired; refuses while it has something to refuse with."""

    def __init__(self) -> None:
        self.fired: list[Due] = []
        self.refusal: Exception | None = None

    async def __call__(self, due: Due) -> None:
        self.fired.append(due)
        await asyncio.sleep(0)
        if self.refusal is not None:
            raise self.refusal


@pytest.fixture
async def deadlines(database: Database) -> Database:
    async with database.transaction() as connection:
        await connection.execute("CREATE SCHEMA view_deadlines; SET LOCAL search_path TO view_deadlines;" + DDL)
    return database


async def begin(database: Database, name: str, due_at: datetime) -> None:
    async with database.transaction() as connection:
        await connection.execute(
            "INSERT INTO view_deadlines.deadlines VALUES ($1, 'case-1', 'answer', $2) "
            "ON CONFLICT (deadline_id) DO UPDATE SET due_at = excluded.due_at",
            name,
            due_at,
        )


async def pause_over(database: Database) -> None:
    """As if the pause before the next attempt had passed."""
    async with database.transaction() as connection:
        await connection.execute("UPDATE deadline_attempts SET next_at = now() WHERE next_at > now()")


async def pauses(database: Database) -> float:
    async with database.reading() as connection:
        return float(await connection.fetchval("SELECT extract(epoch FROM next_at - now()) FROM deadline_attempts"))


async def test_it_fires_when_it_is_due_and_not_before(deadlines: Database) -> None:
    clock, handler = Standing(), Handler()
    worker = DeadlineWorker(deadlines, clock, handler)
    await begin(deadlines, "d1", NOON + timedelta(seconds=1))
    assert await worker.fire_due() == 0
    clock.at = NOON + timedelta(seconds=1)
    assert await worker.fire_due() == 1
    assert [(due.deadline_id, due.case_id, due.kind) for due in handler.fired] == [("d1", "case-1", "answer")]
    assert await worker.fire_due() == 0, "it stays in the view until the view has seen the fact: not fired again"
    await pause_over(deadlines)
    assert await worker.fire_due() == 0


async def test_many_processes_fire_each_once(deadlines: Database) -> None:
    for n in range(60):
        await begin(deadlines, f"d{n}", NOON - timedelta(minutes=n))
    handler = Handler()
    workers = [DeadlineWorker(deadlines, Standing(), handler) for _ in range(4)]
    while sum(await asyncio.gather(*(worker.fire_due() for worker in workers))):
        pass
    assert sorted(due.deadline_id for due in handler.fired) == sorted(f"d{n}" for n in range(60))


async def test_fired_ones_that_the_view_still_shows_do_not_stand_in_the_way(deadlines: Database) -> None:
    worker = DeadlineWorker(deadlines, Standing(), handler := Handler())
    for n in range(CLAIM + 5):
        await begin(deadlines, f"d{n}", NOON - timedelta(days=1))
    while await worker.fire_due():
        pass
    await pause_over(deadlines)
    await begin(deadlines, "new", NOON)
    assert await worker.fire_due() == 1
    assert handler.fired[-1].deadline_id == "new"


async def test_a_failure_is_tried_again_ever_more_seldom(deadlines: Database) -> None:
    handler = Handler()
    worker = DeadlineWorker(deadlines, Standing(), handler)
    await begin(deadlines, "d1", NOON)
    handler.refusal = LookupError("the handler has a defect")
    waits = []
    for attempt in range(1, WORRYING_ATTEMPTS + 1):
        assert await worker.fire_due() == 1
        assert handler.fired[-1].attempts == attempt
        assert await worker.fire_due() == 0, "not before its pause is over"
        waits.append(await pauses(deadlines))
        await pause_over(deadlines)
    assert all(later > 1.5 * sooner for sooner, later in pairwise(waits))
    handler.refusal = None
    assert await worker.fire_due() == 1
    await pause_over(deadlines)
    assert await worker.fire_due() == 0


async def test_what_is_settled_already_is_not_tried_again(deadlines: Database) -> None:
    handler = Handler()
    handler.refusal = AlreadySettled("it was met")
    worker = DeadlineWorker(deadlines, Standing(), handler)
    await begin(deadlines, "d1", NOON)
    assert await worker.fire_due() == 1
    await pause_over(deadlines)
    assert await worker.fire_due() == 0


async def test_a_deadline_that_moves_fires_at_its_new_time(deadlines: Database) -> None:
    clock, handler = Standing(), Handler()
    worker = DeadlineWorker(deadlines, clock, handler)
    await begin(deadlines, "d1", NOON)
    assert await worker.fire_due() == 1
    await begin(deadlines, "d1", NOON + timedelta(days=1))
    assert await worker.fire_due() == 0
    clock.at = NOON + timedelta(days=1)
    assert await worker.fire_due() == 1


async def test_a_process_that_dies_leaves_its_claim_to_the_next(deadlines: Database) -> None:
    """Cut off in the middle of firing: nothing says that it fired, so after the lease another one fires it."""
    entered = asyncio.Event()

    async def dies(_: Due) -> None:
        entered.set()
        await asyncio.Event().wait()

    await begin(deadlines, "d1", NOON)
    dying = DeadlineWorker(deadlines, Standing(), dies)
    await dying.start()
    await eventually(entered.is_set, "the first process is firing")
    await dying.stop()
    handler = Handler()
    next_one = DeadlineWorker(deadlines, Standing(), handler)
    assert await next_one.fire_due() == 0, "the lease still holds"
    await pause_over(deadlines)
    assert await next_one.fire_due() == 1
    assert handler.fired[0].attempts == 2


async def test_the_worker_runs_by_itself_and_health_tells_of_what_keeps_failing(deadlines: Database) -> None:
    handler = Handler()
    handler.refusal = LookupError("the handler has a defect")
    worker = DeadlineWorker(deadlines, Standing(), handler, look_seconds=0.01)
    await worker.start()
    await begin(deadlines, "d1", NOON)

    async def told() -> bool:
        await pause_over(deadlines)
        return "d1" in worker.healthy() and worker.healthy().endswith("times: LookupError")

    await eventually_asked(told, "health names the deadline and the fault")
    handler.refusal = None
    await pause_over(deadlines)

    async def well() -> bool:
        await pause_over(deadlines)
        return worker.healthy() == ""

    await eventually_asked(well, "well again after it was carried out")
    await worker.stop()


async def test_before_the_view_exists_there_is_nothing_to_do(database: Database) -> None:
    assert await DeadlineWorker(database, Standing(), Handler()).fire_due() == 0

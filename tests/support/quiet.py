"""Understands when an installation has nothing left to do, and gathers what it then wrote down."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from services.__main__ import SERVICES
from shared.runtime.postgres.pool import TRANSIENT
from shared.runtime.process import FILES_FOLDER
from shared.runtime.topics import PARTITIONS
from tests.support.caller import Callers
from tests.support.evidence import Command, Evidence, Row, collect
from tests.support.town import Town
from tests.support.waiting import eventually_asked

QUIET_SECONDS = 120.0

HEARS: dict[str, dict[str, tuple[str, ...]]] = {
    "intake": {"intake": ("review.events.v1", "registry.events.v1")},
    "review": {"review": ("intake.events.v1", "registry.events.v1")},
    "registry": {
        "registry": ("review.events.v1",),
        "registry-audit": tuple(f"{service}.audit.v1" for service in SERVICES),
    },
    "notifications": {"notifications": ("intake.events.v1", "review.events.v1", "registry.events.v1")},
}
"""Subscribers of each service and their topics."""

HEAD = "SELECT xid::text::bigint AS xid, position AS number FROM facts ORDER BY xid DESC, position DESC LIMIT 1"
BEHIND = """
SELECT name FROM checkpoints
WHERE (name = 'relay' OR name LIKE 'view:%') AND (xid, number) < ($1::bigint, $2::bigint)
"""
OVERDUE = """
SELECT count(*) FROM view_deadlines.deadlines d LEFT JOIN deadline_attempts a USING (deadline_id, due_at)
WHERE d.due_at <= $1 AND a.fired_at IS NULL
"""


@asynccontextmanager
async def administrators(town: Town) -> AsyncIterator[dict[str, asyncpg.Connection]]:
    """A connection of the administrator to every service's database."""
    async with AsyncExitStack() as stack:
        connections = {}
        for service in SERVICES:
            connections[service] = await asyncpg.connect(town.administrator_url(service), timeout=10)
            stack.push_async_callback(connections[service].close, timeout=5)
        yield connections


async def quiet(town: Town, seconds: float = QUIET_SECONDS) -> None:
    """Returns when every relay published all, every view shows all and every subscriber heard all that was published,
    and nothing was written meanwhile. Fails with what is still behind."""
    last: list[str] = []

    async def nothing_left() -> bool:
        try:
            last[:] = await behind(town)
        except TRANSIENT as away:
            last[:] = [repr(away)]
        return not last

    began = time.monotonic()
    try:
        await eventually_asked(nothing_left, "an end of the work", seconds)
    except AssertionError as never:
        raise AssertionError(f"after {time.monotonic() - began:.0f} s still behind: {last}") from never


async def behind(town: Town) -> list[str]:
    """What is not done yet, by name."""
    async with administrators(town) as databases:
        before = [await database.fetchrow(HEAD) for database in databases.values()]
        found: list[str] = []
        for service, database in databases.items():
            found += await _behind(town, service, database)
        if town.topology == "kafka":
            found += await _unread(town, databases)
        after = [await database.fetchrow(HEAD) for database in databases.values()]
        return found if before == after else [*found, "somebody still writes"]


async def _behind(town: Town, service: str, database: asyncpg.Connection) -> list[str]:
    found = []
    head = await database.fetchrow(HEAD)
    if head is not None:
        if not await database.fetchval("SELECT true FROM checkpoints WHERE name = 'relay'"):
            found.append(f"{service}: its relay has not begun")
        found += [f"{service}: {row['name']}" for row in await database.fetch(BEHIND, head["xid"], head["number"])]
    if await database.fetchval("SELECT to_regclass('view_deadlines.deadlines')") is not None:
        overdue = await database.fetchval(OVERDUE, town.clock.now())
        found += [f"{service}: {overdue} deadlines"] * bool(overdue)
    return found


async def _unread(town: Town, databases: dict[str, asyncpg.Connection]) -> list[str]:
    found = []
    ends = await ends_of(
        town, sorted({topic for inboxes in HEARS.values() for topics in inboxes.values() for topic in topics})
    )
    for service, inboxes in HEARS.items():
        rows = await databases[service].fetch("SELECT subscriber, topic, partition, next_offset FROM offsets")
        stands = {(row["subscriber"], row["topic"], row["partition"]): row["next_offset"] for row in rows}
        for subscriber, topics in inboxes.items():
            for (topic, partition), end in ends.items():
                if topic in topics and stands.get((subscriber, topic, partition), 0) < end:
                    found.append(f"{subscriber}: {topic}[{partition}] before {end}")
    return found


async def ends_of(town: Town, topics: Sequence[str]) -> dict[tuple[str, int], int]:
    """How many records each partition of these topics holds."""
    assert town.broker is not None
    consumer = AIOKafkaConsumer(bootstrap_servers=town.broker.bootstrap, request_timeout_ms=20_000)
    try:
        await consumer.start()
        partitions = [TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)]
        return {(one.topic, one.partition): end for one, end in (await consumer.end_offsets(partitions)).items()}
    finally:
        await consumer.stop()


async def listed(callers: Callers) -> list[Row]:
    """The whole public list of titles, page by page."""
    rows: list[Row] = []
    path = "/titles?limit=50"
    while path:
        answer = await callers.read("", "registry", path)
        rows += answer.json()["items"]
        following = answer.links.get("next", {}).get("url", "")
        path = following and f"/titles?{following.partition('?')[2]}"
    return rows


async def gathered(town: Town, callers: Callers, commands: Sequence[Command]) -> Evidence:
    """Everything that was written down, once nothing is left to do."""
    await quiet(town)
    async with administrators(town) as databases:
        return await collect(commands, databases, await listed(callers), town.home / FILES_FOLDER)

"""The audit trail on a real PostgreSQL: appended in batches, read by every filter, exported, examined."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from services.registry.adapters.trail import EXPORT_PAGE, SqlTrail
from services.registry.adapters.trail_writer import SqlTrailWriter
from services.registry.domain.trail import Address, Admitted, Witnessed, digest_of
from services.registry.views import EntriesWanted, EntryMark
from shared.runtime.ports import Conflict
from shared.runtime.postgres.pool import Database
from tests.unit.registry.test_trail import fact

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)


def facts(count: int) -> list[Witnessed]:
    """``count`` facts of ten streams of three services, one a minute."""
    made = []
    for number in range(count):
        stream, version = number % 10, number // 10 + 1
        service = ("intake", "review", "notifications")[stream % 3]
        data = f'{{"n":{number}}}'.encode()
        made.append(
            replace(
                fact(version, f"case:{stream}", service, data),
                case_id=str(stream),
                actor_id=f"p-{number % 4}",
                fact=f"{service}.something-{number % 2}.{1 + number % 3}",
                occurred_at=BEGAN + timedelta(minutes=number),
            )
        )
    return made


async def add(
    database: Database, *new: Witnessed, missing: tuple[Address, ...] = (), filled: tuple[Address, ...] = ()
) -> None:
    async with database.transaction() as connection:
        await SqlTrailWriter(database.pool).add(connection, Admitted(new, missing, filled))


@pytest.fixture
async def trail(registry: Database) -> SqlTrail:
    await add(registry, *facts(100))
    return SqlTrail(registry.pool)


async def test_heads_and_digests_tell_what_is_on_the_trail(registry: Database) -> None:
    writer, new = SqlTrailWriter(registry.pool), facts(25)
    await add(registry, *new)
    keys = [("intake", "case:0"), ("intake", "case:9"), ("review", "case:0")]
    assert await writer.heads(keys) == {keys[0]: 3, keys[1]: 2, keys[2]: 0}
    assert await writer.digests([new[0].address, ("review", "case:0", 1)]) == {new[0].address: new[0].digest}
    assert await writer.digests([]) == {}


async def test_a_fact_that_somebody_else_added_meanwhile_is_a_conflict_and_adds_nothing(registry: Database) -> None:
    await add(registry, fact(1))
    with pytest.raises(Conflict):
        await add(registry, fact(1, "case:other"), fact(1))
    assert await SqlTrail(registry.pool).count(EntriesWanted(), 10) == 1


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_trail SET reason = 'x'", "DELETE FROM audit_trail", "TRUNCATE audit_trail"],
)
async def test_the_application_role_may_not_alter_the_trail(registry: Database, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await registry.pool.execute(statement)


async def test_a_fact_without_an_actor_is_refused_by_the_table_itself(registry: Database) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await add(registry, replace(fact(1), actor_id=""))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (EntriesWanted(), 100),
        (EntriesWanted(case_id="3"), 10),
        (EntriesWanted(case_id="33"), 0),
        (EntriesWanted(actor="p-1"), 25),
        (EntriesWanted(service="intake"), 40),
        (EntriesWanted(fact="intake.something-0"), 20),
        (EntriesWanted(fact="intake.something"), 0),
        (EntriesWanted(fact="intake.something_0"), 0),
        (EntriesWanted(since=BEGAN + timedelta(minutes=90)), 10),
        (EntriesWanted(until=BEGAN + timedelta(minutes=90)), 90),
        (EntriesWanted(case_id="3", actor="p-3", since=BEGAN, until=BEGAN + timedelta(minutes=5)), 1),
    ],
)
async def test_filters(trail: SqlTrail, wanted: EntriesWanted, expected: int) -> None:
    assert len(await trail.page(wanted, None, 200)) == expected
    assert await trail.count(wanted, 200) == expected


async def test_a_fact_is_found_by_its_whole_stored_name_too(trail: SqlTrail) -> None:
    rows = await trail.page(EntriesWanted(fact="intake.something-0.1"), None, 200)
    assert rows
    assert {row.fact for row in rows} == {"intake.something-0.1"}


async def test_a_page_is_newest_first_and_every_fact_comes_once(trail: SqlTrail) -> None:
    seen, mark = [], None
    while rows := await trail.page(EntriesWanted(), mark, 7):
        seen += [row.data for row in rows]
        mark = EntryMark(rows[-1].occurred_at, rows[-1].entry)
    assert seen == [one.data for one in reversed(facts(100))]


async def test_facts_of_the_same_instant_are_not_lost_between_pages(registry: Database) -> None:
    await add(registry, *(replace(one, occurred_at=BEGAN) for one in facts(30)))
    trail, seen, mark = SqlTrail(registry.pool), 0, None
    while rows := await trail.page(EntriesWanted(), mark, 4):
        seen += len(rows)
        mark = EntryMark(rows[-1].occurred_at, rows[-1].entry)
    assert seen == 30


async def test_an_export_is_the_whole_selection_oldest_first_and_nothing_later(registry: Database) -> None:
    size = EXPORT_PAGE + 50
    await add(registry, *facts(size))
    trail, seen = SqlTrail(registry.pool), []
    async for rows in trail.export(EntriesWanted(), 10_000):
        seen += [row.data for row in rows]
        if len(seen) == EXPORT_PAGE:
            await add(registry, replace(fact(1, "case:late"), occurred_at=BEGAN + timedelta(days=300)))
    assert seen == [one.data for one in facts(size)]


async def test_an_export_stops_at_its_limit(trail: SqlTrail) -> None:
    seen = [len(rows) async for rows in trail.export(EntriesWanted(), 30)]
    assert sum(seen) == 30


async def test_an_examination_of_a_sound_trail_finds_nothing_and_ends(trail: SqlTrail) -> None:
    rows, after = 0, None
    while True:
        part = await trail.examine(after, 33)
        rows, after = rows + part.rows, part.next
        assert part.discrepancies == ()
        if after is None:
            break
    assert rows == 100


async def test_an_examination_names_the_altered_row_and_the_hole(registry: Database) -> None:
    forged = replace(fact(2), data=b'{"forged":true}')
    await add(registry, fact(1), forged, fact(4), fact(2, "case:2"))
    found = await SqlTrail(registry.pool).examine(None, 100)
    assert {(one.stream, one.version, one.what.partition(":")[0]) for one in found.discrepancies} == {
        ("case:1", 2, "altered"),
        ("case:1", 4, "gap"),
        ("case:2", 2, "gap"),
    }


async def test_an_examination_cut_in_parts_finds_the_same(registry: Database) -> None:
    await add(registry, fact(1), fact(2), fact(4), replace(fact(5), digest=digest_of(b"other")))
    trail, after, found = SqlTrail(registry.pool), None, []
    while True:
        part = await trail.examine(after, 1)
        found += [(one.version, one.what.partition(":")[0]) for one in part.discrepancies]
        if (after := part.next) is None:
            break
    assert found == [(4, "gap"), (5, "altered")]


async def test_holes_are_listed_until_their_facts_arrive(registry: Database) -> None:
    trail = SqlTrail(registry.pool)
    await add(registry, fact(4, "round:9"), missing=tuple(("review", "round:9", version) for version in (1, 2, 3)))
    assert [hole.version for hole in await trail.holes(10)] == [1, 2, 3]
    assert [hole.version for hole in await trail.holes(2)] == [1, 2]
    await add(registry, fact(2, "round:9"), filled=(fact(2, "round:9").address,))
    assert [hole.version for hole in await trail.holes(10)] == [1, 3]
    await add(registry, fact(3, "round:9"))
    assert [hole.version for hole in await trail.holes(10)] == [1], "filled unseen by whoever noted it"

"""An answer that was kept is forgotten when it expired, and not before: it holds what somebody filed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared.runtime.codec import FactCodec
from shared.runtime.deadlines import DDL
from shared.runtime.forgetting import FIRED_DAYS, NEWER_DAYS, STRANGE_DAYS, STRANGE_ROWS, Forgetting
from shared.runtime.ports import Receipt
from shared.runtime.postgres.pool import Database
from shared.runtime.store import FactStore
from tests.support.probe import FACTS, notes
from tests.support.waiting import eventually_asked


async def test_an_expired_answer_is_forgotten_and_no_other(database: Database) -> None:
    store = FactStore(database.pool, FactCodec(FACTS))
    await store.start()
    for key in ("old", "new"):
        receipt = Receipt("person-1", key, "d", 200, {}, b"what somebody filed")
        await store.append(notes(f"account:{key}", 0, "a", receipt=receipt))
    await store.stop()
    async with database.transaction() as connection:
        await connection.execute("UPDATE receipts SET expires_at = now() - interval '1 second' WHERE key = 'old'")
    forgetting = Forgetting(database)
    await forgetting.start()

    async def kept() -> list[str]:
        async with database.reading() as connection:
            return [row["key"] for row in await connection.fetch("SELECT key FROM receipts")]

    async def forgotten() -> bool:
        return await kept() == ["new"]

    try:
        await eventually_asked(forgotten, "the expired answer is gone")
        assert forgetting.healthy() == ""
    finally:
        await forgetting.stop()
    assert await forgetting.forget() == 0


async def keep(database: Database, source: str, days: float, rows: int = 1) -> None:
    await database.pool.execute(
        "INSERT INTO foreign_events (subscriber, topic, partition, key, headers, value, stored_at)"
        " SELECT 's', 't', 0, 'k', jsonb_build_object('ce_source', $1::text), '', now() - make_interval(days => $2)"
        " FROM generate_series(1, $3)",
        source,
        int(days),
        rows,
    )


async def kept(database: Database) -> dict[str, int]:
    rows = await database.pool.fetch("SELECT headers->>'ce_source' AS s, count(*) AS n FROM foreign_events GROUP BY 1")
    return {row["s"]: row["n"] for row in rows}


async def forget_all(database: Database) -> None:
    forgetting = Forgetting(database)
    while await forgetting.forget():
        pass


async def test_what_was_kept_aside_is_forgotten_by_age_and_strangers_by_count(database: Database) -> None:
    for days in (1, STRANGE_DAYS + 1, NEWER_DAYS + 1):
        await keep(database, "/shifan/review", days)
        await keep(database, "elsewhere", days)
    await forget_all(database)
    assert await kept(database) == {"/shifan/review": 2, "elsewhere": 1}
    await keep(database, "elsewhere", 0, STRANGE_ROWS + 20)
    await forget_all(database)
    assert await kept(database) == {"/shifan/review": 2, "elsewhere": STRANGE_ROWS}


async def test_attempts_at_a_deadline_are_forgotten_when_it_is_over_for_long(database: Database) -> None:
    now = datetime.now(UTC)
    async with database.transaction() as connection:
        await connection.execute("CREATE SCHEMA view_deadlines; SET LOCAL search_path TO view_deadlines, public;" + DDL)
        await connection.execute("INSERT INTO deadlines VALUES ('open', 'c', 'answer', $1)", now)
        for name, days in (("open", FIRED_DAYS + 1), ("over", FIRED_DAYS + 1), ("lately", 1)):
            await connection.execute(
                "INSERT INTO deadline_attempts (deadline_id, due_at, next_at, fired_at) VALUES ($1, $2, $3, $3)",
                name,
                now,
                now - timedelta(days=days),
            )
    await forget_all(database)
    rows = await database.pool.fetch("SELECT deadline_id FROM deadline_attempts ORDER BY 1")
    assert [row["deadline_id"] for row in rows] == ["lately", "open"]

"""An answer that was kept is forgotten when it expired, and not before: it holds what somebody filed."""

from __future__ import annotations

from shared.runtime.codec import FactCodec
from shared.runtime.forgetting import Forgetting
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

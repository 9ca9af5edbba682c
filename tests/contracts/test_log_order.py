"""The log is read in the order of numbers, not of their digits: a column renamed in a SELECT was once sorted as text,
so that a reader met transaction 1000 before 999 and read facts twice."""

from __future__ import annotations

from shared.envelope import START, Position
from shared.runtime.codec import FactCodec
from shared.runtime.postgres.pool import Database
from shared.runtime.store import FactStore
from tests.benchmarks.ground import NOTED, ORIGIN, Noted

XIDS = (9, 10, 98, 101, 699)
"""Transactions long past on any server, with one, two and three digits."""


async def test_transactions_are_ordered_as_numbers(database: Database) -> None:
    store = FactStore(database.pool, FactCodec((Noted,)))
    for xid in reversed(XIDS):
        stored = store.codec.encode(f"noted:{xid}", 1, NOTED, ORIGIN)
        await database.pool.execute(
            "INSERT INTO facts (stream_id, version, name, state, xid) VALUES ($1, 1, $2, $3, $4::xid8)",
            f"noted:{xid}",
            stored.topic,
            stored.state,
            xid,
        )
    read: list[int] = []
    position = START
    while batch := await store.read(position, 2):
        last = batch[-1].position
        assert last is not None
        position = last
        read += [recorded.position.xid for recorded in batch if recorded.position]
    assert read == list(XIDS)
    assert await store.head() == Position(699, 1)

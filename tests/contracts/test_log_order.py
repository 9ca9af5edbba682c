"""The log is read in the order of numbers, not of their digits.

Once the transaction after 999 came before it, because ORDER BY xid meant the text of the select list: a relay that was
reading just then moved its checkpoint past a fact that it had not published, and twelve cases lost one event each.
"""

from __future__ import annotations

from shared.envelope import START, Position
from shared.runtime.postgres.pool import Database
from shared.runtime.store import FactStore
from tests.contracts.probe import CODEC, ORIGIN, Noted

XIDS = (9, 10, 11, 99, 100, 101)


async def stored_in_order(desk: Database) -> None:
    async with desk.transaction() as connection:
        for version, xid in enumerate(XIDS, 1):
            event = CODEC.encode("case:a", version, Noted(str(xid)), ORIGIN)
            await connection.execute(
                "INSERT INTO facts (stream_id, version, name, state, xid) VALUES ($1, $2, $3, $4, $5::text::xid8)",
                "case:a",
                version,
                event.topic,
                event.state,
                str(xid),
            )


async def test_transactions_are_read_in_the_order_of_their_numbers(desk: Database, store: FactStore) -> None:
    await stored_in_order(desk)
    assert [fact.position.xid for fact in await store.read() if fact.position] == list(XIDS)
    assert (await store.head()).xid == 101


async def test_a_reader_that_goes_on_from_each_batch_misses_nothing(desk: Database, store: FactStore) -> None:
    await stored_in_order(desk)
    after: Position = START
    read: list[str] = []
    while batch := await store.read(after, 2):
        read += [fact.fact.text for fact in batch]
        assert batch[-1].position is not None
        after = batch[-1].position
    assert read == [str(xid) for xid in XIDS]

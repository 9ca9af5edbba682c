"""The log has one order, and whoever follows it misses nothing and sees nothing twice, whoever writes meanwhile."""

from __future__ import annotations

import asyncio

import asyncpg

from shared.envelope import START, Position
from shared.runtime.ports import Recorded
from shared.runtime.postgres.roles import Provisioned
from shared.runtime.store import FactStore
from shared.runtime.tail import Tail
from tests.contracts.stores import running
from tests.support.probe import notes

WRITERS = 16
APPENDS = 60


async def follow(store: FactStore, wanted: int, limit: int) -> list[Recorded]:
    tail, seen = Tail(store, START, limit=limit), []
    try:
        async for batch in tail.batches():
            seen += batch
            if len(seen) >= wanted:
                return seen
    finally:
        tail.close()
    raise AssertionError("a tail does not end")


async def test_a_tail_misses_nothing_under_sixteen_writers(provisioned: Provisioned) -> None:
    """Each writer has a connection of its own and keeps its transaction open for a while after it took its numbers, so
    that transactions end in another order than they began."""

    async def write(store: FactStore, number: int) -> None:
        connection = await asyncpg.connect(provisioned.application_url)
        try:
            for turn in range(APPENDS):
                async with connection.transaction():
                    await store.write(connection, [notes(f"account:{number}-{turn}", 0, "a", "b")])
                    await connection.execute("SELECT pg_sleep($1)", (number * 7 + turn) % 5 / 1000)
        finally:
            await connection.close()

    async with running(provisioned) as store, asyncio.timeout(60):
        wanted = WRITERS * APPENDS * 2
        readers = [asyncio.create_task(follow(store, wanted, limit)) for limit in (1, 7, 1000)]
        await asyncio.gather(*(write(store, number) for number in range(WRITERS)))
        for reader in readers:
            seen = await reader
            addresses = [(one.stream, one.version) for one in seen]
            assert len(addresses) == wanted
            assert len(set(addresses)) == wanted
            positions = [one.position for one in seen if one.position is not None]
            assert positions == sorted(positions)
            assert [version for _, version in addresses] == [1, 2] * (wanted // 2), "an append stays together"


async def test_the_order_is_that_of_numbers_not_of_digits(provisioned: Provisioned) -> None:
    """999 comes before 1000. (Sorted as text it did not, and a tail skipped whatever was left below the new digit.)"""
    async with running(provisioned) as store:
        await store.append(notes("account:last", 0, "x"))
        connection = await asyncpg.connect(provisioned.owner_url)
        await connection.execute(
            "INSERT INTO facts (stream_id, version, name, state, xid) "
            "SELECT 'account:' || n, 1, name, state, n::text::xid8 FROM facts, unnest(ARRAY[100, 9, 99, 10]) AS n"
        )
        await connection.close()
        numbers = ["account:9", "account:10", "account:99", "account:100", "account:last"]
        assert [one.stream for one in await store.read()] == numbers
        assert [one.stream for one in await store.read(Position(10, 0), 2)] == numbers[1:3]
        head = (await store.read())[-1].position
        assert await store.head() == head


async def test_an_open_transaction_holds_the_readers_back(provisioned: Provisioned) -> None:
    """What was written after it stays unread until it ends: otherwise its facts would later appear before them."""
    async with running(provisioned) as store:
        connection = await asyncpg.connect(provisioned.application_url)
        transaction = connection.transaction()
        await transaction.start()
        await store.write(connection, [notes("account:slow", 0, "first")])
        await store.append(notes("account:quick", 0, "second"))
        assert await store.read() == []
        assert await store.head() == START
        assert [one.fact.text for one in await store.load("account:quick")] == ["second"], "its own stream it can see"
        await transaction.commit()
        await connection.close()
        assert [one.fact.text for one in await store.read()] == ["first", "second"]


async def test_versions_of_a_stream_are_read_in_order_when_decided_before_writing(provisioned: Provisioned) -> None:
    """The inversion trap: a transaction takes its place by its first write. Load, then begin to write: 1 before 2."""
    async with running(provisioned) as store:
        await store.append(notes("account:1", 0, "one"))
        loaded = await store.load("account:1")
        connection = await asyncpg.connect(provisioned.application_url)
        async with connection.transaction():
            await store.write(connection, [notes("account:1", len(loaded), "two")])
        await connection.close()
        assert [(one.version, one.fact.text) for one in await store.read()] == [(1, "one"), (2, "two")]


async def test_the_inversion_happens_to_whoever_writes_first(provisioned: Provisioned) -> None:
    """Why the rule exists: the same work, begun with a write, stands in the log before what it was decided on."""
    async with running(provisioned) as store:
        connection = await asyncpg.connect(provisioned.application_url)
        async with connection.transaction():
            await connection.execute("INSERT INTO checkpoints VALUES ('too-early', 0, 0)")
            await store.append(notes("account:1", 0, "one"))
            await store.write(connection, [notes("account:1", 1, "two")])
        await connection.close()
        assert [one.version for one in await store.read()] == [2, 1]


async def test_reading_pages_is_reading_all(provisioned: Provisioned) -> None:
    async with running(provisioned) as store:
        await asyncio.gather(*(store.append(notes(f"account:{n}", 0, "a", "b", "c")) for n in range(40)))
        whole = await store.read(limit=1000)
        paged: list[Recorded] = []
        while page := await store.read(paged[-1].position or START if paged else START, 7):
            paged += page
        assert paged == whole
        assert len(whole) == 120
        assert whole[-1].position == await store.head()


async def test_a_tail_is_woken_by_an_append_in_its_process(provisioned: Provisioned) -> None:
    """After a second of silence it looks every 250 ms only; woken, it sees the fact at once."""
    async with running(provisioned) as store:
        tail = Tail(store, START)
        batches = tail.batches()
        waiting = asyncio.ensure_future(anext(batches))
        loop = asyncio.get_running_loop()
        quiet_until = loop.time() + 1.2
        while loop.time() < quiet_until:
            await asyncio.wait([waiting], timeout=quiet_until - loop.time())
        delays = []
        for turn in range(5):
            began = loop.time()
            await store.append(notes("account:1", turn, "news"))
            assert [one.version for one in await waiting] == [turn + 1]
            delays.append(loop.time() - began)
            waiting = asyncio.ensure_future(anext(batches))
        waiting.cancel()
        await asyncio.wait([waiting])
        await batches.aclose()  # type: ignore[attr-defined]
        tail.close()
        assert min(delays) < 0.1

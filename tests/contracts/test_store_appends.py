"""An append is whole, once, at the version that was decided on, and its caller learns exactly what became of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import asyncpg
import pytest

from shared.runtime.codec import MAX_STATE_BYTES, FactTooLarge
from shared.runtime.group_commit import WRITERS
from shared.runtime.ports import AlreadyAnswered, Append, Conflict, NotWritten, OutcomeUnknown, Receipt
from shared.runtime.postgres.roles import Provisioned
from shared.runtime.store import FactStore
from tests.contracts.stores import running
from tests.support.database import Databases
from tests.support.probe import Noted, notes, opened, origin
from tests.support.waiting import eventually_asked


def receipt(key: str = "key-1", scope: str = "tester", body: bytes = b"{}") -> Receipt:
    return Receipt(scope, key, "digest", 201, {"location": "/账户/1"}, body)


async def texts(store: FactStore, stream: str) -> list[str]:
    return [one.fact.text for one in await store.load(stream)]


async def outcome(store: FactStore, append: Append) -> str:
    try:
        await store.append(append)
    except (Conflict, AlreadyAnswered) as refused:
        return type(refused).__name__
    return "stored"


async def test_facts_come_back_as_they_were(provisioned: Provisioned) -> None:
    async with running(provisioned) as store:
        await store.append(Append("account:1", 0, (opened(), Noted("two", 5)), origin()))
        first, second = await store.load("account:1")
        assert (first.version, first.fact, first.origin) == (1, opened(), origin())
        assert (second.version, second.fact) == (2, Noted("two", 5))
        assert [one.version for one in await store.load("account:1", after=1)] == [2]
        assert await store.load("account:none") == []


@pytest.mark.parametrize("expected", [0, 1, 2, 4, 9])
@pytest.mark.parametrize("count", [1, 2, 3])
async def test_another_version_is_a_conflict(provisioned: Provisioned, expected: int, count: int) -> None:
    """Too old, and too new as well: a stream has no gaps. With several facts nothing of them is stored."""
    async with running(provisioned) as store:
        await store.append(notes("account:1", 0, "a", "b", "c"))
        with pytest.raises(Conflict):
            await store.append(notes("account:1", expected, *("x" * count)))
        connection = await asyncpg.connect(provisioned.application_url)
        with pytest.raises(Conflict):
            async with connection.transaction():
                await store.write(connection, [notes("account:1", expected, *("x" * count))])
        await connection.close()
        assert await texts(store, "account:1") == ["a", "b", "c"]


async def test_of_many_on_one_version_one_wins(provisioned: Provisioned) -> None:
    """From three processes, with one and with several facts, in the same instant."""
    async with running(provisioned, "a") as one, running(provisioned, "b") as two, running(provisioned, "c") as three:
        for version in range(0, 30, 2):
            appends = [
                outcome(store, notes("account:1", version, f"{name}1", f"{name}2"))
                for name, store in (("a", one), ("b", two), ("c", three))
                for _ in range(4)
            ]
            assert sorted(await asyncio.gather(*appends)) == ["Conflict"] * 11 + ["stored"]
        stored = await texts(one, "account:1")
        assert len(stored) == 30
        assert all(first[0] == second[0] for first, second in zip(stored[::2], stored[1::2], strict=True))


async def test_no_append_is_torn(provisioned: Provisioned) -> None:
    """Short and long appends race from two processes: whatever wins is there whole, the others not at all."""
    async with running(provisioned, "a") as one, running(provisioned, "b") as two:
        for turn in range(40):
            stream = f"account:{turn}"
            await one.append(notes(stream, 0, "begin"))
            short = outcome(one, notes(stream, 1, "short"))
            long = outcome(two, notes(stream, 1, *(["long"] * 5)))
            neighbour = outcome(two, notes(f"account:neighbour-{turn}", 0, "well"))
            assert sorted(await asyncio.gather(short, long, neighbour)) == ["Conflict", "stored", "stored"]
            assert (await texts(one, stream))[1:] in (["short"], ["long"] * 5)


async def test_the_same_key_twice_at_once_appends_once(provisioned: Provisioned) -> None:
    async with running(provisioned, "a") as one, running(provisioned, "b") as two:
        for turn in range(20):
            key = receipt(f"key-{turn}")
            ends = await asyncio.gather(
                *(
                    outcome(store, notes(f"account:{turn}-{n}", 0, "x", "y", receipt=key))
                    for n in range(4)
                    for store in (one, two)
                )
            )
            assert sorted(ends) == ["AlreadyAnswered"] * 7 + ["stored"]
            streams = [await texts(one, f"account:{turn}-{n}") for n in range(4)]
            assert sorted(streams) == [[], [], [], ["x", "y"]]


async def test_the_answer_is_remembered(provisioned: Provisioned) -> None:
    async with running(provisioned) as store:
        assert await store.receipt("tester", "key-1") is None
        await store.append(notes("account:1", 0, "x", receipt=receipt(body="答复".encode())))
        assert await store.receipt("tester", "key-1") == receipt(body="答复".encode())
        assert await store.receipt("somebody else", "key-1") is None


async def test_a_repeated_command_is_answered_not_refused(provisioned: Provisioned) -> None:
    """Its own first try moved the stream: the repetition must not be told of a conflict."""
    async with running(provisioned) as store:
        append = notes("account:1", 0, "x", receipt=receipt())
        await store.append(append)
        assert await outcome(store, append) == "AlreadyAnswered"
        assert await outcome(store, replace(append, expected=1)) == "AlreadyAnswered"
        assert await outcome(store, replace(append, receipt=receipt(scope="another"))) == "Conflict"
        assert await store.receipt("another", "key-1") is None, "what was not appended was not answered"
        assert await texts(store, "account:1") == ["x"]


async def test_a_key_may_be_used_again_after_its_time(provisioned: Provisioned) -> None:
    async with running(provisioned) as store:
        await store.append(notes("account:1", 0, "x", receipt=receipt()))
        await store.pool.execute("UPDATE receipts SET expires_at = now() - interval '1 second'")
        assert await store.receipt("tester", "key-1") is None
        await store.append(notes("account:1", 1, "y", receipt=receipt(body=b"second")))
        answer = await store.receipt("tester", "key-1")
        assert answer is not None
        assert answer.body == b"second"


async def test_a_fact_that_is_too_large_is_refused_before_anything_is_written(provisioned: Provisioned) -> None:
    async with running(provisioned) as store:
        with pytest.raises(FactTooLarge):
            await store.append(notes("account:1", 0, "small", "x" * MAX_STATE_BYTES, receipt=receipt()))
        assert await store.load("account:1") == []
        assert await store.receipt("tester", "key-1") is None


async def test_one_bad_append_does_not_harm_the_others(provisioned: Provisioned) -> None:
    """A NUL in a stream's name is nothing that PostgreSQL can store, and is found out only by the server."""
    async with running(provisioned) as store:
        appends = [notes(f"account:{n}" if n != 7 else "account:\0", 0, "x") for n in range(20)]
        ends = await asyncio.gather(*(store.append(one) for one in appends), return_exceptions=True)
        assert [end is None for end in ends] == [n != 7 for n in range(20)]
        assert isinstance(ends[7], asyncpg.PostgresError)
        assert len(await store.read()) == 19


async def test_a_caller_who_goes_away_harms_nobody(provisioned: Provisioned) -> None:
    async with running(provisioned) as store:
        tasks = [asyncio.create_task(store.append(notes(f"account:{n}", 0, "x"))) for n in range(60)]
        for task in tasks[::3]:
            asyncio.get_running_loop().call_soon(task.cancel)
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        stayed = [n for n, end in enumerate(ends) if end is None]
        assert set(stayed) == set(range(60)) - set(range(0, 60, 3))
        for n in stayed:
            assert await texts(store, f"account:{n}") == ["x"]
        await store.append(notes("account:after", 0, "x"))


async def test_who_goes_away_while_queueing_withdraws(provisioned: Provisioned) -> None:
    """Every writer is held by a lock; what was withdrawn behind them is never written."""
    blocker = await asyncpg.connect(provisioned.application_url)
    async with running(provisioned, "queue") as store:
        transaction = blocker.transaction()
        await transaction.start()
        locked = [f"account:locked-{n}" for n in range(WRITERS)]
        await store.write(blocker, [notes(stream, 0, "blocker") for stream in locked])
        held = []
        for number, stream in enumerate(locked, start=1):
            held.append(asyncio.create_task(outcome(store, notes(stream, 0, "held"))))
            await eventually_asked(lambda n=number: _wait_for_a_lock(store, n), "the batch waits for the lock")
        gone = asyncio.create_task(store.append(notes("account:2", 0, "withdrawn")))
        stays = asyncio.create_task(store.append(notes("account:3", 0, "stays")))
        await asyncio.wait([gone], timeout=0.05)
        gone.cancel()
        await transaction.rollback()
        assert await asyncio.gather(*held) == ["stored"] * WRITERS
        await stays
        assert gone.cancelled()
        assert await texts(store, "account:2") == []
    await blocker.close()


async def _wait_for_a_lock(store: FactStore, sessions: int) -> bool:
    # not over the blocker: inside a transaction pg_stat_activity stands still
    sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'queue' AND wait_event_type = 'Lock'"
    return int(await store.pool.fetchval(sql)) == sessions


async def test_a_lost_connection_is_told_and_mended(provisioned: Provisioned, databases: Databases) -> None:
    """A lock holds the batch in flight, the administrator ends its session: nobody knows the outcome."""
    admin = await asyncpg.connect(databases.server.url)
    blocker = await asyncpg.connect(provisioned.application_url)
    async with running(provisioned, "lost") as store:
        transaction = blocker.transaction()
        await transaction.start()
        await store.write(blocker, [notes("account:1", 0, "blocker")])
        flying = [
            asyncio.create_task(outcome(store, notes(f"account:{n}", 0, "x", receipt=receipt(str(n))))) for n in (1, 2)
        ]
        ended = 0
        async with asyncio.timeout(10):
            while not ended:
                ended = await admin.fetchval(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                    "WHERE application_name = 'lost' AND wait_event_type = 'Lock'"
                )
        ends = await asyncio.gather(*flying, return_exceptions=True)
        assert [type(end) for end in ends] == [OutcomeUnknown, OutcomeUnknown]
        await transaction.rollback()
        again = [await outcome(store, notes(f"account:{n}", 0, "x", receipt=receipt(str(n)))) for n in (1, 2)]
        assert again == ["stored", "stored"], "the same key is safe to send again"
    await blocker.close()
    await admin.close()


async def test_a_database_that_is_away_is_told_and_comes_back(databases: Databases) -> None:
    made = await databases.create()
    admin = await asyncpg.connect(databases.server.url)
    async with running(made, "away") as store:
        await store.append(notes("account:1", 0, "before"))
        await admin.execute(f'ALTER DATABASE "{made.database}" ALLOW_CONNECTIONS false')
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'away'")
        told: set[type] = set()
        async with asyncio.timeout(10):
            while NotWritten not in told:
                try:
                    await store.append(notes("account:1", 1, "while away"))
                except (NotWritten, OutcomeUnknown) as fault:
                    told.add(type(fault))
        await admin.execute(f'ALTER DATABASE "{made.database}" ALLOW_CONNECTIONS true')
        await store.append(notes("account:1", 1, "after"))
        assert await texts(store, "account:1") == ["before", "after"]
    await admin.close()
    await databases.drop(made)


async def test_a_stopped_store_refuses(provisioned: Provisioned) -> None:
    async with running(provisioned) as store:
        last = asyncio.create_task(store.append(notes("account:1", 0, "last")))
        await asyncio.sleep(0)
        await store.stop()
        await last
        with pytest.raises(NotWritten):
            await store.append(notes("account:1", 1, "too late"))
        assert await texts(store, "account:1") == ["last"]


@pytest.mark.parametrize("role", ["application", "owner", "administrator"])
@pytest.mark.parametrize("sql", ["UPDATE facts SET name = 'x'", "DELETE FROM facts", "TRUNCATE facts"])
async def test_nobody_changes_a_fact(provisioned: Provisioned, databases: Databases, role: str, sql: str) -> None:
    admin = databases.server.url.rsplit("/", 1)[0] + "/" + provisioned.database
    urls = {"application": provisioned.application_url, "owner": provisioned.owner_url, "administrator": admin}
    refused = asyncpg.InsufficientPrivilegeError if role == "application" else asyncpg.RestrictViolationError
    async with running(provisioned) as store:
        await store.append(notes("account:1", 0, "x"))
        connection = await asyncpg.connect(urls[role])
        with pytest.raises(refused):
            await connection.execute(sql)
        if role == "application":
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute("ALTER TABLE facts DISABLE TRIGGER ALL")
        await connection.close()
        assert await texts(store, "account:1") == ["x"]

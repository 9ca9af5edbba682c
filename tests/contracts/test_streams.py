"""Load, decide, save: over HTTP, in a consumer's batch, against a moving stream, and from a snapshot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from shared.runtime.codec import FactCodec
from shared.runtime.ports import Append, Conflict, Loaded, Receipt, Stale
from shared.runtime.postgres.pool import Database
from shared.runtime.snapshots import EVERY
from shared.runtime.store import FactStore
from shared.runtime.streams import TRIES, CollectingStreams, CommittingStreams, change
from tests.support.probe import ACCOUNT, FACTS, Account, Noted, notes, origin

KEPT = replace(ACCOUNT, snapshot="probe.account.1")


@pytest.fixture
async def store(database: Database) -> AsyncIterator[FactStore]:
    store = FactStore(database.pool, FactCodec(FACTS))
    await store.start()
    yield store
    await store.stop()


class Meddling(CommittingStreams):
    """Somebody else appends between load and save, as often as told."""

    def __init__(self, store: FactStore, times: int) -> None:
        super().__init__(store)
        self.store, self.times = store, times

    async def save(self, append: Append) -> None:
        if self.times:
            self.times -= 1
            await self.store.append(replace(append, facts=(Noted("meddled"),), receipt=None))
        await super().save(append)


def note(text: str) -> Sequence[Noted]:
    return (Noted(text),)


async def test_change_returns_what_holds_now(store: FactStore) -> None:
    streams = CommittingStreams(store)
    assert await change(streams, ACCOUNT, "1", lambda _: note("a"), origin()) == Loaded(Account(notes=("a",)), 1)
    assert await streams.load(ACCOUNT, "1") == Loaded(Account(notes=("a",)), 1)
    assert await change(streams, ACCOUNT, "1", lambda _: (), origin()) == Loaded(Account(notes=("a",)), 1)


async def test_a_conflict_is_decided_again_on_the_newer_state(store: FactStore) -> None:
    seen: list[int] = []

    def decide(account: Account) -> Sequence[Noted]:
        seen.append(len(account.notes))
        return note(f"after {len(account.notes)}")

    after = await change(Meddling(store, TRIES - 1), ACCOUNT, "1", decide, origin())
    assert seen == list(range(TRIES))
    assert after.state.notes[-1] == f"after {TRIES - 1}"
    assert await CommittingStreams(store).load(ACCOUNT, "1") == after


async def test_after_the_last_try_it_is_a_conflict(store: FactStore) -> None:
    with pytest.raises(Conflict):
        await change(Meddling(store, TRIES), ACCOUNT, "1", lambda _: note("x"), origin())


async def test_a_version_that_the_caller_saw_is_not_decided_again(store: FactStore) -> None:
    await store.append(notes("account:1", 0, "a"))
    with pytest.raises(Stale):
        await change(CommittingStreams(store), ACCOUNT, "1", lambda _: note("x"), origin(), expected=0)
    with pytest.raises(Stale):
        await change(Meddling(store, 1), ACCOUNT, "1", lambda _: note("x"), origin(), expected=1)
    assert (
        await change(CommittingStreams(store), ACCOUNT, "1", lambda _: note("x"), origin(), expected=2)
    ).version == 3


async def test_the_receipt_is_made_from_what_holds(store: FactStore) -> None:
    def receipt(after: Loaded[Account]) -> Receipt:
        return Receipt("tester", "key", "digest", 200, {"etag": f'"{after.version}"'})

    await store.append(notes("account:1", 0, "a"))
    await change(CommittingStreams(store), ACCOUNT, "1", lambda _: note("b"), origin(), receipt=receipt)
    kept = await store.receipt("tester", "key")
    assert kept is not None
    assert kept.headers == {"etag": '"2"'}


async def test_a_batch_sees_its_own_saves_and_writes_them_together(store: FactStore, database: Database) -> None:
    await store.append(notes("account:1", 0, "a"))
    streams = CollectingStreams(store)
    for text in "bcd":
        await change(streams, ACCOUNT, "1", lambda account, text=text: note(f"{account.notes[-1]}{text}"), origin())
    await change(streams, ACCOUNT, "2", lambda _: note("other"), origin())
    assert [one.version for one in await store.load("account:1")] == [1], "nothing is written before write"
    async with database.transaction() as connection:
        await streams.write(connection)
    assert (await CommittingStreams(store).load(ACCOUNT, "1")).state.notes == ("a", "ab", "abc", "abcd")
    assert (await CommittingStreams(store).load(ACCOUNT, "2")).version == 1


async def test_two_saves_on_one_version_of_a_batch_conflict(store: FactStore) -> None:
    streams = CollectingStreams(store)
    await streams.save(notes("account:1", 0, "first"))
    with pytest.raises(Conflict):
        await streams.save(notes("account:1", 0, "second"))


async def test_a_batch_on_a_stream_that_moved_leaves_nothing(store: FactStore, database: Database) -> None:
    streams = CollectingStreams(store)
    await change(streams, ACCOUNT, "1", lambda _: note("mine"), origin())
    await change(streams, ACCOUNT, "2", lambda _: note("mine"), origin())
    await store.append(notes("account:1", 0, "theirs"))
    with pytest.raises(Conflict):
        async with database.transaction() as connection:
            await streams.write(connection)
    assert await store.load("account:2") == []
    with pytest.raises(Conflict):
        await streams.load(ACCOUNT, "1")


async def test_a_long_stream_is_read_from_its_snapshot(store: FactStore, database: Database) -> None:
    texts = tuple(str(n) for n in range(EVERY))
    await store.append(notes("account:1", 0, *texts))
    streams = CommittingStreams(store)
    whole = await streams.load(KEPT, "1")
    assert whole == Loaded(Account(notes=texts), EVERY)
    await store.append(notes("account:1", EVERY, "after"))
    assert (await streams.load(KEPT, "1")).state.notes == (*texts, "after")
    # Prove that it is the snapshot that is read: one that says something else is believed.
    forged = replace(whole.state, owner="from the snapshot")
    await database.pool.execute("UPDATE snapshots SET state = $1", store.codec.encode_state(forged))
    assert (await streams.load(KEPT, "1")).state.owner == "from the snapshot"
    # Another name of the shape, or a state that does not fit it any more, is folded from the facts again.
    assert (await streams.load(replace(KEPT, snapshot="probe.account.2"), "1")).state.owner == ""
    await database.pool.execute("UPDATE snapshots SET state = '[7]'")
    assert (await streams.load(KEPT, "1")).state.owner == ""


async def test_loads_at_once_are_each_their_own(store: FactStore) -> None:
    await asyncio.gather(*(store.append(notes(f"account:{n}", 0, *(["x"] * (n % 5 + 1)))) for n in range(50)))
    loads = await asyncio.gather(*(store.load(f"account:{n}", after) for n in range(50) for after in (0, 2)))
    expected = [list(range(after + 1, n % 5 + 2)) for n in range(50) for after in (0, 2)]
    assert [[fact.version for fact in facts] for facts in loads] == expected

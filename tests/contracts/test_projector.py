"""A view holds every fact of the log exactly once, whatever happens while it is projected or rebuilt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from shared.runtime.codec import FactCodec
from shared.runtime.ports import AnyConnection, Recorded, Transient
from shared.runtime.postgres.pool import Database
from shared.runtime.projector import Projector
from shared.runtime.store import FactStore
from tests.support.probe import FACTS, notes
from tests.support.waiting import eventually, eventually_asked


class Texts:
    """Every note with its address, and no key: a fact that was applied twice shows as two rows."""

    name = "texts"
    ddl = "CREATE TABLE texts (stream text, version bigint, text text);"

    async def apply(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None:
        rows = [(one.stream, one.version, one.fact.text) for one in batch]
        await connection.executemany("INSERT INTO texts (stream, version, text) VALUES ($1, $2, $3)", rows)


class Wider(Texts):
    """The same view in a later release."""

    ddl = Texts.ddl + "CREATE INDEX texts_by_text ON texts (text);"


class Choosy(Texts):
    """Cannot digest one text."""

    name = "choosy"

    def __init__(self) -> None:
        self.repaired = False

    async def apply(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None:
        await super().apply(connection, batch)
        if not self.repaired and any(one.fact.text == "bad" for one in batch):
            raise LookupError("cannot digest this")


@pytest.fixture
async def store(database: Database) -> AsyncIterator[FactStore]:
    store = FactStore(database.pool, FactCodec(FACTS))
    await store.start()
    yield store
    await store.stop()


@asynccontextmanager
async def following(*projectors: Projector) -> AsyncIterator[None]:
    for projector in projectors:
        await projector.start()
    try:
        yield
    finally:
        for projector in projectors:
            await projector.stop()


async def rows(database: Database, view: str = "texts") -> list[tuple[str, int, str]]:
    async with database.reading() as connection:
        if await connection.fetchval("SELECT to_regclass($1)", f"view_{view}.texts") is None:
            return []
        found = await connection.fetch(f"SELECT * FROM view_{view}.texts ORDER BY stream, version")
    return [tuple(row) for row in found]


async def until(database: Database, count: int, view: str = "texts") -> list[tuple[str, int, str]]:
    async def there() -> bool:
        return len(await rows(database, view)) >= count

    await eventually_asked(there, f"{count} rows in {view}")
    return await rows(database, view)


async def test_a_view_follows_and_goes_on_after_a_stop(database: Database, store: FactStore) -> None:
    await store.append(notes("account:1", 0, "a", "b"))
    async with following(Projector(database, store, Texts())):
        await until(database, 2)
        await store.append(notes("account:1", 2, "c"))
        await until(database, 3)
    await store.append(notes("account:2", 0, "d"))
    async with following(again := Projector(database, store, Texts())):
        assert [row[2] for row in await until(database, 4)] == ["a", "b", "c", "d"]
        assert await again.position() == await store.head()
        assert again.healthy() == ""


async def test_many_processes_project_a_view_once(database: Database, store: FactStore) -> None:
    projectors = [Projector(database, store, Texts(), batch=3) for _ in range(3)]
    async with following(*projectors):
        await asyncio.gather(*(store.append(notes(f"account:{n}", 0, "x", "y")) for n in range(40)))
        assert len(await until(database, 80)) == 80
        head = await store.head()

        async def settled() -> bool:
            return [await projector.position() for projector in projectors] == [head] * 3

        await eventually_asked(settled, "all three agree where they are")
        assert len(await rows(database)) == 80
        assert [projector.healthy() for projector in projectors] == [""] * 3


async def test_a_view_that_fails_stops_only_itself_and_says_so(database: Database, store: FactStore) -> None:
    bad = Choosy()
    choosy, texts = Projector(database, store, bad), Projector(database, store, Texts())
    async with following(choosy, texts):
        await store.append(notes("account:1", 0, "good"))
        await until(database, 1, "choosy")
        await store.append(notes("account:1", 1, "bad"))
        await until(database, 2)
        await eventually(choosy.healthy, "health tells of the view that stands still")
        assert choosy.healthy() == "view choosy stands still between account:1/2 and account:1/2: LookupError"
        assert texts.healthy() == ""
        assert len(await rows(database, "choosy")) == 1, "rows and checkpoint are rolled back together"
        bad.repaired = True
        await until(database, 2, "choosy")
        await eventually(lambda: choosy.healthy() == "", "the view is well again")


async def test_another_shape_is_rebuilt_by_itself(database: Database, store: FactStore) -> None:
    await store.append(notes("account:1", 0, "a", "b"))
    async with following(Projector(database, store, Texts())):
        await until(database, 2)
    async with database.transaction() as connection:
        await connection.execute("UPDATE view_texts.texts SET text = 'made by the earlier release'")
    async with following(Projector(database, store, Wider())):

        async def renewed() -> bool:
            return [row[2] for row in await rows(database)] == ["a", "b"]

        await eventually_asked(renewed, "rebuilt from the facts")
        async with database.reading() as connection:
            assert await connection.fetchval("SELECT to_regclass('view_texts.texts_by_text') IS NOT NULL")
            assert await connection.fetchval("SELECT to_regnamespace('view_texts__next') IS NULL")


class Louder(Texts):
    """A later release that also writes its rows differently."""

    ddl = Texts.ddl.replace("text text", "text text, loud text DEFAULT 'nobody said'")

    async def apply(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None:
        await super().apply(connection, batch)
        await connection.execute("UPDATE texts SET loud = upper(text)")


async def test_an_earlier_release_that_still_runs_writes_nothing_into_the_shape_of_a_later_one(
    database: Database, store: FactStore
) -> None:
    """While releases overlap, the earlier one's rows would stand in the later one's tables for ever, half empty; and
    neither may rebuild the view under the other's hands, in turns, for as long as both run."""
    earlier, later = Projector(database, store, Texts()), Projector(database, store, Louder())

    async def loud() -> list[str | None]:
        async with database.reading() as connection:
            found = await connection.fetch("SELECT loud FROM view_texts.texts ORDER BY stream, version")
        return [row["loud"] for row in found]

    async with following(earlier):
        await store.append(notes("account:1", 0, "a"))
        await until(database, 1)
        await later.rebuild()
        await store.append(notes("account:1", 1, "b"))
        await eventually(earlier.healthy, "the earlier release says that it stands aside")
        assert await loud() == ["A"]
        assert "another release" in earlier.healthy()
        async with following(later):
            await until(database, 2)
            await store.append(notes("account:1", 2, "c"))
            await until(database, 3)
            assert await loud() == ["A", "B", "C"]
            assert later.healthy() == ""


async def test_a_rebuild_answers_all_the_while_and_loses_nothing(database: Database, store: FactStore) -> None:
    """Facts keep coming, somebody keeps asking: no answer is an error, and none has fewer rows than the one before."""
    for n in range(60):
        await store.append(notes(f"account:{n}", 0, "x", "y", "z"))
    projector = Projector(database, store, Texts(), batch=20)
    async with following(projector):
        await until(database, 180)
        told: list[int] = []
        rebuilding = asyncio.create_task(projector.rebuild(told.append))
        answers, n = [180], 60
        while not rebuilding.done():
            await store.append(notes(f"account:{n}", 0, "during"))
            answers.append(len(await rows(database)))
            n += 1
        assert await rebuilding == told[-1] >= 180
        assert told == sorted(told)
        assert answers == sorted(answers)
        assert len(await until(database, 180 + n - 60)) == 180 + n - 60


async def test_two_rebuilds_at_once_follow_each_other(database: Database, store: FactStore) -> None:
    await store.append(notes("account:1", 0, "a", "b"))
    projectors = [Projector(database, store, Texts()) for _ in range(2)]
    assert await asyncio.gather(*(projector.rebuild() for projector in projectors)) == [2, 2]
    assert len(await rows(database)) == 2


async def test_a_view_with_a_strange_name_is_refused(database: Database, store: FactStore) -> None:
    strange = Texts()
    strange.name = 'texts"; DROP SCHEMA public'
    with pytest.raises(ValueError, match="lower-case identifier"):
        await Projector(database, store, strange).rebuild()


class Pausing(Texts):
    """Stops in the middle of its second batch until it is let go on."""

    def __init__(self) -> None:
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()
        self._batches = 0

    async def apply(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None:
        await super().apply(connection, batch)
        self._batches += 1
        if self._batches == 2:
            self.reached.set()
            await self.go_on.wait()


async def test_a_rebuild_that_lost_its_lock_does_not_write_into_the_next_ones_copy(
    database: Database, store: FactStore
) -> None:
    for number in range(12):
        await store.append(notes(f"account:{number}", 0, "x"))
    async with following(Projector(database, store, Texts())):
        await until(database, 12)
        pausing = Pausing()
        frozen = asyncio.create_task(Projector(database, store, pausing, batch=3).rebuild())
        await pausing.reached.wait()
        async with database.reading() as connection:
            await connection.fetch("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE classid = 7401020 AND granted")
        other = asyncio.create_task(Projector(database, store, Texts(), batch=3).rebuild())
        async with database.reading() as connection:

            async def waits() -> bool:
                """The other one has the lock, and would throw the copy away that is just being written to."""
                return bool(await connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))

            await eventually_asked(waits, "the next rebuild has begun")
        pausing.go_on.set()
        with pytest.raises(Transient):
            await frozen
        assert await other == 12
        assert len(await rows(database)) == 12

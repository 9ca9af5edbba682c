"""Bytes that no fact names are taken away in two sweeps; what a fact names, or somebody is keeping now, never is."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest

from shared.envelope import START, Actor, Origin
from shared.runtime import stray_files
from shared.runtime.codec import FactCodec
from shared.runtime.files import Files, file_store
from shared.runtime.ports import Append
from shared.runtime.postgres.pool import Database
from shared.runtime.store import FactStore
from shared.runtime.stray_files import Logs, sweep

NOW = datetime.now(UTC)
OLD, BEFORE = NOW - timedelta(days=30), NOW - timedelta(days=7)
ORIGIN = Origin(Actor("person-1", "applicant"), NOW, "c-1")


@dataclass(frozen=True)
class Paper:
    sha256: str


@dataclass(frozen=True)
class PaperFiled:
    """A fact that names a file somewhere inside it."""

    NAME: ClassVar[str] = "tests.paper-filed.1"
    papers: tuple[Paper, ...]


class Shop:
    """A file store with its service's log."""

    def __init__(self, store: FactStore, folder: Path) -> None:
        self.log, self.folder = store, folder
        self.bytes = file_store("", folder)
        self.files = Files(self.bytes, 1_000_000)
        self._filed = 0

    async def keep(self, content: bytes, *, old: bool = True) -> str:
        digest = (await self.files.hold("a.txt", "text/plain", content)).sha256
        if old:
            self.aged(self.folder / "sha256" / digest[:2] / digest)
        return digest

    @staticmethod
    def aged(path: Path) -> None:
        os.utime(path, (OLD.timestamp(), OLD.timestamp()))

    async def name(self, *digests: str) -> None:
        self._filed += 1
        fact = PaperFiled(tuple(Paper(digest) for digest in digests))
        await self.log.append(Append(f"case:{self._filed}", 0, (fact,), ORIGIN))

    async def sweep(self, *, do: bool = True) -> stray_files.Swept:
        return await sweep(self.bytes, [self.log], BEFORE, do=do)

    async def there(self, digest: str) -> bool:
        return await self.files.size(digest) is not None


@pytest.fixture
async def shop(database: Database, tmp_path: Path) -> AsyncIterator[Shop]:
    store = FactStore(database.pool, FactCodec((PaperFiled,)))
    await store.start()
    yield Shop(store, tmp_path / "files")
    await store.stop()


async def test_what_no_fact_names_is_set_aside_and_destroyed_by_a_later_sweep(shop: Shop) -> None:
    named, stray = await shop.keep(b"named"), await shop.keep(b"stray")
    await shop.name(named)
    listed = await shop.sweep(do=False)
    assert ([each.sha256 for each in listed.strays], listed.strays[0].size) == ([stray], 5)
    assert await shop.there(stray), "nothing is touched"
    assert [each.sha256 for each in (await shop.sweep()).strays] == [stray]
    assert (await shop.there(named), await shop.there(stray)) == (True, False)
    again = await shop.sweep()
    assert (again.strays, again.destroyed) == ([], []), "it is not old there yet"
    shop.aged(shop.folder / "aside" / stray)
    assert [each.sha256 for each in (await shop.sweep()).destroyed] == [stray]
    assert not (shop.folder / "aside" / stray).exists()
    assert await shop.there(named)


async def test_what_is_young_or_kept_anew_stays(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    young, renewed = await shop.keep(b"young", old=False), await shop.keep(b"renewed")
    asked = Logs.named

    async def meanwhile(logs: Logs, wanted: object) -> set[str]:
        found = await asked(logs, wanted)  # type: ignore[arg-type]
        await shop.keep(b"renewed", old=False)  # somebody sends the same bytes while the facts are read
        return found

    monkeypatch.setattr(Logs, "named", meanwhile)
    assert (await shop.sweep()).strays == []
    assert await shop.there(young) and await shop.there(renewed)


async def test_what_is_named_while_it_is_set_aside_is_put_back_at_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = await shop.keep(b"just named")
    aside = stray_files._set_aside

    async def meanwhile(store: object, sha256: str, before: datetime) -> bool:
        moved = await aside(store, sha256, before)  # type: ignore[arg-type]
        await shop.name(sha256)  # the fact of whoever had kept it comes now
        return moved

    monkeypatch.setattr(stray_files, "_set_aside", meanwhile)
    swept = await shop.sweep()
    assert (swept.strays, swept.put_back) == ([], [digest])
    assert await shop.there(digest)


async def test_what_was_named_after_it_was_set_aside_is_put_back_by_the_next_sweep(shop: Shop) -> None:
    digest = await shop.keep(b"late")
    await shop.sweep()
    await shop.name(digest)
    shop.aged(shop.folder / "aside" / digest)
    swept = await shop.sweep()
    assert (swept.put_back, swept.destroyed) == ([digest], [])
    content = b"".join([block async for block in await shop.files.open(digest)])
    assert hashlib.sha256(content).hexdigest() == digest


async def test_what_a_fact_names_stays_though_an_open_transaction_hides_the_fact_from_readers(
    shop: Shop, database: Database
) -> None:
    named = await shop.keep(b"named long ago")
    async with database.transaction() as held_open:
        await held_open.execute("SELECT pg_current_xact_id()")
        await shop.name(named)
        assert await shop.log.read() == [], "nobody follows the log at present"
        assert [recorded.stream for recorded in await shop.log.ahead(START, 1)] == ["case:1"]
        assert (await shop.sweep()).strays == []
    assert await shop.there(named)


async def test_one_service_of_several_is_enough_to_name_it(shop: Shop) -> None:
    first, second = await shop.keep(b"first"), await shop.keep(b"second")
    await shop.name(first, second)
    logs = Logs([shop.log, shop.log])
    assert await logs.named([first, second, "0" * 64]) == {first, second}
    assert await logs.named([first]) == set(), "what was read is not read again"

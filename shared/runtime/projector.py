"""Understands how a view follows its service's log: rows and checkpoint in one transaction, rebuilt at will.

A view lives in the PostgreSQL schema ``view_<name>``. A rebuild fills ``view_<name>__next`` beside it and swaps the
two by renaming, so that nobody is kept waiting. A view whose tables were declared differently by another release is
rebuilt by itself when a process starts; whoever still runs that other release then leaves it alone. Many processes may
project the same view: the checkpoint's row is locked first, and who finds it moved looks again.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Sequence

import structlog

from shared.envelope import START, Position
from shared.runtime.codec import UnknownFact
from shared.runtime.held import held
from shared.runtime.ports import AnyConnection, Recorded, Transient, View
from shared.runtime.postgres.pool import TRANSIENT, Database
from shared.runtime.store import FactStore
from shared.runtime.symptom import symptom
from shared.runtime.tail import Tail

BATCH = 1000
BACKOFF_MOST_SECONDS = 30.0
SWAP_TRIES = 10
_BUILDING = 7_401_020
_MARK = "rebuilding_"

_log = structlog.get_logger("projector")
Progress = Callable[[int], None]
"""Told how many facts were projected so far."""

_LOCK = "SELECT xid, number FROM checkpoints WHERE name = $1 FOR UPDATE"
_READ = "SELECT xid, number FROM checkpoints WHERE name = $1"
_MOVE = """
INSERT INTO checkpoints (name, xid, number) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET xid = excluded.xid, number = excluded.number, updated_at = now()
"""
_SHAPE = """
INSERT INTO views (name, shape) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET shape = excluded.shape, built_at = now()
"""


AWAY: tuple[type[Exception], ...] = (Transient, *TRANSIENT)


class Moved(Exception):
    """Another process projected the view meanwhile, or it was rebuilt: read the checkpoint again."""


class Replaced(Exception):
    """Another release gave the view another shape: our rows would spoil it, and a rebuild would take it from them."""


class Projector:
    """Keeps one view up to date. ``name`` is the view's; :meth:`healthy` says in one sentence what is wrong."""

    def __init__(self, database: Database, store: FactStore, view: View, *, batch: int = BATCH) -> None:
        self.name = view.name
        self._database = database
        self._store = store
        self._view = view
        self._batch = batch
        self._task: asyncio.Task[None] | None = None
        self._fault = ""
        self._failures = 0
        self._in_hand: Sequence[Recorded] = ()

    async def start(self) -> None:
        """Make the view's tables (or rebuild them where their shape changed), then follow the log."""
        self._task = asyncio.create_task(self._run(), name=f"view {self.name}")

    async def stop(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    def healthy(self) -> str:
        if self._task is not None and self._task.done() and not self._task.cancelled():
            return f"view {self.name} stopped: {symptom(self._task.exception())}"
        return self._fault

    async def position(self) -> Position:
        """How far the view got."""
        async with self._database.reading() as connection:
            return await _position(connection, _READ, _checkpoint(self.name))

    # ── following ────────────────────────────────────────────────────────────────────────────────────────────────

    async def _run(self) -> None:
        self._failures, prepared = 0, False
        while True:
            try:
                if not prepared:
                    await self._prepare()
                    prepared = True
                await self._follow()
            except Moved:
                continue
            except Replaced:
                self._fault = f"view {self.name} was rebuilt by another release; this process no longer projects it"
            except UnknownFact as newer:
                self._fault = f"view {self.name} waits for the release that knows {newer.where}"
            except AWAY as away:
                self._fault = f"view {self.name} waits for the database ({symptom(away)})"
            except Exception as defect:  # noqa: BLE001 - told by health and retried; see the wall
                # The view is behind until this is repaired; the facts are safe and the other views go on.
                self._fault = f"view {self.name} stands still{self._between()}: {symptom(defect)}"
                _log.exception("view_stands_still", view=self.name)
            self._failures += 1
            await asyncio.sleep(min(0.1 * 2 ** min(self._failures, 10), BACKOFF_MOST_SECONDS))

    async def _follow(self) -> None:
        tail = Tail(self._store, after := await self.position(), limit=self._batch)
        try:
            async with self._database.reading() as connection:
                await self._ensure_ours(connection)
            self._fault = ""
            async for batch in tail.batches():
                after = await self._apply(batch, after)
                self._failures, self._fault = 0, ""
        finally:
            tail.close()

    async def _apply(self, batch: Sequence[Recorded], after: Position) -> Position:
        reached = _last(batch)
        async with self._database.transaction() as connection:
            if await _position(connection, _LOCK, _checkpoint(self.name)) != after:
                raise Moved
            await self._ensure_ours(connection)
            await _enter(connection, _schema(self.name))
            await self._project(connection, batch)
            await connection.execute(_MOVE, _checkpoint(self.name), reached.xid, reached.number)
        return reached

    async def _project(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None:
        self._in_hand = batch
        await self._view.apply(connection, batch)
        self._in_hand = ()

    def _between(self) -> str:
        """Where in the log the view stumbled, as far as is known: a view takes facts by the batch."""
        if not self._in_hand:
            return ""
        first, last = self._in_hand[0], self._in_hand[-1]
        self._in_hand = ()
        return f" between {first.stream}/{first.version} and {last.stream}/{last.version}"

    # ── building ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def _prepare(self) -> None:
        async with self._database.reading() as connection:
            stands = await self._stands(connection)
        if stands != self._shape:
            await self.rebuild(only_if_other_shape=True)

    async def _stands(self, connection: AnyConnection) -> object:
        """The shape that the view has now; None before it was ever built."""
        return await connection.fetchval("SELECT shape FROM views WHERE name = $1", self.name)

    async def _ensure_ours(self, connection: AnyConnection) -> None:
        """Asked behind the checkpoint's lock, which a swap holds as well: what it says stays so until the commit."""
        if await self._stands(connection) != self._shape:
            raise Replaced

    @property
    def _shape(self) -> str:
        return hashlib.sha256(self._view.ddl.encode()).hexdigest()

    async def rebuild(self, progress: Progress | None = None, *, only_if_other_shape: bool = False) -> int:
        """Fill a second copy from the first fact and swap; returns the number of facts projected. One at a time: a
        second one waits. The view answers all the while, from the old copy."""
        async with held(self._database, "rebuild", statement_timeout="0", lock_timeout="0") as guard:
            await guard.ask(lambda c: c.execute("SELECT pg_advisory_lock($1, hashtext($2))", _BUILDING, self.name))
            if only_if_other_shape and await guard.ask(self._stands) == self._shape:
                return 0
            return await self._fill_next(await self._make_next(), progress or (lambda _: None))

    async def _make_next(self) -> str:
        """Returns the mark of this copy. Who was frozen loses his lock, and another one begins a copy of the same name:
        the mark keeps the two apart."""
        fresh, mark = _schema(self.name, "__next"), secrets.token_hex(8)
        async with self._database.transaction() as connection:
            await connection.execute(f"DROP SCHEMA IF EXISTS {fresh} CASCADE")
            await connection.execute(f"CREATE SCHEMA {fresh}")
            await _enter(connection, fresh)
            await connection.execute(f"CREATE TABLE {_MARK} (mark text NOT NULL)")
            await connection.execute(f"INSERT INTO {_MARK} VALUES ($1)", mark)  # noqa: S608 - our own word
            await connection.execute(self._view.ddl)
        return mark

    async def _ensure_same(self, connection: AnyConnection, mark: str) -> None:
        """Until the transaction ends nobody can take this copy away: reading its mark locks the table."""
        stands = f"{_schema(self.name, '__next')}.{_MARK}"
        if await connection.fetchval("SELECT to_regclass($1)", stands) is not None:
            found = await connection.fetchval(f"SELECT mark FROM {stands}")  # noqa: S608 - our own words
            if found == mark:
                return
        raise Transient(f"view {self.name}: another rebuild began meanwhile; its copy counts")

    async def _fill_next(self, mark: str, progress: Progress) -> int:
        reached, count = START, 0
        for _ in range(SWAP_TRIES):
            while batch := await self._store.read(reached, self._batch):
                async with self._database.transaction() as connection:
                    await self._ensure_same(connection, mark)
                    await self._apply_next(connection, batch)
                reached, count = _last(batch), count + len(batch)
                progress(count)
            if await self._swap(reached, mark):
                return count
        raise Transient(f"view {self.name}: the log grows faster than it can be projected; try again when it is quiet")

    async def _apply_next(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None:
        await _enter(connection, _schema(self.name, "__next"))
        await self._project(connection, batch)

    async def _swap(self, reached: Position, mark: str) -> bool:
        """Put the new copy in the old one's place, unless the old one got further meanwhile."""
        old, fresh = _schema(self.name), _schema(self.name, "__next")
        async with self._database.transaction() as connection:
            if await _position(connection, _LOCK, _checkpoint(self.name)) > reached:
                return False
            await self._ensure_same(connection, mark)
            await connection.execute(f"DROP TABLE {fresh}.{_MARK}")
            await connection.execute(f"DROP SCHEMA IF EXISTS {old} CASCADE")
            await connection.execute(f"ALTER SCHEMA {fresh} RENAME TO {old}")
            await connection.execute(_SHAPE, self.name, self._shape)
            await connection.execute(_MOVE, _checkpoint(self.name), reached.xid, reached.number)
        return True


def _checkpoint(name: str) -> str:
    return f"view:{name}"


def _schema(name: str, suffix: str = "") -> str:
    if not name.isidentifier() or not name.isascii() or name != name.lower():
        raise ValueError(f"a view's name is a lower-case identifier, not {name!r}")
    return f"view_{name}{suffix}"


async def _enter(connection: AnyConnection, schema: str) -> None:
    """Statements of this transaction name the view's tables without a schema."""
    await connection.execute(f"SET LOCAL search_path TO {schema}, public")


async def _position(connection: AnyConnection, statement: str, name: str) -> Position:
    row = await connection.fetchrow(statement, name)
    return START if row is None else Position(row["xid"], row["number"])


def _last(batch: Sequence[Recorded]) -> Position:
    last = batch[-1].position
    assert last is not None, "what was read from the log has a position"
    return last

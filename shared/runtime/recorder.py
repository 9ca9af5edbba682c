"""Understands how stored events lie in PostgreSQL: the library's recorders, as async Protocols, on asyncpg.

Order: a row carries the id of its transaction, and readers stay below the oldest transaction that is still open
(``pg_snapshot_xmin``). So a position, once passed, never gets a row before it, and nobody takes a lock for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import asyncpg
from eventsourcing.persistence import IntegrityError, Notification, StoredEvent, Tracking

from shared.envelope import Position
from shared.runtime.ports import AnyConnection
from shared.runtime.postgres.pool import Database


@dataclass(frozen=True)
class Logged(Notification):
    """A stored event with its place in the log; ``id`` is the number, which orders within one transaction only."""

    xid: int

    @property
    def position(self) -> Position:
        return Position(self.xid, self.id)


@dataclass(frozen=True)
class Reached(Tracking):
    """How far a reader got in a log; ``xid`` 0 where that log has no transactions (the library's own)."""

    xid: int = 0

    @property
    def position(self) -> Position:
        return Position(self.xid, self.notification_id)


class AggregateRecorder(Protocol):
    """Streams: written with versions that must be new, read in order."""

    async def insert_events(
        self, stored_events: Sequence[StoredEvent], *, tracking: Tracking | None = None
    ) -> Sequence[Position] | None: ...

    async def select_events(
        self,
        originator_id: str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]: ...


class ApplicationRecorder(AggregateRecorder, Protocol):
    """The log over all streams."""

    async def select_notifications(
        self,
        start: Position | None,
        limit: int,
        stop: Position | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Logged]: ...

    async def max_notification_id(self) -> Position | None: ...


class TrackingRecorder(Protocol):
    """How far a reader got, which only ever grows."""

    async def insert_tracking(self, tracking: Tracking) -> None: ...

    async def max_tracking_id(self, application_name: str) -> Position | None: ...


_INSERT = """
INSERT INTO facts (stream_id, version, name, state)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bytea[]) RETURNING xid, position"""

_SETTLED = "xid < pg_snapshot_xmin(pg_current_snapshot())"

_LOG = f"""
SELECT stream_id, version, name, state, position, xid FROM facts
WHERE (xid, position) > ($1::xid8, $2::bigint) AND {_SETTLED}
ORDER BY xid, position LIMIT $3"""  # noqa: S608  no value is ever part of the text

_LOG_SELECTION = f"""
SELECT stream_id, version, name, state, position, xid FROM facts
WHERE (xid, position) >= ($1::xid8, $2::bigint) AND (xid, position) <> ($3::xid8, $4::bigint)
  AND (xid, position) <= ($5::xid8, $6::bigint) AND (cardinality($7::text[]) = 0 OR name = ANY($7)) AND {_SETTLED}
ORDER BY xid, position LIMIT $8"""  # noqa: S608

_HEAD = f"SELECT xid, position FROM facts WHERE {_SETTLED} ORDER BY xid DESC, position DESC LIMIT 1"  # noqa: S608

_TRACK = """
INSERT INTO checkpoints (name, xid, number) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET xid = excluded.xid, number = excluded.number, updated_at = now()
WHERE (checkpoints.xid, checkpoints.number) < (excluded.xid, excluded.number)"""

_NOWHERE = Position(0, -1)
_END = Position(2**63 - 1, 2**63 - 1)


class PostgresRecorder:
    """All three recorders. Reads go through the pool; :meth:`insert_within` and :meth:`track_within` write in the
    caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def insert_events(
        self, stored_events: Sequence[StoredEvent], *, tracking: Tracking | None = None
    ) -> Sequence[Position] | None:
        """All or nothing, with the tracking. Raises the library's ``IntegrityError`` where a version exists."""
        async with self._database.transaction() as connection:
            if tracking is not None:
                await self.track_within(connection, tracking)
            return await self.insert_within(connection, stored_events)

    async def insert_within(
        self, connection: AnyConnection, stored_events: Sequence[StoredEvent]
    ) -> Sequence[Position] | None:
        """As :meth:`insert_events`, inside the caller's transaction (which an IntegrityError ends)."""
        if not stored_events:
            return None
        try:
            rows = await connection.fetch(_INSERT, *columns(stored_events))
        except asyncpg.UniqueViolationError as conflict:
            raise IntegrityError(conflict.detail or str(conflict)) from conflict
        return [Position(row["xid"], row["position"]) for row in rows]

    async def select_events(
        self,
        originator_id: str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[Logged]:
        """One stream, whatever is committed (not only what is settled in the log)."""
        order = "DESC" if desc else "ASC"
        sql = f"""SELECT stream_id, version, name, state, position, xid FROM facts
            WHERE stream_id = $1 AND version > $2 AND version <= $3 ORDER BY version {order} LIMIT $4"""  # noqa: S608
        after = -1 if gt is None else gt
        up_to = 2**63 - 1 if lte is None else lte
        async with self._database.reading() as connection:
            return [_logged(row) for row in await connection.fetch(sql, originator_id, after, up_to, limit)]

    async def select_log(self, after: Position, limit: int) -> Sequence[Logged]:
        """What settled after a position: the tail readers' only question, so it has a statement of its own."""
        async with self._database.reading() as connection:
            return [_logged(row) for row in await connection.fetch(_LOG, after.xid, after.number, limit)]

    async def select_notifications(
        self,
        start: Position | None,
        limit: int,
        stop: Position | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Logged]:
        first = start or _NOWHERE
        but = _NOWHERE if inclusive_of_start else first
        last = stop or _END
        bounds = (first.xid, first.number, but.xid, but.number, last.xid, last.number)
        async with self._database.reading() as connection:
            rows = await connection.fetch(_LOG_SELECTION, *bounds, list(topics), limit)
        return [_logged(row) for row in rows]

    async def max_notification_id(self) -> Position | None:
        """The last settled position, None in an empty log."""
        async with self._database.reading() as connection:
            row = await connection.fetchrow(_HEAD)
        return Position(row["xid"], row["position"]) if row else None

    async def insert_tracking(self, tracking: Tracking) -> None:
        """Raises ``IntegrityError`` where the reader was that far already."""
        async with self._database.reading() as connection:
            await self.track_within(connection, tracking)

    async def track_within(self, connection: AnyConnection, tracking: Tracking) -> None:
        """As :meth:`insert_tracking`, inside the caller's transaction."""
        xid = tracking.xid if isinstance(tracking, Reached) else 0
        done = await connection.execute(_TRACK, tracking.application_name, xid, tracking.notification_id)
        if done != "INSERT 0 1":
            raise IntegrityError(f"{tracking.application_name} was at or beyond {tracking.notification_id} already")

    async def max_tracking_id(self, application_name: str) -> Position | None:
        async with self._database.reading() as connection:
            row = await connection.fetchrow("SELECT xid, number FROM checkpoints WHERE name = $1", application_name)
        return Position(row["xid"], row["number"]) if row else None


def columns(stored_events: Sequence[StoredEvent]) -> tuple[list[str], list[int], list[str], list[bytes]]:
    """The events as arrays for ``unnest``."""
    return (
        [str(event.originator_id) for event in stored_events],
        [event.originator_version for event in stored_events],
        [event.topic for event in stored_events],
        [event.state for event in stored_events],
    )


def _logged(row: Any) -> Logged:
    return Logged(row["stream_id"], row["version"], row["name"], row["state"], row["position"], row["xid"])

"""Understands a service's log of facts: load a stream, append to it, read everything in one safe order.

The order is (xid, number): a transaction's id is taken before it can be seen, and :meth:`FactStore.read` stops below
the oldest transaction that is still open, so that a reader never overtakes a writer. Whoever appends inside a
transaction of his own has loaded and decided *before* that transaction wrote or locked anything: else its facts would
be ordered before those that it was decided on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import asyncpg
import orjson

from shared.envelope import START, Position
from shared.runtime import append_sql
from shared.runtime.append_sql import Encoded
from shared.runtime.codec import FactCodec
from shared.runtime.group_commit import GroupCommit
from shared.runtime.group_load import GroupLoad
from shared.runtime.ports import AlreadyAnswered, AnyConnection, Append, Conflict, Receipt, Recorded

# Never name a cast of xid "xid" here: ORDER BY would sort by the text, and 1000 would come before 999.
# The sizes are summed up before any state is fetched: octet_length of a stored value reads its header only.
_READ = """
SELECT stream_id, version, name, state, xid, position FROM (
    SELECT *, sum(octet_length(state)) OVER (ORDER BY xid, position ROWS UNBOUNDED PRECEDING) AS upto FROM (
        SELECT stream_id, version, name, state, xid, position FROM facts
        WHERE (xid, position) > ($1::xid8, $2::bigint) AND xid < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY xid, position LIMIT $3
    ) AS waiting
) AS summed WHERE upto - octet_length(state) < $4 ORDER BY xid, position
"""
READ_BYTES = 4_000_000
"""States in one batch of the log, beyond which no further fact is fetched: a fact may have half a megabyte, and a batch
of hundreds of them would not fit into a process. The first fact of a batch always comes."""
_AHEAD = _READ.replace("AND xid < pg_snapshot_xmin(pg_current_snapshot())", "")
_HEAD = """
SELECT xid, position FROM facts WHERE xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY xid DESC, position DESC LIMIT 1
"""
_RECEIPT = """
SELECT scope, key, digest, status, headers::text AS headers, body FROM receipts
WHERE scope = $1 AND key = $2 AND expires_at >= now()
"""


class FactStore:
    """The facts of one service. :meth:`start` begins the group commit; reading works without it."""

    def __init__(self, pool: asyncpg.Pool, codec: FactCodec) -> None:
        self.pool = pool
        self.codec = codec
        self._commit = GroupCommit(pool)
        self._reader = GroupLoad(pool)
        self._wakers: list[Callable[[], None]] = []

    async def start(self) -> None:
        await self._commit.start()

    async def stop(self) -> None:
        await self._commit.stop()

    # ── streams ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def load(self, stream: str, after: int = 0) -> list[Recorded]:
        """The facts of one stream with versions above ``after``, in order."""
        return [self._recorded(row) for row in await self._reader.load(stream, after)]

    async def append(self, append: Append) -> None:
        """Append durably, together with whoever else appends just now. Raises Conflict or AlreadyAnswered (nothing was
        appended), OutcomeUnknown (send the same command again) or Overloaded."""
        await self._commit.submit(self.encoded(append))
        self.wake()

    async def write(self, connection: AnyConnection, appends: Iterable[Append]) -> None:
        """Append inside the caller's transaction; on Conflict or AlreadyAnswered the caller must roll back."""
        await self.write_encoded(connection, [self.encoded(append) for append in appends])

    async def write_encoded(self, connection: AnyConnection, appends: Iterable[Encoded]) -> None:
        """The same for appends that are bytes already."""
        for group in _by_turn(sorted(appends, key=lambda a: (a.stream, a.expected))):
            try:
                outcomes = await append_sql.insert(connection, group)
            except append_sql.Entangled as entangled:
                raise (AlreadyAnswered if entangled.by_receipt else Conflict)(str(entangled)) from entangled
            for outcome in outcomes:
                if outcome is not None:
                    raise outcome
        self.wake()

    def encoded(self, append: Append) -> Encoded:
        """The append as bytes. Raises FactTooLarge before anything is written."""
        if not append.facts:
            raise ValueError("an append has at least one fact")
        versions = enumerate(append.facts, append.expected + 1)
        stored = [self.codec.encode(append.stream, version, fact, append.origin) for version, fact in versions]
        facts = tuple((s.originator_version, s.topic, s.state) for s in stored)
        return Encoded(append.stream, append.expected, facts, append.receipt)

    # ── the log ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def read(self, after: Position = START, limit: int = 1000, most_bytes: int = READ_BYTES) -> list[Recorded]:
        """The next facts of the whole log, at most ``limit`` and about ``most_bytes``; none is ever missed and the
        order never changes. Empty only where there is none."""
        rows = await self.pool.fetch(_READ, after.xid, after.number, limit, most_bytes)
        return [self._recorded(row) for row in rows]

    async def ahead(self, after: Position, limit: int = 1000, most_bytes: int = READ_BYTES) -> list[Recorded]:
        """The same with what is committed but not read yet, because an open transaction may still come before it. For
        whoever asks whether something is in the log at all: what is read so is no place to go on from."""
        rows = await self.pool.fetch(_AHEAD, after.xid, after.number, limit, most_bytes)
        return [self._recorded(row) for row in rows]

    async def head(self) -> Position:
        """Where the log ends now, as far as readers may see."""
        row = await self.pool.fetchrow(_HEAD)
        return START if row is None else Position(row["xid"], row["position"])

    def on_append(self, waker: Callable[[], None]) -> None:
        """Call ``waker`` whenever this process appended: the tails of the log need not wait for their next look."""
        self._wakers.append(waker)

    def on_commit(self, observe: Callable[[int], None]) -> None:
        """Tell ``observe`` how many appends were committed together, each time."""
        self._commit.observe = observe

    def off_append(self, waker: Callable[[], None]) -> None:
        self._wakers.remove(waker)

    def wake(self) -> None:
        for waker in self._wakers:
            waker()

    # ── answers given ────────────────────────────────────────────────────────────────────────────────────────────

    async def receipt(self, scope: str, key: str) -> Receipt | None:
        """How a command with this key was answered, if it was."""
        row = await self.pool.fetchrow(_RECEIPT, scope, key)
        if row is None:
            return None
        headers = orjson.loads(row["headers"])
        return Receipt(row["scope"], row["key"], row["digest"], row["status"], headers, row["body"])

    def _recorded(self, row: asyncpg.Record) -> Recorded:
        position = Position(row["xid"], row["position"])
        return self.codec.decode(row["stream_id"], row["version"], row["name"], row["state"], position)


def _by_turn(appends: Sequence[Encoded]) -> list[list[Encoded]]:
    """Several appends on one stream are written one after the other; the first turn has one of each stream."""
    turns: list[list[Encoded]] = []
    count: dict[str, int] = {}
    for append in appends:
        turn = count.get(append.stream, 0)
        count[append.stream] = turn + 1
        if turn == len(turns):
            turns.append([])
        turns[turn].append(append)
    return turns

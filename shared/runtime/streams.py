"""Understands how a handler changes a stream: load, decide, save, and once more from the start when it has moved.

:class:`CommittingStreams` makes every save durable at once (HTTP). :class:`CollectingStreams` gathers the saves of a
consumer's batch, shows them to later loads of the same batch, and writes them in the consumer's transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from shared.envelope import Origin
from shared.runtime import snapshots
from shared.runtime.append_sql import Encoded
from shared.runtime.ports import AnyConnection, Append, Conflict, Loaded, Receipt, Stale, StreamKind, Streams
from shared.runtime.store import FactStore

S = TypeVar("S")
TRIES = 3


class CommittingStreams:
    """Every save is one durable append, committed in a group with others."""

    def __init__(self, store: FactStore) -> None:
        self._store = store

    async def load(self, kind: StreamKind[S], identity: str) -> Loaded[S]:
        return await snapshots.load(self._store, kind, kind.name(identity))

    async def save(self, append: Append) -> None:
        await self._store.append(append)


class CollectingStreams:
    """Saves are kept until :meth:`write`; nothing is written before the consumer's transaction."""

    def __init__(self, store: FactStore) -> None:
        self._store = store
        self._appends: dict[str, list[Append]] = {}
        self._encoded: list[Encoded] = []

    async def load(self, kind: StreamKind[S], identity: str) -> Loaded[S]:
        stream = kind.name(identity)
        loaded = await snapshots.load(self._store, kind, stream)
        state, version = loaded.state, loaded.version
        for append in self._appends.get(stream, ()):
            if append.expected != version:
                raise Conflict(f"{stream} moved on while the batch was being prepared")
            for fact in append.facts:
                state, version = kind.evolve(state, fact), version + 1
        return Loaded(state, version)

    async def save(self, append: Append) -> None:
        saved = self._appends.get(append.stream, [])
        head = saved[-1].expected + len(saved[-1].facts) if saved else append.expected
        if head != append.expected:
            raise Conflict(f"{append.stream} is at {head} in this batch")
        # encoded now: a fact that can never be stored is refused while it can still be parked alone
        self._encoded.append(self._store.encoded(append))
        self._appends.setdefault(append.stream, saved).append(append)

    async def write(self, connection: AnyConnection) -> None:
        """The effect: every collected append, in the transaction that records how far the consumer got."""
        await self._store.write_encoded(connection, self._encoded)


async def change(
    streams: Streams,
    kind: StreamKind[S],
    identity: str,
    decide: Callable[[S], Sequence[Any]],
    origin: Origin,
    *,
    expected: int | None = None,
    receipt: Callable[[Loaded[S]], Receipt] | None = None,
) -> Loaded[S]:
    """Load, decide, save; returns the new state and version. ``decide`` may be called again, so it has no effects.

    ``expected`` is the version that the caller saw (If-Match): any other raises Stale. Without it a Conflict is
    decided again at most three times. ``receipt`` makes the answer to remember from the state after the change. No
    facts: nothing is saved, and nothing is remembered either, because asking again decides the same.
    """
    for attempt in range(1, TRIES + 1):
        loaded = await streams.load(kind, identity)
        if expected is not None and loaded.version != expected:
            raise Stale(f"{kind.name(identity)} is at version {loaded.version}, not {expected}")
        facts = tuple(decide(loaded.state))
        if not facts:
            return loaded
        state = loaded.state
        for fact in facts:
            state = kind.evolve(state, fact)
        after = Loaded(state, loaded.version + len(facts))
        remembered = None if receipt is None else receipt(after)
        try:
            await streams.save(Append(kind.name(identity), loaded.version, facts, origin, remembered))
        except Conflict:
            if expected is not None:
                raise Stale(f"{kind.name(identity)} moved on from version {expected}") from None
            if attempt == TRIES:
                raise
            continue
        return after
    raise AssertionError("the loop returns or raises")

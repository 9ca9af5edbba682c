"""Understands how a long stream is read without folding all of it: from its newest snapshot.

A snapshot is a stored state, never a truth: it is named after the state's shape, ignored when that name changed, and
may be deleted at any time.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from shared.runtime.ports import Loaded, StreamKind
from shared.runtime.store import FactStore

S = TypeVar("S")
EVERY = 200
"""Facts after which a stream that has snapshots gets the next one."""

_NEWEST = "SELECT version, state FROM snapshots WHERE stream_id = $1 AND fold = $2"
_TAKE = """
INSERT INTO snapshots AS s (stream_id, version, fold, state) VALUES ($1, $2, $3, $4)
ON CONFLICT (stream_id) DO UPDATE SET version = excluded.version, fold = excluded.fold, state = excluded.state
WHERE s.fold <> excluded.fold OR s.version < excluded.version
"""


async def load(store: FactStore, kind: StreamKind[S], stream: str) -> Loaded[S]:
    """The stream's state and version, from a snapshot where there is one and from the facts after it."""
    state, version = await _begin(store, kind, stream) if kind.snapshot else (kind.initial, 0)
    facts = await store.load(stream, version)
    for recorded in facts:
        state = kind.evolve(state, recorded.fact)
    if kind.snapshot and len(facts) >= EVERY:
        await store.pool.execute(_TAKE, stream, version + len(facts), kind.snapshot, store.codec.encode_state(state))
    return Loaded(state, version + len(facts))


async def _begin(store: FactStore, kind: StreamKind[S], stream: str) -> tuple[S, int]:
    row = await store.pool.fetchrow(_NEWEST, stream, kind.snapshot)
    if row is None:
        return kind.initial, 0
    try:
        return store.codec.decode_state(row["state"], type(kind.initial)), row["version"]
    except msgspec.DecodeError:  # its shape changed and nobody raised the number: the facts tell it again
        return kind.initial, 0

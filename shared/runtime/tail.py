"""Understands how to follow the log: batches as they come, quickly while there is work, seldom while there is none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from shared.envelope import Position
from shared.runtime.ports import Recorded
from shared.runtime.store import FactStore

QUICK_SECONDS = 0.002
SLOW_SECONDS = 0.25


class Tail:
    """Follows a store's log from a position. Looks again 2 ms after the last news, then less and less often, at least
    every 250 ms; a writer in the same process wakes it."""

    def __init__(self, store: FactStore, after: Position, *, limit: int = 1000) -> None:
        self._store = store
        self._after = after
        self._limit = limit
        self._news = asyncio.Event()
        store.on_append(self._news.set)

    def close(self) -> None:
        """Stop being woken."""
        self._store.off_append(self._news.set)

    async def batches(self) -> AsyncIterator[list[Recorded]]:
        """Never-ending; each batch is not empty. The position moves on when the next one is asked for."""
        pause = QUICK_SECONDS
        while True:
            self._news.clear()
            batch = await self._store.read(self._after, self._limit)
            if batch:
                yield batch
                last = batch[-1].position
                assert last is not None, "what was read from the log has a position"
                self._after, pause = last, QUICK_SECONDS
                continue
            pause = QUICK_SECONDS if await self._woken_within(pause) else min(pause * 2, SLOW_SECONDS)

    async def _woken_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return False
        # a fact is visible to readers only when every older transaction has ended: a moment after its own commit
        await asyncio.sleep(QUICK_SECONDS / 4)
        return True

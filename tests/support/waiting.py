"""Waits for a condition, with a limit and a sentence: what tests do instead of sleeping."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

POLL_SECONDS = 0.01


async def eventually(condition: Callable[[], object], what: str, seconds: float = 30) -> None:
    """Returns when ``condition()`` is true; fails the test with ``what`` when that takes too long."""

    async def ask() -> object:
        return condition()

    await eventually_asked(ask, what, seconds)


async def eventually_asked(condition: Callable[[], Awaitable[object]], what: str, seconds: float = 30) -> None:
    """The same for a condition that has to be asked for (in a database, say)."""
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        await asyncio.sleep(POLL_SECONDS)

"""Understands how often a password may be tried: per login and altogether, in a sliding minute, in bounded memory."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

WINDOW_SECONDS = 60.0
PER_LOGIN = 10
ALTOGETHER = 120


class Attempts:
    """Counts attempts. Only the hashes of logins that were tried in the last minute are held, at most ALTOGETHER."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._made: deque[tuple[float, int]] = deque()

    def wait_seconds(self, login: str) -> float:
        """0 and the attempt counts, or how long to wait before the next one."""
        now = self._monotonic()
        while self._made and now - self._made[0][0] >= WINDOW_SECONDS:
            self._made.popleft()
        mark = hash(login)
        own = [at for at, whose in self._made if whose == mark]
        if len(own) >= PER_LOGIN:
            return WINDOW_SECONDS - (now - own[0])
        if len(self._made) >= ALTOGETHER:
            return WINDOW_SECONDS - (now - self._made[0][0])
        self._made.append((now, mark))
        return 0.0

    def forgive(self, login: str) -> None:
        """The attempt was good: a person who signs in often is not guessing."""
        mark = hash(login)
        self._made = deque((at, whose) for at, whose in self._made if whose != mark)

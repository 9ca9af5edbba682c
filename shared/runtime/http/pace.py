"""Understands how often something costly may be asked of one process: so many at once, then so many a second."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from shared.runtime.http import codes


class Pace:
    """A bucket that holds ``burst`` requests and fills up by ``per_second``. One per route and process; behind several
    processes the whole may take as many times more."""

    def __init__(self, per_second: float, burst: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._burst, self._monotonic = per_second, burst, monotonic
        self._left, self._at = float(burst), monotonic()

    def take(self) -> None:
        """One more; raises a 429 refusal with Retry-After when there were too many."""
        now = self._monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left < 1:
            wait = math.ceil((1 - self._left) / self._per_second)
            raise codes.TOO_MANY.refuse(headers={"Retry-After": str(max(wait, 1))})
        self._left -= 1

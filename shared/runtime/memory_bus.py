"""Understands how records travel inside one process: handed to every subscriber, and waited for.

The publisher (the relay) moves its checkpoint only after ``publish`` returned, and so the log itself is the queue: the
same delivery at least once, the same order per key and the same recovery after a crash as over Kafka.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence

from shared.runtime.ports import Delivery, Inbox, Record, Transient
from shared.runtime.records import limited
from shared.runtime.symptom import symptom

log = logging.getLogger(__name__)


class MemoryBus:
    """A :class:`shared.runtime.ports.Bus` without a broker. Durations in seconds."""

    def __init__(
        self,
        batch: int = 500,
        backoff_seconds: float = 0.05,
        backoff_most_seconds: float = 5.0,
        patience_seconds: float = 30.0,
    ) -> None:
        self._batch = batch
        self._backoff = (backoff_seconds, backoff_most_seconds)
        self._patience = patience_seconds
        self._turns: dict[str, asyncio.Lock] = {}
        self._inboxes: list[Inbox] = []
        self._faults: dict[str, str] = {}
        self._open = False

    def subscribe(self, inbox: Inbox) -> None:
        if self._open:
            raise RuntimeError("subscribe before start")
        if inbox.name in self._turns:
            raise ValueError(f"two inboxes are called {inbox.name}")
        self._inboxes.append(inbox)
        self._turns[inbox.name] = asyncio.Lock()

    async def start(self) -> None:
        self._open = True

    async def stop(self) -> None:
        """Refuses from now on, and lets the batches in hand finish."""
        self._open = False
        for turn in self._turns.values():
            async with turn:
                pass

    async def publish(self, records: Sequence[Record]) -> None:
        """Returns when every subscriber has handled all records of its topics.

        A subscriber that fails is tried again with growing pauses; when the patience ends, raises ``Transient`` (the
        other subscribers have theirs by then). Raises ``TooLarge`` before anything is handed over.
        """
        for record in records:
            limited(record)
        if not self._open:
            raise Transient("the bus is stopped")
        outcomes = await asyncio.gather(
            *(self._feed(inbox, records) for inbox in self._inboxes), return_exceptions=True
        )
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    def healthy(self) -> str:
        return "; ".join(self._faults.values())

    def behind(self) -> Mapping[str, int]:
        """The log itself is the queue: what waits is the relay's."""
        return {}

    async def _feed(self, inbox: Inbox, records: Sequence[Record]) -> None:
        """One publisher at a time per subscriber, first come first served: that keeps each publisher's order."""
        deliveries = [Delivery(record) for record in records if record.topic in inbox.topics]
        if not deliveries:
            return
        async with self._turns[inbox.name]:
            for first in range(0, len(deliveries), self._batch):
                await self._insist(inbox, deliveries[first : first + self._batch])

    async def _insist(self, inbox: Inbox, batch: Sequence[Delivery]) -> None:
        pause, most = self._backoff
        deadline = asyncio.get_running_loop().time() + self._patience
        while True:
            try:
                await inbox.receive(batch)
            except (Transient, OSError, TimeoutError) as fault:
                self._faults[inbox.name] = f"{inbox.name} waits: {symptom(fault)}"
                told = f"{inbox.name} waits: {type(fault).__name__} {fault}"
                log.warning("%s", told)
                if not self._open or asyncio.get_running_loop().time() + pause > deadline:
                    raise Transient(told) from fault
                await asyncio.sleep(pause)
                pause = min(pause * 2, most)
            else:
                self._faults.pop(inbox.name, None)
                return

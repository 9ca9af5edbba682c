"""Understands how the library's synchronous test cases speak to our asynchronous recorder: one loop in one thread.

The library numbers notifications; our positions are (transaction, number). The facade translates a number into the
position that bears it, and does nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from threading import Thread
from typing import Any, TypeVar
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    Notification,
    ProcessRecorder,
    StoredEvent,
    Subscription,
    Tracking,
)

from shared.envelope import START, Position
from shared.runtime.postgres.pool import Database
from shared.runtime.recorder import PostgresRecorder

T = TypeVar("T")


class Facade(ProcessRecorder):
    """Everything that the library's recorders do, by waiting for ours."""

    def __init__(self, url: str, numbered: bool = True) -> None:
        self._numbered = numbered
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever)
        self._thread.start()
        self._database = self._wait(Database.open(url, "facade"))
        self._recorder = PostgresRecorder(self._database)

    def close(self) -> None:
        self._wait(self._database.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        positions = self._wait(self._recorder.insert_events(stored_events, tracking=kwargs.get("tracking")))
        return [position.number for position in positions] if self._numbered and positions else None

    def select_events(self, originator_id: UUID | str, **kwargs: Any) -> Sequence[StoredEvent]:
        found = self._wait(self._recorder.select_events(str(originator_id), **kwargs))
        return [StoredEvent(one.originator_id, one.originator_version, one.topic, one.state) for one in found]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        work = self._recorder.select_notifications(
            None if start is None else self._position(start),
            limit,
            None if stop is None else self._position(stop),
            topics,
            inclusive_of_start=inclusive_of_start,
        )
        return self._wait(work)

    def _position(self, number: int) -> Position:
        async def find() -> Position:
            async with self._database.reading() as connection:
                xid = await connection.fetchval("SELECT xid FROM facts WHERE position = $1", number)
            return START if xid is None else Position(xid, number)

        return self._wait(find())

    def max_notification_id(self) -> int | None:
        position = self._wait(self._recorder.max_notification_id())
        return None if position is None else position.number

    def insert_tracking(self, tracking: Tracking) -> None:
        self._wait(self._recorder.insert_tracking(tracking))

    def max_tracking_id(self, application_name: str) -> int | None:
        position = self._wait(self._recorder.max_tracking_id(application_name))
        return None if position is None else position.number

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Not part of the promise: our readers follow the log with Tail."""
        raise NotImplementedError

"""A worker that kills itself at one exact point: ``killed_worker URL fire|swap|fill``.

``fire``: a deadline is claimed and was not carried out. ``swap``: a rebuilt view was put in the old one's place, and
the transaction is not committed. ``fill``: a part of the second copy is filled.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from shared.runtime.deadlines import DeadlineWorker, Due
from shared.runtime.ports import AnyConnection, Recorded
from shared.runtime.postgres.pool import Database
from shared.runtime.projector import Projector
from shared.runtime.store import FactStore
from tests.contracts.probe import CODEC
from tests.support.clock import FixedClock

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


def die(where: str) -> None:
    print(where, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


class Notes:
    """A view without a key: a fact that was applied twice shows as two rows."""

    name = "notes"
    ddl = "CREATE TABLE notes (stream text, version bigint);"

    def __init__(self, last: int = 10**9) -> None:
        self._left = last

    async def apply(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None:
        rows = [(one.stream, one.version) for one in batch]
        await connection.executemany("INSERT INTO notes VALUES ($1, $2)", rows)
        self._left -= 1
        if not self._left:
            die("a part of the second copy is filled")


class DiesSwapping(Projector):
    """Its shape is asked for when the new copy stands in the old one's place, before the commit."""

    @property
    def _shape(self) -> str:
        die("the copies are swapped and nothing is committed")
        return ""


async def fire(_: Due) -> None:
    die("a deadline is claimed")


async def main(url: str, where: str) -> None:
    database = await Database.open(url, "killed", size=3)
    store = FactStore(database.pool, CODEC)
    match where:
        case "fire":
            await DeadlineWorker(database, FixedClock(NOON), fire).fire_due()
        case "swap":
            await DiesSwapping(database, store, Notes()).rebuild()
        case "fill":
            await Projector(database, store, Notes(last=3), batch=5).rebuild()
        case _:
            raise ValueError(where)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

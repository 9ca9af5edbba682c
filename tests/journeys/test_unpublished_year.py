"""The demonstration's clock stands in the last days of the last year that is published: nobody knows the next one."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import asyncpg
import pytest

from shared.calendar import Calendar
from shared.runtime.clock import local_day
from tests.support.running import Running, running


@pytest.fixture(scope="module")
def in_december() -> Iterator[Running]:
    with running("one-process") as found:
        now = found.clock.now()
        years = itertools.count(local_day(now).year)
        unknown = next(year for year in years if not Calendar().published(year))
        ahead = datetime(unknown - 1, 12, 28, 2, 0, tzinfo=UTC) - now
        if ahead.total_seconds() > 0:
            found.clock.advance(ahead)
        yield found


async def test_the_walkthrough_closes_its_notice_as_it_was_counted(in_december: Running) -> None:
    told = await in_december.shifan("walkthrough")
    assert told.code == 0, told.out + told.error
    connection = await asyncpg.connect(in_december.database_url("review"))
    try:
        states = await connection.fetch("SELECT state FROM facts WHERE name = 'review.notice-closed.1'")
    finally:
        await connection.close()
    (closed,) = [json.loads(row["state"]) for row in states]
    assert closed["by"], "a person answers for it"
    assert "未公布" in closed["reason"]

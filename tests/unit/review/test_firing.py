"""A deadline that fired is settled for good, so that nothing may make it fire too early."""

from __future__ import annotations

from datetime import timedelta

from services.review.app import firing
from services.review.domain import commands as c
from services.review.domain.events import FACTS
from services.review.handlers import CASE, Handlers, Write
from shared.envelope import Origin, machine
from shared.runtime.codec import FactCodec
from shared.runtime.deadlines import Due
from shared.runtime.postgres.pool import Database
from shared.runtime.store import FactStore
from shared.runtime.streams import CommittingStreams
from tests.support.clock import FixedClock
from tests.support.house import Shelf
from tests.unit.review.story import ANSWERS, APPLICANT, MACHINE, MONDAY, PAPERS
from tests.unit.review.test_check import silent


async def test_a_clock_that_was_set_back_while_a_deadline_fires_does_not_lose_it(database: Database) -> None:
    store = FactStore(database.pool, FactCodec(FACTS))
    await store.start()
    try:
        programme, streams = silent("accepted"), CommittingStreams(store)
        handlers, origin = Handlers(Shelf(programme), sandbox=True), Origin(machine("review"), MONDAY, "c-1")
        opening = c.OpenCase("case-1", programme.ref, "round-1", APPLICANT)
        await handlers.open_case(streams, opening, origin)
        step = (await streams.load(CASE, "case-1")).state.step
        filing = c.ReceiveFiling(step, MACHINE, ANSWERS, PAPERS, "person-1", 1, MONDAY)
        due_at = (await handlers.act(streams, "case-1", filing, Write(origin))).state.due_at
        assert due_at is not None
        passed = due_at + timedelta(microseconds=1)
        fire = firing(handlers, streams, FixedClock(passed - timedelta(milliseconds=5)))
        await fire(Due("case-1/step-due/check", "case-1", "step-due:check", passed))
        assert (await streams.load(CASE, "case-1")).state.step == "assess"
    finally:
        await store.stop()

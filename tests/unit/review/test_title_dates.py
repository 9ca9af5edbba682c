"""The dates of a title as rows on a real database: they outlive the case that conferred it, and fire once each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.review.adapters.due import DeadlinesView
from services.review.adapters.lists import SqlLists
from services.review.adapters.views import CasesView
from services.review.app import firing
from services.review.domain.case import CaseOpened
from services.review.domain.duties import decide_missed
from services.review.domain.events import FACTS
from services.review.domain.expiry import decide_end
from services.review.domain.holding import ProcedureBegun, ProcedureEnded
from services.review.domain.steps.close import CaseClosed
from services.review.domain.years import YearPublished
from services.review.handlers import TITLE, Handlers
from shared.envelope import Actor, Origin
from shared.programmes.model import YearlyMoment
from shared.runtime.codec import FactCodec
from shared.runtime.deadlines import AlreadySettled, Due
from shared.runtime.ports import Append, Recorded
from shared.runtime.postgres.pool import Database
from shared.runtime.store import FactStore
from shared.runtime.streams import CommittingStreams
from tests.support.clock import FixedClock
from tests.support.house import Shelf
from tests.support.regulation import APPLICANT_USCC
from tests.support.views import project
from tests.unit.review.story import APPLICANT
from tests.unit.review.titled import Life, at, obligation, regulation, review

ORIGIN = Origin(Actor("person", "officer"), at(date(2026, 5, 27)), "command")
MISSED_AT = datetime(2027, 2, 28, 16, 0, tzinfo=UTC)
"""Midnight in Shanghai after the last day of February."""


def recorded(stream: str, facts: Sequence[Any]) -> list[Recorded]:
    return [Recorded(stream, number, fact.NAME, fact, ORIGIN) for number, fact in enumerate(facts, 1)]


async def rows(database: Database, reminders: bool = False) -> dict[str, datetime]:
    """The dates themselves, or the reminders of them."""
    found = await database.pool.fetch("SELECT deadline_id, kind, due_at FROM view_deadlines.deadlines")
    return {r["deadline_id"]: r["due_at"] for r in found if r["kind"].startswith("remind:") == reminders}


def closed(title: str = "") -> CaseClosed:
    return CaseClosed("done", "p", "awarded", "award", "", at(date(2026, 5, 28)), title)


async def test_every_date_is_a_row_until_it_passes(database: Database) -> None:
    life = Life(regulation(obligations=[obligation()], reviews=[review()]))
    await project(database, DeadlinesView(), recorded("title:case-1", life.facts))
    assert await rows(database) == {
        "title:case-1/obligation/report": MISSED_AT,
        "title:case-1/review/review": datetime(2028, 5, 27, 16, 0, tzinfo=UTC),
        "title:case-1/end/": datetime(2029, 5, 26, 16, 0, tzinfo=UTC),
    }
    known = len(life.facts)
    life.take(decide_missed("report", life.title, life.programme, MISSED_AT, life.calendar))
    await project(database, DeadlinesView(), recorded("title:case-1", life.facts[known:]))
    assert (await rows(database))["title:case-1/obligation/report"] == datetime(2028, 2, 29, 16, 0, tzinfo=UTC)
    known = len(life.facts)
    life.take(decide_end(life.title, life.programme, at(date(2029, 5, 27))))
    await project(database, DeadlinesView(), recorded("title:case-1", life.facts[known:]))
    assert await rows(database) == {}


async def test_the_end_of_the_case_that_conferred_it_leaves_its_dates(database: Database) -> None:
    life = Life(regulation())
    batch = [*recorded("title:case-1", life.facts), *recorded("case:case-1", [closed()])]
    await project(database, DeadlinesView(), batch)
    assert list(await rows(database)) == ["title:case-1/end/"]


async def test_a_procedure_on_a_title_is_followed_at_once_and_once(database: Database) -> None:
    day = at(date(2027, 1, 4))
    opened = CaseOpened("case-2", "p", "", APPLICANT, day, "re_review", "case-1", "2026-001")
    await project(database, DeadlinesView(), recorded("case:case-2", [opened]))
    assert await rows(database) == {"case-2/title-follows/opened": day}
    begun = ProcedureBegun("case-2", "re_review", day)
    await project(database, DeadlinesView(), recorded("title:case-1", [begun]))
    assert await rows(database) == {}
    await project(database, DeadlinesView(), recorded("case:case-2", [opened, closed("case-1")]))
    assert list(await rows(database)) == ["case-2/title-follows/closed"]
    ended = ProcedureEnded("case-2", "re_review", "completed", True, day)
    await project(database, DeadlinesView(), recorded("title:case-1", [ended]))
    assert await rows(database) == {}


async def test_a_published_year_counts_a_provisional_date_again(database: Database) -> None:
    moment = YearlyMoment(month=5, day=3, roll="next_working_day")
    life = Life(regulation(obligations=[obligation(due=moment, covers="period")]), date(2029, 6, 1))
    year = YearPublished(2030, (date(2030, 5, 3),), (), "notice 7", "officer-1", at(date(2029, 12, 1)))
    await project(database, DeadlinesView(), recorded("title:case-1", life.facts))
    await project(database, DeadlinesView(), recorded("calendar:2030", [year]))
    assert (await rows(database))["title:case-1/recount/report/2030"] == at(date(2029, 12, 1))


async def test_firing_records_what_was_missed_once(database: Database) -> None:
    store = FactStore(database.pool, FactCodec(FACTS))
    await store.start()
    try:
        life = Life(regulation(obligations=[obligation()]))
        streams, handlers = CommittingStreams(store), Handlers(Shelf(life.programme), sandbox=True)
        await streams.save(Append("title:case-1", 0, tuple(life.facts), ORIGIN))
        fire = firing(handlers, streams, FixedClock(MISSED_AT - timedelta(days=1)))
        due = Due("title:case-1/obligation/report", "title:case-1", "obligation:report", MISSED_AT)
        await fire(due)
        missed = (await streams.load(TITLE, "case-1")).state.missed
        assert [fact.due_on for fact in missed] == [date(2027, 2, 28)]
        with pytest.raises(AlreadySettled):
            await fire(due)
        with pytest.raises(AlreadySettled):
            await fire(replace(due, kind="recount:report"))
    finally:
        await store.stop()


async def test_the_list_shows_where_a_title_stands_and_whose_it_is(database: Database) -> None:
    life = Life(regulation())
    lists = SqlLists(database.pool)
    await project(database, CasesView(), recorded("title:case-1", life.facts))
    assert await lists.held(APPLICANT_USCC, life.programme.id) == ["case-1"]
    assert await lists.held(APPLICANT_USCC, "test") == []
    known = len(life.facts)
    life.take(decide_end(life.title, life.programme, at(date(2029, 5, 27))))
    await project(database, CasesView(), recorded("title:case-1", life.facts[known:]))
    (row,) = await lists.titles("", "lapsed", None, 10)
    assert (row.case_id, row.valid_to) == ("case-1", date(2029, 5, 26))

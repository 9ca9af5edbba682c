"""A title that was entered before titles had dates is given them once, by a deadline, and then lapses as others do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.review.adapters.due import DeadlinesView
from services.review.app import firing
from services.review.domain.events import FACTS
from services.review.domain.expiry import decide_dates, decide_end
from services.review.domain.holding import NONE, Title, TitleDated, TitleEntered, TitleReminded, evolve
from services.review.handlers import TITLE, Handlers
from shared.calendar import Calendar
from shared.envelope import Actor, Origin
from shared.programmes.model import Programme
from shared.runtime.codec import FactCodec
from shared.runtime.deadlines import AlreadySettled, Due
from shared.runtime.ports import Append
from shared.runtime.postgres.pool import Database
from shared.runtime.store import FactStore
from shared.runtime.streams import CommittingStreams
from tests.support.clock import FixedClock
from tests.support.house import Shelf
from tests.support.regulation import APPLICANT_USCC, COUNTY
from tests.support.views import project
from tests.unit.review.test_title_dates import recorded, rows
from tests.unit.review.titled import at, obligation, regulation, review

ENTERED = date(2023, 5, 27)
LAST = date(2026, 5, 26)
NOW = at(date(2026, 2, 1))
ORIGIN = Origin(Actor("person", "officer"), at(ENTERED), "command")


def old(programme: Programme) -> TitleEntered:
    """As it was stored then: nothing is known of the award."""
    names = ("case-1", programme.ref, "2023-001", APPLICANT_USCC, "Example", COUNTY, "示范平台")
    return TitleEntered(*names, ENTERED, LAST, at(ENTERED))


def dated(programme: Programme, now: datetime = NOW, title: Title = NONE) -> Title:
    entered = old(programme)
    known = title if title.entered else evolve(title, entered)
    for fact in decide_dates(entered, known, programme, now, Calendar()):
        known = evolve(known, fact)
    return known


def test_it_is_given_what_is_still_to_come_once() -> None:
    rules = regulation(obligations=[obligation()], reviews=[review()])
    title = dated(rules)
    due = {key: each.due_on for key, each in title.dates.items()}
    assert due == {"obligation/report": date(2026, 2, 28), "review/review": LAST, "end/": LAST}
    assert title.missed == ()
    assert decide_dates(old(rules), title, rules, NOW, Calendar()) == ()


def test_it_ends_at_once_where_its_term_was_over_and_nobody_revokes_it_for_that() -> None:
    rules = regulation(reviews=[review(on_no_application="revoked")])
    late = at(date(2027, 1, 4))
    title = dated(rules, late)
    assert {key: each.due_on for key, each in title.dates.items()} == {"end/": LAST}
    (lapsed,) = decide_end(title, rules, late)
    assert (type(lapsed).__name__, lapsed.lapsed_on) == ("TitleLapsed", LAST + timedelta(days=1))  # type: ignore[union-attr]


def test_a_re_review_that_nobody_counted_is_due_on_its_next_day() -> None:
    rules = regulation(reviews=[review(on_no_application="revoked")], length=None, at_end="stays_until_reviewed")
    entered = replace(old(rules), valid_to=None)
    known = evolve(NONE, entered)
    found = decide_dates(entered, known, rules, at(date(2026, 6, 1)), Calendar())
    assert [(fact.what, fact.due_on) for fact in found if not isinstance(fact, TitleDated)] == [
        ("review", date(2027, 5, 27))
    ]


@pytest.mark.parametrize("status", ["revoked", "lapsed", "ordered"])
def test_one_that_ended_is_given_nothing(status: Any) -> None:
    rules = regulation()
    ended = replace(evolve(NONE, old(rules)), status=status)
    assert decide_dates(old(rules), ended, rules, NOW, Calendar()) == ()


@asynccontextmanager
async def stored(database: Database) -> AsyncIterator[FactStore]:
    store = FactStore(database.pool, FactCodec(FACTS))
    await store.start()
    try:
        yield store
    finally:
        await store.stop()


async def test_the_view_finds_it_and_firing_dates_and_reminds_it_after_a_restart_too(database: Database) -> None:
    rules = regulation(obligations=[obligation()])
    await project(database, DeadlinesView(), recorded("title:case-1", [old(rules)]))
    assert await rows(database) == {"title:case-1/dates/": at(ENTERED)}
    async with stored(database) as store:
        await CommittingStreams(store).save(Append("title:case-1", 0, (old(rules),), ORIGIN))
        due = Due("title:case-1/dates/", "title:case-1", "dates:", at(ENTERED))
        fire = firing(Handlers(Shelf(rules), sandbox=True), CommittingStreams(store), FixedClock(NOW))
        await fire(due)
        with pytest.raises(AlreadySettled):
            await fire(due)
        facts = [each.fact for each in await store.load("title:case-1")][1:]
        await project(database, DeadlinesView(), recorded("title:case-1", facts))
        assert sorted(await rows(database)) == ["title:case-1/end/", "title:case-1/obligation/report"]
        reminders = await rows(database, reminders=True)
    assert reminders["title:case-1/remind/obligation/report"] == at(date(2026, 2, 21)) - timedelta(hours=1)

    # Another process, days later: the reminder that was held up comes, once.
    async with stored(database) as store:
        streams = CommittingStreams(store)
        fire = firing(Handlers(Shelf(rules), sandbox=True), streams, FixedClock(at(date(2026, 2, 24))))
        held_up = next(iter(reminders.values()))
        due = Due("title:case-1/remind/obligation/report", "title:case-1", "remind:obligation/report", held_up)
        await fire(due)
        with pytest.raises(AlreadySettled):
            await fire(due)
        told = [each.fact for each in await store.load("title:case-1") if isinstance(each.fact, TitleReminded)]
        assert [(fact.name, fact.due_on, fact.days) for fact in told] == [("report", date(2026, 2, 28), 7)]
        assert (await streams.load(TITLE, "case-1")).state.dates["obligation/report"].remind_at is None
        await project(database, DeadlinesView(), recorded("title:case-1", told))
        assert "title:case-1/remind/obligation/report" not in await rows(database, reminders=True)

"""Duties that begin with an event: counted from its day, several side by side, met, missed and counted again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any, TypeVar

import pytest

from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.arising import decide_event
from services.review.domain.duties import decide_missed, decide_receipt, decide_recount
from services.review.domain.effects import decide_ended
from services.review.domain.events import FACTS
from services.review.domain.expiry import decide_end, renew
from services.review.domain.holding import ObligationIncurred
from services.review.domain.people import Person
from services.review.domain.title import decide_propose
from services.review.handlers import Handlers, Write
from shared.calendar import Calendar, YearPlan
from shared.envelope import Actor, Origin
from shared.programmes.model import Deadline, Duration, YearlyMoment
from shared.runtime.codec import FactCodec
from shared.runtime.ports import Append, Loaded, StreamKind, Streams
from shared.runtime.postgres.pool import Database
from shared.runtime.store import FactStore
from shared.runtime.streams import CommittingStreams
from tests.support.house import Shelf
from tests.support.regulation import APPLICANT_USCC, COUNTY, OTHER_USCC
from tests.unit.review.story import MACHINE, OFFICER, REVIEWER, STRANGER
from tests.unit.review.test_expiry import ended
from tests.unit.review.titled import AWARDED, YEAR, Life, at, ground, obligation, regulation

HOLDER = Person("applicant-1", "applicant", COUNTY, APPLICANT_USCC)
S = TypeVar("S")
THIRTY = Deadline(within=Duration(length=30, unit="calendar_day"))
HOURS = Deadline(within=Duration(length=24, unit="hour"))
CHANGED = date(2026, 9, 1)
FARTHEST = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))
"""Not even a year 1 at home."""
FIRST, SECOND = "change#1", "change#2"


def change(**changes: Any) -> Any:
    return replace(obligation(id="change", due=THIRTY, covers="event"), **changes)


def life(**changes: Any) -> Life:
    return Life(regulation(obligations=[change(**changes)]))


def happened(told: Life, day: date, **changes: Any) -> list[str]:
    known: dict[str, Any] = {"happened_on": day, "reason": f"a new address, {day}", "by": HOLDER}
    command = c.RecordEvent(**{"obligation": "change", **known, **changes})
    today = max(day, AWARDED)
    return told.take(decide_event(command, told.title, told.programme, at(today, time(18)), told.calendar))


def received(told: Life, day: date, **changes: Any) -> list[str]:
    receipt = replace(c.RecordReceipt(REVIEWER, "change", "came by post"), **changes)
    return told.take(decide_receipt(receipt, told.title, told.programme, at(day), told.calendar))


def missed(told: Life, name: str, day: date) -> list[str]:
    return told.take(decide_missed(name, told.title, told.programme, at(day), told.calendar))


def test_nothing_is_due_before_the_event_and_then_so_long_after_it() -> None:
    told = life()
    assert [date_.what for date_ in told.title.dates.values()] == ["end"]
    assert happened(told, CHANGED) == ["ObligationIncurred", "TitleDateSet"]
    assert told.due("obligation", FIRST) == date(2026, 10, 1)
    arisen = told.title.events[FIRST]
    assert (arisen.happened_on, arisen.due_on, arisen.told_by_holder) == (CHANGED, date(2026, 10, 1), True)
    assert (arisen.owed_by_holder, arisen.clause, arisen.number) == (True, "16", "2026-001")


def test_several_run_side_by_side_and_each_is_met_or_missed_alone() -> None:
    told = life()
    happened(told, CHANGED)
    happened(told, date(2026, 9, 20), by=REVIEWER)
    assert (told.due("obligation", FIRST), told.due("obligation", SECOND)) == (date(2026, 10, 1), date(2026, 10, 20))
    with pytest.raises(errors.EventNotNamed, match="change#1, change#2"):
        received(told, date(2026, 9, 25))
    assert received(told, date(2026, 9, 25), event=SECOND) == ["ObligationMet"]
    assert told.due("obligation", FIRST) == date(2026, 10, 1)
    assert told.due("obligation", SECOND) is None
    assert missed(told, FIRST, date(2026, 10, 1)) == [], "the last day is in time"
    assert missed(told, FIRST, date(2026, 10, 2)) == ["ObligationMissed"]
    assert missed(told, FIRST, date(2026, 10, 2)) == []
    assert [(m.event, m.due_on, m.by_holder) for m in told.title.missed] == [(FIRST, date(2026, 10, 1), True)]
    assert received(told, date(2026, 10, 5)) == ["ObligationMet"]
    assert [(m.event, m.late) for m in told.title.met] == [(SECOND, False), (FIRST, True)]
    with pytest.raises(errors.ObligationUnknown):
        received(told, date(2026, 10, 5))


def test_a_receipt_may_name_the_day_instead() -> None:
    told = life()
    happened(told, CHANGED)
    happened(told, date(2026, 9, 20))
    assert received(told, date(2026, 9, 25), due_on=date(2026, 10, 20)) == ["ObligationMet"]
    assert told.title.met[0].event == SECOND


def test_two_that_were_missed_on_one_day_prove_two_omissions() -> None:
    told = Life(regulation([ground(needs="omission", count=2, window=YEAR)], [change()]))
    happened(told, CHANGED, reason="a new name")
    happened(told, CHANGED, reason="a new address")
    missed(told, FIRST, date(2026, 10, 2))
    missed(told, SECOND, date(2026, 10, 2))
    proposal = c.ProposeRevocation(OFFICER, "G", "twice", ("record",))
    (fact,) = decide_propose(proposal, told.title, told.programme, at(date(2026, 10, 3)), told.calendar)
    assert fact.proofs == ("change#1:2026-10-01", "change#2:2026-10-01")  # type: ignore[union-attr]


def test_hours_run_from_the_instant() -> None:
    told = life(due=HOURS)
    with pytest.raises(errors.EventInstantMissing):
        happened(told, CHANGED)
    instant = at(CHANGED, time(15, 30))
    happened(told, CHANGED, happened_on=None, happened_at=instant)
    standing = told.title.dates[f"obligation/{FIRST}"]
    assert standing.due_at == instant + timedelta(hours=24)
    assert told.take(decide_missed(FIRST, told.title, told.programme, standing.due_at, told.calendar)) == []
    after = standing.due_at + timedelta(microseconds=1)
    assert told.take(decide_missed(FIRST, told.title, told.programme, after, told.calendar)) == ["ObligationMissed"]


def test_a_day_of_the_year_is_the_next_one_after_the_event() -> None:
    for due in (YearlyMoment(month=1, day=31), Deadline(yearly=YearlyMoment(month=1, day=31))):
        told = life(due=due)
        happened(told, CHANGED)
        assert told.due("obligation", FIRST) == date(2027, 1, 31)


def test_without_a_day_it_is_owed_and_never_late() -> None:
    told = life(due=None)
    assert happened(told, CHANGED) == ["ObligationIncurred"]
    assert told.title.events[FIRST].due_on is None
    assert received(told, date(2026, 9, 2)) == ["ObligationMet"]
    assert (told.title.met[0].due_on, told.title.met[0].late) == (CHANGED, False)


def test_one_that_was_told_of_too_late_is_missed_at_once() -> None:
    told = life()
    command = c.RecordEvent(REVIEWER, "change", "found out in November", happened_on=CHANGED)
    told.take(decide_event(command, told.title, told.programme, at(date(2026, 11, 2)), told.calendar))
    assert missed(told, FIRST, date(2026, 11, 2)) == ["ObligationMissed"]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"obligation": "report"}, errors.ObligationWithoutEvents),
        ({"obligation": "poem"}, errors.ObligationWithoutEvents),
        ({"happened_on": None}, errors.EventDayMissing),
        ({"happened_at": at(CHANGED)}, errors.EventDayMissing),
        ({"happened_on": AWARDED - timedelta(days=1)}, errors.EventImpossible),
        ({"happened_on": CHANGED + timedelta(days=1)}, errors.EventImpossible),
        ({"happened_on": date.min}, errors.EventImpossible),
        ({"happened_on": None, "happened_at": FARTHEST}, errors.EventImpossible),
        ({"happened_on": None, "happened_at": at(CHANGED, time(18, 1))}, errors.EventImpossible),
        ({"reason": " "}, errors.ReasonMissing),
        ({"by": replace(HOLDER, organisation=OTHER_USCC)}, errors.TitleUnknown),
        ({"by": replace(HOLDER, organisation="")}, errors.TitleUnknown),
        ({"by": STRANGER}, errors.OutsideRegion),
        ({"by": replace(REVIEWER, organisation=APPLICANT_USCC)}, errors.OwnOrganisation),
    ],
)
def test_what_is_no_event_is_refused(changes: dict[str, Any], refusal: type[Exception]) -> None:
    told = Life(regulation(obligations=[change(), obligation()]))
    with pytest.raises(refusal):
        happened(told, CHANGED, **changes)
    assert not told.title.events


def test_an_event_on_the_day_of_the_award_counts_and_the_same_one_twice_does_not() -> None:
    told = life()
    happened(told, AWARDED)
    with pytest.raises(errors.EventRecordedAlready):
        happened(told, AWARDED)
    assert list(told.title.events) == [FIRST]


def test_a_title_that_ended_owes_nothing_more() -> None:
    told = life()
    happened(told, CHANGED)
    told.take(decide_end(told.title, told.programme, at(date(2029, 5, 27))))
    assert told.due("obligation", FIRST) is None
    with pytest.raises(errors.TitleEnded):
        happened(told, date(2029, 6, 1))
    assert missed(told, FIRST, date(2029, 6, 1)) == []


def test_a_published_year_moves_it_later_and_keeps_its_event() -> None:
    due = Deadline(within=Duration(length=10, unit="working_day"))
    told = life(due=due)
    told.awarded = AWARDED
    instant = datetime(2029, 12, 24, 2, 0, tzinfo=UTC)
    arisen = c.RecordEvent(HOLDER, "change", "a new name", happened_at=instant)
    told.title = replace(told.title, valid_to=None)
    told.take(decide_event(arisen, told.title, told.programme, instant, Calendar()))
    before = told.title.dates[f"obligation/{FIRST}"]
    assert before.provisional
    years = {
        2029: YearPlan(2029, frozenset({date(2029, 1, 1)}), frozenset(), "notice 6"),
        2030: YearPlan(
            2030, frozenset({date(2030, 1, 1), date(2030, 1, 2), date(2030, 1, 3)}), frozenset(), "notice 7"
        ),
    }
    published = Calendar(years)
    moved = decide_recount(FIRST, told.title, told.programme, at(date(2029, 12, 28)), published)
    told.take(moved)
    after = told.title.dates[f"obligation/{FIRST}"]
    assert (after.provisional, after.due_on > before.due_on) == (False, True)
    assert "notice 7" in after.because
    assert told.title.events[FIRST].happened_at == instant
    assert decide_recount(FIRST, told.title, told.programme, at(date(2029, 12, 28)), published) == ()


def test_a_procedure_that_ends_well_meets_what_is_due_first() -> None:
    told = life(procedure="re_review")
    happened(told, CHANGED)
    happened(told, date(2026, 9, 20))
    told.take(
        decide_ended(ended("completed"), told.title, told.programme, MACHINE, at(date(2026, 9, 25)), told.calendar)
    )
    assert [(one.event, one.case) for one in told.title.met] == [(FIRST, "case-2")]
    assert told.due("obligation", SECOND) == date(2026, 10, 20)


def test_events_are_bounded() -> None:
    told = life()
    for number in range(200):
        happened(told, CHANGED, reason=f"change {number}")
    with pytest.raises(errors.TooMany):
        happened(told, CHANGED, reason="one more")
    assert happened(told, CHANGED, by=REVIEWER, reason="what the holder hides"), (
        "the holder takes up only its own place"
    )
    assert all(isinstance(one, ObligationIncurred) for one in told.title.events.values())


def test_what_comes_in_is_for_what_still_runs_before_what_was_missed() -> None:
    told = life(procedure="re_review")
    happened(told, CHANGED)
    missed(told, FIRST, date(2026, 10, 2))
    happened(told, date(2026, 10, 3))
    for case in ("case-2", "case-3"):
        now = at(date(2026, 10, 5))
        over = ended("completed", case=case)
        told.take(decide_ended(over, told.title, told.programme, MACHINE, now, told.calendar))
    assert [(one.event, one.late, one.case) for one in told.title.met] == [
        (SECOND, False, "case-2"),
        (FIRST, True, "case-3"),
    ]


@pytest.mark.parametrize(("renewed", "due"), [(date(2029, 6, 1), date(2029, 6, 19)), (date(2029, 6, 20), None)])
def test_a_title_that_is_renewed_after_it_lapsed_owes_what_is_still_to_come(renewed: date, due: date | None) -> None:
    told = Life(regulation(obligations=[change()], renewal=True))
    happened(told, date(2029, 5, 20))
    told.take(decide_end(told.title, told.programme, at(date(2029, 5, 27))))
    assert told.due("obligation", FIRST) is None
    told.take(renew(told.title, told.programme, "case-2", at(renewed), told.calendar))
    assert told.title.status == "held"
    assert told.due("obligation", FIRST) == due
    assert missed(told, FIRST, date(2029, 6, 20)) == (["ObligationMissed"] if due else [])


@dataclass
class Counting:
    """Streams that count what is looked up."""

    streams: Streams
    loaded: int = 0

    async def load(self, kind: StreamKind[S], identity: str) -> Loaded[S]:
        self.loaded += 1
        return await self.streams.load(kind, identity)

    async def save(self, append: Append) -> None:
        await self.streams.save(append)


async def test_an_event_of_long_ago_is_refused_without_looking_up_every_year_since(database: Database) -> None:
    told, store = life(), FactStore(database.pool, FactCodec(FACTS))
    origin = Origin(Actor("applicant-1", "applicant"), at(CHANGED), "command")
    await store.start()
    try:
        counted = Counting(CommittingStreams(store))
        await counted.save(Append("title:case-1", 0, tuple(told.facts), origin))
        event = c.RecordEvent(HOLDER, "change", "long ago", date.min)
        with pytest.raises(errors.EventImpossible):
            await Handlers(Shelf(told.programme), sandbox=True).titles.record_event(
                counted, "case-1", event, Write(origin)
            )
        assert counted.loaded < 10
    finally:
        await store.stop()

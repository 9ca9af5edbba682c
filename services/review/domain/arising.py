"""Understands duties that begin with an event: it is put on record, and from its day the duty's own day is counted.

Each event is an occurrence of its own, named ``<obligation>#<number>``: several of one obligation run side by side. The
holder may tell of one, or somebody in whose region the holder lies.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from services.review.domain import errors
from services.review.domain.days import Start, count, next_yearly, start_at
from services.review.domain.holding import (
    Fact,
    ObligationIncurred,
    ObligationMet,
    Title,
    TitleDateSet,
    TitleEntered,
    date_key,
)
from services.review.domain.people import Person
from services.review.domain.reach import ensure_in_charge, ensure_stands
from services.review.domain.reminding import with_reminder
from services.review.domain.steps.shape import SHANGHAI, stated
from shared.calendar import Calendar, Due
from shared.programmes.model import Deadline, Duration, Obligation, Programme

MOST_EVENTS = 200
"""Of one title, told by its holder; and as many told by officials: nobody fills up the other's place."""
SEPARATOR = "#"
"""No id of a regulation holds it."""


@dataclass(frozen=True)
class RecordEvent:
    """Put on record that something happened because of which something is owed: on which day, or at which instant."""

    by: Person
    obligation: str
    reason: str
    happened_on: date | None = None
    happened_at: datetime | None = None
    paper: str = ""


def obligation_of(name: str) -> str:
    """The obligation that a date's name is about: its own id, or that of an event's."""
    return name.partition(SEPARATOR)[0]


def decide_event(
    command: RecordEvent, title: Title, programme: Programme, now: datetime, calendar: Calendar
) -> tuple[Fact, ...]:
    """It is on record, and what is owed because of it is due. The same event twice is refused."""
    holder = _ensure_may_tell(command.by, title)
    obligation = _with_events(command.obligation, programme)
    at = _ensure_possible(command, obligation, title, now)
    known = of_obligation(obligation, title)
    reason, day = stated(command.reason), at.astimezone(SHANGHAI).date()
    if any((one.happened_on, one.happened_at, one.reason) == (day, command.happened_at, reason) for one in known):
        raise errors.EventRecordedAlready()
    if sum(one.told_by_holder == holder for one in title.events.values()) >= MOST_EVENTS:
        raise errors.TooMany(most=MOST_EVENTS)
    assert title.entered is not None, "a title that stands was entered"
    due = due_after(obligation, at, calendar)
    arisen = ObligationIncurred(
        programme=title.entered.programme,
        number=title.entered.number,
        obligation=obligation.id,
        event=f"{obligation.id}{SEPARATOR}{len(known) + 1}",
        title_zh=obligation.title.zh,
        title_en=obligation.title.en,
        clause=obligation.source.clause,
        party=obligation.party,
        owed_by_holder=programme.party(obligation.party).role == "applicant",
        happened_on=day,
        happened_at=command.happened_at,
        due_on=due.day if due else None,
        due_at=due.instant if due else None,
        provisional=due.provisional if due else False,
        by=command.by.id,
        told_by_holder=holder,
        reason=reason,
        paper=command.paper,
        recorded_at=now,
    )
    return (arisen,) if due is None else (arisen, _date(arisen, obligation, due, now))


def _ensure_may_tell(by: Person, title: Title) -> bool:
    """The holder itself, or somebody in charge; answers whether it is the holder."""
    if by.role != "applicant":
        ensure_in_charge(by, title)
        return False
    if title.entered is None or not by.organisation or by.organisation != title.entered.holder_uscc:
        raise errors.TitleUnknown()
    ensure_stands(title)
    return True


def _with_events(name: str, programme: Programme) -> Obligation:
    known = {each.id: each for each in programme.obligations if each.covers == "event"}
    if name not in known:
        raise errors.ObligationWithoutEvents(obligations=", ".join(known) or "-")
    return known[name]


def _ensure_possible(command: RecordEvent, obligation: Obligation, title: Title, now: datetime) -> datetime:
    """The instant from which it is counted: a day begins at midnight. Hours are counted from an instant only."""
    given, day = command.happened_at, command.happened_on
    if (given is None) == (day is None):
        raise errors.EventDayMissing()
    if given is None and _runs_by_the_clock(obligation):
        raise errors.EventInstantMissing(zh=obligation.title.zh, en=obligation.title.en)
    at = given if given is not None else datetime.combine(day or date.min, time(), SHANGHAI)
    entered = title.entered
    assert entered is not None, "a title that stands was entered"
    if at > now or at < earliest(entered):
        raise errors.EventImpossible(since=entered.awarded_on or entered.valid_from)
    return at


def earliest(entered: TitleEntered) -> datetime:
    """The first instant at which something can have happened because of which a title owes anything."""
    return datetime.combine(entered.awarded_on or entered.valid_from, time(), SHANGHAI)


def _runs_by_the_clock(obligation: Obligation) -> bool:
    within = obligation.due.within if isinstance(obligation.due, Deadline) else None
    return isinstance(within, Duration) and within.unit in ("minute", "hour")


def due_after(obligation: Obligation, at: datetime, calendar: Calendar, known: datetime | None = None) -> Due | None:
    """When what an event brings about is due; ``known`` is what was counted before, so that a year stays the same."""
    start = start_at(at)
    if isinstance(obligation.due, Deadline):
        return count(obligation.due, Start(at, start.day), calendar, known)
    coming = (next_yearly(moment, at, calendar, known) for moment in obligation.moments)
    return min(coming, key=lambda due: due.instant, default=None)


def _date(arisen: ObligationIncurred, obligation: Obligation, due: Due, now: datetime) -> TitleDateSet:
    """The event itself tells of its day, so no reminder follows at once."""
    since = begun(arisen)
    fact = TitleDateSet("obligation", arisen.event, due.day, due.instant, due.provisional, now, since)
    return with_reminder(fact, obligation.remind, at_once=False)


def begun(arisen: ObligationIncurred) -> datetime:
    """The instant that its day is counted from."""
    return arisen.happened_at or datetime.combine(arisen.happened_on, time(), SHANGHAI)


def of_obligation(obligation: Obligation, title: Title) -> tuple[ObligationIncurred, ...]:
    """Every event of an obligation that is on record, the first one first."""
    return tuple(one for one in title.events.values() if one.obligation == obligation.id)


def again(obligation: Obligation, title: Title, now: datetime, calendar: Calendar) -> tuple[TitleDateSet, ...]:
    """The days still to come of what is open, for a title that was renewed after it had lapsed."""
    found = []
    for arisen in _open(obligation, title):
        due = due_after(obligation, begun(arisen), calendar)
        if due is not None and due.instant > now:
            found.append(_date(arisen, obligation, due, now))
    return tuple(found)


# ── met ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Named:
    """Which event a receipt is for, by name or by the day on which it was due; empty: any."""

    event: str = ""
    due_on: date | None = None


def meet_event(
    obligation: Obligation, title: Title, now: datetime, named: Named, *, by: str, reason: str, paper: str, case: str
) -> tuple[ObligationMet, ...]:
    """What is owed because of an event is met: of the named one, else of the one that is due first, else of the first
    that was missed."""
    waiting = _open(obligation, title)
    chosen = [
        one
        for one in waiting
        if named.event in ("", one.event) and (named.due_on is None or named.due_on == _day(one, title))
    ]
    late = {one.event for one in title.missed}
    arisen = next((one for one in sorted(chosen, key=lambda one: (one.event in late, _day(one, title)))), None)
    if arisen is None:
        return ()
    day = _day(arisen, title)
    return (ObligationMet(obligation.id, day, arisen.event in late, by, reason, paper, now, case, arisen.event),)


def ensure_named(obligation: Obligation, title: Title, named: str) -> None:
    """Somebody who records a receipt says of which event, where several wait."""
    waiting = [one.event for one in _open(obligation, title)]
    if not named and len(waiting) > 1:
        raise errors.EventNotNamed(events=", ".join(waiting))


def _open(obligation: Obligation, title: Title) -> tuple[ObligationIncurred, ...]:
    met = {one.event for one in title.met}
    return tuple(one for one in of_obligation(obligation, title) if one.event not in met)


def _day(arisen: ObligationIncurred, title: Title) -> date:
    """The last day in time, as it stands or was missed; the event's own where the text sets none."""
    standing = title.dates.get(date_key("obligation", arisen.event))
    missed = next((one.due_on for one in title.missed if one.event == arisen.event), None)
    return standing.due_on if standing else missed or arisen.due_on or arisen.happened_on

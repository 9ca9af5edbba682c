"""Understands what is owed because of a title: when each obligation of the text is due, met, or missed.

An obligation that covers the previous calendar year is first due in the year after the award. What is owed because of
an event is due when the event is on record (``arising``). A day that rests on a year that is not published is
provisional, and never moves back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.review.domain import arising, errors
from services.review.domain.again import Standing, again, local_day
from services.review.domain.holding import (
    Fact,
    ObligationMet,
    ObligationMissed,
    Title,
    TitleDateSet,
    TitleEntered,
    date_key,
    evolve,
)
from services.review.domain.people import Person
from services.review.domain.proof import last_day
from services.review.domain.reach import ensure_in_charge
from services.review.domain.reminding import Subject, next_reminder, with_reminder
from services.review.domain.steps.shape import SHANGHAI, stated
from shared.calendar import Calendar, Due, Rule, end, on_day, yearly
from shared.programmes.model import Deadline, Duration, Obligation, Programme, YearlyMoment

MOST_YEARS = 3


@dataclass(frozen=True)
class RecordReceipt:
    """Record that what was owed came in. ``due_on`` says for which day, where it is not what is owed now; ``event`` for
    which event, where several wait."""

    by: Person
    obligation: str
    reason: str
    due_on: date | None = None
    paper: str = ""
    event: str = ""


def awarded_on(entered: TitleEntered) -> date:
    """The day of the award; of the beginning of validity where the case that conferred it is not known."""
    return entered.awarded_on or entered.valid_from


def next_due(obligation: Obligation, title: Title, after: datetime, calendar: Calendar) -> Due | None:
    """The next day on which it is due after an instant; None where the text or the title's life gives none."""
    due = obligation.due
    if title.entered is None or obligation.covers == "event":
        return None
    if isinstance(due, YearlyMoment):
        coming = (_coming(moment, obligation, title.entered, after, calendar) for moment in obligation.moments)
        return min((found for found in coming if found is not None), key=lambda found: found.instant, default=None)
    if not isinstance(due, Deadline):
        return None
    if isinstance(due.yearly, YearlyMoment):
        return _coming(due.yearly, obligation, title.entered, after, calendar)
    found = on_day(due.on) if isinstance(due.on, date) else _counted(due, obligation, title, calendar)
    return found if found is not None and found.instant > after else None


def _coming(
    moment: YearlyMoment, obligation: Obligation, entered: TitleEntered, after: datetime, calendar: Calendar
) -> Due | None:
    first = after.astimezone(SHANGHAI).year
    if obligation.covers == "previous_calendar_year":
        first = max(first, awarded_on(entered).year + 1)
    # An end that rolls may leave its year, so the years around are looked at too.
    found = (
        yearly(calendar, year, moment.month, moment.day, moment.at, moment.roll)
        for year in range(first, first + MOST_YEARS)
    )
    return next((due for due in found if due.instant > after), None)


def _counted(due: Deadline, obligation: Obligation, title: Title, calendar: Calendar) -> Due | None:
    start = _start(due, obligation, title)
    within = due.within
    if start is None or not isinstance(within, Duration) or not isinstance(within.length, int):
        return None
    if within.unit == "minute" or within.unit == "hour":
        return on_day(last_day(within, start, calendar), within.at)
    counted = within.count_start_day is True
    return end(calendar, Rule(start, within.length, within.unit, counted, within.roll, within.at))


def _start(due: Deadline, obligation: Obligation, title: Title) -> date | None:
    assert title.entered is not None, "only a title that was entered owes anything"
    if due.starts in ("awarded", "decided"):
        return awarded_on(title.entered)
    if due.starts == "entered":
        return title.entered.entered_at.astimezone(SHANGHAI).date()
    if due.starts == "valid_to":
        return title.valid_to
    if due.starts == "met":
        held = [met.met_at.astimezone(SHANGHAI).date() for met in title.met if met.obligation == obligation.id]
        return held[-1] if held else awarded_on(title.entered)
    return None


def dated(
    obligation: Obligation, title: Title, after: datetime, now: datetime, calendar: Calendar
) -> Iterator[TitleDateSet]:
    """The date of its next occurrence, where there is one; of each event that is still open."""
    if obligation.covers == "event":
        yield from arising.again(obligation, title, now, calendar)
    due = next_due(obligation, title, after, calendar)
    if due is not None:
        fact = TitleDateSet("obligation", obligation.id, due.day, due.instant, due.provisional, now, after)
        yield with_reminder(fact, obligation.remind)


def subject(name: str, programme: Programme) -> Subject:
    """What a reminder of this duty says."""
    owed = programme.obligation(arising.obligation_of(name))
    return Subject(
        title_zh=owed.title.zh,
        title_en=owed.title.en,
        clause=owed.source.clause,
        owed_by_holder=programme.party(owed.party).role == "applicant",
        days=owed.remind,
        procedures=(owed.procedure,) if owed.procedure else (),
    )


# ── met ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def decide_receipt(
    command: RecordReceipt, title: Title, programme: Programme, now: datetime, calendar: Calendar
) -> tuple[Fact, ...]:
    """Somebody of the party that receives it records that it came."""
    ensure_in_charge(command.by, title)
    known = {obligation.id: obligation for obligation in programme.obligations}
    obligation = known.get(command.obligation)
    if obligation is None:
        raise errors.ObligationUnknown(obligations=", ".join(known))
    if obligation.to is not None and programme.party(obligation.to).role != command.by.role:
        party = programme.party(obligation.to).title
        raise errors.WrongParty(zh=party.zh, en=party.en)
    if not command.due_on:
        arising.ensure_named(obligation, title, command.event)
    facts = meet(
        obligation, title, now, calendar, by=command.by.id, reason=stated(command.reason), paper=command.paper,
        due_on=command.due_on, event=command.event,
    )  # fmt: skip
    if not facts:
        raise errors.ObligationUnknown(obligations=", ".join(known))
    return facts


def meet(
    obligation: Obligation,
    title: Title,
    now: datetime,
    calendar: Calendar,
    *,
    by: str,
    reason: str,
    paper: str = "",
    case: str = "",
    due_on: date | None = None,
    event: str = "",
) -> tuple[Fact, ...]:
    """What is owed is met, and the next occurrence begins; nothing where nothing is owed."""
    if obligation.covers == "event":
        named = arising.Named(event, due_on)
        return arising.meet_event(obligation, title, now, named, by=by, reason=reason, paper=paper, case=case)
    standing = title.dates.get(date_key("obligation", obligation.id))
    day = due_on or _owed(obligation, title, standing, now)
    late = day in _missed(obligation, title)
    if day is None or not (late or (standing is not None and standing.due_on == day)):
        return ()
    met = ObligationMet(obligation.id, day, late, by, reason, paper, now, case)
    if late or standing is None:
        return (met,)
    return (met, *dated(obligation, evolve(title, met), standing.due_at, now, calendar))


def _owed(obligation: Obligation, title: Title, standing: TitleDateSet | None, now: datetime) -> date | None:
    """What comes in is for the occurrence that runs; before it runs, for the oldest that was missed."""
    missed = _missed(obligation, title)
    if standing is not None and (_runs(obligation, standing, now) or not missed):
        return standing.due_on
    return missed[0] if missed else None


def _runs(obligation: Obligation, standing: TitleDateSet, now: datetime) -> bool:
    """A report on a calendar year can be made once the year is over."""
    if obligation.covers != "previous_calendar_year":
        return True
    return now.astimezone(SHANGHAI).year >= standing.due_on.year


def _missed(obligation: Obligation, title: Title) -> list[date]:
    made_good = {met.due_on for met in title.met if met.obligation == obligation.id}
    return [m.due_on for m in title.missed if m.obligation == obligation.id and m.due_on not in made_good]


# ── missed ───────────────────────────────────────────────────────────────────────────────────────────────────────


def decide_missed(name: str, title: Title, programme: Programme, now: datetime, calendar: Calendar) -> tuple[Fact, ...]:
    """The day passed: it is missed, and the next occurrence begins. Asked twice or too early it is nothing, and so it
    is while the year that the day rests on is not published."""
    standing = title.dates.get(date_key("obligation", name))
    if standing is None or standing.provisional or now <= standing.due_at or title.entered is None:
        return ()
    obligation = programme.obligation(arising.obligation_of(name))
    missed = ObligationMissed(
        programme=title.entered.programme,
        number=title.entered.number,
        obligation=obligation.id,
        title_zh=obligation.title.zh,
        title_en=obligation.title.en,
        clause=obligation.source.clause,
        party=obligation.party,
        by_holder=programme.party(obligation.party).role == "applicant",
        due_on=standing.due_on,
        missed_at=now,
        event=name if name in title.events else "",
    )
    if missed.event:
        return (missed,)
    return (missed, *dated(obligation, evolve(title, missed), standing.due_at, now, calendar))


def decide_recount(
    name: str, title: Title, programme: Programme, now: datetime, calendar: Calendar
) -> tuple[Fact, ...]:
    """A year was published: a day is counted again, later perhaps, never earlier. Twice is once."""
    standing = title.dates.get(date_key("obligation", name))
    if standing is None or standing.after is None:
        return ()
    after, obligation = standing.after, programme.obligation(arising.obligation_of(name))

    def count(known: Calendar) -> Due | None:
        if name in title.events:
            return arising.due_after(obligation, after, known, standing.due_at)
        return next_due(obligation, title, after, known)

    found = again(count, Standing(standing.due_at, standing.provisional, standing.set_at), local_day(after), calendar)
    if found is None:
        return ()
    coming = standing.remind_at  # one that is due goes out; none stays none: what was given is not given again
    if coming is not None and coming > now:
        coming = next_reminder(found.day, obligation.remind, now, standing.reminded)
    moved = TitleDateSet("obligation", name, found.day, found.at, found.provisional, now, after, found.because)
    return (replace(moved, remind_at=coming, reminded=standing.reminded),)


def decide_passed(name: str, title: Title, programme: Programme, now: datetime, calendar: Calendar) -> tuple[Fact, ...]:
    """The day has come. Where a notice that was published before it moves it, it moves first."""
    moved = decide_recount(name, title, programme, now, calendar)
    for fact in moved:
        title = evolve(title, fact)
    return (*moved, *decide_missed(name, title, programme, now, calendar))

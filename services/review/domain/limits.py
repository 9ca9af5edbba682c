"""Understands until when a step must be done: its own deadline, the time to correct, its level's last moment in the
round. Where several hold, the first of them counts.

What a deadline is counted from is an event of the case. While that has not happened there is no limit yet; it is
counted when it happens. A limit that was given is never shortened by counting again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from services.review.domain.again import Moved, Standing, again
from services.review.domain.clock_stopped import without
from services.review.domain.days import Start, count, next_yearly, start_at
from services.review.domain.subject import Case
from shared.calendar import SHANGHAI, Calendar, Due
from shared.programmes.model import Checking, Deadline, Programme, RoundRules, Step, Unset, YearlyMoment

Kind = Literal["own", "correction", "cascade"]
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Limit:
    """One limit of a step. ``start`` is None while what it is counted from has not happened; then it has no end yet."""

    kind: Kind
    rule: Deadline | YearlyMoment
    clause: str
    starts: str
    start: Start | None
    end: Due | None


def limits(
    step: Step, case: Case, programme: Programme, calendar: Calendar, known: datetime | None = None
) -> tuple[Limit, ...]:
    """Every limit that the text sets for a case that stands in this step; ``known`` is what was counted before."""
    found = []
    kind, deadline = _stated(step, case, programme)
    if isinstance(deadline, Deadline):
        start = start_of(deadline.starts, case)
        end = count(without(deadline, start, case, calendar), start, calendar, known) if start else None
        clause = deadline.source.clause or step.source.clause
        found.append(Limit(kind, deadline, clause, deadline.starts, start, end))
    return (*found, *_cascade(step, case, programme, calendar, known))


def binding(
    step: Step, case: Case, programme: Programme, calendar: Calendar, known: datetime | None = None
) -> tuple[Limit, Due] | None:
    """The limit that comes first, with its end; None where there is none (yet)."""
    ends = [(limit, limit.end) for limit in limits(step, case, programme, calendar, known) if limit.end]
    return min(ends, key=lambda one: one[1].instant, default=None)


def moved(step: Step, case: Case, programme: Programme, calendar: Calendar) -> Moved | None:
    """What the calendar makes of the deadline that stands; None where it stays as it is."""
    found = binding(step, case, programme, calendar, case.due_at)
    if case.due_at is None or case.due_counted_at is None or found is None or found[0].start is None:
        return None

    def count(known: Calendar) -> Due | None:
        bound = binding(step, case, programme, known, case.due_at)
        return bound[1] if bound else None

    standing = Standing(case.due_at, case.due_provisional, case.due_counted_at)
    return again(count, standing, found[0].start.day, calendar)


def begun(step: Step, before: Case, after: Case, programme: Programme) -> str:
    """The event that the step's deadline waited for and that happened between the two; empty where there is none."""
    deadline = _stated(step, after, programme)[1]
    if not isinstance(deadline, Deadline):
        return ""
    news = start_of(deadline.starts, before) is None and start_of(deadline.starts, after) is not None
    return deadline.starts if news else ""


def start_of(starts: str, case: Case) -> Start | None:
    """What a deadline is counted from; None as long as the case has not come to it."""
    match starts:
        case "entered":
            at = case.entered_at
        case "filed":
            at = case.filed_at
        case "round_closed":
            return _window_closed(case)
        case "valid_to":
            return _validity_ended(case)
        case _:
            at = case.happened.get(starts)
    return start_at(at) if at else None


def _window_closed(case: Case) -> Start | None:
    """A window that closes at midnight closes with the day that ends there."""
    closes = case.round_closes_at
    return Start(closes, start_at(closes - INSTANT).day) if closes else None


def _validity_ended(case: Case) -> Start | None:
    if case.valid_to is None:
        return None
    over = datetime.combine(case.valid_to + timedelta(days=1), time(), SHANGHAI)
    return Start(over.astimezone(UTC), case.valid_to)


def _stated(step: Step, case: Case, programme: Programme) -> tuple[Kind, Deadline | Unset | None]:
    """The step's own deadline, the time that its type gives, or the time to correct that the check gave."""
    own = step.deadline or getattr(step.parameters, "within", None)
    return ("own", own) if own else ("correction", _time_to_correct(step, case, programme))


def _time_to_correct(step: Step, case: Case, programme: Programme) -> Deadline | Unset | None:
    last = case.history[-1] if case.history else None
    if last is None or last.outcome != "to_correct":
        return None
    steps = {each.id: each for procedure in programme.procedures for each in procedure.steps}
    if last.step not in steps:  # it ended under the text before
        return None
    check = steps[last.step]
    led_here = check.outcomes.get("to_correct") == step.id  # and not past it, because it was entered often enough
    return check.parameters.correct_within if isinstance(check.parameters, Checking) and led_here else None


def _cascade(
    step: Step, case: Case, programme: Programme, calendar: Calendar, known: datetime | None
) -> tuple[Limit, ...]:
    """Each level's own last moment: the first one after the round opened, be it in the next year."""
    rounds, opened = programme.rounds, case.round_opens_at
    if not isinstance(rounds, RoundRules) or opened is None:
        return ()
    named = [each for each in rounds.cascade if each.step == step.id]
    return tuple(
        Limit(
            kind="cascade",
            rule=each.until,
            clause=each.source.clause or rounds.source.clause,
            starts="round_opened",
            start=start_at(opened),
            end=next_yearly(each.until, opened, calendar, known),
        )
        for each in named
    )

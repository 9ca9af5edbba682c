"""Understands how a title ends without anybody revoking it, and how it goes on: its term, its re-reviews, its renewal.

A re-review is due on the corresponding day so many years after the award or the last one, and never after the last
day of validity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.review.domain import duties, errors
from services.review.domain.holding import (
    Fact,
    ReviewDayPassed,
    ReviewHeld,
    RevocationOrdered,
    Title,
    TitleDated,
    TitleDateSet,
    TitleEntered,
    TitleLapsed,
    TitleRenewed,
    ValidityPassed,
    Why,
    date_key,
    evolve,
)
from services.review.domain.people import Person
from services.review.domain.proof import last_day
from services.review.domain.reminding import Subject, with_reminder
from services.review.domain.steps.shape import SHANGHAI
from services.review.domain.validity import period_from, validity_of
from shared.calendar import Calendar, on_day
from shared.calendar.counting import months_later
from shared.programmes.model import Award, Duration, Programme, ReReview, Validity

ENDED = ("none", "ordered", "revoked", "lapsed")
MOST_REVIEWS = 200
"""Re-reviews of one title that anybody could have missed."""


def award_of(entered: TitleEntered, programme: Programme) -> Award | None:
    """The award that conferred it; the programme's only one where the case is not known."""
    if entered.award:
        return programme.award(entered.award)
    return programme.awards[0] if len(programme.awards) == 1 else None


def rules_of(title: Title, programme: Programme) -> Validity | None:
    """How long the title is valid, as the text says it."""
    award = award_of(title.entered, programme) if title.entered else None
    return award.validity if award is not None and isinstance(award.validity, Validity) else None


# ── entering ─────────────────────────────────────────────────────────────────────────────────────────────────────


def decide_enter(
    entered: TitleEntered, title: Title, programme: Programme, now: datetime, calendar: Calendar
) -> tuple[Fact, ...]:
    """The registry says that the title is on record: from here on it owes, and ends. Twice is once."""
    if title.status != "none":
        return ()
    return (entered, *dates(evolve(title, entered), programme, entered.entered_at, now, calendar))


def dates(
    title: Title, programme: Programme, after: datetime, now: datetime, calendar: Calendar
) -> Iterator[TitleDateSet]:
    """Everything that is due from here on."""
    for obligation in programme.obligations:
        yield from duties.dated(obligation, title, after, now, calendar)
    yield from _term(title, programme, now, calendar)
    for review in programme.re_reviews:
        yield from _review(review, title, now)


def decide_dates(
    known: TitleEntered, title: Title, programme: Programme, now: datetime, calendar: Calendar
) -> tuple[Fact, ...]:
    """A title that was entered before titles had dates is given them, once; ``known`` is its entry with what its case
    says of the award. What it owed until now nobody counted, so nothing of that is missed; a re-review whose day passed
    in that time is due on the next corresponding day."""
    if title.entered is None or title.dated or title.status in ENDED:
        return ()
    dated = TitleDated(known.award, known.awarded_on, now)
    after = evolve(title, dated)
    found = dates(after, programme, now, now, calendar)
    return (dated, *(coming for fact in found for coming in _to_come(fact, after, programme, now)))


def _to_come(fact: TitleDateSet, title: Title, programme: Programme, now: datetime) -> Iterator[TitleDateSet]:
    """The date itself, unless it is a re-review's that passed: then its next day within the title's validity."""
    review = next((review for review in programme.re_reviews if review.id == fact.name), None)
    if fact.what != "review" or review is None or fact.due_at > now:
        yield fact
        return
    if not isinstance(review.every_years, int) or (title.valid_to is not None and on_day(title.valid_to).instant < now):
        return
    begin = (title.entered and duties.awarded_on(title.entered)) or fact.due_on
    days = (months_later(begin, 12 * review.every_years * times) for times in range(1, MOST_REVIEWS))
    day = next(day for day in days if on_day(day).instant > now)
    due = on_day(min(day, title.valid_to or day))
    yield with_reminder(replace(fact, due_on=due.day, due_at=due.instant, remind_at=None), review.remind)


def _term(title: Title, programme: Programme, now: datetime, calendar: Calendar) -> Iterator[TitleDateSet]:
    """The last day of validity; where the title stays until it is reviewed, the last day of its term."""
    assert title.entered is not None, "only a title that was entered has a term"
    award, last = award_of(title.entered, programme), title.valid_to
    if last is None and award is not None and rules_of(title, programme) is not None:
        last = validity_of(award, duties.awarded_on(title.entered))[1]
    if last is not None:
        due = on_day(last)
        told = term_subject(
            evolve(title, TitleDateSet("end", "", due.day, due.instant, False, now)), programme, calendar
        )
        yield with_reminder(TitleDateSet("end", "", due.day, due.instant, False, now), told.days if told else ())


def term_subject(title: Title, programme: Programme, calendar: Calendar) -> Subject | None:
    """What a reminder of the end of validity says: nobody is reminded of an end that changes nothing. Where renewal
    opens so long before the end, its first day is a reminder too."""
    rules, standing = rules_of(title, programme), title.dates.get(date_key("end", ""))
    if rules is None or standing is None or (rules.at_end != "lapses" and rules.renewal is not True):
        return None
    days, opens = rules.remind, rules.renewal_opens
    if days and rules.renewal is True and isinstance(opens, Duration) and isinstance(opens.length, int):
        opening = (standing.due_on - _opening(opens, standing.due_on, calendar)).days
        days = tuple(sorted({*days, opening} - {0}, reverse=True))
    return Subject(
        title_zh="称号有效期届满",
        title_en="end of the title's validity",
        clause=rules.source.clause,
        owed_by_holder=True,
        days=days,
        procedures=renewing(title, programme),
        renewable=rules.renewal is True,
    )


def review_subject(name: str, programme: Programme) -> Subject | None:
    """What a reminder of a re-review says."""
    review = next((review for review in programme.re_reviews if review.id == name), None)
    if review is None:
        return None
    procedure = next((each for each in programme.procedures if each.id == review.procedure), None)
    return Subject(
        title_zh=procedure.title.zh if procedure else "复核",
        title_en=procedure.title.en if procedure else "re-review",
        clause=review.source.clause,
        owed_by_holder=True,
        days=review.remind,
        procedures=(procedure.id,) if procedure else (),
    )


def _review(review: ReReview, title: Title, now: datetime) -> Iterator[TitleDateSet]:
    if isinstance(review.every_years, int) and title.entered is not None:
        held = [one.held_on for one in title.reviews if isinstance(one, ReviewHeld) and one.review == review.id]
        day = months_later(held[-1] if held else duties.awarded_on(title.entered), 12 * review.every_years)
        due = on_day(min(day, title.valid_to or day))
        yield with_reminder(TitleDateSet("review", review.id, due.day, due.instant, False, now), review.remind)


# ── ending ───────────────────────────────────────────────────────────────────────────────────────────────────────


def decide_end(title: Title, programme: Programme, now: datetime) -> tuple[Fact, ...]:
    """The term is over: the title lapses, or stays until it is reviewed. Asked twice or too early it is nothing."""
    standing = title.dates.get(date_key("end", ""))
    if standing is None or now <= standing.due_at or title.status in ENDED:
        return ()
    rules = rules_of(title, programme)
    if rules is None or rules.at_end != "lapses":
        return (ValidityPassed(standing.due_on, now),)
    return (lapse(title, "validity_ended", "", rules.source.clause, "validity ended", standing.due_on, now),)


def lapse(title: Title, why: Why, basis: str, clause: str, reason: str, last: date, now: datetime) -> TitleLapsed:
    """The title is not valid from the day after ``last`` on."""
    assert title.entered is not None, "only a title that was entered can lapse"
    first = last + timedelta(days=1)
    return TitleLapsed(title.entered.programme, title.entered.number, why, basis, clause, reason, first, now)


def decide_review_day(name: str, by: Person, title: Title, programme: Programme, now: datetime) -> tuple[Fact, ...]:
    """The last day for a re-review passed. Where none is under way, the text says what becomes of the title."""
    standing = title.dates.get(date_key("review", name))
    if standing is None or now <= standing.due_at or title.status in ENDED:
        return ()
    review = next(review for review in programme.re_reviews if review.id == name)
    pending = review.procedure in title.running.values()
    passed = ReviewDayPassed(name, standing.due_on, pending, now)
    return (passed,) if pending else (passed, *no_application(review, by, title, standing.due_on, now))


def no_application(review: ReReview, by: Person, title: Title, due_on: date, now: datetime) -> tuple[Fact, ...]:
    """Nobody asked for the re-review: the title lapses or is revoked where the text says so; else it stays."""
    clause, reason = (
        review.source.clause or review.id,
        f"到{due_on}未申请复核 / no application for re-review by {due_on}",
    )
    if review.on_no_application == "lapses":
        return (lapse(title, "no_application", review.id, clause, reason, due_on, now),)
    if review.on_no_application == "revoked" and title.entered is not None:
        number, programme = title.entered.number, title.entered.programme
        return (RevocationOrdered(by.id, by.id, programme, number, review.id, clause, reason, now),)
    return ()


# ── going on ─────────────────────────────────────────────────────────────────────────────────────────────────────


def renewing(title: Title, programme: Programme) -> tuple[str, ...]:
    """The procedures whose good end begins a new term: those that the text names, else those of the re-reviews."""
    rules = rules_of(title, programme)
    if rules is None or rules.renewal is not True:
        return ()
    return rules.renewed_by or tuple(r.procedure for r in programme.re_reviews if isinstance(r.procedure, str))


def ensure_renewal_open(procedure: str, title: Title, programme: Programme, now: datetime, calendar: Calendar) -> None:
    """Refuses a renewal that is asked for earlier than the text opens it."""
    rules = rules_of(title, programme)
    if rules is None or title.valid_to is None or procedure not in rules.renewed_by:
        return
    opens = rules.renewal_opens
    if not isinstance(opens, Duration) or not isinstance(opens.length, int):
        return
    first = _opening(opens, title.valid_to, calendar)
    if now.astimezone(SHANGHAI).date() < first:
        raise errors.RenewalTooEarly(until=title.valid_to, opens=first)


def _opening(opens: Duration, valid_to: date, calendar: Calendar) -> date:
    """The first day from which so long a time reaches the last day of validity."""
    assert isinstance(opens.length, int), "asked for where it is set"
    longest = {"year": 366, "month": 31, "week": 7, "working_day": 3}.get(opens.unit, 1) * opens.length
    days = (valid_to - timedelta(days=back) for back in range(min(longest + 15, 7_500), -1, -1))
    return next((day for day in days if last_day(replace(opens, roll="none"), day, calendar) >= valid_to), valid_to)


def renew(title: Title, programme: Programme, case: str, now: datetime, calendar: Calendar) -> tuple[Fact, ...]:
    """A new term follows the last day of the old one, however long the procedure took."""
    rules = rules_of(title, programme)
    if rules is None or title.entered is None or title.valid_to is None:
        return ()
    award = award_of(title.entered, programme)
    assert award is not None, "rules come from an award"
    first = title.valid_to + timedelta(days=1)
    last = None if rules.at_end == "stays_until_reviewed" else period_from(award, first)
    renewed = TitleRenewed(title.entered.programme, title.entered.number, first, last, case, now)
    after = evolve(title, renewed)
    if title.status != "lapsed":
        return (
            renewed,
            *_term(after, programme, now, calendar),
            *(d for r in programme.re_reviews for d in _review(r, after, now)),
        )
    return (renewed, *dates(after, programme, now, now, calendar))


def reviewed(review: ReReview, title: Title, case: str, passed: bool, now: datetime) -> tuple[Fact, ...]:
    """A re-review was held; the next one is due so many years later."""
    held = ReviewHeld(review.id, case, passed, now.astimezone(SHANGHAI).date(), now)
    return (held, *_review(review, evolve(title, held), now))

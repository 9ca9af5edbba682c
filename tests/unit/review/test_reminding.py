"""Whoever owes something is reminded before its day: once each, never of what is done, the same after a recount."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from services.review.domain import commands as c
from services.review.domain.arising import decide_event
from services.review.domain.duties import decide_missed, decide_receipt, decide_recount, subject
from services.review.domain.expiry import decide_end, review_subject, term_subject
from services.review.domain.holding import ProcedureBegun, TitleReminded
from services.review.domain.reminding import decide_reminder
from shared.calendar import Calendar, YearPlan
from shared.programmes.model import Deadline, Duration, YearlyMoment
from tests.unit.review.story import REVIEWER
from tests.unit.review.test_arising import CHANGED, FIRST, HOLDER, change
from tests.unit.review.test_expiry import ON_TITLE, with_procedure
from tests.unit.review.titled import AWARDED, Life, at, obligation, regulation, review

FEBRUARY = date(2027, 2, 28)
NINE = time(9)


def nine(day: date) -> datetime:
    return at(day, NINE)


def remind(life: Life, now: datetime, name: str = "report") -> list[str]:
    about = subject(name, life.programme)
    return life.take(decide_reminder("obligation", name, life.title, now, about))


def remind_of_end(life: Life, now: datetime) -> list[str]:
    about = term_subject(life.title, life.programme, life.calendar)
    return life.take(decide_reminder("end", "", life.title, now, about))


def reminders(life: Life) -> list[tuple[date, int]]:
    return [(fact.due_on, fact.days) for fact in life.facts if isinstance(fact, TitleReminded)]


def coming(life: Life, what: str = "obligation", name: str = "report") -> datetime | None:
    return life.title.dates[f"{what}/{name}"].remind_at


def test_a_duty_is_reminded_of_thirty_and_seven_days_before_where_the_text_says_nothing() -> None:
    life = Life(regulation(obligations=[obligation()]))
    assert coming(life) == nine(FEBRUARY - timedelta(days=30))
    assert remind(life, nine(FEBRUARY - timedelta(days=30)) - timedelta(seconds=1)) == []
    assert remind(life, nine(FEBRUARY - timedelta(days=30))) == ["TitleReminded"]
    assert remind(life, nine(FEBRUARY - timedelta(days=30))) == []
    assert coming(life) == nine(FEBRUARY - timedelta(days=7))
    assert remind(life, nine(FEBRUARY - timedelta(days=7))) == ["TitleReminded"]
    assert (coming(life), remind(life, nine(FEBRUARY))) == (None, [])
    assert reminders(life) == [(FEBRUARY, 30), (FEBRUARY, 7)]
    told = life.facts[-1]
    assert (told.title_zh, told.clause, told.owed_by_holder, told.renewable) == ("report（中）", "16", True, False)


def test_the_text_may_say_when_and_that_nobody_is_reminded() -> None:
    life = Life(regulation(obligations=[obligation(remind=(60, 10, 1))]))
    found = []
    for back in (60, 10, 1):
        remind(life, nine(FEBRUARY - timedelta(days=back)))
        found.append(coming(life))
    assert found == [nine(FEBRUARY - timedelta(days=10)), nine(FEBRUARY - timedelta(days=1)), None]
    assert reminders(life) == [(FEBRUARY, 60), (FEBRUARY, 10), (FEBRUARY, 1)]
    assert coming(Life(regulation(obligations=[obligation(remind=())]))) is None


def test_what_was_held_up_comes_as_one() -> None:
    life = Life(regulation(obligations=[obligation()]))
    assert remind(life, nine(FEBRUARY - timedelta(days=3))) == ["TitleReminded"]
    assert (reminders(life), coming(life)) == ([(FEBRUARY, 7)], None)


def test_what_is_over_or_done_is_not_reminded_of() -> None:
    life = Life(regulation(obligations=[obligation()]))
    assert remind(life, at(FEBRUARY + timedelta(days=1))) == [], "it is missed; that is told"
    life.take(
        decide_receipt(
            c.RecordReceipt(REVIEWER, "report", "came"),
            life.title,
            life.programme,
            at(date(2027, 1, 10)),
            life.calendar,
        )
    )
    assert remind(life, nine(FEBRUARY - timedelta(days=7))) == []
    assert coming(life) == nine(date(2028, 2, 29) - timedelta(days=30)), "the next year's"


def test_the_next_occurrence_is_reminded_of_anew() -> None:
    life = Life(regulation(obligations=[obligation()]))
    remind(life, nine(FEBRUARY - timedelta(days=7)))
    life.take(decide_missed("report", life.title, life.programme, at(FEBRUARY + timedelta(days=1)), life.calendar))
    assert remind(life, nine(date(2028, 1, 30))) == ["TitleReminded"]
    assert reminders(life) == [(FEBRUARY, 7), (date(2028, 2, 29), 30)]


def test_a_reminder_before_the_date_was_set_falls_away_unless_none_is_left() -> None:
    near = Life(regulation(obligations=[obligation(covers="period")]), date(2027, 2, 18))
    assert coming(near) == nine(FEBRUARY - timedelta(days=7))
    nearest = Life(regulation(obligations=[obligation(covers="period")]), date(2027, 2, 26))
    assert coming(nearest) == at(date(2027, 2, 26))
    assert remind(nearest, at(date(2027, 2, 26))) == ["TitleReminded"]
    assert (reminders(nearest), coming(nearest)) == ([(FEBRUARY, 7)], None)


def test_a_recount_moves_what_is_to_come_and_repeats_nothing() -> None:
    moment = YearlyMoment(month=5, day=3, roll="next_working_day")
    life = Life(regulation(obligations=[obligation(due=moment, covers="period")]), date(2029, 6, 1))
    before = life.title.dates["obligation/report"]
    assert (before.due_on, before.provisional) == (date(2030, 5, 3), True)
    assert remind(life, nine(date(2030, 4, 3))) == ["TitleReminded"]
    off = frozenset(date(2030, 5, day) for day in range(1, 8))
    published = Calendar({2030: YearPlan(2030, off, frozenset(), "notice 7")})
    life.take(decide_recount("report", life.title, life.programme, at(date(2030, 4, 5)), published))
    after = life.title.dates["obligation/report"]
    assert (after.due_on, after.provisional) == (date(2030, 5, 8), False)
    assert after.remind_at == nine(date(2030, 5, 1)), "the one of thirty days before was given"
    assert remind(life, nine(date(2030, 4, 8))) == []
    assert remind(life, nine(date(2030, 5, 1))) == ["TitleReminded"]
    assert reminders(life) == [(date(2030, 5, 3), 30), (date(2030, 5, 8), 7)]


def test_a_reminder_that_is_due_while_its_date_is_counted_again_is_not_lost() -> None:
    moment = YearlyMoment(month=5, day=3, roll="next_working_day")
    life = Life(regulation(obligations=[obligation(due=moment, covers="period")]), date(2029, 6, 1))
    published = Calendar({2030: YearPlan(2030, frozenset({date(2030, 5, 1)}), frozenset(), "notice 7")})
    now = nine(date(2030, 4, 3)) + timedelta(seconds=1)
    life.take(decide_recount("report", life.title, life.programme, now, published))
    assert remind(life, now) == ["TitleReminded"]


def test_an_event_tells_of_its_day_itself() -> None:
    soon = Deadline(within=Duration(length=5, unit="calendar_day"))
    for due, expected in ((soon, None), (change().due, nine(date(2026, 9, 24)))):
        life = Life(regulation(obligations=[change(due=due)]))
        command = c.RecordEvent(HOLDER, "change", "moved", happened_on=CHANGED)
        life.take(decide_event(command, life.title, life.programme, at(CHANGED), life.calendar))
        assert coming(life, name=FIRST) == expected
    assert remind(life, nine(date(2026, 9, 24)), FIRST) == ["TitleReminded"]
    assert reminders(life) == [(date(2026, 10, 1), 7)]


def test_what_is_under_way_is_not_asked_for() -> None:
    rules = with_procedure(regulation(reviews=[review()], renewal=True))
    life = Life(rules)
    life.take([ProcedureBegun("case-2", ON_TITLE.id, at(date(2028, 2, 1)))])
    about = review_subject("review", rules)
    now = nine(date(2028, 5, 27) - timedelta(days=90))
    assert life.take(decide_reminder("review", "review", life.title, now, about)) == ["ReminderSpared"]
    assert coming(life, "review", "review") == nine(date(2028, 5, 27) - timedelta(days=30))
    life.title = replace(life.title, running={})
    assert life.take(decide_reminder("review", "review", life.title, nine(date(2028, 4, 27)), about)) == [
        "TitleReminded"
    ], "it was given up"


def test_the_end_of_validity_is_told_of_and_the_day_on_which_renewal_opens() -> None:
    last = date(2029, 5, 26)
    life = Life(regulation(renewal=False))
    assert remind_of_end(life, nine(last - timedelta(days=90))) == ["TitleReminded"]
    assert remind_of_end(life, nine(last - timedelta(days=30))) == ["TitleReminded"]
    assert ([days for _, days in reminders(life)], life.facts[-1].renewable) == ([90, 30], False)

    opens = Duration(length=6, unit="month")
    life = Life(regulation(renewal=True, renewal_opens=opens, renewed_by=("re_review",)))
    assert coming(life, "end", "") == nine(date(2028, 11, 26))
    assert remind_of_end(life, nine(date(2028, 11, 26))) == ["TitleReminded"]
    assert life.facts[-1].renewable is True
    assert coming(life, "end", "") == nine(last - timedelta(days=90))
    assert coming(Life(regulation(renewal=True, renewal_opens=opens, remind=())), "end", "") is None


def test_nobody_is_reminded_of_an_end_that_changes_nothing_nor_of_a_title_that_ended() -> None:
    life = Life(regulation(at_end="stays_until_reviewed", renewal=False))
    assert coming(life, "end", "") is None
    ended = Life(regulation(obligations=[obligation()]))
    standing = ended.title.dates
    ended.take(decide_end(ended.title, ended.programme, at(date(2029, 5, 27))))
    ended.title = replace(ended.title, dates=standing)
    assert remind(ended, nine(date(2027, 2, 21))) == []


def test_an_authority_that_owes_it_is_the_one_to_be_told() -> None:
    life = Life(regulation(obligations=[obligation(party="prefecture")]), AWARDED)
    remind(life, nine(FEBRUARY - timedelta(days=30)))
    assert life.facts[-1].owed_by_holder is False

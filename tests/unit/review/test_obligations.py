"""What a holder owes: due on its day of the year, missed the day after, met by whatever brings it; its proof."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.duties import decide_missed, decide_receipt, decide_recount
from services.review.domain.holding import ObligationMissed
from services.review.domain.title import decide_propose
from shared.calendar import Calendar, YearPlan
from shared.programmes.model import UNSET, Deadline, Duration, YearlyMoment
from tests.unit.review.story import OFFICER, REVIEWER
from tests.unit.review.titled import AWARDED, YEAR, Life, at, ground, obligation, regulation

FEBRUARY = date(2027, 2, 28)


def missed(life: Life, day: date) -> list[str]:
    return life.take(decide_missed("report", life.title, life.programme, at(day), life.calendar))


def received(life: Life, day: date, **changes: Any) -> list[str]:
    receipt = replace(c.RecordReceipt(REVIEWER, "report", "came by post"), **changes)
    return life.take(decide_receipt(receipt, life.title, life.programme, at(day), life.calendar))


def test_a_report_on_the_past_year_is_first_due_in_the_year_after_the_award() -> None:
    rules = regulation(obligations=[obligation()])
    assert Life(rules, date(2026, 1, 15)).due("obligation", "report") == FEBRUARY
    assert Life(rules, date(2026, 12, 31)).due("obligation", "report") == FEBRUARY
    assert Life(rules, date(2027, 1, 1)).due("obligation", "report") == date(2028, 2, 29), "the last day of February"
    plain = regulation(obligations=[obligation(covers="period")])
    assert Life(plain, date(2026, 1, 15)).due("obligation", "report") == date(2026, 2, 28)


def test_it_is_missed_on_the_day_after_and_once() -> None:
    life = Life(regulation(obligations=[obligation()]))
    assert missed(life, FEBRUARY) == []
    assert missed(life, FEBRUARY + timedelta(days=1)) == ["ObligationMissed", "TitleDateSet"]
    assert life.due("obligation", "report") == date(2028, 2, 29)
    assert missed(life, FEBRUARY + timedelta(days=1)) == []
    (fact,) = life.title.missed
    assert (fact.due_on, fact.by_holder, fact.clause) == (FEBRUARY, True, "16")


def test_what_came_in_time_is_not_missed_and_the_next_is_due() -> None:
    life = Life(regulation(obligations=[obligation()]))
    assert received(life, FEBRUARY) == ["ObligationMet", "TitleDateSet"]
    assert life.due("obligation", "report") == date(2028, 2, 29)
    assert missed(life, FEBRUARY + timedelta(days=1)) == []


def test_what_comes_after_it_was_missed_is_late_and_leaves_the_next_one_due() -> None:
    life = Life(regulation(obligations=[obligation()]))
    missed(life, FEBRUARY + timedelta(days=1))
    assert received(life, date(2027, 4, 1)) == ["ObligationMet"]
    assert (life.title.met[0].due_on, life.title.met[0].late) == (FEBRUARY, True)
    assert life.due("obligation", "report") == date(2028, 2, 29)
    assert received(life, date(2028, 1, 1)) == ["ObligationMet", "TitleDateSet"], "the year reported on is over"
    assert life.title.met[1].due_on == date(2028, 2, 29)


def test_a_receipt_is_for_something_owed_and_by_whoever_receives_it() -> None:
    life = Life(regulation(obligations=[obligation()]))
    with pytest.raises(errors.ObligationUnknown, match="report"):
        received(life, FEBRUARY, obligation="poem")
    with pytest.raises(errors.ObligationUnknown):
        received(life, FEBRUARY, due_on=date(2027, 3, 1))
    with pytest.raises(errors.WrongParty):
        received(life, FEBRUARY, by=OFFICER)
    with pytest.raises(errors.ReasonMissing):
        received(life, FEBRUARY, reason="")


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        (Deadline(within=Duration(length=30, unit="calendar_day"), starts="awarded"), date(2026, 6, 26)),
        (Deadline(within=Duration(length=1, unit="month"), starts="entered"), date(2026, 6, 27)),
        (Deadline(within=Duration(length=10, unit="calendar_day"), starts="valid_to"), date(2029, 6, 5)),
        (Deadline(on=date(2026, 9, 30)), date(2026, 9, 30)),
        (Deadline(on=date(2026, 5, 26)), None),
        (Deadline(yearly=YearlyMoment(month=5, day=27)), AWARDED),
        (Deadline(yearly=YearlyMoment(month=5, day=26)), date(2027, 5, 26)),
        (Deadline(within=Duration(length=30, unit="calendar_day"), starts="posted"), None),
        (None, None),
        (UNSET, None),
    ],
    ids=str,
)
def test_when_it_is_due(due: Any, expected: date | None) -> None:
    life = Life(regulation(obligations=[obligation(due=due, covers="period")]))
    assert life.due("obligation", "report") == expected


def test_a_duty_of_every_quarter_comes_four_times_a_year() -> None:
    quarterly = obligation(due=YearlyMoment(month=1, day="last"), covers="period", repeats="quarterly")
    life = Life(regulation(obligations=[quarterly]))
    days = []
    for _ in range(4):
        day = life.due("obligation", "report")
        assert day is not None
        days.append(day)
        missed(life, day + timedelta(days=1))
    assert days == [date(2026, 7, 31), date(2026, 10, 31), date(2027, 1, 31), date(2027, 4, 30)]


def test_what_is_due_once_is_missed_once() -> None:
    life = Life(regulation(obligations=[obligation(due=Deadline(on=date(2026, 9, 30)), covers="period")]))
    assert missed(life, date(2026, 10, 1)) == ["ObligationMissed"]
    assert life.due("obligation", "report") is None


def test_an_event_has_no_day_of_its_own() -> None:
    assert Life(regulation(obligations=[obligation(covers="event")])).due("obligation", "report") is None


def test_a_published_year_moves_what_rests_on_it_later_and_never_earlier() -> None:
    moment = YearlyMoment(month=5, day=3, roll="next_working_day")
    life = Life(regulation(obligations=[obligation(due=moment, covers="period")]), date(2029, 6, 1))
    assert life.due("obligation", "report") == date(2030, 5, 3), "a Friday, for all that is known"
    published = YearPlan(
        2030, frozenset({date(2030, 5, 1), date(2030, 5, 2), date(2030, 5, 3)}), frozenset(), "notice 7"
    )
    moved = decide_recount("report", life.title, life.programme, at(date(2029, 12, 1)), Calendar({2030: published}))
    assert life.take(moved) == ["TitleDateSet"]
    assert (life.due("obligation", "report"), life.facts[-1].because) == (date(2030, 5, 6), "notice 7")
    again = decide_recount("report", life.title, life.programme, at(date(2029, 12, 1)), Calendar({2030: published}))
    assert again == ()


def test_a_year_that_would_move_it_earlier_leaves_it() -> None:
    moment = YearlyMoment(month=5, day=4, roll="next_working_day")
    life = Life(regulation(obligations=[obligation(due=moment, covers="period")]), date(2029, 6, 1))
    assert life.due("obligation", "report") == date(2030, 5, 6), "the fourth is a Saturday"
    worked = YearPlan(2030, frozenset({date(2030, 5, 1)}), frozenset({date(2030, 5, 4)}), "notice 7")
    moved = decide_recount("report", life.title, life.programme, at(date(2029, 12, 1)), Calendar({2030: worked}))
    assert life.take(moved) == ["TitleDateSet"]
    assert (life.due("obligation", "report"), life.facts[-1].provisional) == (date(2030, 5, 6), False)


# ── as a proof ───────────────────────────────────────────────────────────────────────────────────────────────────


def propose(life: Life, day: date) -> list[str]:
    proposal = c.ProposeRevocation(OFFICER, "G", "nothing came", ("the record",))
    return life.take(decide_propose(proposal, life.title, life.programme, at(day), life.calendar))


def test_what_was_missed_proves_an_omission_up_to_the_last_day_of_the_period() -> None:
    rules = regulation([ground(needs="omission", window=YEAR)], [obligation()])
    for day, proved in ((date(2028, 2, 28), True), (date(2028, 2, 29), False)):
        life = Life(rules)
        missed(life, FEBRUARY + timedelta(days=1))
        if proved:
            assert propose(life, day) == ["RevocationProposed"]
            assert life.title.proposal is not None and life.title.proposal.proofs == ("report:2027-02-28",)
        else:
            with pytest.raises(errors.ProofMissing):
                propose(life, day)


def test_only_the_duties_that_the_ground_names_prove_it_and_only_the_holders_own() -> None:
    other = regulation([ground(needs="omission", obligations=("another",))], [obligation(), obligation(id="another")])
    authority = regulation([ground(needs="omission")], [obligation(party="prefecture", to="commission")])
    for rules in (other, authority):
        life = Life(rules)
        missed(life, FEBRUARY + timedelta(days=1))
        assert [type(fact) for fact in life.title.missed] == [ObligationMissed]
        with pytest.raises(errors.ProofMissing):
            propose(life, date(2027, 3, 2))

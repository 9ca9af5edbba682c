"""How a title ends by itself, on which day, and how it goes on: its term, its re-reviews, what procedures do to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.review.domain import effects, errors
from services.review.domain.expiry import decide_end, decide_review_day
from services.review.domain.holding import ProcedureBegun, RevocationOrdered, Title, TitleLapsed, TitleRenewed
from services.review.domain.people import Act
from services.review.domain.steps import decide
from services.review.domain.subject import Case, Concluded
from shared.programmes.model import UNSET, Closing, Duration, Filing, Procedure, Programme, Step
from tests.unit.review.story import APPLICANT, MACHINE
from tests.unit.review.titled import AWARDED, Life, at, ground, obligation, regulation, review, text

LAST = date(2029, 5, 26)
DAY = timedelta(days=1)
ON_TITLE = Procedure(
    id="re_review",
    title=text("re-review"),
    subject="title",
    opened_by="applicant",
    needs_title=True,
    steps=(
        Step(id="f", title=text("f"), type="file", actor="applicant", parameters=Filing(), outcomes={"filed": "e"}),
        Step(
            id="e",
            title=text("e"),
            type="close",
            actor="applicant",
            parameters=Closing(result="completed"),
            outcomes={},
        ),
    ),
)


def with_procedure(programme: Programme, procedure: Procedure = ON_TITLE) -> Programme:
    return replace(programme, procedures=(*programme.procedures, procedure))


def ended(result: str, outcome: str = "passed", case: str = "case-2", procedure: str = "re_review") -> Case:
    """A procedure on the title that came to its end."""
    concluded = (Concluded("f", outcome, "seen", at(AWARDED)),)
    return Case(
        case, "closed", procedure=procedure, applicant=APPLICANT, history=concluded, result=result, title="case-1"
    )


def carry(life: Life, case: Case, day: date) -> list[str]:
    return life.take(effects.decide_ended(case, life.title, life.programme, MACHINE, at(day), life.calendar))


# ── the term ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_title_lapses_on_the_day_after_its_last() -> None:
    life = Life(regulation())
    assert life.due("end") == LAST
    assert decide_end(life.title, life.programme, at(LAST)) == ()
    assert life.title.valid_on(LAST) and not life.title.valid_on(LAST + DAY)
    assert life.take(decide_end(life.title, life.programme, at(LAST + DAY))) == ["TitleLapsed"]
    assert (life.title.status, life.facts[-1].lapsed_on, life.facts[-1].why) == ("lapsed", LAST + DAY, "validity_ended")
    assert decide_end(life.title, life.programme, at(LAST + DAY)) == ()
    assert life.title.dates == {}


def test_a_title_that_stays_until_reviewed_has_no_last_day() -> None:
    life = Life(regulation(at_end="stays_until_reviewed"))
    assert (life.title.valid_to, life.due("end")) == (None, LAST)
    assert life.take(decide_end(life.title, life.programme, at(LAST + DAY))) == ["ValidityPassed"]
    assert life.title.status == "held" and life.title.valid_on(LAST + DAY)
    assert decide_end(life.title, life.programme, at(LAST + DAY)) == ()


# ── re-review ────────────────────────────────────────────────────────────────────────────────────────────────────

REVIEWED_BY = date(2028, 5, 27)


def passed_by(life: Life, day: date) -> list[str]:
    return life.take(decide_review_day("review", MACHINE, life.title, life.programme, at(day)))


def test_a_re_review_is_due_after_so_many_years_and_never_after_the_last_day() -> None:
    assert Life(regulation(reviews=[review()])).due("review", "review") == REVIEWED_BY
    assert Life(regulation(reviews=[review(every_years=3)])).due("review", "review") == LAST
    assert Life(regulation(reviews=[review(every_years=UNSET)])).due("review", "review") is None


@pytest.mark.parametrize(
    ("rule", "then", "status"),
    [
        ("lapses", ["ReviewDayPassed", "TitleLapsed"], "lapsed"),
        ("revoked", ["ReviewDayPassed", "RevocationOrdered"], "ordered"),
        ("stays", ["ReviewDayPassed"], "held"),
        (UNSET, ["ReviewDayPassed"], "held"),
    ],
)
def test_nobody_applies(rule: Any, then: list[str], status: str) -> None:
    life = Life(regulation(reviews=[review(on_no_application=rule)]))
    assert passed_by(life, REVIEWED_BY) == []
    assert passed_by(life, REVIEWED_BY + DAY) == then
    assert life.title.status == status
    assert passed_by(life, REVIEWED_BY + DAY) == []
    ends = [fact for fact in life.facts if isinstance(fact, TitleLapsed)]
    assert all((fact.lapsed_on, fact.clause) == (REVIEWED_BY + DAY, "17") for fact in ends)


def test_who_applied_in_time_loses_nothing_until_it_is_decided() -> None:
    life = Life(with_procedure(regulation(reviews=[review(on_no_application="lapses")])))
    life.take([ProcedureBegun("case-2", "re_review", at(REVIEWED_BY))])
    assert passed_by(life, REVIEWED_BY + DAY) == ["ReviewDayPassed"]
    assert life.title.status == "held"
    gone = Life(life.programme)
    gone.title = life.title
    assert carry(gone, ended("withdrawn", "filed"), REVIEWED_BY + 9 * DAY) == ["ProcedureEnded", "TitleLapsed"]
    assert carry(life, ended("completed"), REVIEWED_BY + 9 * DAY)[:2] == ["ProcedureEnded", "ReviewHeld"]
    assert life.title.status == "held"


def test_a_re_review_that_is_passed_is_due_again_and_renews_where_the_text_renews() -> None:
    life = Life(with_procedure(regulation(reviews=[review()])))
    assert carry(life, ended("completed"), date(2028, 4, 1)) == [
        *("ProcedureEnded", "ReviewHeld", "TitleDateSet", "TitleRenewed", "TitleDateSet", "TitleDateSet")
    ]
    renewed = next(fact for fact in life.facts if isinstance(fact, TitleRenewed))
    assert (renewed.valid_from, renewed.valid_to) == (LAST + DAY, date(2032, 5, 26))
    assert (life.due("review", "review"), life.due("end")) == (date(2030, 4, 1), date(2032, 5, 26))
    assert carry(life, ended("completed"), date(2028, 4, 1)) == [], "told twice"
    plain = Life(with_procedure(regulation(reviews=[review()], renewal=False)))
    assert carry(plain, ended("completed"), date(2028, 4, 1)) == ["ProcedureEnded", "ReviewHeld", "TitleDateSet"]
    assert plain.due("end") == LAST


def test_a_failed_re_review_is_what_the_graph_says_and_a_proof() -> None:
    rules = with_procedure(regulation([ground(needs="failed_review")], reviews=[review()]))
    life = Life(rules)
    names = carry(life, ended("completed", "failed"), date(2028, 4, 1))
    assert "FindingRecorded" in names and "TitleRenewed" not in names
    assert (life.title.findings[0].kind, life.title.findings[0].case) == ("failed_review", "case-2")
    life = Life(rules)
    assert carry(life, ended("lapsed", "failed"), date(2028, 4, 1)) == ["ProcedureEnded", "TitleLapsed"]
    assert life.facts[-1].lapsed_on == date(2028, 4, 1)


def test_a_renewal_that_ends_after_the_last_day_begins_where_the_old_term_ended() -> None:
    life = Life(with_procedure(regulation(renewed_by=("re_review",))))
    life.take(decide_end(life.title, life.programme, at(LAST + DAY)))
    assert carry(life, ended("completed"), LAST + 20 * DAY)[:2] == ["ProcedureEnded", "TitleRenewed"]
    assert life.title.status == "held" and life.title.valid_on(LAST + DAY)


# ── procedures ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_report_that_was_taken_in_meets_the_duty() -> None:
    life = Life(with_procedure(regulation(obligations=[obligation(procedure="re_review")])))
    assert carry(life, ended("completed", "filed"), date(2027, 2, 1)) == [
        *("ProcedureEnded", "ObligationMet", "TitleDateSet")
    ]
    assert (life.title.met[0].case, life.due("obligation", "report")) == ("case-2", date(2028, 2, 29))


def test_a_revocation_procedure_orders_what_two_persons_decided() -> None:
    life = Life(with_procedure(regulation([ground()])))
    proposed = decide.DecisionProposed("f", "officer-1", True, "proved", at(AWARDED), (), "G")
    case = replace(
        ended("revoked", "approved"), states={"f": decide.State(proposed)}, acts=(Act("approver-1", "approve", "f"),)
    )
    assert carry(life, case, date(2027, 6, 1)) == ["ProcedureEnded", "RevocationOrdered"]
    order = life.facts[-1]
    assert isinstance(order, RevocationOrdered)
    assert (order.proposed_by, order.confirmed_by) == ("officer-1", "approver-1")
    assert (order.ground, order.clause, order.reason) == ("G", "18 (4)", "seen")


def test_an_end_of_what_does_not_run_on_the_title_leaves_it() -> None:
    platform = replace(ON_TITLE, subject="platform", needs_title=False)
    life = Life(with_procedure(regulation(), platform))
    assert carry(life, ended("revoked"), date(2027, 6, 1)) == ["ProcedureEnded"]


def test_a_procedure_on_a_title_wants_a_valid_one() -> None:
    life = Life(regulation())

    def ensure(title: Title, day: date) -> None:
        effects.ensure_title(ON_TITLE, title, life.programme, at(day), life.calendar)

    ensure(life.title, LAST)
    with pytest.raises(errors.TitleNeeded, match="re-review"):
        ensure(Title(), LAST)
    with pytest.raises(errors.TitleNotValid):
        ensure(life.title, LAST + DAY)
    with pytest.raises(errors.TitleNotValid):
        ensure(life.title, AWARDED - DAY)
    effects.ensure_title(
        replace(ON_TITLE, subject="platform", needs_title=False), Title(), life.programme, at(LAST), life.calendar
    )


def test_renewal_opens_so_long_before_the_end() -> None:
    opens = Duration(length=90, unit="calendar_day", count_start_day=False)
    life = Life(regulation(renewed_by=("re_review",), renewal_opens=opens))
    first = LAST - timedelta(days=90)
    effects.ensure_title(ON_TITLE, life.title, life.programme, at(first), life.calendar)
    with pytest.raises(errors.RenewalTooEarly, match=str(first)):
        effects.ensure_title(ON_TITLE, life.title, life.programme, at(first - DAY), life.calendar)

"""A decision states a sum, payments are parts of it: shares exact to the fen, what comes first, what is released."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.progress import decide_withdraw
from services.review.domain.steps.pay import InstalmentPaid
from services.review.domain.sums import Drawn, SumApproved, SumReleased, shares
from shared.programmes.model import Instalment, Programme
from tests.support.funding import (
    CASHIER,
    FUNDING,
    OFFICER,
    THIRDS,
    TREASURER,
    approval,
    changed,
    checked,
    paying,
    payment,
    proposal,
    with_budget,
    with_route,
)
from tests.unit.review.story import MONDAY, Story


def filed(programme: Programme = FUNDING) -> Story:
    return Story(programme).filed()


def granted(amount: str = "100", programme: Programme = FUNDING) -> Story:
    story = filed(programme)
    story.act(proposal(amount))
    story.act(approval(amount))
    story.act(approval(amount, "treasury"))
    return story


def only(facts: tuple[Any, ...], kind: type) -> list[Any]:
    return [fact for fact in facts if isinstance(fact, kind)]


# ── the decision ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_all_confirm_the_same_sum_and_then_it_is_approved() -> None:
    story = filed()
    (proposed,) = story.act(proposal("100.10"))
    assert (proposed.amount, proposed.source) == ("100.10", "province")
    (approved,) = story.act(approval("100.1"))
    assert approved.amount == "100.10"
    assert not story.case.sums
    facts = story.act(approval("100.10", "treasury"))
    (fact,) = only(facts, SumApproved)
    assert (fact.amount, fact.source, fact.year, fact.visit, fact.by) == ("100.10", "province", 2026, 1, TREASURER.id)
    assert story.case.sums == {("grant", 1): fact}
    assert story.case.step == "first"


def test_another_sum_is_refused_with_both_figures() -> None:
    story = filed()
    story.act(proposal("100.10"))
    with pytest.raises(errors.SumDiffers, match=r"CNY 100\.10, this says CNY 100\.11"):
        story.act(approval("100.11"))
    with pytest.raises(errors.SumMissing):
        story.act(approval(""))
    with pytest.raises(errors.SourceUnknown, match="province"):
        story.act(replace(approval("100.10"), source="city"))
    story.act(replace(approval("100.10"), source="province"))


def test_a_slip_is_put_right_before_the_decision_takes_effect() -> None:
    story = filed()
    story.act(proposal("1000"[:3]))
    story.act(approval("100"))
    story.act(c.ReturnProposal("grant", TREASURER, "ten times too little", "treasury"))
    story.act(proposal("900"))
    story.act(approval("900"))
    story.act(approval("900", "treasury"))
    assert [each.amount for each in story.case.sums.values()] == ["900"]


@pytest.mark.parametrize("amount", ["0", "-1", "1e2", "1.001", "900.01", "1,00"])
def test_a_sum_is_exact_above_zero_and_within_the_cap(amount: str) -> None:
    with pytest.raises(errors.AmountWrong):
        filed().act(proposal(amount))


def test_a_sum_stays_within_the_rate_of_its_cost() -> None:
    programme = with_budget(FUNDING, rate=Decimal("0.333"), cost="cost", cap=None)
    with pytest.raises(errors.CostUnknown):
        filed(programme).act(proposal("1"))
    story = filed(programme)
    story.case = replace(story.case, answers={**story.case.answers, "cost": "100.10"})
    with pytest.raises(errors.AmountWrong, match=r"33\.33"):
        story.act(proposal("33.34"))
    story.act(proposal("33.33"))


def test_a_sum_is_stated_where_one_is_asked_and_nowhere_else() -> None:
    with pytest.raises(errors.SumMissing, match="fund"):
        filed().act(proposal(""))
    with pytest.raises(errors.SourceUnknown, match="province, city"):
        filed().act(proposal("100", source=""))
    refusing = replace(proposal("100"), approve=False)
    with pytest.raises(errors.SumNotAsked):
        filed().act(refusing)
    story = filed()
    story.act(replace(refusing, amount="", source=""))
    with pytest.raises(errors.SumNotAsked):
        story.act(approval("100"))
    story.act(approval(""))
    story.act(approval("", "treasury"))
    assert (story.case.result, story.case.sums) == ("refused", {})
    plain = Story().at("decide")
    with pytest.raises(errors.SumNotAsked):
        plain.act(c.ProposeDecision("decide", OFFICER, True, "good", amount="1"))


def test_a_sum_of_which_a_part_would_be_nothing_is_too_small() -> None:
    with pytest.raises(errors.SumTooSmall, match="first"):
        filed().act(proposal("0.03"))
    story = granted("0.04")
    assert only(story.act(payment("first")), InstalmentPaid)[0].amount == "0.01"


# ── shares ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("amount", "parts"),
    [
        ("100", ["33.33", "33.33", "33.34"]),
        ("0.04", ["0.01", "0.01", "0.02"]),
        ("899.99", ["299.99", "299.99", "300.01"]),
        ("9999999999999.99", ["3333329999999.99", "3333329999999.99", "3333340000000.01"]),
    ],
)
def test_parts_are_cut_to_the_fen_and_the_last_takes_the_rest(amount: str, parts: list[str]) -> None:
    found = shares(Decimal(amount), THIRDS)
    assert [str(each) for each in found.values()] == parts
    assert sum(found.values()) == Decimal(amount)


def test_a_share_of_many_digits_is_never_rounded_up() -> None:
    plan = (Instalment(id="a", share=Decimal("0.555666666666666667")), Instalment(id="b", share=Decimal("0.4")))
    assert shares(Decimal("9999999999999.97"), plan)["a"] == Decimal("5556666666666.64")


def test_without_an_amount_exactly_the_share_is_paid() -> None:
    story = granted("100")
    paid = [only(story.act(payment("first")), InstalmentPaid)[0]]
    story.act(checked("midterm"))
    paid += only(story.act(payment("second")), InstalmentPaid) + only(story.act(payment("third")), InstalmentPaid)
    assert [each.amount for each in paid] == ["33.33", "33.33", "33.34"]
    assert {each.source for each in paid} == {"province"}
    assert not story.case.released, "all of it was paid"
    assert story.case.step == "inspection"


def test_an_instalment_takes_at_most_its_share() -> None:
    story = granted("100")
    with pytest.raises(errors.AmountWrong, match=r"33\.33"):
        story.act(payment("first", "33.34"))
    with pytest.raises(errors.SourceUnknown, match="province"):
        story.act(payment("first", source="city"))
    with pytest.raises(errors.InstalmentWrong, match="first"):
        story.act(payment("first", instalment="second"))
    with pytest.raises(errors.ReasonMissing):
        story.act(replace(payment("first"), voucher=" "))
    story.act(payment("first", "30"))
    story.act(checked("midterm"))
    with pytest.raises(errors.AmountWrong, match=r"33\.33"):
        story.act(payment("second", "36.66"))


def test_a_payment_counts_in_the_plan_of_the_year_that_approved() -> None:
    story = granted("100").wait(300)
    (paid,) = only(story.act(payment("first")), InstalmentPaid)
    assert (paid.year, paid.paid_at.year) == (2026, 2027)


# ── what is released ─────────────────────────────────────────────────────────────────────────────────────────────


def released(story: Story) -> list[tuple[str, str, str]]:
    return [(each.paid, each.released, each.because) for each in story.case.released.values()]


def test_what_was_not_paid_is_released_with_the_last_instalment() -> None:
    story = granted("100")
    story.act(payment("first", "30"))
    story.act(checked("midterm"))
    story.act(payment("second", "0.01"))
    assert released(story) == []
    facts = story.act(payment("third"))
    (fact,) = only(facts, SumReleased)
    assert (fact.approved, fact.paid, fact.released) == ("100", "63.35", "36.65")
    assert released(story) == [("63.35", "36.65", "paid")]


def test_stopping_releases_the_rest() -> None:
    story = granted("100")
    story.act(payment("first"))
    story.act(checked("midterm"))
    story.act(c.StopPayment("second", CASHIER, "the contract was broken"))
    assert story.case.status == "closed"
    assert released(story) == [("33.33", "66.67", "stopped")]
    assert [type(fact).__name__ for fact in story.facts].count("SumReleased") == 1, "closing releases it no second time"


def test_closing_and_withdrawing_release_the_rest() -> None:
    story = granted("100")
    story.act(payment("first"))
    story.take(decide_withdraw("changed plans", story.case, MONDAY))
    assert (story.case.status, released(story)) == ("withdrawn", [("33.33", "66.67", "withdrawn")])
    failed = granted("100", changed(FUNDING, "midterm", outcomes={"passed": "done", "failed": "refused"}))
    failed.act(payment("first"))
    failed.act(checked("midterm", passes=False))
    assert (failed.case.result, released(failed)) == ("refused", [("33.33", "66.67", "closed")])


def test_no_more_is_paid_of_a_sum_that_was_released() -> None:
    programme = changed(FUNDING, "first", outcomes={"paid": "midterm", "stopped": "third"})
    story = granted("100", programme)
    story.act(c.StopPayment("first", CASHIER, "stopped"))
    with pytest.raises(errors.SumNotApproved, match="fund"):
        story.act(payment("third"))


# ── what must come first ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_payment_waits_for_a_step_that_was_not_passed() -> None:
    story = granted("100")
    story.act(payment("first"))
    story.act(checked("midterm", passes=False))
    story.act(c.GiveEndorsement("opinion", OFFICER, False, "no second check"))
    with pytest.raises(errors.PaymentTooEarly, match=r"second is paid after the step midterm \(midterm\)") as refused:
        story.act(payment("second"))
    assert "midterm（中）" in refused.value.zh


def test_what_failed_once_and_was_passed_later_was_passed() -> None:
    story = granted("100")
    story.act(payment("first"))
    story.act(checked("midterm", passes=False))
    story.act(c.GiveEndorsement("opinion", OFFICER, True, "check again"))
    story.act(checked("midterm"))
    story.act(payment("second"))
    assert story.case.step == "third"


def test_what_was_passed_once_and_failed_later_was_not_passed() -> None:
    programme = changed(FUNDING, "first", outcomes={"paid": "midterm", "stopped": "refused"})
    again = {"passed": "opinion", "failed": "opinion"}
    story = granted("100", changed(programme, "midterm", outcomes=again))
    story.act(payment("first"))
    story.act(checked("midterm"))
    story.act(c.GiveEndorsement("opinion", OFFICER, True, "check again"))
    story.act(checked("midterm", passes=False))
    story.act(c.GiveEndorsement("opinion", OFFICER, False, "go on"))
    with pytest.raises(errors.PaymentTooEarly):
        story.act(payment("second"))


def test_a_step_that_a_route_skips_counts_as_passed() -> None:
    story = granted("100", with_route(FUNDING, "midterm"))
    story.act(payment("first"))
    assert story.case.step == "second"
    story.act(payment("second"))


def test_what_failed_is_not_made_good_by_a_route_that_would_skip_it_now() -> None:
    story = granted("100")
    story.act(payment("first"))
    story.act(checked("midterm", passes=False))
    story.act(c.GiveEndorsement("opinion", OFFICER, False, "no second check"))
    story.programme = with_route(FUNDING, "midterm")
    with pytest.raises(errors.PaymentTooEarly):
        story.act(payment("second"))


def test_one_step_pays_all_in_turn_and_waits_within() -> None:
    plan = (THIRDS[0], replace(THIRDS[1], after="grant"), replace(THIRDS[2], after="midterm"))
    story = granted("100", changed(FUNDING, "first", parameters=paying(None, plan)))
    story.act(payment("first"))
    story.act(payment("first", "33"))
    with pytest.raises(errors.PaymentTooEarly):
        story.act(payment("first"))


def test_who_comes_again_to_what_was_paid_goes_on() -> None:
    programme = changed(FUNDING, "midterm", outcomes={"passed": "first", "failed": "opinion"})
    programme = changed(programme, "first", outcomes={"paid": "opinion", "stopped": "refused"})
    story = granted("100", programme)
    story.act(payment("first"))
    story.act(c.GiveEndorsement("opinion", OFFICER, True, "check"))
    story.act(checked("midterm"))
    assert story.case.step == "opinion", "the first part is paid once"
    assert [(ended.step, ended.outcome) for ended in story.case.history][-2:] == [
        ("midterm", "passed"),
        ("first", "paid"),
    ]


# ── without a decision ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_case_that_has_no_sum_is_paid_nothing_where_one_is_approved() -> None:
    programme = changed(FUNDING, "apply", outcomes={"filed": "third"})
    whole = changed(programme, "third", parameters=paying(None, ()))
    for text in (programme, whole):
        with pytest.raises(errors.SumNotApproved):
            filed(text).act(payment("third", "1", source="province"))


def test_a_sum_that_is_approved_anew_replaces_the_old_one() -> None:
    story = granted("100", changed(FUNDING, "first", outcomes={"paid": "grant", "stopped": "refused"}))
    story.act(payment("first"))
    with pytest.raises(errors.AmountWrong, match=r"866\.67"):
        story.act(proposal("866.68"))
    story.act(proposal("866.67"))
    story.act(approval("866.67"))
    story.act(approval("866.67", "treasury"))
    assert released(story) == [("33.33", "66.67", "replaced")]
    assert list(story.case.sums) == [("grant", 1), ("grant", 2)]
    assert only(story.act(payment("first")), InstalmentPaid)[0].amount == "288.88"


def test_under_another_text_payments_still_draw_on_the_sum_of_the_first() -> None:
    story = granted("100")
    story.act(payment("first"))
    story.act(checked("midterm"))
    other = replace(FUNDING, id="other-platform", digest="cd" * 32)
    story.programme, story.case = other, replace(story.case, programme=other.ref)
    (paid,) = only(story.act(payment("second")), InstalmentPaid)
    assert paid.programme == other.ref
    assert (paid.amount, paid.drawn, paid.year) == ("33.33", Drawn(FUNDING.id, "grant", 1), 2026)
    (freed,) = only(story.act(payment("third", "30")), SumReleased)
    assert (freed.programme, freed.released) == (FUNDING.ref, "3.34")


def test_under_another_plan_a_sum_that_is_all_paid_leaves_nothing_to_pay() -> None:
    story = granted("100")
    story.act(payment("first"))
    story.act(checked("midterm"))
    plan = (Instalment(id="most", share=Decimal("0.9")), Instalment(id="rest", share=Decimal("0.1")))
    story.programme = changed(changed(FUNDING, "second", parameters=paying("most", plan)), "third",
                              parameters=paying("rest", plan))  # fmt: skip
    (paid,) = only(story.act(payment("second")), InstalmentPaid)
    assert paid.amount == "66.67"
    assert story.case.step == "inspection", "no payment of nothing is asked for"
    assert released(story) == []


def test_one_step_that_pays_by_another_plan_ends_when_all_is_paid() -> None:
    story = granted("100")
    story.act(payment("first"))
    story.act(checked("midterm"))
    parts = {"a": "0.6", "b": "0.3", "c": "0.1"}
    plan = tuple(Instalment(id=name, share=Decimal(share)) for name, share in parts.items())
    story.programme = changed(FUNDING, "second", parameters=paying(None, plan))
    story.act(payment("second"))
    (paid,) = only(story.act(payment("second")), InstalmentPaid)
    assert (paid.instalment, paid.amount, story.case.step) == ("b", "6.67", "inspection")

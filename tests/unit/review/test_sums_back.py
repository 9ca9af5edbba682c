"""A decision says how much is to be returned, and it comes back in parts; the page shows every sum as it stands."""

from __future__ import annotations

import pytest

from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.standing_sums import Part, sums_of
from services.review.domain.steps.pay import InstalmentPaid
from services.review.domain.sums import SumReclaimed
from tests.support.funding import APPROVER, FUNDING, checked, payment, proposal
from tests.unit.review.story import Story
from tests.unit.review.test_sums import granted, only


def at_reclaim() -> Story:
    story = granted("100")
    story.act(payment("first"))
    story.act(checked("midterm"))
    for step in ("second", "third"):
        story.act(payment(step))
    story.act(checked("inspection", passes=False))
    return story


def reclaimed(amount: str) -> Story:
    story = at_reclaim()
    story.act(proposal(amount, "", "reclaim"))
    story.act(c.ApproveDecision("reclaim", APPROVER, amount=amount))
    return story


def test_no_more_is_reclaimed_than_was_paid() -> None:
    with pytest.raises(errors.AmountWrong, match="left: 100"):
        at_reclaim().act(proposal("100.01", "", "reclaim"))
    with pytest.raises(errors.SumNotAsked):
        at_reclaim().act(proposal("100", "province", "reclaim"))
    story = reclaimed("70.50")
    (fact,) = only(tuple(story.facts), SumReclaimed)
    assert (fact.amount, story.case.step) == ("70.50", "clawback")


def test_it_comes_back_in_parts_until_the_sum_is_reached() -> None:
    story = reclaimed("70.50")
    with pytest.raises(errors.AmountWrong, match=r"70\.50"):
        story.act(payment("clawback", "70.51", source="province"))
    with pytest.raises(errors.SourceUnknown):
        story.act(payment("clawback", "1"))
    with pytest.raises(errors.AmountWrong, match="left: 0"):
        story.act(payment("clawback", "1", source="city"))
    with pytest.raises(errors.InstalmentWrong, match="part-1"):
        story.act(payment("clawback", "1", source="province", instalment="part-2"))
    story.act(payment("clawback", "70", source="province"))
    assert story.case.step == "clawback"
    with pytest.raises(errors.AmountWrong, match=r"0\.50"):
        story.act(payment("clawback", "0.51", source="province"))
    facts = story.act(payment("clawback", source="province"))
    assert [each.amount for each in only(facts, InstalmentPaid)] == ["0.50"]
    assert [key[2] for key in story.case.payments][-2:] == ["part-1", "part-2"]
    assert (story.case.status, story.case.result) == ("closed", "revoked")


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_shows_shares_what_was_paid_and_what_is_left() -> None:
    story = granted("100")
    story.act(payment("first", "30"))
    (shown,) = sums_of(story.case, FUNDING)
    assert (shown.amount, shown.paid, shown.left, shown.released) == ("100", "30", "70", "0")
    assert shown.parts == (
        Part("first", "33.33", "30"),
        Part("second", "33.33", "0", "midterm"),
        Part("third", "33.34", "0"),
    )
    back = reclaimed("70.50")
    back.act(payment("clawback", "70", source="province"))
    shown = sums_of(back.case, FUNDING)[-1]
    assert (shown.direction, shown.amount, shown.paid, shown.left) == ("back", "70.50", "70", "0.50")

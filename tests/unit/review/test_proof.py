"""What proves a ground: exactly so many facts, up to the last day of the period; who is asked; what is unset."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.holding import RevocationOrdered
from services.review.domain.proof import decide_finding
from services.review.domain.rectification import decide_order, decide_overdue, decide_settle
from services.review.domain.title import decide_propose
from shared.programmes.model import UNSET
from tests.support.regulation import APPLICANT_USCC, OTHER_PREFECTURE
from tests.unit.review.story import MACHINE, OFFICER, REVIEWER
from tests.unit.review.titled import YEAR, Life, at, ground, regulation, text

FIRST, SECOND_DAY = date(2027, 3, 10), date(2027, 9, 1)
LAST = date(2028, 3, 10)
"""The corresponding day of the year after the first complaint: the last day of its period."""

COMPLAINTS = {"needs": "complaints", "count": 2, "window": YEAR}


def complained(life: Life, day: date, **changes: Any) -> None:
    finding = c.RecordFinding(REVIEWER, "complaints", day, f"complaint of {day} was verified", "", "")
    life.take(decide_finding(replace(finding, **changes), life.title, life.programme, at(LAST)))


def propose(life: Life, day: date, **changes: Any) -> list[str]:
    proposal = c.ProposeRevocation(OFFICER, "G", "it is proved", ("decision 12",))
    return life.take(decide_propose(replace(proposal, **changes), life.title, life.programme, at(day), life.calendar))


def test_the_count_is_reached_exactly_and_within_the_period() -> None:
    life = Life(regulation([ground(**COMPLAINTS)]))
    complained(life, FIRST)
    with pytest.raises(errors.ProofMissing) as one:
        propose(life, SECOND_DAY)
    assert "2" in one.value.en and "1" in one.value.en
    complained(life, SECOND_DAY)
    with pytest.raises(errors.ProofMissing):
        propose(life, LAST + timedelta(days=1))
    assert propose(life, LAST) == ["RevocationProposed"]
    assert life.title.proposal is not None
    assert life.title.proposal.proofs == ("complaints-1", "complaints-2")


def test_a_day_before_the_complaint_proves_nothing() -> None:
    life = Life(regulation([ground(needs="complaints")]))
    complained(life, SECOND_DAY)
    with pytest.raises(errors.ProofMissing):
        propose(life, SECOND_DAY - timedelta(days=1))
    assert propose(life, SECOND_DAY) == ["RevocationProposed"]


@pytest.mark.parametrize("needs", ["sanction", "falsification", "failed_review", "omission"])
def test_what_has_to_be_proved_is_proved_by_its_own_kind(needs: str) -> None:
    life = Life(regulation([ground(needs=needs)]))
    complained(life, FIRST)
    with pytest.raises(errors.ProofMissing):
        propose(life, SECOND_DAY)
    complained(life, FIRST, kind=needs)
    assert propose(life, SECOND_DAY) == ["RevocationProposed"]


def test_a_finding_for_one_ground_does_not_prove_another() -> None:
    life = Life(regulation([ground(needs="sanction"), ground(id="H", needs="sanction")]))
    complained(life, FIRST, kind="sanction", ground="H")
    with pytest.raises(errors.ProofMissing):
        propose(life, SECOND_DAY)
    assert propose(life, SECOND_DAY, ground="H") == ["RevocationProposed"]


def test_proofs_can_be_named_and_must_be_on_record() -> None:
    life = Life(regulation([ground(needs="complaints")]))
    complained(life, FIRST)
    complained(life, SECOND_DAY)
    with pytest.raises(errors.ProofUnknown):
        propose(life, LAST, proofs=("complaints-3",))
    propose(life, LAST, proofs=("complaints-2",))
    assert life.title.proposal is not None and life.title.proposal.proofs == ("complaints-2",)


def test_one_officer_is_enough_where_the_text_says_so() -> None:
    life = Life(regulation([ground(officers=1)]))
    assert propose(life, FIRST) == ["RevocationProposed", "RevocationOrdered"]
    assert life.title.status == "ordered"
    assert life.facts[-1] == RevocationOrdered(
        *(OFFICER.id, OFFICER.id, life.programme.ref, "2026-001", "G", "18 (4)", "it is proved", at(FIRST))
    )


@pytest.mark.parametrize("name", ["officers", "rectify_first", "count", "window"])
def test_nothing_unset_is_invented(name: str) -> None:
    life = Life(regulation([ground(**{name: UNSET})]))
    with pytest.raises(errors.ParameterUnset, match=rf"revocation\[G\]\.{name}"):
        propose(life, FIRST)
    life = Life(regulation([ground(window=replace(YEAR, length=UNSET))]))
    with pytest.raises(errors.ParameterUnset, match="window"):
        propose(life, FIRST)


def test_what_excuses_it_has_to_be_answered() -> None:
    life = Life(regulation([ground(unless=text("a good reason"))]))
    with pytest.raises(errors.ExcuseUnanswered, match="a good reason"):
        propose(life, FIRST, no_excuse="  ")
    propose(life, FIRST, no_excuse="asked twice, none was given")
    assert life.title.proposal is not None and life.title.proposal.no_excuse == "asked twice, none was given"


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"happened_on": LAST + timedelta(days=1)}, errors.FindingImpossible),
        ({"ground": "G", "kind": "sanction"}, errors.FindingImpossible),
        ({"ground": "nowhere"}, errors.GroundUnknown),
        ({"reason": " "}, errors.ReasonMissing),
        ({"by": replace(REVIEWER, region=OTHER_PREFECTURE)}, errors.OutsideRegion),
        ({"by": replace(REVIEWER, organisation=APPLICANT_USCC)}, errors.OwnOrganisation),
    ],
    ids=str,
)
def test_a_finding_is_of_the_past_fits_and_comes_from_somebody_in_charge(
    changes: dict[str, Any], refusal: type[errors.Refusal]
) -> None:
    life = Life(regulation([ground(**COMPLAINTS)]))
    with pytest.raises(refusal):
        complained(life, **({"day": LAST} | {"day": changes.get("happened_on", LAST)} | changes))


def test_the_same_complaint_counts_once() -> None:
    life = Life(regulation([ground(**COMPLAINTS)]))
    complained(life, FIRST)
    with pytest.raises(errors.FindingRecordedAlready):
        complained(life, FIRST)


# ── time to put it right ─────────────────────────────────────────────────────────────────────────────────────────

ORDERED_ON, DUE_ON = date(2027, 9, 2), date(2027, 10, 8)


def rectifying() -> Life:
    life = Life(regulation([ground(rectify_first=True, **COMPLAINTS)]))
    complained(life, FIRST)
    complained(life, SECOND_DAY)
    return life


def order(life: Life, day: date = ORDERED_ON, due_on: date = DUE_ON) -> list[str]:
    command = c.OrderRectification(OFFICER, "G", "answer the clients", due_on)
    return life.take(decide_order(command, life.title, life.programme, at(day), life.calendar))


def test_time_has_to_be_given_and_to_run_out_before_a_proposal() -> None:
    life = rectifying()
    with pytest.raises(errors.RectificationNotOrdered):
        propose(life, ORDERED_ON)
    assert order(life) == ["RectificationOrdered", "TitleDateSet"]
    assert life.due("rectification", "G") == DUE_ON
    with pytest.raises(errors.RectificationRunning, match="2027-10-08"):
        propose(life, DUE_ON)
    with pytest.raises(errors.RectificationRunning):
        order(life, DUE_ON)
    assert decide_overdue("G", MACHINE, life.title, at(DUE_ON)) == ()
    after = DUE_ON + timedelta(days=1)
    assert life.take(decide_overdue("G", MACHINE, life.title, at(after))) == ["RectificationSettled"]
    assert decide_overdue("G", MACHINE, life.title, at(after)) == ()
    assert propose(life, after) == ["RevocationProposed"]


def test_the_time_that_is_given_does_not_outlast_the_period() -> None:
    life = rectifying()
    order(life, LAST, LAST + timedelta(days=60))
    assert propose(life, LAST + timedelta(days=61)) == ["RevocationProposed"]


def test_an_order_needs_the_ground_itself() -> None:
    life = Life(regulation([ground(rectify_first=True, **COMPLAINTS)]))
    complained(life, FIRST)
    with pytest.raises(errors.ProofMissing):
        order(life)
    with pytest.raises(errors.RectificationDayWrong):
        order(rectifying(), ORDERED_ON, ORDERED_ON)


def settle(life: Life, day: date, rectified: bool) -> list[str]:
    command = c.SettleRectification(REVIEWER, "G", rectified, "seen on the spot")
    return life.take(decide_settle(command, life.title, at(day)))


def test_what_was_put_right_proves_nothing_any_more() -> None:
    life = rectifying()
    order(life)
    settle(life, DUE_ON, True)
    assert life.title.orders["G"].settled is not None and life.title.orders["G"].settled.outcome == "rectified"
    assert life.due("rectification", "G") is None
    with pytest.raises(errors.RectificationNotOrdered):
        propose(life, DUE_ON)
    with pytest.raises(errors.ProofMissing):
        order(life, DUE_ON, DUE_ON + timedelta(days=30))
    with pytest.raises(errors.RectificationUnknown):
        settle(life, DUE_ON, True)


def test_what_was_found_not_put_right_opens_the_proposal_at_once() -> None:
    life = rectifying()
    order(life)
    settle(life, ORDERED_ON + timedelta(days=5), False)
    assert propose(life, ORDERED_ON + timedelta(days=5)) == ["RevocationProposed"]


def test_what_comes_after_the_last_day_comes_too_late() -> None:
    life = rectifying()
    order(life)
    settle(life, DUE_ON + timedelta(days=1), True)
    assert life.title.orders["G"].settled is not None and life.title.orders["G"].settled.outcome == "overdue"

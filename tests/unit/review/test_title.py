"""A title: held, revoked by two persons on a ground of the programme, recorded by the registry."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.days import PUBLISHED
from services.review.domain.expiry import decide_enter
from services.review.domain.people import Person
from services.review.domain.title import (
    MOST_EVIDENCE,
    NONE,
    RevocationOrdered,
    Title,
    TitleEntered,
    decide_confirm,
    decide_dismiss,
    decide_propose,
    decide_revoked,
    evolve,
)
from tests.support.regulation import APPLICANT_USCC, COUNTY, PREFECTURE, PROGRAMME
from tests.unit.review.story import APPROVER, OFFICER, SECOND

NOW = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)
ENTERED = TitleEntered(
    *("case-1", PROGRAMME.ref, "2026-001", APPLICANT_USCC, "Example", COUNTY, "示范平台"),
    date(2026, 5, 27),
    date(2029, 5, 26),
    datetime(2026, 5, 27, tzinfo=UTC),
)
PROPOSAL = c.ProposeRevocation(OFFICER, "punished", "a fine was imposed", ("decision 12", "decision 12"))


def folded(*facts: Any) -> Title:
    title = NONE
    for fact in facts:
        title = evolve(title, fact)
    return title


HELD = folded(*decide_enter(ENTERED, NONE, PROGRAMME, NOW, PUBLISHED))
PROPOSED = folded(ENTERED, *decide_propose(PROPOSAL, HELD, PROGRAMME, NOW))


def test_a_title_is_entered_once() -> None:
    assert HELD.status == "held"
    assert decide_enter(ENTERED, HELD, PROGRAMME, NOW, PUBLISHED) == ()


def test_two_persons_revoke() -> None:
    assert PROPOSED.proposal is not None
    assert (PROPOSED.proposal.clause, PROPOSED.proposal.evidence) == ("18 (1)", ("decision 12",))
    (ordered,) = decide_confirm(c.ConfirmRevocation(APPROVER), PROPOSED, PROGRAMME, NOW)
    assert isinstance(ordered, RevocationOrdered)
    assert (ordered.proposed_by, ordered.confirmed_by) == (OFFICER.id, APPROVER.id)
    assert (ordered.number, ordered.ground, ordered.clause) == ("2026-001", "punished", "18 (1)")
    after = evolve(PROPOSED, ordered)
    assert after.status == "ordered"
    (recorded,) = decide_revoked("2026-001", after, NOW)
    assert evolve(after, recorded).status == "revoked"
    assert decide_revoked("2026-001", evolve(after, recorded), NOW) == ()


def test_who_proposed_neither_confirms_nor_dismisses() -> None:
    same = replace(APPROVER, id=OFFICER.id)
    with pytest.raises(errors.DutiesSeparate):
        decide_confirm(c.ConfirmRevocation(same), PROPOSED, PROGRAMME, NOW)
    with pytest.raises(errors.DutiesSeparate):
        decide_dismiss(c.DismissRevocation(same, "no"), PROPOSED, PROGRAMME, NOW)


def test_a_dismissed_proposal_leaves_the_title_and_another_may_follow() -> None:
    with pytest.raises(errors.ReasonMissing):
        decide_dismiss(c.DismissRevocation(SECOND, " "), PROPOSED, PROGRAMME, NOW)
    held = folded(ENTERED, *decide_dismiss(c.DismissRevocation(SECOND, "not proved"), PROPOSED, PROGRAMME, NOW))
    assert (held.status, held.proposal) == ("held", None)
    assert decide_propose(PROPOSAL, held, PROGRAMME, NOW)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"ground": "bad-mood"}, errors.GroundUnknown),
        ({"evidence": (" ",)}, errors.EvidenceMissing),
        ({"evidence": ()}, errors.EvidenceMissing),
        ({"evidence": tuple(str(n) for n in range(MOST_EVIDENCE + 1))}, errors.TooMany),
        ({"reason": ""}, errors.ReasonMissing),
        ({"by": replace(OFFICER, region=PREFECTURE)}, errors.OutsideRegion),
        ({"by": replace(OFFICER, organisation=APPLICANT_USCC)}, errors.OwnOrganisation),
    ],
    ids=str,
)
def test_a_proposal_needs_ground_evidence_reason_and_the_right_person(
    changes: dict[str, Any], refusal: type[errors.Refusal]
) -> None:
    with pytest.raises(refusal):
        decide_propose(replace(PROPOSAL, **changes), HELD, PROGRAMME, NOW)


def test_one_proposal_at_a_time_and_none_to_confirm_before() -> None:
    with pytest.raises(errors.ProposalStands):
        decide_propose(replace(PROPOSAL, by=SECOND), PROPOSED, PROGRAMME, NOW)
    with pytest.raises(errors.NoProposal):
        decide_confirm(c.ConfirmRevocation(SECOND), HELD, PROGRAMME, NOW)


def test_no_title_and_an_ended_title() -> None:
    with pytest.raises(errors.TitleUnknown):
        decide_propose(PROPOSAL, NONE, PROGRAMME, NOW)
    ended = folded(ENTERED, *decide_confirm(c.ConfirmRevocation(APPROVER), PROPOSED, PROGRAMME, NOW))
    with pytest.raises(errors.TitleEnded):
        decide_propose(PROPOSAL, ended, PROGRAMME, NOW)
    assert isinstance(OFFICER, Person)

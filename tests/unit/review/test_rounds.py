"""A round is opened by an officer of the programme's region, under a text that can be run, with a sensible window."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.review.domain import commands as c
from services.review.domain import errors
from services.review.domain.rounds import LONGEST_DAYS, NONE, decide_round, evolve
from shared.programmes.model import Programme
from tests.support.regulation import PREFECTURE, PROGRAMME, with_step
from tests.unit.review.story import OFFICER

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CALL = c.OpenRound("round-1", OFFICER, "call of the year", NOW, NOW + timedelta(days=30))


def test_it_pins_the_text() -> None:
    (opened,) = decide_round(CALL, NONE, PROGRAMME, NOW, sandbox=True)
    assert (opened.programme, opened.issuer_region, opened.by) == (PROGRAMME.ref, PROGRAMME.region, OFFICER.id)
    with pytest.raises(errors.RoundExists):
        decide_round(CALL, evolve(NONE, opened), PROGRAMME, NOW, sandbox=True)


@pytest.mark.parametrize(
    "changes",
    [
        {"closes_at": NOW},
        {"opens_at": NOW - timedelta(days=9), "closes_at": NOW - timedelta(days=1)},
        {"closes_at": NOW + timedelta(days=LONGEST_DAYS, seconds=1)},
    ],
    ids=str,
)
def test_a_window_that_cannot_be(changes: dict[str, datetime]) -> None:
    with pytest.raises(errors.WindowWrong):
        decide_round(replace(CALL, **changes), NONE, PROGRAMME, NOW, sandbox=True)  # type: ignore[arg-type]


def test_only_the_programmes_own_region_calls() -> None:
    with pytest.raises(errors.OutsideRegion):
        decide_round(replace(CALL, by=replace(OFFICER, region=PREFECTURE)), NONE, PROGRAMME, NOW, sandbox=True)


def test_a_call_has_a_title() -> None:
    with pytest.raises(errors.ReasonMissing):
        decide_round(replace(CALL, title=" "), NONE, PROGRAMME, NOW, sandbox=True)


@pytest.mark.parametrize(
    ("programme", "sandbox"),
    [
        (replace(PROGRAMME, legal=replace(PROGRAMME.legal, status="repealed")), True),
        (replace(PROGRAMME, legal=replace(PROGRAMME.legal, status="draft_for_comment")), False),
        (PROGRAMME, False),
        (with_step("visit", type="sing"), True),
    ],
    ids=["repealed", "a draft outside the sandbox", "something unset in production", "a type that does not run yet"],
)
def test_a_text_that_cannot_be_run(programme: Programme, sandbox: bool) -> None:
    with pytest.raises(errors.ProgrammeNotRunnable):
        decide_round(CALL, NONE, programme, NOW, sandbox)

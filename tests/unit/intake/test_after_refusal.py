"""Whoever was refused waits as long as the text says before the next application."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.intake.domain import errors
from services.intake.domain import events as e
from services.intake.domain.application import Application, evolve
from shared.programmes.model import Duration
from tests.unit.intake.scene import OTHER, Scene, application, claimed, rule

TWO_YEARS = Duration(length=2, unit="year")


def refused(at: datetime) -> Application:
    return evolve(application("submitted"), e.RefusalReceived("review", "not enough tenants", at))


@pytest.mark.parametrize(
    ("at", "barred"),
    [
        (datetime(2024, 5, 1, 1, 0, tzinfo=UTC), True),  # two years end with today, 1 May 2026
        (datetime(2024, 4, 30, 16, 0, tzinfo=UTC), True),  # already 1 May in Shanghai
        (datetime(2024, 4, 30, 15, 59, tzinfo=UTC), False),
        (datetime(2026, 4, 30, 1, 0, tzinfo=UTC), True),
    ],
    ids=str,
)
def test_a_refusal_bars_for_so_long(at: datetime, barred: bool) -> None:
    programme = rule("no_application_after_refusal", within=TWO_YEARS)
    found = Scene(programme, (claimed("case-1", age=timedelta(days=9)),), {"case-1": refused(at)}).said()
    assert [type(each) for each in found] == ([errors.RefusedBefore] if barred else [])
    if barred:
        assert "case-1" in found[0].zh and str(at.year + 2) in found[0].en


def test_what_was_taken_back_or_is_open_or_elsewhere_was_not_refused() -> None:
    programme = rule("no_application_after_refusal", within=TWO_YEARS)
    for status in ("withdrawn", "submitted", "titled"):
        assert Scene(programme, (claimed("case-1"),), {"case-1": application(status)}).codes() == []  # type: ignore[arg-type]
    elsewhere = (claimed("case-1", OTHER, age=timedelta(days=9)),)
    late = {"case-1": refused(datetime(2026, 4, 30, tzinfo=UTC))}
    assert Scene(programme, elsewhere, late).codes() == []
    meant = rule("no_application_after_refusal", OTHER, within=TWO_YEARS)
    assert Scene(meant, elsewhere, late).codes() == ["refused_before"]

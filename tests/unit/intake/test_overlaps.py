"""What may not be held or applied for at the same time: four kinds of rule, other programmes, looking back, renewal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.intake.domain import errors, organisation
from services.intake.domain import events as e
from services.intake.domain.application import Status
from services.intake.domain.organisation import FILING, evolve
from services.intake.domain.overlaps import Asked, Known, objections, programmes_meant
from services.intake.domain.renewal import first_day_of_renewal
from shared.programmes.model import Duration, Programme, Text, Validity
from shared.programmes.model.titles import Award
from tests.support.regulation import PROGRAMME
from tests.unit.intake.scene import (
    NAMES,
    OTHER,
    OTHER_REF,
    OWN,
    ROUNDS,
    THREE_YEARS,
    TODAY,
    Scene,
    application,
    claimed,
    held,
    rule,
)

# ── open applications ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("status", "age", "taken"),
    [
        ("submitted", timedelta(days=9), True),
        ("returned", timedelta(days=9), True),
        ("draft", FILING - timedelta(seconds=1), True),
        ("draft", FILING, False),
        ("withdrawn", timedelta(), False),
        ("refused", timedelta(), False),
        ("completed", timedelta(), False),
        ("titled", timedelta(), False),
    ],
)
def test_an_open_application_in_the_same_programme_bars(status: Status, age: timedelta, taken: bool) -> None:
    scene = Scene(rule("no_application_while_valid"), (claimed("case-1", age=age),), {"case-1": application(status)})
    found = scene.said()
    assert [type(refusal) for refusal in found] == ([errors.PlaceTaken] if taken else [])
    if taken:
        assert "case-1" in found[0].en and "Own" in found[0].en and "示范" in found[0].zh


def test_a_case_that_was_claimed_since_it_was_looked_up_is_open() -> None:
    assert Scene(rule("no_application_while_valid"), (claimed("case-1"),)).codes() == ["place_taken"]


def test_ones_own_claim_bars_nothing() -> None:
    assert Scene(rule("no_application_while_valid"), (claimed("case-2"),)).codes() == []


def test_an_open_application_elsewhere_is_no_title_yet() -> None:
    elsewhere = (claimed("case-1", OTHER),)
    applications = {"case-1": application("submitted")}
    assert Scene(rule("no_application_while_valid", OTHER), elsewhere, applications).codes() == []
    assert Scene(rule("no_double_funding", OTHER), elsewhere, applications).codes() == ["place_taken"]


# ── titles ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("to", "barred"),
    [(None, True), (TODAY, True), (TODAY - timedelta(days=1), False), (TODAY + timedelta(days=1), True)],
    ids=str,
)
@pytest.mark.parametrize(("meant", "ref"), [((), PROGRAMME.ref), ((OTHER,), OTHER_REF)], ids=["own", "other"])
def test_a_valid_title_bars_to_its_last_day(meant: tuple[str, ...], ref: str, to: date | None, barred: bool) -> None:
    found = Scene(rule("no_application_while_valid", *meant), (held(ref=ref, to=to),)).said()
    assert [type(refusal) for refusal in found] == ([errors.TitleStands] if barred else [])
    if barred:
        assert "2026-001" in found[0].zh and (str(to) if to else "stands") in found[0].en


def test_a_title_of_a_programme_that_is_not_meant_bars_nothing() -> None:
    assert Scene(rule("no_application_while_valid"), (held(ref=OTHER_REF),)).codes() == []
    assert Scene(rule("no_application_while_valid", OTHER), (held(),)).codes() == []


@pytest.mark.parametrize(("ended", "barred"), [(date(2023, 5, 2), True), (date(2023, 5, 1), False)], ids=str)
def test_a_rule_looks_back_to_a_title_that_was_revoked(ended: date, barred: bool) -> None:
    """Three years after its last day, the thirtieth of April or the first of May."""
    facts = (held(since=date(2020, 1, 1)), e.TitleEnded("case-of-2026-001", "2026-001", ended))
    programme = rule("no_application_while_valid", within=THREE_YEARS)
    assert Scene(programme, facts).codes() == (["title_still_valid"] if barred else [])
    assert Scene(rule("no_application_while_valid"), facts).codes() == []


def renewable(opens: Duration | None) -> Programme:
    award = replace(
        PROGRAMME.awards[0],
        validity=replace(PROGRAMME.awards[0].validity, renewal=True, renewal_opens=opens),  # type: ignore[type-var]
    )
    return replace(rule("no_application_while_valid"), awards=(award,))


@pytest.mark.parametrize(
    ("today", "codes"),
    [
        (date(2026, 4, 30), ["title_still_valid"]),
        (date(2026, 5, 1), []),
        (date(2026, 8, 1), []),
        (date(2026, 8, 2), []),
    ],
    ids=str,
)
def test_a_holder_may_apply_again_in_the_window_of_renewal(today: date, codes: list[str]) -> None:
    programme = renewable(Duration(length=3, unit="month"))
    now = datetime(today.year, today.month, today.day, 1, tzinfo=UTC)
    scene = Scene(programme, (held(to=date(2026, 8, 1)),), now=now)
    known = Known({}, ROUNDS, {PROGRAMME.ref: programme}, NAMES)
    o = evolve(organisation.NONE, scene.facts[0])
    found = list(objections(Asked("case-2", "r1", programme, o, known, now)))
    assert [refusal.code for refusal in found] == codes
    if found:
        assert "2026-05-01" in found[0].en, "it says from when on renewal is open"


def test_without_a_window_a_title_bars_to_its_end() -> None:
    programme = renewable(None)
    assert first_day_of_renewal(programme, held(to=date(2026, 8, 1))) is None
    assert Scene(programme, (held(to=date(2026, 8, 1)),)).codes() == ["title_still_valid"]


@pytest.mark.parametrize(
    ("opens", "day"),
    [
        (Duration(length=30, unit="calendar_day"), date(2026, 7, 2)),
        (Duration(length=2, unit="week"), date(2026, 7, 18)),
        (Duration(length=1, unit="year"), date(2025, 8, 1)),
        (Duration(length=2, unit="working_day"), date(2026, 7, 30)),
    ],
    ids=str,
)
def test_the_window_is_counted_back_from_the_last_day(opens: Duration, day: date) -> None:
    assert first_day_of_renewal(renewable(opens), held(to=date(2026, 8, 1))) == day


def test_several_awards_are_told_apart_by_the_title_that_was_conferred() -> None:
    never = Award(
        id="never", title=Text(zh="另一", en="x"), certificate=True, plaque=True, validity=Validity(renewal=False)
    )
    programme = replace(
        renewable(Duration(length=1, unit="week")), awards=(never, *renewable(Duration(length=1, unit="week")).awards)
    )
    title = held(to=date(2026, 8, 1))
    assert first_day_of_renewal(programme, title) == date(2026, 7, 25)
    assert first_day_of_renewal(programme, replace(title, title_zh="另一")) is None
    assert first_day_of_renewal(programme, replace(title, title_zh="第三")) is None


# ── rounds ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("status", "round_id", "codes"),
    [
        ("submitted", "r1", ["round_used"]),
        ("refused", "r1", ["round_used"]),
        ("titled", "r1", ["round_used"]),
        ("withdrawn", "r1", []),
        ("submitted", "r0", []),
        ("submitted", "r2", []),  # open at the same time, and another round of this programme all the same
    ],
)
def test_one_application_a_round(status: Status, round_id: str, codes: list[str]) -> None:
    facts = (claimed("case-1", round_id=round_id),)
    scene = Scene(rule("one_application_per_round"), facts, {"case-1": application(status, round_id)})
    assert scene.codes() == codes
    assert all(isinstance(refusal, errors.RoundUsed) for refusal in scene.said())


@pytest.mark.parametrize(("round_id", "codes"), [("r2", ["round_used"]), ("r0", [])])
def test_rounds_of_other_programmes_are_one_while_both_are_open(round_id: str, codes: list[str]) -> None:
    facts = (claimed("case-1", OTHER, round_id=round_id),)
    scene = Scene(
        rule("one_application_per_round", OTHER), facts, {"case-1": application("submitted", round_id, OTHER)}
    )
    assert scene.codes() == codes
    if codes:
        assert "2026-05-21" in scene.said()[0].en, "until the later of both closes"


@pytest.mark.parametrize(("days", "codes"), [(365, ["round_used"]), (366, [])])
def test_a_round_may_look_back(days: int, codes: list[str]) -> None:
    within = Duration(length=1, unit="year")
    facts = (claimed("case-1", age=timedelta(days=days), round_id="r0"),)
    scene = Scene(rule("one_application_per_round", within=within), facts, {"case-1": application("refused", "r0")})
    assert scene.codes() == codes


# ── money ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def paid(day: date, amount: str = "100", direction: Any = "out", ref: str = PROGRAMME.ref) -> e.FundsReceived:
    return e.FundsReceived("case-1", ref, direction, amount, day)


@pytest.mark.parametrize(
    ("day", "within", "codes"),
    [
        (date(2023, 5, 1), THREE_YEARS, ["funded_already"]),
        (date(2023, 4, 30), THREE_YEARS, []),
        (date(2001, 1, 1), None, ["funded_already"]),
    ],
    ids=str,
)
def test_money_bars_as_far_as_the_rule_looks_back(day: date, within: Duration | None, codes: list[str]) -> None:
    scene = Scene(rule("no_double_funding", within=within), (paid(day),))
    assert scene.codes() == codes
    assert all(isinstance(refusal, errors.FundedAlready) for refusal in scene.said())
    if codes and within:
        assert "2026-05-01" in scene.said()[0].en and "case-1" in scene.said()[0].zh


def test_money_of_another_programme_counts_where_it_is_meant_and_not_elsewhere() -> None:
    funds = (paid(TODAY, ref=OTHER_REF),)
    assert Scene(rule("no_double_funding", OTHER), funds).codes() == ["funded_already"]
    assert Scene(rule("no_double_funding"), funds).codes() == []


def test_money_that_came_back_bars_nothing() -> None:
    funds = (paid(TODAY), paid(TODAY, "99.99", "back"))
    assert Scene(rule("no_double_funding"), funds).codes() == ["funded_already"]
    assert Scene(rule("no_double_funding"), (*funds, paid(TODAY, "0.01", "back"))).codes() == []


def test_of_a_case_that_was_paid_its_money_speaks() -> None:
    facts = (claimed("case-1"), paid(date(2020, 1, 1)))
    scene = Scene(rule("no_double_funding", within=THREE_YEARS), facts, {"case-1": application("submitted")})
    assert scene.codes() == []
    assert replace(scene, programme=rule("no_application_while_valid")).codes() == ["place_taken"]


# ── the title of another ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("facts", "within", "served"),
    [
        ((), None, False),
        ((held(ref=OTHER_REF),), None, True),
        ((held(ref=OTHER_REF, to=TODAY),), None, True),
        ((held(ref=OTHER_REF, to=TODAY - timedelta(days=1)),), None, False),
        ((held(ref=OTHER_REF, to=TODAY - timedelta(days=1)),), THREE_YEARS, True),
        ((held(ref=OTHER_REF, since=TODAY + timedelta(days=1)),), None, False),
        ((held(),), None, False),
        ((held(ref=OTHER_REF), e.TitleEnded("case-of-2026-001", "2026-001", TODAY)), None, False),
    ],
    ids=str,
)
def test_a_title_that_is_needed(facts: tuple[e.Fact, ...], within: Duration | None, served: bool) -> None:
    found = Scene(rule("needs_title_of", OTHER, within=within), facts).said()
    assert [type(refusal) for refusal in found] == ([] if served else [errors.TitleNeeded])
    if not served:
        assert "Other" in found[0].en and "其他" in found[0].zh


def test_one_of_several_is_enough() -> None:
    assert Scene(rule("needs_title_of", "third", OTHER), (held(ref=OTHER_REF),)).codes() == []


def test_what_can_be_mended_at_once_is_told_first() -> None:
    rules = (*rule("one_application_per_round").overlaps, *rule("no_application_while_valid").overlaps)
    scene = Scene(replace(PROGRAMME, overlaps=rules), (claimed("case-1"),), {"case-1": application("submitted")})
    assert scene.codes() == ["place_taken", "round_used"]


def test_everything_that_a_programme_means_is_looked_up() -> None:
    programme = replace(
        PROGRAMME, overlaps=(*rule("no_double_funding").overlaps, *rule("needs_title_of", OTHER).overlaps)
    )
    assert programmes_meant(programme, {}) == {OWN, OTHER}

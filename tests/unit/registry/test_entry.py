"""What may be put on record and what is refused: given facts, when a command, then facts or a refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import reduce

import pytest

from services.registry.domain.commands import Command, EnterTitle, LapseTitle, NoteOldCase, RenewTitle, RevokeTitle
from services.registry.domain.entry import Entry, Fact, decide, evolve, status_on
from services.registry.domain.errors import (
    AlreadyEntered,
    AlreadyRevoked,
    AnotherNumber,
    NoGround,
    NotOnRecord,
    Refusal,
    RegionUnreadable,
    ValidityReversed,
)
from services.registry.domain.events import OldCaseNoted, TitleEntered, TitleRevoked
from services.registry.domain.numbering import number_for

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
CASE = "0193a5f0-0000-7000-8000-000000000001"
ENTER = EnterTitle(
    case_id=CASE,
    programme="generic@sha256:" + "a" * 64,
    holder_uscc="91650100MA00000120",
    holder_name="示范服务有限公司",
    holder_region="653100",
    holder_level="prefecture",
    title_zh="示范平台",
    title_en="Demonstration platform",
    issuer_region="650000",
    issuer_name="主管部门",
    valid_from=date(2026, 11, 23),
    valid_to=date(2029, 11, 22),
    decided_at=datetime(2026, 11, 23, 7, 0, tzinfo=UTC),
)
NOTE = NoteOldCase(CASE, ENTER.programme, date(2005, 9, 12), "档〔2005〕17号", "已废止", "repealed")
NUMBER = number_for(CASE, "650000", 2026)
REVOKE = RevokeTitle(
    case_id=CASE,
    number=NUMBER,
    ground="no_reporting_1y",
    clause="第二十条（五）",
    reason="一年内未报送情况",
    ordered_at=datetime(2027, 3, 1, 17, 30, tzinfo=UTC),
)


def given(*facts: Fact) -> Entry:
    return reduce(evolve, facts, Entry())


def after(*commands: Command) -> Entry:
    entry = Entry()
    for command in commands:
        entry = reduce(evolve, decide(command, entry, NOW), entry)
    return entry


def test_an_approved_title_is_entered_under_its_number() -> None:
    (fact,) = decide(ENTER, given(), NOW)
    assert isinstance(fact, TitleEntered)
    assert (fact.number, fact.entered_at, fact.holder_uscc) == (NUMBER, NOW, ENTER.holder_uscc)


def test_where_an_old_case_comes_from_is_noted_once_and_is_no_title() -> None:
    (fact,) = decide(NOTE, given(), NOW)
    assert isinstance(fact, OldCaseNoted)
    assert (fact.begun_on, fact.record, fact.noted_at) == (NOTE.begun_on, NOTE.record, NOW)
    assert (fact.banner_zh, fact.banner_en) == ("已废止", "repealed")
    assert status_on(given(fact), NOW.date()) is None
    assert decide(NOTE, given(fact), NOW) == ()
    entered = decide(ENTER, given(fact), NOW)
    assert [type(each) for each in entered] == [TitleEntered]
    assert decide(NOTE, given(fact, *entered), NOW) == ()


def test_entering_the_same_decision_twice_adds_nothing() -> None:
    assert decide(ENTER, after(ENTER), NOW) == ()


def test_a_revocation_is_recorded_with_everything_that_the_public_word_needs() -> None:
    (fact,) = decide(REVOKE, after(ENTER), NOW)
    assert isinstance(fact, TitleRevoked)
    assert (fact.ground, fact.clause, fact.reason) == (REVOKE.ground, REVOKE.clause, REVOKE.reason)
    assert (fact.holder_name, fact.programme) == (ENTER.holder_name, ENTER.programme)
    assert fact.revoked_on == date(2027, 3, 2), "17:30 UTC is already the next day in Shanghai"


def test_recording_the_same_order_twice_adds_nothing() -> None:
    assert decide(REVOKE, after(ENTER, REVOKE), NOW) == ()


@pytest.mark.parametrize(
    ("before", "command", "refusal"),
    [
        ((ENTER,), replace(ENTER, holder_name="另一名称"), AlreadyEntered),
        ((), replace(ENTER, valid_to=date(2026, 11, 22)), ValidityReversed),
        ((), replace(ENTER, issuer_region="65"), RegionUnreadable),
        ((), replace(ENTER, issuer_region="65000a"), RegionUnreadable),
        ((), REVOKE, NotOnRecord),
        ((ENTER,), replace(REVOKE, number="650000-2026-000000000000-0"), AnotherNumber),
        ((ENTER,), replace(REVOKE, ground=""), NoGround),
        ((ENTER,), replace(REVOKE, clause=" "), NoGround),
        ((ENTER,), replace(REVOKE, reason=" "), NoGround),
        ((ENTER, REVOKE), replace(REVOKE, ground="another"), AlreadyRevoked),
    ],
)
def test_what_is_refused(before: tuple[Command, ...], command: Command, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        decide(command, after(*before), NOW)


def test_a_title_valid_for_a_single_day_is_no_reversal() -> None:
    (fact,) = decide(replace(ENTER, valid_to=ENTER.valid_from), given(), NOW)
    assert isinstance(fact, TitleEntered)


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (date(2026, 11, 22), "pending"),
        (date(2026, 11, 23), "active"),
        (date(2029, 11, 22), "active"),
        (date(2029, 11, 23), "lapsed"),
    ],
)
def test_the_status_follows_from_the_dates_alone(day: date, status: str) -> None:
    assert status_on(after(ENTER), day) == status


def test_a_revoked_title_was_active_until_the_order_and_never_lapses() -> None:
    entry = after(ENTER, REVOKE)
    assert [status_on(entry, day) for day in (date(2027, 3, 1), date(2027, 3, 2), date(2030, 1, 1))] == [
        "active",
        "revoked",
        "revoked",
    ]


def test_a_title_without_an_end_does_not_lapse() -> None:
    assert status_on(after(replace(ENTER, valid_to=None)), date(2099, 1, 1)) == "active"


def test_nothing_on_record_has_no_status() -> None:
    assert status_on(Entry(), date(2026, 1, 1)) is None


LAPSE = LapseTitle(CASE, NUMBER, "不再符合条件", date(2028, 5, 1))
RENEW = RenewTitle(CASE, NUMBER, date(2029, 11, 23), date(2032, 11, 22))


def test_a_title_that_lapsed_early_is_lapsed_from_that_day_on() -> None:
    entry = after(ENTER, LAPSE)
    days = (date(2028, 4, 30), date(2028, 5, 1))
    assert [status_on(entry, day) for day in days] == ["active", "lapsed"]
    assert entry.valid_to == date(2028, 4, 30)


def test_a_renewal_extends_the_last_day_and_undoes_a_lapse_by_date() -> None:
    lapse = replace(LAPSE, lapsed_on=date(2029, 11, 23))
    lapsed, renewed = after(ENTER, lapse), after(ENTER, lapse, RENEW)
    assert (status_on(lapsed, date(2029, 11, 22)), status_on(lapsed, date(2029, 11, 23))) == ("active", "lapsed")
    assert [status_on(renewed, day) for day in (date(2029, 11, 23), date(2032, 11, 22), date(2032, 11, 23))] == [
        *("active", "active", "lapsed")
    ]


def test_a_lapse_and_a_renewal_are_recorded_once_and_never_of_a_revoked_title() -> None:
    assert decide(LAPSE, after(ENTER, LAPSE), NOW) == ()
    assert decide(RENEW, after(ENTER, RENEW), NOW) == ()
    for command in (LAPSE, RENEW):
        assert decide(command, after(ENTER, REVOKE), NOW) == ()
        with pytest.raises(NotOnRecord):
            decide(command, Entry(), NOW)
        with pytest.raises(AnotherNumber):
            decide(replace(command, number="650000-2026-000000000000-0"), after(ENTER), NOW)
    with pytest.raises(ValidityReversed):
        decide(replace(RENEW, valid_to=date(2029, 11, 22)), after(ENTER), NOW)

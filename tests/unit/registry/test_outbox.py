"""Which public word each fact becomes: pinned whole, because other regions read it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import msgspec
import pytest

from services.registry.domain.commands import LapseTitle, RenewTitle
from services.registry.domain.entry import Entry, decide, evolve
from services.registry.domain.events import FACTS
from services.registry.outbox import case_of, to_partners, to_public
from shared.envelope import Origin, machine
from shared.runtime.ports import Recorded
from tests.unit.registry.test_entry import ENTER, NOTE, NOW, NUMBER, REVOKE

LATER = datetime(2027, 3, 2, 1, 0, tzinfo=UTC)
ENTERED = decide(ENTER, Entry(), NOW)[0]
LAPSED = decide(
    LapseTitle(ENTER.case_id, NUMBER, "validity ended", date(2029, 11, 23)), evolve(Entry(), ENTERED), LATER
)[0]
RENEWED = decide(
    RenewTitle(ENTER.case_id, NUMBER, date(2029, 11, 23), date(2032, 11, 22)), evolve(Entry(), ENTERED), LATER
)[0]
NOTED = decide(NOTE, Entry(), NOW)[0]
REVOKED = decide(REVOKE, evolve(Entry(), ENTERED), LATER)[0]


def recorded(fact: object, version: int) -> Recorded:
    origin = Origin(machine("registry"), NOW, "c")
    return Recorded(f"entry:{ENTER.case_id}", version, type(fact).NAME, fact, origin)  # type: ignore[attr-defined]


def test_an_entry_becomes_certified() -> None:
    assert msgspec.to_builtins(to_public(recorded(ENTERED, 1))) == {
        "case_id": ENTER.case_id,
        "programme": ENTER.programme,
        "number": NUMBER,
        "holder_uscc": "91650100MA00000120",
        "holder_name": "示范服务有限公司",
        "holder_region": "653100",
        "title_zh": "示范平台",
        "title_en": "Demonstration platform",
        "issuer_region": "650000",
        "issuer_name": "主管部门",
        "valid_from": "2026-11-23",
        "valid_to": "2029-11-22",
        "certified_at": "2026-11-23T08:00:00Z",
    }


def test_a_revocation_becomes_revoked_with_its_ground() -> None:
    assert msgspec.to_builtins(to_public(recorded(REVOKED, 2))) == {
        "case_id": ENTER.case_id,
        "programme": ENTER.programme,
        "number": NUMBER,
        "holder_uscc": "91650100MA00000120",
        "holder_name": "示范服务有限公司",
        "holder_region": "653100",
        "ground": "no_reporting_1y",
        "clause": "第二十条（五）",
        "reason": "一年内未报送情况",
        "revoked_at": "2027-03-02T01:00:00Z",
    }


HOLDER = {
    "case_id": ENTER.case_id,
    "programme": ENTER.programme,
    "number": NUMBER,
    "holder_uscc": "91650100MA00000120",
    "holder_name": "示范服务有限公司",
    "holder_region": "653100",
}


def test_a_lapse_becomes_lapsed_and_a_renewal_renewed() -> None:
    assert msgspec.to_builtins(to_public(recorded(LAPSED, 2))) == HOLDER | {
        "reason": "validity ended",
        "lapsed_on": "2029-11-23",
        "lapsed_at": "2027-03-02T01:00:00Z",
    }
    assert msgspec.to_builtins(to_public(recorded(RENEWED, 2))) == HOLDER | {
        "valid_from": "2029-11-23",
        "valid_to": "2032-11-22",
        "renewed_at": "2027-03-02T01:00:00Z",
    }


@pytest.mark.parametrize("fact", [ENTERED, REVOKED, LAPSED, RENEWED], ids=lambda fact: type(fact).__name__)
def test_every_fact_has_a_case_and_partners_hear_the_same(fact: object) -> None:
    one = recorded(fact, 1)
    assert case_of(one) == ENTER.case_id
    assert to_partners(one) == to_public(one)


def test_the_sample_covers_every_fact() -> None:
    assert {type(fact) for fact in (ENTERED, REVOKED, LAPSED, RENEWED, NOTED)} == set(FACTS)


def test_where_a_case_came_from_was_said_by_review_already() -> None:
    one = recorded(NOTED, 1)
    assert (to_public(one), to_partners(one), case_of(one)) == (None, None, ENTER.case_id)

"""Where mail goes: one office address per organisation, or per role and region."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import reduce

import pytest

from services.notifications.domain.commands import DropContact, NameContact
from services.notifications.domain.contact import Contact, contact_id, decide, evolve
from services.notifications.domain.errors import REFUSALS, AddressUnreadable, ContactUnclear, NoSuchContact
from services.notifications.domain.events import ContactDropped, ContactNamed

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NAME = NameContact("k-1", "91650100MA00000120", "", "", "office@example.org", "zh")


def after(*commands: NameContact | DropContact) -> Contact:
    contact = Contact()
    for command in commands:
        contact = reduce(evolve, decide(command, contact, NOW), contact)
    return contact


def test_an_address_is_kept() -> None:
    (fact,) = decide(NAME, Contact(), NOW)
    assert isinstance(fact, ContactNamed)
    assert (fact.address, fact.language, fact.named_at) == ("office@example.org", "zh", NOW)


def test_the_same_address_again_is_no_news_and_another_one_is() -> None:
    assert decide(NAME, after(NAME), NOW) == ()
    assert len(decide(replace(NAME, language="en"), after(NAME), NOW)) == 1
    assert len(decide(replace(NAME, address="new@example.org"), after(NAME), NOW)) == 1


def test_a_role_needs_its_region() -> None:
    named = replace(NAME, organisation="", role="reviewer", region="653100")
    assert len(decide(named, Contact(), NOW)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"organisation": ""},
        {"role": "reviewer"},
        {"region": "653100"},
        {"organisation": "", "role": "reviewer"},
        {"organisation": "", "region": "653100"},
        {"role": "reviewer", "region": "653100"},
    ],
)
def test_a_contact_of_two_kinds_or_of_none_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(ContactUnclear):
        decide(replace(NAME, **changes), Contact(), NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "office",
        "@example.org",
        "office@",
        "office@example.org\nBcc: x@example.org",
        "a b@example.org",
        "a,b@example.org",
        "Office <office@example.org>",
        "office@example..org",
        "办公室@example.org",
        f"{'x' * 65}@example.org",
        "office@-example.org",
        "office@example.org-",
    ],
)
def test_what_is_no_address_or_would_break_out_of_a_header_is_refused(address: str) -> None:
    with pytest.raises(AddressUnreadable):
        decide(replace(NAME, address=address), Contact(), NOW)


def test_an_address_is_dropped_and_can_be_named_again() -> None:
    assert decide(DropContact("k-1"), after(NAME), NOW) == (ContactDropped("k-1", NOW),)
    assert len(decide(NAME, after(NAME, DropContact("k-1")), NOW)) == 1


def test_what_is_not_kept_cannot_be_dropped() -> None:
    for contact in (Contact(), after(NAME, DropContact("k-1"))):
        with pytest.raises(NoSuchContact):
            decide(DropContact("k-1"), contact, NOW)


def test_the_same_organisation_or_role_and_region_is_the_same_contact() -> None:
    assert contact_id("a", "", "") == contact_id("a", "", "")
    assert (
        len({contact_id("a", "", ""), contact_id("", "a", ""), contact_id("", "a", "b"), contact_id("", "ab", "")}) == 4
    )


def test_every_refusal_has_a_code_and_says_what_to_do_in_both_languages() -> None:
    assert len({refusal.code for refusal in REFUSALS}) == len(REFUSALS)
    for refusal in REFUSALS:
        assert refusal.zh.endswith("。") and refusal.en.endswith(".")

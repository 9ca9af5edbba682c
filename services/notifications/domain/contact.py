"""Understands where mail for an organisation, or for a role in a region, goes: one office address each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from services.notifications.domain.commands import ContactCommand, DropContact, NameContact
from services.notifications.domain.errors import AddressUnreadable, ContactUnclear, NoSuchContact
from services.notifications.domain.events import ContactDropped, ContactFact, ContactNamed

ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,186}[A-Za-z0-9])?")
"""RFC 5321 section 4.1.2 without quoted local parts; no character of it can break out of a header."""


@dataclass(frozen=True)
class Contact:
    """An address that is kept; empty until it is named and after it is dropped."""

    named: ContactNamed | None = None


def contact_id(organisation: str, role: str, region: str) -> str:
    """The same organisation, or role and region, is the same contact."""
    return sha256("\0".join((organisation, role, region)).encode()).hexdigest()[:32]


def evolve(contact: Contact, fact: ContactFact) -> Contact:
    match fact:
        case ContactNamed():
            return Contact(fact)
        case ContactDropped():
            return Contact()


def decide(command: ContactCommand, contact: Contact, now: datetime) -> tuple[ContactFact, ...]:
    """The facts that follow; none where nothing would change. Raises a refusal of ``errors.py``."""
    match command:
        case NameContact():
            return _name(command, contact, now)
        case DropContact():
            if contact.named is None:
                raise NoSuchContact
            return (ContactDropped(command.contact_id, now),)


def _name(command: NameContact, contact: Contact, now: datetime) -> tuple[ContactFact, ...]:
    by_organisation = bool(command.organisation) and not command.role and not command.region
    by_role = bool(command.role) and bool(command.region) and not command.organisation
    if not (by_organisation or by_role):
        raise ContactUnclear
    if not ADDRESS.fullmatch(command.address) or ".." in command.address:
        raise AddressUnreadable
    named = contact.named
    if named is not None and (named.address, named.language) == (command.address, command.language):
        return ()
    fact = ContactNamed(
        command.contact_id,
        command.organisation,
        command.role,
        command.region,
        command.address,
        command.language,
        now,
    )
    return (fact,)

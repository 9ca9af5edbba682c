"""Understands what the registry can be asked to put on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class EnterTitle:
    """The deciding authority approved a title: enter it."""

    case_id: str
    programme: str
    holder_uscc: str
    holder_name: str
    holder_region: str
    holder_level: str
    title_zh: str
    title_en: str
    issuer_region: str
    issuer_name: str
    valid_from: date
    valid_to: date | None
    decided_at: datetime


@dataclass(frozen=True)
class RevokeTitle:
    """Two officers revoked a title on a ground of the regulation: record it."""

    case_id: str
    number: str
    ground: str
    clause: str
    reason: str
    ordered_at: datetime


@dataclass(frozen=True)
class LapseTitle:
    """A title ended without being revoked: record it. ``lapsed_on`` is the first day on which it is not valid."""

    case_id: str
    number: str
    reason: str
    lapsed_on: date


@dataclass(frozen=True)
class RenewTitle:
    """A new term follows the old one: record it."""

    case_id: str
    number: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class NoteOldCase:
    """A case that was begun on paper was taken over: note where it comes from."""

    case_id: str
    programme: str
    begun_on: date
    record: str
    banner_zh: str
    banner_en: str


Command = NoteOldCase | EnterTitle | RevokeTitle | LapseTitle | RenewTitle

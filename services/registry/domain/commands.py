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


Command = EnterTitle | RevokeTitle

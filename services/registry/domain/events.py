"""Understands what can happen to a title on record: it is entered under a number, renewed, and it may lapse or be
revoked; and that its case was begun on paper.

The facts carry everything that the published words need, so that the relay translates one fact without reading others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar


@dataclass(frozen=True)
class TitleEntered:
    """The title stands on record under its number. ``valid_to`` is the last day, included; None where none is set."""

    NAME: ClassVar[str] = "registry.title-entered.1"
    case_id: str
    number: str
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
    entered_at: datetime


@dataclass(frozen=True)
class TitleRevoked:
    """The title stands on record as revoked. ``revoked_on`` is the day of the order (Asia/Shanghai), from which the
    title is void; ``revoked_at`` the instant at which the registry knew."""

    NAME: ClassVar[str] = "registry.title-revoked.1"
    case_id: str
    number: str
    programme: str
    holder_uscc: str
    holder_name: str
    holder_region: str
    ground: str
    clause: str
    reason: str
    ordered_at: datetime
    revoked_on: date
    revoked_at: datetime


@dataclass(frozen=True)
class TitleLapsed:
    """The title stands on record as lapsed from a day on."""

    NAME: ClassVar[str] = "registry.title-lapsed.1"
    case_id: str
    number: str
    programme: str
    holder_uscc: str
    holder_name: str
    holder_region: str
    reason: str
    lapsed_on: date
    lapsed_at: datetime


@dataclass(frozen=True)
class TitleRenewed:
    """The title stands on record with a new last day, included; None where none is set."""

    NAME: ClassVar[str] = "registry.title-renewed.1"
    case_id: str
    number: str
    programme: str
    holder_uscc: str
    holder_name: str
    holder_region: str
    valid_from: date
    valid_to: date | None
    renewed_at: datetime


@dataclass(frozen=True)
class OldCaseNoted:
    """The case was begun on paper, on a day and under a file's number, before its authority took it over; the banner is
    what its text says of its own end. Noted before there is a title, and whether or not there will be one."""

    NAME: ClassVar[str] = "registry.old-case-noted.1"
    case_id: str
    programme: str
    begun_on: date
    record: str
    banner_zh: str
    banner_en: str
    noted_at: datetime


FACTS: tuple[type, ...] = (OldCaseNoted, TitleEntered, TitleRevoked, TitleLapsed, TitleRenewed)

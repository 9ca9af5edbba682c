"""Understands what can be asked of notifications: my notices, the log of who was told what, addresses, mail to send."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from services.notifications.domain.events import Channel, Language, Recipient

UNREAD_AT_MOST = 1000
"""Unread notices are counted up to here: a badge says "999+" beyond."""

Standing = Literal["delivered", "waiting", "given_up"]


@dataclass(frozen=True)
class Reach:
    """Whose notices a person sees: of an organisation, or of a role where its region begins with ``stem``."""

    reader: str
    organisation: str = ""
    role: str = ""
    stem: str = ""


@dataclass(frozen=True)
class NoticeRow:
    """An in-app notice as one person sees it; ``read_at`` is when that person opened it."""

    message_id: str
    case_id: str
    event: str
    event_id: str
    title_zh: str
    title_en: str
    body_zh: str
    body_en: str
    composed_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, order=True)
class Mark:
    """Where a page ended: newest first."""

    composed_at: datetime
    message_id: str


class Notices(Protocol):
    """In-app notices."""

    async def page(self, reach: Reach, unread: bool, after: Mark | None, limit: int) -> Sequence[NoticeRow]: ...

    async def unread(self, reach: Reach, ceiling: int) -> int:
        """How many this person has not opened, counted up to ``ceiling``."""
        ...


@dataclass(frozen=True)
class TellingsWanted:
    """A selection of the log; an empty field selects everything. ``until`` is excluded."""

    case_id: str = ""
    event: str = ""
    channel: str = ""
    standing: str = ""
    organisation: str = ""
    role: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Telling:
    """One line of the log: who was told what, when, through which channel, with which result."""

    message_id: str
    case_id: str
    event: str
    event_id: str
    channel: Channel
    in_app_only: bool
    organisation: str
    role: str
    recipient_name: str
    region: str
    title_zh: str
    title_en: str
    composed_at: datetime
    standing: Standing
    attempts: int
    result: str
    address: str
    settled_at: datetime | None
    readers: int


class Log(Protocol):
    """Who was told what."""

    async def page(self, wanted: TellingsWanted, after: Mark | None, limit: int) -> Sequence[Telling]: ...


@dataclass(frozen=True)
class ContactRow:
    contact_id: str
    organisation: str
    role: str
    region: str
    address: str
    language: Language
    named_at: datetime


class Contacts(Protocol):
    """Office addresses."""

    async def page(self, after: str, limit: int) -> Sequence[ContactRow]: ...

    async def nearest(self, recipient: Recipient) -> ContactRow | None:
        """The organisation's address, or that of the role in the smallest region that contains the recipient's."""
        ...


class Outgoing(Protocol):
    """Mail that is due, claimed by one sender at a time for a limited time."""

    async def claim(self, now: datetime, limit: int, besides: Collection[str] = ()) -> Sequence[str]:
        """At most so many, none of ``besides``."""
        ...

    async def release(self, message_id: str) -> None: ...


def search_path_of_regions(region: str) -> list[str]:
    """The codes of a region and of those that contain it, the smallest first: 653101, 653100, 650000, 000000."""
    if not region.isdigit():
        return [region, "000000"]
    return list(dict.fromkeys((region, f"{region[:4]}00", f"{region[:2]}0000", "000000")))

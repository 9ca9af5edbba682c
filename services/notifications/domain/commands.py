"""Understands what notifications can be asked to do: tell, record a delivery, mark as read, keep an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.notifications.domain.events import Channel, Language, Recipient


@dataclass(frozen=True)
class Applicant:
    """Whose case it is, as an event told us."""

    organisation: str
    name: str
    region: str


@dataclass(frozen=True)
class Announce:
    """Something happened: tell those concerned. ``words`` fill the places of the event's texts. ``region`` is set for
    what belongs to no applicant's case (a call for applications) and concerns the authorities of that region."""

    event_id: str
    event: str
    case_id: str
    words: Mapping[str, str]
    applicant: Applicant | None = None
    region: str = ""


@dataclass(frozen=True)
class ComposeMessage:
    """Tell one recipient of one event through one channel."""

    message_id: str
    case_id: str
    event_id: str
    event: str
    channel: Channel
    also_by: tuple[Channel, ...]
    recipient: Recipient
    title_zh: str
    title_en: str
    body_zh: str
    body_en: str


@dataclass(frozen=True)
class RecordSent:
    """A mail server took it."""

    address: str
    reply: str


@dataclass(frozen=True)
class RecordFailure:
    """An attempt failed; ``permanent`` where another one cannot succeed."""

    reason: str
    permanent: bool = False


@dataclass(frozen=True)
class Reader:
    """A person who opens a notice, in the role that they act in."""

    id: str
    role: str
    organisation: str = ""
    region: str = ""


@dataclass(frozen=True)
class MarkRead:
    reader: Reader


@dataclass(frozen=True)
class NameContact:
    """Keep an office address for an organisation, or for a role in a region."""

    contact_id: str
    organisation: str
    role: str
    region: str
    address: str
    language: Language


@dataclass(frozen=True)
class DropContact:
    contact_id: str


MessageCommand = ComposeMessage | RecordSent | RecordFailure | MarkRead
ContactCommand = NameContact | DropContact

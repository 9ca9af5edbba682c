"""Understands what can happen to a message, to what is known of a case's applicant, and to a contact address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

Channel = Literal["in_app", "email"]
Language = Literal["zh", "en"]


@dataclass(frozen=True)
class Recipient:
    """Who is told: an organisation (``organisation`` is its USCC), or whoever holds ``role`` where ``region`` lies in
    their charge. One of ``organisation`` and ``role`` is empty."""

    name: str
    region: str
    organisation: str = ""
    role: str = ""


@dataclass(frozen=True)
class ApplicantLearned:
    """From now on it is known whose case this is, and so who is concerned."""

    NAME: ClassVar[str] = "notifications.applicant-learned.1"
    case_id: str
    organisation: str
    name: str
    region: str
    learned_at: datetime


@dataclass(frozen=True)
class NoticeHeld:
    """Something happened in a case whose applicant is not known yet: it is told as soon as that is known."""

    NAME: ClassVar[str] = "notifications.notice-held.1"
    case_id: str
    event_id: str
    event: str
    words: Mapping[str, str]
    held_at: datetime


@dataclass(frozen=True)
class NoticeReleased:
    """A notice that was held back went out."""

    NAME: ClassVar[str] = "notifications.notice-released.1"
    case_id: str
    event_id: str
    released_at: datetime


@dataclass(frozen=True)
class MessageComposed:
    """One recipient is told of one event through one channel. An in-app notice is delivered by being composed.
    ``also_by`` names the other channels that the recipient is told through; empty: in-app only."""

    NAME: ClassVar[str] = "notifications.message-composed.1"
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
    composed_at: datetime


@dataclass(frozen=True)
class MessageSent:
    """A mail server took the message. ``address`` is shortened, ``reply`` is the server's answer."""

    NAME: ClassVar[str] = "notifications.message-sent.1"
    message_id: str
    case_id: str
    attempt: int
    address: str
    reply: str
    sent_at: datetime


@dataclass(frozen=True)
class DeliveryFailed:
    """An attempt failed. ``retry_at`` is None where no other will be made."""

    NAME: ClassVar[str] = "notifications.delivery-failed.1"
    message_id: str
    case_id: str
    attempt: int
    reason: str
    retry_at: datetime | None
    failed_at: datetime


@dataclass(frozen=True)
class MessageRead:
    """A person opened an in-app notice."""

    NAME: ClassVar[str] = "notifications.message-read.1"
    message_id: str
    case_id: str
    reader: str
    read_at: datetime


@dataclass(frozen=True)
class ContactNamed:
    """Mail for an organisation, or for a role in a region, goes to this office address."""

    NAME: ClassVar[str] = "notifications.contact-named.1"
    contact_id: str
    organisation: str
    role: str
    region: str
    address: str
    language: Language
    named_at: datetime


@dataclass(frozen=True)
class ContactDropped:
    """No more mail goes there."""

    NAME: ClassVar[str] = "notifications.contact-dropped.1"
    contact_id: str
    dropped_at: datetime


MatterFact = ApplicantLearned | NoticeHeld | NoticeReleased
MessageFact = MessageComposed | MessageSent | DeliveryFailed | MessageRead
ContactFact = ContactNamed | ContactDropped
Fact = MatterFact | MessageFact | ContactFact

FACTS: tuple[type, ...] = (
    ApplicantLearned,
    NoticeHeld,
    NoticeReleased,
    MessageComposed,
    MessageSent,
    DeliveryFailed,
    MessageRead,
    ContactNamed,
    ContactDropped,
)

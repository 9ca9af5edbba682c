"""Understands one message: composed once, tried until it is taken or given up, read by the people it is for."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal

from services.notifications.domain.commands import (
    ComposeMessage,
    MarkRead,
    MessageCommand,
    Reader,
    RecordFailure,
    RecordSent,
)
from services.notifications.domain.errors import NoSuchNotice, NotByMail, NotInApp
from services.notifications.domain.events import (
    Channel,
    DeliveryFailed,
    MessageComposed,
    MessageFact,
    MessageRead,
    MessageSent,
    Recipient,
)
from shared.identifiers import region_contains

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 300, 600))
"""How long after the first, second … failed attempt the next one is made; seven in about 17 hours."""

TEXT_LIMIT = 500
"""Characters kept of what a mail server said."""

Outcome = Literal["waiting", "delivered", "given_up"]


@dataclass(frozen=True)
class Message:
    """One message; empty until it is composed."""

    composed: MessageComposed | None = None
    attempts: int = 0
    outcome: Outcome = "waiting"
    due_at: datetime | None = None
    readers: frozenset[str] = frozenset()

    def due(self, now: datetime) -> bool:
        """Whether it is a mail that is to be tried now."""
        return self.outcome == "waiting" and self.due_at is not None and self.due_at <= now


def message_id(event_id: str, recipient: Recipient, channel: Channel) -> str:
    """The same event, recipient and channel are the same message, however often the event arrives."""
    parts = (event_id, recipient.organisation, recipient.role, recipient.region, channel)
    return sha256("\0".join(parts).encode()).hexdigest()[:32]


def evolve(message: Message, fact: MessageFact) -> Message:
    match fact:
        case MessageComposed():
            in_app = fact.channel == "in_app"
            return Message(
                fact, outcome="delivered" if in_app else "waiting", due_at=None if in_app else fact.composed_at
            )
        case MessageSent():
            return replace(message, attempts=fact.attempt, outcome="delivered", due_at=None)
        case DeliveryFailed():
            outcome: Outcome = "waiting" if fact.retry_at else "given_up"
            return replace(message, attempts=fact.attempt, outcome=outcome, due_at=fact.retry_at)
        case MessageRead():
            return replace(message, readers=message.readers | {fact.reader})


def decide(command: MessageCommand, message: Message, now: datetime) -> tuple[MessageFact, ...]:
    """The facts that follow; none where the same was recorded before. Raises a refusal of ``errors.py``."""
    match command:
        case ComposeMessage():
            return () if message.composed else (MessageComposed(composed_at=now, **_values(command)),)
        case RecordSent():
            return _sent(command, message, now)
        case RecordFailure():
            return _failed(command, message, now)
        case MarkRead():
            return _read(command.reader, message, now)


def concerns(recipient: Recipient, reader: Reader) -> bool:
    """Whether a notice is for this person: of the organisation as an applicant, or of the role where the region lies
    in their charge."""
    if recipient.organisation:
        return reader.role == "applicant" and reader.organisation == recipient.organisation
    return reader.role == recipient.role and region_contains(reader.region, recipient.region)


def _sent(command: RecordSent, message: Message, now: datetime) -> tuple[MessageFact, ...]:
    composed = _mail(message)
    if message.outcome != "waiting":
        return ()
    reply = command.reply[:TEXT_LIMIT]
    attempt = message.attempts + 1
    return (MessageSent(composed.message_id, composed.case_id, attempt, shortened(command.address), reply, now),)


def _failed(command: RecordFailure, message: Message, now: datetime) -> tuple[MessageFact, ...]:
    composed = _mail(message)
    if message.outcome != "waiting":
        return ()
    attempt = message.attempts + 1
    last = command.permanent or attempt > len(WAITS)
    retry_at = None if last else now + WAITS[attempt - 1]
    reason = command.reason[:TEXT_LIMIT]
    return (DeliveryFailed(composed.message_id, composed.case_id, attempt, reason, retry_at, now),)


def _read(reader: Reader, message: Message, now: datetime) -> tuple[MessageFact, ...]:
    composed = message.composed
    if composed is None or not concerns(composed.recipient, reader):
        raise NoSuchNotice
    if composed.channel != "in_app":
        raise NotInApp
    if reader.id in message.readers:
        return ()
    return (MessageRead(composed.message_id, composed.case_id, reader.id, now),)


def _mail(message: Message) -> MessageComposed:
    if message.composed is None:
        raise NoSuchNotice
    if message.composed.channel != "email":
        raise NotByMail
    return message.composed


def shortened(address: str) -> str:
    """``o…@example.org``: enough to recognise an address, too little to write to it."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


def _values(command: ComposeMessage) -> dict[str, Any]:
    return {field.name: getattr(command, field.name) for field in fields(command)}

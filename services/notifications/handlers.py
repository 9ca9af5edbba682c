"""Understands what notifications does when asked: load, decide, save. The service's table of contents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from services.notifications.domain import contact, matter, message
from services.notifications.domain.commands import (
    Announce,
    ComposeMessage,
    ContactCommand,
    MarkRead,
    MessageCommand,
)
from services.notifications.domain.contact import Contact
from services.notifications.domain.events import Channel, Recipient
from services.notifications.domain.matter import Matter
from services.notifications.domain.message import Message, message_id
from services.notifications.domain.wording import Text, Wording, concerns, in_charge, recipient
from shared.envelope import Origin
from shared.runtime.ports import Loaded, Receipt, StreamKind, Streams
from shared.runtime.streams import change

MATTER: StreamKind[Matter] = StreamKind("matter", Matter(), matter.evolve)
"""One per case: ``matter:<case id>``, what is known of whom it concerns."""

MESSAGE: StreamKind[Message] = StreamKind("message", Message(), message.evolve)
CONTACT: StreamKind[Contact] = StreamKind("contact", Contact(), contact.evolve)


class Addresses(Protocol):
    """Which recipients can be reached by mail."""

    async def reachable(self, recipient: Recipient) -> bool: ...


class NoAddresses:
    """No mail server is configured: everybody is told in the app only."""

    async def reachable(self, recipient: Recipient) -> bool:
        return False


class Handlers:
    """One method per command. The instant of a command is the instant of its origin."""

    def __init__(self, wording: Wording, addresses: Addresses) -> None:
        self._wording = wording
        self._addresses = addresses

    async def announce(self, streams: Streams, command: Announce, origin: Origin) -> None:
        """Tell those concerned of an event, and of what waited for it; hold it where they are unknown."""
        if command.region:
            await self._tell(streams, command, origin)
            return
        now = origin.occurred_at
        before = (await streams.load(MATTER, command.case_id)).state
        await change(streams, MATTER, command.case_id, lambda state: matter.decide(command, state, now), origin)
        for notice in matter.due(command, before):
            await self._tell(streams, notice, origin)

    async def mark_read(
        self,
        streams: Streams,
        identity: str,
        command: MarkRead,
        origin: Origin,
        receipt: Callable[[Loaded[Message]], Receipt],
    ) -> Loaded[Message]:
        """Remember that a person opened a notice."""
        now = origin.occurred_at
        return await change(
            streams, MESSAGE, identity, lambda state: message.decide(command, state, now), origin, receipt=receipt
        )

    async def record_delivery(
        self, streams: Streams, identity: str, command: MessageCommand, origin: Origin
    ) -> Loaded[Message]:
        """Remember how an attempt to deliver a mail ended."""
        now = origin.occurred_at
        return await change(streams, MESSAGE, identity, lambda state: message.decide(command, state, now), origin)

    async def keep_contact(
        self,
        streams: Streams,
        command: ContactCommand,
        origin: Origin,
        receipt: Callable[[Loaded[Contact]], Receipt],
        expected: int | None = None,
    ) -> Loaded[Contact]:
        """Name or drop an address."""
        now = origin.occurred_at
        return await change(
            streams,
            CONTACT,
            command.contact_id,
            lambda state: contact.decide(command, state, now),
            origin,
            expected=expected,
            receipt=receipt,
        )

    async def _tell(self, streams: Streams, notice: Announce, origin: Origin) -> None:
        words = {**notice.words, "name": notice.applicant.name if notice.applicant else "", "case": notice.case_id}
        for part, text in self._wording[notice.event].items():
            if not concerns(part, words):
                continue
            to = recipient(part, notice.applicant) if notice.applicant else in_charge(part, notice.region)
            also_by: tuple[Channel, ...] = ("email",) if await self._addresses.reachable(to) else ()
            channels: tuple[Channel, ...] = ("in_app", *also_by)
            for channel in channels:
                others = also_by if channel == "in_app" else ("in_app",)
                await self._compose(streams, _message(notice, to, text.filled(words), channel, others), origin)

    async def _compose(self, streams: Streams, command: ComposeMessage, origin: Origin) -> None:
        now = origin.occurred_at
        await change(streams, MESSAGE, command.message_id, lambda state: message.decide(command, state, now), origin)


def _message(
    notice: Announce, to: Recipient, text: Text, channel: Channel, also_by: tuple[Channel, ...]
) -> ComposeMessage:
    return ComposeMessage(
        message_id=message_id(notice.event_id, to, channel),
        case_id=notice.case_id,
        event_id=notice.event_id,
        event=notice.event,
        channel=channel,
        also_by=also_by,
        recipient=to,
        title_zh=text.title_zh,
        title_en=text.title_en,
        body_zh=text.body_zh,
        body_en=text.body_en,
    )

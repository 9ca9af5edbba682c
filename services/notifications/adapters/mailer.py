"""Understands how mails go out: claimed for a time, tried outside every transaction, and their end put on record.

A mail is claimed when a hand is free to send it, never before: one that waited for its turn behind a slow mail server
would use its lease up waiting, and another replica would send it as well.
A crash between the server's yes and our fact sends the mail again when the lease ends: at least once, never silently
lost. Whoever is too slow and whoever has no address any more is recorded as well.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

import asyncpg

from services.notifications.adapters.post import Undelivered
from services.notifications.domain.commands import MessageCommand, RecordFailure, RecordSent
from services.notifications.domain.events import MessageComposed
from services.notifications.handlers import MESSAGE, Handlers
from services.notifications.views import ContactRow, Contacts, Outgoing
from shared.envelope import Origin, machine
from shared.runtime.clock import Clock
from shared.runtime.ports import Conflict, Streams, Transient
from shared.runtime.postgres.pool import TRANSIENT
from shared.runtime.symptom import symptom

log = logging.getLogger(__name__)

AT_ONCE = 4
A_ROUND = 200
IDLE_S = 1.0
ILL_S = 2.0
ACTOR = machine("notifications-mailer")
PASSING: tuple[type[Exception], ...] = (Transient, Conflict, *TRANSIENT, asyncpg.UndefinedTableError)
"""The database is away, somebody was quicker, or the view is just being made or swapped for its rebuilt copy."""


class Post(Protocol):
    async def send(self, message: MessageComposed, contact: ContactRow) -> str: ...


class Mailer:
    """Sends what is due, a few at a time: a worker of the service."""

    name = "mailer"

    def __init__(
        self,
        handlers: Handlers,
        streams: Streams,
        outgoing: Outgoing,
        contacts: Contacts,
        post: Post,
        clock: Clock,
    ) -> None:
        self._handlers = handlers
        self._streams = streams
        self._outgoing = outgoing
        self._contacts = contacts
        self._post = post
        self._clock = clock
        self._choosing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._fault = ""

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        """Breaks off; a mail in hand is tried again when its lease ends."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    def healthy(self) -> str:
        """Empty when well. A mail server that is away is no illness of ours: its mails wait and the log shows it."""
        if self._task is not None and self._task.done() and not self._task.cancelled():
            return f"mailer stopped: {symptom(self._task.exception())}"
        return self._fault

    async def _run(self) -> None:
        while True:
            try:
                busy, self._fault = bool(await self.round()), ""
            except PASSING as fault:
                busy, self._fault = False, f"mailer waits: {symptom(fault)}"
                log.warning("%s: %s", self._fault, fault)
            if not busy:
                await asyncio.sleep(ILL_S if self._fault else IDLE_S)

    async def round(self) -> int:
        """Send what is due now, each once; answers how many mails were in hand."""
        handled: set[str] = set()
        hands = (self._hand(handled) for _ in range(AT_ONCE))
        for fault in await asyncio.gather(*hands, return_exceptions=True):
            if fault is not None:
                raise fault  # the others have ended by now; what was not recorded is tried again after its lease
        return len(handled)

    async def _hand(self, handled: set[str]) -> None:
        """One mail after the other, each claimed when its turn has come; none twice, though the view may not have heard
        yet how it ended."""
        while len(handled) < A_ROUND:
            async with self._choosing:  # else all hands would reach for the same mail, and all but one go home
                claimed = await self._outgoing.claim(self._clock.now(), 1, handled)
            if not claimed:
                return
            handled.update(claimed)
            for message_id in claimed:
                await self._deliver(message_id)

    async def _deliver(self, message_id: str) -> None:
        message = (await self._streams.load(MESSAGE, message_id)).state
        if message.composed is not None and message.due(self._clock.now()):
            command = await self._attempt(message.composed)
            origin = Origin(ACTOR, self._clock.now(), f"{message_id}/{message.attempts + 1}")
            await self._handlers.record_delivery(self._streams, message_id, command, origin)
        await self._outgoing.release(message_id)

    async def _attempt(self, message: MessageComposed) -> MessageCommand:
        contact = await self._contacts.nearest(message.recipient)
        if contact is None:
            return RecordFailure("no address is kept for this recipient any more", permanent=True)
        try:
            reply = await self._post.send(message, contact)
        except Undelivered as fault:
            return RecordFailure(str(fault), permanent=fault.permanent)
        return RecordSent(contact.address, reply)

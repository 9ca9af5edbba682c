"""Understands how a test receives mail: a real SMTP server on a free loopback port that answers as it is told."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class MailServer:
    """Keeps what it took; ``answers`` are given first, one per attempt (empty: 250). While it is ``slow``, every mail
    waits for a turn that the test gives with :meth:`let`; ``begun`` are the Message-IDs in the order they came."""

    port: int
    answers: list[str] = field(default_factory=list)
    taken: list[EmailMessage] = field(default_factory=list)
    attempts: int = 0
    slow: bool = False
    begun: list[str] = field(default_factory=list)
    turns: int = 0

    def let(self, mails: int) -> None:
        """Answer the next so many, in the order in which they came."""
        self.turns += mails

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.attempts += 1
        self.begun.append(str(message_from_bytes(envelope.content, policy=default)["Message-ID"]))
        turn = len(self.begun)
        while self.slow and turn > self.turns:
            await asyncio.sleep(0.01)
        answer = self.answers.pop(0) if self.answers else "250 taken"
        if answer.startswith("250"):
            mail = message_from_bytes(envelope.content, policy=default)
            assert isinstance(mail, EmailMessage)
            self.taken.append(mail)
        return answer

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if address.startswith("nobody@"):
            self.attempts += 1
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 ok"


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A server in a thread of its own until the block ends."""
    held = MailServer(_free_port())
    controller = Controller(held, hostname="127.0.0.1", port=held.port)
    controller.start()
    try:
        yield held
    finally:
        controller.stop()


def _free_port() -> int:
    """The controller wants to know its port beforehand."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""Understands how a mail reaches a mail server, and which of the server's answers are final."""

from __future__ import annotations

import asyncio
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime

import aiosmtplib

from services.notifications.domain.events import MessageComposed
from services.notifications.settings import MailSettings
from services.notifications.views import ContactRow

PERMANENT = 500
"""RFC 5321 section 4.2.1: 4yz is worth another attempt, 5yz is not."""

LIMIT_S = 120.0
"""For one attempt as a whole; a lease lasts longer."""


class Undelivered(Exception):
    """The mail was not taken; ``permanent`` where sending it again would end in the same way."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


class SmtpPost:
    """Sends through one mail server, one connection a mail: a few mails a minute need no more."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    async def send(self, message: MessageComposed, contact: ContactRow) -> str:
        """The server's answer; raises :class:`Undelivered`. Ends within :data:`LIMIT_S`."""
        try:
            async with asyncio.timeout(LIMIT_S):
                return await self._submit(letter(message, contact, self._settings))
        except aiosmtplib.SMTPRecipientsRefused as fault:
            codes = [refused.code for refused in fault.recipients]
            raise Undelivered(_said(fault.recipients), permanent=min(codes) >= PERMANENT) from fault
        except aiosmtplib.SMTPDataError as fault:
            raise Undelivered(f"{fault.code} {fault.message}", permanent=fault.code >= PERMANENT) from fault
        except (aiosmtplib.SMTPException, OSError) as fault:
            # Login, sender and connection are the operator's to mend: the mail itself may yet arrive.
            raise Undelivered(f"{type(fault).__name__}: {fault}", permanent=False) from fault

    async def _submit(self, mail: EmailMessage) -> str:
        _, reply = await aiosmtplib.send(
            mail,
            hostname=self._settings.host,
            port=self._settings.port,
            username=self._settings.username or None,
            password=self._settings.password or None,
            use_tls=self._settings.security == "tls",
            start_tls=self._settings.security == "starttls",
            timeout=self._settings.timeout_s,
        )
        return reply


def letter(message: MessageComposed, contact: ContactRow, settings: MailSettings) -> EmailMessage:
    """The mail in the contact's language. The same message always has the same Message-ID, so that a mail sent twice
    after a crash is shown once."""
    chinese = contact.language == "zh"
    title, body = (message.title_zh, message.body_zh) if chinese else (message.title_en, message.body_en)
    mail = EmailMessage(policy=SMTP_POLICY)
    mail["From"] = settings.sender
    mail["To"] = contact.address
    mail["Subject"] = " ".join(title.split())
    mail["Date"] = format_datetime(message.composed_at)
    mail["Message-ID"] = f"<{message.message_id}@{settings.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notes in answer
    mail.set_content(f"{body}\n\n{settings.base_url}".rstrip() + "\n")
    return mail


def _said(refused: list[aiosmtplib.SMTPRecipientRefused]) -> str:
    return "; ".join(f"{one.code} {one.message}" for one in refused)

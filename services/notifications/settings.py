"""Understands where mail goes out: ``SHIFAN_SMTP_URL`` and ``SHIFAN_MAIL_FROM``, or nowhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, urlsplit

from shared.runtime.settings import Settings

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PORTS = {"smtp": 587, "smtps": 465}
TIMEOUT_S = 20.0
Security = Literal["starttls", "tls", "none"]


class MailSettingsUnclear(ValueError):
    """The address of the mail server, or the sender's, cannot be used; the message says what to write."""


@dataclass(frozen=True)
class MailSettings:
    """A mail server. ``starttls`` where the address begins with smtp:// (plain only on this machine), ``tls`` with
    smtps://."""

    host: str
    port: int
    security: Security
    sender: str
    base_url: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    timeout_s: float = TIMEOUT_S


def mail_settings(settings: Settings) -> MailSettings | None:
    """None where no mail server is named. Raises :class:`MailSettingsUnclear`."""
    url = settings.smtp_url.get_secret_value()
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError as fault:
        raise MailSettingsUnclear(_ADVICE) from fault
    if parts.scheme not in PORTS or not parts.hostname:
        raise MailSettingsUnclear(_ADVICE)
    if "@" not in settings.mail_from.strip("@") or any(character.isspace() for character in settings.mail_from):
        raise MailSettingsUnclear(
            "SHIFAN_MAIL_FROM: 设置了邮件服务器时须填写发件地址 / name the address that mails come from"
        )
    return MailSettings(
        host=parts.hostname,
        port=port,
        security=_security(parts.scheme, parts.hostname),
        sender=settings.mail_from,
        base_url=settings.public_url,
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _security(scheme: str, host: str) -> Security:
    if scheme == "smtps":
        return "tls"
    return "none" if host in LOOPBACK else "starttls"


_ADVICE = (
    "SHIFAN_SMTP_URL: 应为 smtp://用户:密码@主机:端口（STARTTLS）或 smtps://…（TLS） / "
    "write smtp://user:password@host:port (STARTTLS) or smtps://… (TLS)"
)

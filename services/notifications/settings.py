"""Understands how notifications is configured; every variable begins with ``SHIFAN_NOTIFICATIONS_``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class NotificationsSettings(BaseSettings):
    """Without ``smtp_host`` nobody is mailed: every message is an in-app notice."""

    model_config = SettingsConfigDict(env_prefix="SHIFAN_NOTIFICATIONS_", frozen=True)

    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_sender: str = Field(default="", description="Address that mail comes from; required with smtp_host.")
    smtp_timeout_s: float = Field(default=20.0, gt=0, le=60)
    base_url: str = Field(default="", description="Where people sign in; shown in mails when set.")

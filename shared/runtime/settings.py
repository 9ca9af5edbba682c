"""Understands what can be set: every setting of every process, from the environment (``SHIFAN_…``) or ``.env``.

There is no default secret. Who says nothing gets the production profile, which refuses to start until it is safe
(:mod:`shared.runtime.profile`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "SHIFAN_"


class Settings(BaseSettings):
    """What every process of the house is told. A service adds its own fields in a subclass."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    profile: Literal["demo", "production"] = Field(
        "production", description="demo: made-up people on this machine; production: refuses to start unsafely."
    )
    home: Path = Field(Path(".shifan"), description="Directory of everything that a demonstration keeps.")
    host: str = Field("127.0.0.1", description="Address that the server listens on.")
    port: int = Field(8080, ge=0, le=65535, description="Port that the server listens on; 0 takes a free one.")
    allowed_hosts: str = Field(
        "127.0.0.1,localhost", description="Host names that requests may name, separated by commas."
    )
    public_url: str = Field("", description="Address that people use, as it stands in links; empty: host and port.")
    database_url: SecretStr = Field(
        SecretStr(""), description="PostgreSQL of this service (postgresql://role:password@host/database)."
    )
    kafka: str = Field("", description="Kafka brokers, host:port separated by commas; empty: one process, no Kafka.")
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="How the brokers are spoken to; SSL is TLS, SASL is a user's name and password."
    )
    kafka_ca_file: str = Field("", description="PEM file that says whose broker certificates count; empty: the system.")
    kafka_cert_file: str = Field("", description="PEM file of our own certificate, where the brokers ask for one.")
    kafka_key_file: str = Field("", description="PEM file of that certificate's key, without a passphrase.")
    kafka_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="How the password is proved (SASL)."
    )
    kafka_user: str = Field("", description="Name of the user (SASL).")
    kafka_password_file: str = Field("", description="File that holds the user's password, and nothing else (SASL).")
    kafka_unencrypted: bool = Field(
        False, description="Whether production may reach brokers of other machines without TLS (a network of its own)."
    )
    topic_prefix: str = Field("", description="Begins every topic's and group's name, for clusters that are shared.")
    oidc_issuer: str = Field("", description="Base address of the OpenID provider; empty: the demo issuer.")
    oidc_audience: str = Field("shifan", min_length=1, description="Audience that a token must be made for.")
    demo_clock: bool = Field(False, description="Whether the clock can be moved forward (demo profile only).")
    files_url: str = Field("", description="Where files are kept: a directory, or s3://bucket/prefix; empty: in home.")
    upload_bytes: int = Field(20 * 1024 * 1024, gt=0, description="Largest file that is taken, in bytes.")
    body_bytes: int = Field(1024 * 1024, gt=0, description="Largest request body other than a file, in bytes.")
    request_seconds: float = Field(30.0, gt=0, description="Longest time that a request may take.")
    concurrent: int = Field(256, gt=0, description="Most requests that a process answers at once.")
    smtp_url: SecretStr = Field(
        SecretStr(""), description="Mail server (smtp://user:password@host:port); empty: no mail is sent."
    )
    mail_from: str = Field("", description="Sender's address of mails.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged.")
    log_file: Path | None = Field(None, description="File for log lines; none: standard output.")

    @property
    def demo_issuer(self) -> bool:
        """Whether people sign in at the demo issuer."""
        return not self.oidc_issuer

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(host.strip().lower() for host in self.allowed_hosts.split(",") if host.strip())


@dataclass(frozen=True)
class Setting:
    """One line of the table of settings in the README."""

    variable: str
    default: str
    description: str


def described(settings: type[Settings] = Settings) -> tuple[Setting, ...]:
    """Every setting with its variable, its default and what it means."""
    lines = []
    for name, field in settings.model_fields.items():
        default = field.default
        shown = "" if default is None or isinstance(default, SecretStr) else str(default)
        lines.append(Setting(f"{PREFIX}{name.upper()}", shown, field.description or ""))
    return tuple(lines)

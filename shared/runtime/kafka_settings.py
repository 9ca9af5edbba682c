"""Understands how a Kafka is reached, by whom, how well that is protected, and how patient we are with it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from shared.runtime.settings import Settings

Security = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]


class KafkaSettingsUnclear(ValueError):
    """The settings contradict each other, or a file cannot be used; the message names the setting and what to write."""


@dataclass(frozen=True)
class KafkaSettings:
    """``bootstrap`` is ``host:port[,host:port]``; ``prefix`` begins every topic's and group's name (for tests, or for
    several installations on one cluster). Durations in seconds.

    ``ca_file`` (empty: the system's authorities), ``cert_file`` and ``key_file`` are PEM, used with TLS.
    """

    bootstrap: str
    prefix: str = ""
    client: str = "shifan"
    security: Security = "PLAINTEXT"
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    mechanism: Mechanism = "SCRAM-SHA-512"
    username: str = ""
    password: str = field(default="", repr=False)
    session_seconds: float = 10.0
    publish_seconds: float = 15.0
    """Stays below ``request_seconds``, after which aiokafka drops a queued batch and sends the one behind it."""
    request_seconds: float = 40.0
    stop_seconds: float = 10.0
    stalled_seconds: float = 60.0
    backoff_seconds: float = 0.2
    backoff_most_seconds: float = 10.0
    batch: int = 500

    def __post_init__(self) -> None:
        if self.publish_seconds >= self.request_seconds:
            raise ValueError("publish_seconds must be below request_seconds, else order per case could break")

    def connection(self) -> dict[str, Any]:
        """What every client of this cluster is given. Raises :class:`KafkaSettingsUnclear` for an unusable file."""
        arguments: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap,
            "client_id": self.client,
            "request_timeout_ms": int(self.request_seconds * 1000),
            "security_protocol": self.security,
        }
        if self.security.endswith("SSL"):
            arguments["ssl_context"] = self._trust()
        if self.security.startswith("SASL"):
            arguments |= {"sasl_mechanism": self.mechanism, "sasl_plain_username": self.username}
            arguments |= {"sasl_plain_password": self.password}
        return arguments

    def backoff(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row: doubling, capped."""
        return float(min(self.backoff_seconds * 2 ** min(failures, 16), self.backoff_most_seconds))

    def _trust(self) -> ssl.SSLContext:
        """Read anew for every client, so that a renewed certificate counts at the next connection. Names count."""
        setting = "SHIFAN_KAFKA_CA_FILE"
        try:
            context = ssl.create_default_context(cafile=self.ca_file or None)
            setting = "SHIFAN_KAFKA_CERT_FILE / SHIFAN_KAFKA_KEY_FILE"
            if self.cert_file:
                context.load_cert_chain(self.cert_file, self.key_file, password=_no_passphrase)
        except (OSError, ValueError) as fault:  # ssl.SSLError is an OSError
            raise KafkaSettingsUnclear(
                f"{setting}: 无法读取或不是 PEM 文件 / cannot be read, or is not PEM ({type(fault).__name__})"
            ) from fault
        return context


def kafka_settings(settings: Settings, client: str = "shifan") -> KafkaSettings:
    """Where ``SHIFAN_KAFKA`` and its companions say. Raises :class:`KafkaSettingsUnclear` before anything connects."""
    _refuse_contradictions(settings)
    made = KafkaSettings(
        settings.kafka,
        prefix=settings.topic_prefix,
        client=client,
        security=settings.kafka_security,
        ca_file=settings.kafka_ca_file,
        cert_file=settings.kafka_cert_file,
        key_file=settings.kafka_key_file,
        mechanism=settings.kafka_mechanism,
        username=settings.kafka_user,
        password=_password(settings.kafka_password_file),
    )
    made.connection()
    return made


def _refuse_contradictions(settings: Settings) -> None:
    tls, sasl = settings.kafka_security.endswith("SSL"), settings.kafka_security.startswith("SASL")
    if sasl and not (settings.kafka_user and settings.kafka_password_file):
        raise KafkaSettingsUnclear(
            f"SHIFAN_KAFKA_USER, SHIFAN_KAFKA_PASSWORD_FILE: {settings.kafka_security} 须填写用户名和密码文件 / "
            f"{settings.kafka_security} needs a user and a file with the password"
        )
    if not sasl and (settings.kafka_user or settings.kafka_password_file):
        raise KafkaSettingsUnclear(
            "SHIFAN_KAFKA_SECURITY: 已填写用户，须为 SASL_SSL（或 SASL_PLAINTEXT） / "
            "a user is named, so write SASL_SSL (or SASL_PLAINTEXT)"
        )
    if not tls and (settings.kafka_ca_file or settings.kafka_cert_file or settings.kafka_key_file):
        raise KafkaSettingsUnclear(
            "SHIFAN_KAFKA_SECURITY: 已填写证书，须为 SSL 或 SASL_SSL / certificates are named, so write SSL or SASL_SSL"
        )
    if bool(settings.kafka_cert_file) != bool(settings.kafka_key_file):
        raise KafkaSettingsUnclear("SHIFAN_KAFKA_CERT_FILE, SHIFAN_KAFKA_KEY_FILE: 须同时填写 / name both, or neither")


def _password(file: str) -> str:
    """What the file holds, without the line's end that an editor leaves behind."""
    if not file:
        return ""
    try:
        password = Path(file).read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as fault:
        raise KafkaSettingsUnclear(
            f"SHIFAN_KAFKA_PASSWORD_FILE: 无法读取 / cannot be read ({type(fault).__name__})"
        ) from fault
    if not password or "\n" in password:
        raise KafkaSettingsUnclear("SHIFAN_KAFKA_PASSWORD_FILE: 须只有一行密码 / write the password as its only line")
    return password


def _no_passphrase() -> str:
    """OpenSSL would ask at the terminal, and a service would wait there for ever."""
    raise ValueError("the key has a passphrase")

"""Understands how a Kafka is reached and how patient we are with it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class KafkaSettings:
    """``bootstrap`` is ``host:port[,host:port]``; ``prefix`` begins every topic's and group's name (for tests, or for
    several installations on one cluster). Durations in seconds.

    With ``ca_file`` the connection is TLS; with ``username`` it is authenticated by SCRAM-SHA-512.
    """

    bootstrap: str
    prefix: str = ""
    client: str = "shifan"
    ca_file: str = ""
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
        """What every client of this cluster is given."""
        protocol = ("SASL_" if self.username else "") + ("SSL" if self.ca_file else "PLAINTEXT")
        arguments: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap,
            "client_id": self.client,
            "request_timeout_ms": int(self.request_seconds * 1000),
            "security_protocol": protocol,
        }
        if self.ca_file:
            arguments["ssl_context"] = ssl.create_default_context(cafile=self.ca_file)
        if self.username:
            arguments |= {"sasl_mechanism": "SCRAM-SHA-512", "sasl_plain_username": self.username}
            arguments |= {"sasl_plain_password": self.password}
        return arguments

    def backoff(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row: doubling, capped."""
        return float(min(self.backoff_seconds * 2 ** min(failures, 16), self.backoff_most_seconds))

"""Understands what the topics are called: two leave each service, one the house, and each has its dead letters."""

from __future__ import annotations

from typing import Final

SERVICES: Final = ("intake", "review", "registry", "notifications")
CERTIFICATIONS: Final = "certifications.v1"
"""What other regions' systems subscribe to: titles given and taken away, without personal data."""


def events_topic(service: str) -> str:
    """Where a service's published words go."""
    return f"{service}.events.v1"


def audit_topic(service: str) -> str:
    """Where every stored fact of a service goes, for the registry's audit trail only."""
    return f"{service}.audit.v1"


def dead_letters(topic: str) -> str:
    """Where parked deliveries of a topic are shown; the truth about them is the table ``parked``."""
    return f"{topic}.dlq"

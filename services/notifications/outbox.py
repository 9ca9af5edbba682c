"""Understands that notifications tells people, not services: it has no public word, only facts for the audit trail."""

from __future__ import annotations

from typing import assert_never

from services.notifications.domain.events import (
    ApplicantLearned,
    ContactDropped,
    ContactNamed,
    DeliveryFailed,
    Fact,
    MessageComposed,
    MessageRead,
    MessageSent,
    NoticeHeld,
    NoticeReleased,
)
from shared.envelope import CaseId
from shared.runtime.ports import Recorded


def case_of(recorded: Recorded) -> CaseId:
    """The case that a fact is about; a contact belongs to no case and travels under its own name."""
    fact: Fact = recorded.fact
    match fact:
        case ContactNamed() | ContactDropped():
            return CaseId(f"contact:{fact.contact_id}")
        case (
            ApplicantLearned()
            | NoticeHeld()
            | NoticeReleased()
            | MessageComposed()
            | MessageSent()
            | DeliveryFailed()
            | MessageRead()
        ):
            return CaseId(fact.case_id)
        case _:
            assert_never(fact)


def to_public(recorded: Recorded) -> None:
    """None for every fact: who was told what is on the audit trail, and nobody else's business."""

"""Understands how an event is put into words: which of those concerned are told, and what, in Chinese and English.

The texts are data (``wording/<Event>.yaml``); a place is written ``$name`` or ``${name}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Template

from services.notifications.domain.commands import Applicant
from services.notifications.domain.events import Recipient

APPLICANT = "applicant"
PARTS = (APPLICANT, "reviewer", "officer", "approver", "finance")
"""Who can be concerned: the applicant's organisation, and the roles in charge of its region."""

TOLD, AUTHORITY = "told", "authority"
"""The word of an event that says whom it concerns, where it is the applicant alone or the authorities alone."""


@dataclass(frozen=True)
class Text:
    """What one of those concerned is told."""

    title_zh: str
    title_en: str
    body_zh: str
    body_en: str

    def filled(self, words: Mapping[str, str]) -> Text:
        """The text with its places filled; raises ``KeyError`` for a place without a word."""
        parts = (self.title_zh, self.title_en, self.body_zh, self.body_en)
        return Text(*(Template(part).substitute(words) for part in parts))


Wording = Mapping[str, Mapping[str, Text]]
"""Event -> part -> text."""


def concerns(part: str, words: Mapping[str, str]) -> bool:
    """Whether one of those who can be told is told of what these words say."""
    whom = words.get(TOLD)
    return whom is None or (part == APPLICANT) == (whom == APPLICANT)


def recipient(part: str, applicant: Applicant) -> Recipient:
    """Who a part is in a case of this applicant."""
    if part == APPLICANT:
        return Recipient(applicant.name, applicant.region, organisation=applicant.organisation)
    return in_charge(part, applicant.region)


def in_charge(role: str, region: str) -> Recipient:
    """Whoever holds a role where the region lies in their charge."""
    return Recipient("", region, role=role)

"""Understands what the facts of intake are about: an organisation, a file, an answer, a person who files."""

from __future__ import annotations

from dataclasses import dataclass

Answer = str | bool
"""Numbers travel as decimal strings, so that nothing is rounded on the way to the rule."""


@dataclass(frozen=True)
class Applicant:
    """The organisation that asks for the title. ``level`` is one of the programme's levels; ``kind`` (enterprise,
    university …) and ``category`` (comprehensive …) are of its lists, empty where it has none."""

    uscc: str
    name: str
    region: str
    level: str
    kind: str = ""
    category: str = ""


@dataclass(frozen=True)
class Document:
    """One file of the application, by content. ``material`` names the document or material of the programme."""

    material: str
    name: str
    media_type: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Objection:
    """One thing that the authority wants corrected: ``subject`` names a material, a paper, a form or an answer."""

    subject: str
    fault: str


@dataclass(frozen=True)
class Filer:
    """Who draws up or hands in a filing: subject, role, region (GB/T 2260), organisation (USCC)."""

    id: str
    role: str
    region: str = ""
    organisation: str = ""

"""Understands how a title gets its number without a counter: issuer's region, year, 60 bits of the case id's digest.

``650000-2026-7K3MQ9XP4TCD-H``: the same case always gets the same number, whoever computes it, and whoever mistypes one
character is told so by the last one (ISO 7064 MOD 37,36 over the other twenty-two). Why not a sequence: see
infra/decisions/0031-registry-numbers.md.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256

from services.registry.domain.errors import RegionUnreadable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Thirty-two characters that are not mistaken for each other when read aloud: no I, L, O, U."""

CODE_LENGTH = 12
CHECKED = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
REGION = re.compile(r"[0-9A-Z]{6}")
NUMBER = re.compile(rf"([0-9A-Z]{{6}})-([0-9]{{4}})-([{ALPHABET}]{{{CODE_LENGTH}}})-([0-9A-Z])")


def number_for(case_id: str, issuer_region: str, year: int) -> str:
    """The number under which the case's title is entered; raises :class:`RegionUnreadable`."""
    if not REGION.fullmatch(issuer_region):
        raise RegionUnreadable
    code = _code(case_id)
    body = f"{issuer_region}{year:04d}{code}"
    return f"{issuer_region}-{year:04d}-{code}-{check_character(body)}"


def read_number(text: str) -> str | None:
    """The number that somebody typed (any case, full width, blanks), or None where it cannot be one."""
    typed = "".join(unicodedata.normalize("NFKC", text).upper().split())
    match = NUMBER.fullmatch(typed)
    if match is None:
        return None
    region, year, code, check = match.groups()
    return typed if check_character(region + year + code) == check else None


def check_character(text: str) -> str:
    """ISO 7064 MOD 37,36 (hybrid system) over digits and capital letters."""
    product = 36
    for character in text:
        total = (product + CHECKED.index(character)) % 36 or 36
        product = total * 2 % 37
    return CHECKED[(37 - product) % 36]


def _code(case_id: str) -> str:
    bits = int.from_bytes(sha256(case_id.encode()).digest()[:8], "big") >> 4
    return "".join(ALPHABET[bits >> shift & 31] for shift in range(5 * (CODE_LENGTH - 1), -1, -5))

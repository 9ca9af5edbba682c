"""Understands the unified social credit code (GB 32100-2015): its form and its check character, not its existence.

The code identifies an organisation; its positions 3 to 8 are the registrar's region, so nothing is routed by them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

Uscc = NewType("Uscc", str)
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
REGISTRARS = "123456789ANY"
_VALUES = {character: value for value, character in enumerate(USCC_ALPHABET)}
_WEIGHTS = tuple(pow(3, position, 31) for position in range(17))


@dataclass(frozen=True)
class UsccFault:
    """Why a text is not a unified social credit code, and what to do."""

    zh: str
    en: str


def uscc_fault(text: str) -> UsccFault | None:
    """What is wrong, or None for a well-formed code. The code is never repeated in the answer."""
    if len(text) != 18:
        return UsccFault("统一社会信用代码应为 18 位", "a unified social credit code has 18 characters")
    unknown = [position for position, character in enumerate(text, 1) if character not in _VALUES]
    if unknown:
        return UsccFault(
            f"第 {unknown[0]} 位不合规:只用数字和大写字母,不含 I O S V Z",
            f"character {unknown[0]} is not allowed: digits and capitals only, without I O S V Z",
        )
    if text[0] not in REGISTRARS:
        return UsccFault("第 1 位不是登记管理部门代码", "character 1 names no registering authority")
    if not text[2:8].isdigit():
        return UsccFault("第 3 至 8 位应为行政区划代码", "characters 3 to 8 are a region code of digits")
    if text[17] != check_uscc(text[:17]):
        return UsccFault("校验位不符,请核对是否录错", "the check character does not fit: look for a typing error")
    return None


def check_uscc(first_17: str) -> str:
    """The check character of the first seventeen; residue 0 gives ``0``, which common implementations get wrong."""
    total = sum(_VALUES[character] * weight for character, weight in zip(first_17, _WEIGHTS, strict=True))
    return USCC_ALPHABET[(31 - total % 31) % 31]

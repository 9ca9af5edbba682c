"""Understands the state's identifiers: region codes and which contains which, and the unified social credit code."""

from __future__ import annotations

NATION = "000000"


def region_stem(region: str) -> str:
    """The digits that every region inside this one begins with: 65 for 650000, 6532 for 653200, none for 000000.

    A local code (letters, for bodies without a GB/T 2260 code of their own) is its own stem.
    """
    if not region.isdigit():
        return region
    if region == NATION:
        return ""
    return region[:2] if region.endswith("0000") else region[:4] if region.endswith("00") else region


def region_contains(outer: str, inner: str) -> bool:
    """Whether ``inner`` lies in ``outer`` or is it: 320000 contains 320100; nothing contains a local code but itself
    and the nation; an empty code contains nothing and lies nowhere."""
    if not outer or not inner:
        return False
    return outer == NATION or (inner.startswith(region_stem(outer)) if outer.isdigit() else inner == outer)

"""Understands which region lies in another: 650000 contains 653100, which contains 653101."""

from __future__ import annotations


def significant(region: str) -> str:
    """The part of a GB/T 2260 code that every region within it begins with; empty for no region."""
    for places in (2, 4):
        if region[places:] == "0" * (6 - places):
            return region[:places]
    return region


def contains(outer: str, inner: str) -> bool:
    """Whether ``inner`` is ``outer`` or lies in it. No region contains nothing: nobody is in charge by omission."""
    return bool(outer) and inner.startswith(significant(outer))

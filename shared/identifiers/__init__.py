"""Understands the state's identifiers: region codes and which contains which, and the unified social credit code."""

from shared.identifiers.regions import (
    NATION,
    Region,
    Regions,
    known_regions,
    region_contains,
    region_level,
    region_stem,
)
from shared.identifiers.uscc import USCC_ALPHABET, UsccFault, check_uscc, uscc_fault

__all__ = [
    "NATION",
    "USCC_ALPHABET",
    "Region",
    "Regions",
    "UsccFault",
    "check_uscc",
    "known_regions",
    "region_contains",
    "region_level",
    "region_stem",
    "uscc_fault",
]

"""Understands the state's identifiers: region codes and which contains which, and the unified social credit code."""

from shared.identifiers.region_faults import RegionFault, region_fault
from shared.identifiers.region_table import RegionTableWrong, known_regions, read_regions
from shared.identifiers.regions import (
    NATION,
    FormerName,
    Region,
    Regions,
    region_contains,
    region_level,
    region_stem,
)
from shared.identifiers.uscc import USCC_ALPHABET, UsccFault, check_uscc, uscc_fault

__all__ = [
    "NATION",
    "USCC_ALPHABET",
    "FormerName",
    "Region",
    "RegionFault",
    "RegionTableWrong",
    "Regions",
    "UsccFault",
    "check_uscc",
    "known_regions",
    "read_regions",
    "region_contains",
    "region_fault",
    "region_level",
    "region_stem",
    "uscc_fault",
]

"""Understands what a person can read of a refusal: place, both languages, and none of Python's own words."""

from __future__ import annotations

import re

from shared.programmes.reading.faults import Fault

SOON_SECONDS = 10.0
"""Finds what never ends. How fast it is, is measured by the benchmarks: machines are too noisy for a test."""
RAW = re.compile(r"<[a-z_]+ |<class|object at 0x|Decimal\(|Unset\.|Traceback|\bNone\b|dataclass|_BAD|datetime\.")
"""What a person must never read in a remedy."""


def readable(faults: tuple[Fault, ...]) -> None:
    assert faults
    for fault in faults:
        assert fault.place.file
        assert fault.place.line >= 1
        assert re.search(r"[一-鿿]", fault.zh), fault
        assert re.search(r"[a-z]{3}", fault.en), fault
        assert not RAW.search(fault.zh + fault.en), fault

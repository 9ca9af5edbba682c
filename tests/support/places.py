"""Understands which place a made-up applicant lies in: one whose code counts today, inside of a programme's region."""

from __future__ import annotations

from shared.identifiers import NATION, known_regions, region_stem
from shared.runtime.clock import SystemClock, local_day

SOMEWHERE = "320000"
"""For a text that is in force everywhere."""


def place_in(region: str, digits: int = 6) -> str:
    """A code of so many digits (2, 4 or 6) in the region, or the region itself where it is smaller; in a region that
    belongs to no province any code will do."""
    outer = SOMEWHERE if region == NATION else region
    wanted = max(digits, len(region_stem(outer)))
    known = known_regions().within(outer, local_day(SystemClock().now()))
    fitting = (each.code for each in known if len(region_stem(each.code)) == wanted)
    return next(fitting, (region_stem(outer) + "01" * 3)[:wanted].ljust(6, "0"))

"""Understands region codes (GB/T 2260): which contains which, their names, and from when to when they count."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Literal

NATION = "000000"
RegionLevel = Literal["nation", "province", "prefecture", "county", "local"]


def region_stem(region: str) -> str:
    """The digits that every region inside this one begins with: 65 for 650000, 6532 for 653200, none for 000000.

    A local code (letters, for bodies without a GB/T 2260 code of their own) is its own stem.
    """
    if not region.isdigit():
        return region
    if region == NATION:
        return ""
    return region[:2] if region.endswith("0000") else region[:4] if region.endswith("00") else region


def region_level(region: str) -> RegionLevel:
    """The level that the code's own zeros tell."""
    if not region.isdigit():
        return "local"
    levels: Mapping[int, RegionLevel] = {0: "nation", 2: "province", 4: "prefecture", 6: "county"}
    return levels[len(region_stem(region))]


def region_contains(outer: str, inner: str) -> bool:
    """Whether ``inner`` lies in ``outer`` or is it: 320000 contains 320100; nothing contains a local code but itself
    and the nation; an empty code contains nothing and lies nowhere."""
    if not outer or not inner:
        return False
    return outer == NATION or (inner.startswith(region_stem(outer)) if outer.isdigit() else inner == outer)


@dataclass(frozen=True)
class Region:
    """One code with its name and the time that it counts; ``successor`` took over after ``valid_to``."""

    code: str
    zh: str
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None

    def counts_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Regions:
    """All codes that are known here. ``source`` says where they come from."""

    by_code: Mapping[str, Region]
    source: str

    def get(self, code: str, day: date | None = None) -> Region | None:
        """The region of this code, on this day where one is given; None where the code is (or was) not in use."""
        found = self.by_code.get(code)
        return found if found is not None and (day is None or found.counts_on(day)) else None

    def current(self, code: str, day: date) -> Region | None:
        """The region that counts on this day, following successors of a code that was given up."""
        for _ in range(10):
            found = self.by_code.get(code)
            if found is None or found.counts_on(day) or found.successor is None:
                break
            code = found.successor
        return self.get(code, day)

    def within(self, outer: str, day: date) -> tuple[Region, ...]:
        """Every known region inside this one on this day, itself included, in the order of their codes."""
        return tuple(
            each for each in self.by_code.values() if region_contains(outer, each.code) and each.counts_on(day)
        )

    def full_name(self, code: str) -> str:
        """The name with those of the regions around it; the code itself where nothing is known."""
        if not code.isdigit():
            return self.by_code[code].zh if code in self.by_code else code
        around = dict.fromkeys((f"{code[:2]}0000", f"{code[:4]}00", code))
        names = [self.by_code[each].zh for each in around if each in self.by_code and each != NATION]
        return "".join(names) or (self.by_code[code].zh if code in self.by_code else code)


@lru_cache(maxsize=1)
def known_regions() -> Regions:
    """The table that is shipped (regions.json)."""
    table = json.loads(resources.files("shared.identifiers").joinpath("regions.json").read_text(encoding="utf-8"))
    regions = [_region(row) for row in table["regions"]]
    return Regions({region.code: region for region in regions}, table["source"])


def _region(row: Mapping[str, str]) -> Region:
    since, until = row.get("valid_from"), row.get("valid_to")
    return Region(
        code=row["code"],
        zh=row["zh"],
        valid_from=date.fromisoformat(since) if since else None,
        valid_to=date.fromisoformat(until) if until else None,
        successor=row.get("successor"),
    )

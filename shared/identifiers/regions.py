"""Understands region codes (GB/T 2260): which contains which, their names, and from when to when they count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
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
class FormerName:
    """What a code was called before: ``until`` is the year of the first list with the next name."""

    zh: str
    until: int


@dataclass(frozen=True)
class Region:
    """One code with its name and the years of the lists that it is in. ``since``: the first list with it (None: it was
    there before the lists can tell); ``until``: the first list without it. Within the year of a change both count.
    ``source`` says where a row that is in no list comes from, ``note`` what is odd about one that is."""

    code: str
    zh: str
    since: int | None = None
    until: int | None = None
    successors: tuple[str, ...] = ()
    former: tuple[FormerName, ...] = ()
    source: str = ""
    note: str = ""

    @property
    def valid_from(self) -> date | None:
        return None if self.since is None else date(self.since, 1, 1)

    @property
    def valid_to(self) -> date | None:
        return None if self.until is None else date(self.until, 12, 31)

    def counts_on(self, day: date) -> bool:
        return (self.since is None or self.since <= day.year) and (self.until is None or day.year <= self.until)

    def names_on(self, day: date) -> tuple[str, ...]:
        """What it was called on this day, the older name first: two in the year in which the name changed."""
        names = [(name.zh, name.until) for name in self.former] + [(self.zh, None)]
        begins = [None, *(name.until for name in self.former)]
        return tuple(
            zh
            for (zh, until), since in zip(names, begins, strict=True)
            if (since is None or since <= day.year) and (until is None or day.year <= until)
        )


@dataclass(frozen=True)
class Regions:
    """All codes that are known here. ``source`` says where they come from and ``meaning`` what their years say. From
    ``complete_since`` to ``lists_until`` the table holds every code of its provinces; beyond, it may lack some."""

    by_code: Mapping[str, Region]
    source: str = ""
    meaning: str = ""
    complete_since: int = 0
    lists_until: int = 0

    def get(self, code: str, day: date | None = None) -> Region | None:
        """The region of this code, on this day where one is given; None where the code is (or was) not in use."""
        found = self.by_code.get(code)
        return found if found is not None and (day is None or found.counts_on(day)) else None

    def following(self, code: str, day: date) -> tuple[Region, ...]:
        """The regions that count on this day in place of a code that was given up, in the order of their codes: itself
        where it still counts, several where its area was divided, none where nothing is known."""
        found = self.by_code.get(code)
        if found is None:
            return ()
        if found.counts_on(day) or not found.successors:
            return (found,) if found.counts_on(day) else ()
        reached = {each.code: each for heir in found.successors for each in self.following(heir, day)}
        return tuple(reached[code] for code in sorted(reached))

    def preceding(self, code: str, day: date) -> tuple[Region, ...]:
        """The regions that count on this day and whose area went to this code later, in the order of their codes."""
        reached: dict[str, Region] = {}
        for each in self._heirs.get(code, ()):
            for one in (each,) if each.counts_on(day) else self.preceding(each.code, day):
                reached[one.code] = one
        return tuple(reached[code] for code in sorted(reached))

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

    @cached_property
    def _heirs(self) -> Mapping[str, tuple[Region, ...]]:
        """Code -> the regions that name it as their successor."""
        heirs: dict[str, tuple[Region, ...]] = {}
        for each in self.by_code.values():
            for code in each.successors:
                heirs[code] = (*heirs.get(code, ()), each)
        return heirs

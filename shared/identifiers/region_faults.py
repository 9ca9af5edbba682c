"""Understands what is wrong with a region code that somebody gives for a day, and which one to give instead.

Only what the table can know is refused. A local code, and one whose first two digits belong to no province
(demonstrations use 99), are not judged; nor is an unknown one on a day before the table's first list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.identifiers.region_table import known_regions
from shared.identifiers.regions import Region, Regions


@dataclass(frozen=True)
class RegionFault:
    """Why a code cannot be given, and what to do. ``instead`` lists the codes that count in its place."""

    zh: str
    en: str
    do_zh: str
    do_en: str
    instead: tuple[str, ...] = ()


def region_fault(code: str, day: date, regions: Regions | None = None) -> RegionFault | None:
    """What is wrong with the code on this day, or None where it counts or cannot be judged."""
    known = regions or known_regions()
    if not code.isdigit() or f"{code[:2]}0000" not in known.by_code:
        return None
    found = known.get(code)
    if found is None:
        judged = day.year >= known.complete_since and not _gathers(code, day, known)
        return _unknown(code, known) if judged else None
    if found.counts_on(day):
        return None
    if found.until is not None and found.until < day.year:
        after = known.following(code, day)
        fault = f"在 {found.until} 年的名录中已不列", f"was given up: the list of {found.until} no longer has it"
        return _instead(found, fault, after, known)
    before = known.preceding(code, day)
    fault = f"自 {found.since} 年的名录起才列入", f"is only in the lists since {found.since}"
    return _instead(found, fault, before, known)


def _gathers(code: str, day: date, known: Regions) -> bool:
    """Whether the code is one of GB/T 2260's for what a province has directly below it (a municipality's districts,
    counties outside of prefectures): in use, but never a line of the Ministry's lists."""
    return code.endswith("00") and bool(known.within(code, day))


def _instead(found: Region, fault: tuple[str, str], others: tuple[Region, ...], known: Regions) -> RegionFault:
    zh, en = f"{found.code}({known.full_name(found.code)}){fault[0]}", f"{found.code} {fault[1]}"
    named = [f"{each.code}({known.full_name(each.code)})" for each in others]
    if not named:
        return RegionFault(zh, en, "请核对代码和日期", "check the code and the day")
    if len(named) == 1:
        do = f"请改用 {named[0]}", f"use {named[0]}"
    else:
        do = (
            f"请按单位所在地选用其一:{'、'.join(named)}",
            f"use the one in which the place lies: {', '.join(named)}",
        )
    return RegionFault(zh, en, *do, tuple(each.code for each in others))


def _unknown(code: str, known: Regions) -> RegionFault:
    """The code itself is not repeated: only what the table says is."""
    outer = known.get(f"{code[:4]}00") or known.by_code[f"{code[:2]}0000"]
    place = f"{outer.code}({known.full_name(outer.code)})"
    return RegionFault(
        f"截至 {known.lists_until} 年的名录中没有该代码",
        f"no list up to {known.lists_until} has this code",
        f"请核对 {place} 内的代码(shifan regions {outer.code});{known.lists_until} 年以后新设的,请先用原代码",
        f"look for it among the codes of {place} (shifan regions {outer.code}); one that is newer than "
        f"{known.lists_until} goes by the code that it had before",
    )

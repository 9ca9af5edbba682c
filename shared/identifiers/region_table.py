"""Understands the table of regions that is shipped (regions.json), and refuses one that contradicts itself.

A table is data that people amend once a year: what is wrong in it is told all at once, by code and with what to do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import Any

from shared.identifiers.regions import NATION, FormerName, Region, Regions, region_level

_CODE = re.compile(r"[0-9]{6}|[A-Z]{2,12}", re.ASCII)
_HEAD = frozenset({"source", "meaning", "complete_since", "lists_until", "regions"})
_ROW: Mapping[str, type] = {
    "code": str,
    "zh": str,
    "since": int,
    "until": int,
    "successors": list,
    "former": list,
    "source": str,
    "note": str,
}
_FIRST_YEAR = 1949


class RegionTableWrong(ValueError):
    """The table contradicts itself; ``faults`` says what to correct, in the order of the rows."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@lru_cache(maxsize=1)
def known_regions() -> Regions:
    """The table that is shipped."""
    return read_regions(resources.files("shared.identifiers").joinpath("regions.json").read_text(encoding="utf-8"))


def read_regions(text: str) -> Regions:
    """A table of regions from its JSON, or RegionTableWrong with everything that is wrong with it."""
    table = json.loads(text)
    shapes = tuple(_misshapen(table))
    if shapes:
        raise RegionTableWrong(shapes)
    rows = tuple(_region(row) for row in table["regions"])
    regions = Regions(
        {region.code: region for region in rows},
        table["source"],
        table["meaning"],
        table["complete_since"],
        table["lists_until"],
    )
    faults = (*_disordered(rows), *(fault for row in rows for fault in _faults(row, regions)))
    if faults:
        raise RegionTableWrong(faults)
    return regions


def _region(row: Mapping[str, Any]) -> Region:
    return Region(
        code=row["code"],
        zh=row["zh"],
        since=row.get("since"),
        until=row.get("until"),
        successors=tuple(row.get("successors", ())),
        former=tuple(FormerName(name["zh"], name["until"]) for name in row.get("former", ())),
        source=row.get("source", ""),
        note=row.get("note", ""),
    )


# ── shape ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _misshapen(table: Any) -> Iterator[str]:
    if not isinstance(table, dict) or table.keys() != _HEAD or not isinstance(table["regions"], list):
        yield f"the table is an object with {', '.join(sorted(_HEAD))}: write these and nothing else"
        return
    for number, row in enumerate(table["regions"], 1):
        if not isinstance(row, dict) or not isinstance(row.get("code"), str) or not isinstance(row.get("zh"), str):
            yield f"row {number}: write its code and its name (zh)"
            continue
        wrong = [key for key, value in row.items() if not _is(value, _ROW.get(key))]
        wrong += [key for key, fits in _LISTS.items() if key not in wrong and not all(map(fits, row.get(key, ())))]
        if wrong:
            yield f"{row['code']}: {', '.join(wrong)} is unknown or written wrongly; the fields are {', '.join(_ROW)}"


def _is(value: Any, wanted: type | None) -> bool:
    return wanted is not None and isinstance(value, wanted) and not isinstance(value, bool)


def _is_former(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"zh", "until"}
        and _is(value["zh"], str)
        and _is(value["until"], int)
    )


_LISTS = {"successors": lambda value: isinstance(value, str), "former": _is_former}


# ── sense ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _disordered(rows: tuple[Region, ...]) -> Iterator[str]:
    for before, after in pairwise(rows):
        if after.code == before.code:
            yield f"{after.code} stands twice: one code is one row; an earlier name goes into its former"
        elif after.code < before.code:
            yield f"{after.code} stands after {before.code}: keep the rows in the order of their codes"


def _faults(region: Region, regions: Regions) -> Iterator[str]:
    code = region.code
    if not _CODE.fullmatch(code):
        yield f"{code}: a code is six digits, or two to twelve capitals for a local one"
        return
    listed = code.isdigit() and code != NATION
    if listed == bool(region.source):
        yield f"{code}: source is for rows that no list has (the nation, local codes), and only there"
    if not region.zh.strip():
        yield f"{code}: write its name (zh)"
    yield from _years(region, regions)
    yield from _names(region)
    yield from _heirs(region, regions)
    if listed:
        yield from _around(region, regions)


def _years(region: Region, regions: Regions) -> Iterator[str]:
    for word, year in (("since", region.since), ("until", region.until)):
        if year is not None and not _FIRST_YEAR <= year <= regions.lists_until:
            yield f"{region.code}: {word} {year} is not between {_FIRST_YEAR} and {regions.lists_until}, the last list"
    if region.since is not None and region.until is not None and region.until <= region.since:
        yield f"{region.code}: until {region.until} is not after since {region.since}"
    if region.until is not None and region.until < regions.complete_since:
        yield f"{region.code}: it ended in {region.until}; the table begins with {regions.complete_since}: leave it out"


def _names(region: Region) -> Iterator[str]:
    ends = [name.until for name in region.former]
    if ends != sorted(set(ends)):
        yield f"{region.code}: two former names for one time; each ends in a year of its own, the oldest first"
    if any(_outside(region, year) for year in ends):
        yield f"{region.code}: a former name ends in a year in which the code does not count"
    names = [*(name.zh for name in region.former), region.zh]
    if not all(names) or any(one == other for one, other in pairwise(names)):
        yield f"{region.code}: a former name is the next one, or empty: leave it out"


def _outside(region: Region, year: int) -> bool:
    return (region.since is not None and year <= region.since) or (region.until is not None and year >= region.until)


def _heirs(region: Region, regions: Regions) -> Iterator[str]:
    if region.until is None:
        if region.successors:
            yield f"{region.code}: it has successors but no last year: write until"
        return
    if not region.successors:
        yield f"{region.code}: it ended in {region.until}: name its successors, where its area went"
    if len(set(region.successors)) < len(region.successors):
        yield f"{region.code}: a successor stands twice"
    for code in region.successors:
        heir = regions.by_code.get(code)
        if heir is None:
            yield f"{region.code}: its successor {code} is not in the table"
        elif heir.code == region.code:
            yield f"{region.code}: it is its own successor"
        elif (heir.since or 0) > region.until or (heir.until is not None and heir.until <= region.until):
            yield f"{region.code}: its successor {code} does not count after {region.until}"


def _around(region: Region, regions: Regions) -> Iterator[str]:
    province = regions.by_code.get(f"{region.code[:2]}0000")
    if province is None:
        yield f"{region.code}: the province {region.code[:2]}0000 is not in the table"
        return
    outer = regions.by_code.get(f"{region.code[:4]}00", province) if region_level(region.code) == "county" else province
    early = (region.since or 0) < (outer.since or 0)
    late = outer.until is not None and (region.until is None or region.until > outer.until)
    if early or late:
        yield f"{region.code}: its years reach beyond those of {outer.code}, in which it lies"

"""Understands whether the region codes that a definition names are ones, and count while its text is in force.

A text may outlive a code, and a code may be newer than a text: a fault is a code that no list has, or one whose years
never meet those of the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from shared.identifiers import known_regions, region_fault
from shared.programmes.model import Programme
from shared.programmes.reading.faults import Findings


def check_regions(programme: Programme, findings: Findings) -> None:
    """Report every code of the text, its authorities and its applicants that cannot be meant, with the one that can."""
    for path, code in _named(programme):
        day = _day_without(code, programme)
        fault = region_fault(code, day) if day else None
        if fault is not None:
            findings.at(path, f"{fault.zh};{fault.do_zh}", f"{fault.en}: {fault.do_en}")


def _named(programme: Programme) -> Iterator[tuple[str, str]]:
    yield "region", programme.region
    for authority in programme.authorities:
        if isinstance(authority.region, str):
            yield f"authorities[{authority.id}].region", authority.region
    for number, code in enumerate(programme.applicants.regions):
        yield f"applicants.regions[{number}]", code


def _day_without(code: str, programme: Programme) -> date | None:
    """A day that shows what is wrong with the code; None where its years and the text's meet."""
    known = known_regions()
    found, force = known.get(code), programme.legal.in_force
    if found is None:
        return date(known.lists_until, 1, 1)
    if isinstance(force.since, date) and found.valid_to is not None and found.valid_to < force.since:
        return force.since
    if force.until is not None and found.valid_from is not None and force.until < found.valid_from:
        return force.until
    return None

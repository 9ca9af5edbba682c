"""Understands whose desk a case lies on: a party's role, and how far its level or its named authorities reach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.identifiers import region_contains, region_stem
from shared.programmes.model import Programme

ANY_LEVEL = -1


@dataclass(frozen=True)
class Desk:
    """Who has to act: ``role`` of the token; ``regions`` are the regions of named authorities; where there are none,
    the region that contains the applicant and has so many significant ``digits`` (-1: any)."""

    party: str
    role: str
    digits: int = ANY_LEVEL
    regions: tuple[str, ...] = ()
    authorities: tuple[str, ...] = ()
    """The named authorities as they are called on that day, the leading one first."""


def desk_of(party_id: str, programme: Programme, day: date | None = None) -> Desk:
    """The desk of one of the programme's parties on a day: an authority's successor acts in its place. Without a day:
    the authorities that the text names."""
    party = programme.party(party_id)
    acting = programme.authorities_on(party, day or date.min)
    named = tuple(authority.region for authority in acting if isinstance(authority.region, str))
    digits = next((level.region_digits for level in programme.levels if level.id == party.level), ANY_LEVEL)
    return Desk(party.id, party.role, digits, named, tuple(authority.name.zh for authority in acting))


def reaches(desk: Desk, region: str, inner: str) -> bool:
    """Whether an official of this region acts at the desk for an applicant of the inner one."""
    if desk.regions:
        return region in desk.regions
    if not region_contains(region, inner):
        return False
    # A local code (letters) stands for one body at one level; digits say nothing about it.
    return desk.digits == ANY_LEVEL or not region.isdigit() or len(region_stem(region)) == desk.digits

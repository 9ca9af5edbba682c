"""Understands that an organisation has one place in a programme: no second application beside an open one or a title.

A place is a stream of its own, so that two drafts submitted at the same moment meet there and one of them loses. It is
never released by a fact: whoever wants it looks whether the case that holds it still does. Between the claim and the
filing the holder is a draft still: for :data:`FILING` the claim alone holds the place, longer than a request may take.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.intake.domain import errors
from services.intake.domain.application import Application
from services.intake.domain.events import Fact, PlaceClaimed
from shared.programmes.model import Programme

EXCLUSIVE = frozenset({"no_application_while_valid", "one_application_per_round"})


@dataclass(frozen=True)
class Place:
    """Which case claimed the place last."""

    case_id: str = ""
    claimed_at: datetime | None = None


NONE = Place()
FILING = timedelta(minutes=10)
"""Several times what one request and one transaction may take together; a filing that is later claims again."""


def evolve(place: Place, fact: Fact) -> Place:
    """The last claim counts."""
    return Place(fact.case_id, fact.claimed_at) if isinstance(fact, PlaceClaimed) else place


def is_exclusive(programme: Programme) -> bool:
    """Whether the programme refuses a second application of the same organisation in itself."""
    return any(
        overlap.kind in EXCLUSIVE and (not overlap.programmes or programme.id in overlap.programmes)
        for overlap in programme.overlaps
    )


def claim(place: Place, holder: Application, wanted: PlaceClaimed, today: date) -> tuple[Fact, ...]:
    """Take the place. ``holder`` is the application that claimed it last; raises :class:`errors.PlaceTaken`."""
    if place.case_id == wanted.case_id:
        return () if _younger(place, wanted, FILING / 2) else (wanted,)
    filing = holder.status == "draft" and _younger(place, wanted, FILING)
    if place.case_id and (filing or holder.holds_place(today)):
        raise errors.PlaceTaken()
    return (wanted,)


def _younger(place: Place, wanted: PlaceClaimed, age: timedelta) -> bool:
    """Whether the place was claimed less than so long before; two processes' clocks may differ either way."""
    if place.claimed_at is None or wanted.claimed_at is None:
        return False
    return wanted.claimed_at - place.claimed_at < age

"""Understands how many cases an authority may recommend in a round: one stream of places for each such quota.

Two reviewers who recommend for the last place at the same moment meet in that stream, and one of them loses. A place is
taken before the recommendation itself; between the two its holder may die. So whoever finds no place left looks whether
each holder has recommended: who has not, and took the place longer ago than :data:`RECOMMENDING`, gives it back. A
place that was used stays used, whatever becomes of the case: no text says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from services.review.domain import errors
from services.review.domain.desks import ANY_LEVEL, desk_of
from services.review.domain.people import Person
from services.review.domain.subject import Applicant
from shared.identifiers import region_stem
from shared.programmes.model import Programme, Quota, RoundRules

RECOMMENDING = timedelta(minutes=10)
"""Several times what one request may take; a recommendation that is later takes its place again."""
MOST_NAMED = 10
REGION_DIGITS = 6


@dataclass(frozen=True)
class QuotaPlaceTaken:
    """A case has a place in the quota; ``extra`` where it is one of the additional ones. ``places`` and
    ``extra_places`` are how many the regulation gives."""

    NAME: ClassVar[str] = "review.quota-place-taken.1"
    round_id: str
    programme: str
    quota: str
    authority: str
    region: str
    case_id: str
    step: str
    party: str
    name: str
    places: int
    extra_places: int
    by: str
    taken_at: datetime
    extra: bool = False


@dataclass(frozen=True)
class QuotaPlaceReleased:
    """Its holder never recommended: the place is free again."""

    NAME: ClassVar[str] = "review.quota-place-released.1"
    round_id: str
    quota: str
    authority: str
    case_id: str
    released_at: datetime


Fact = QuotaPlaceTaken | QuotaPlaceReleased
FACTS: tuple[type, ...] = (QuotaPlaceTaken, QuotaPlaceReleased)


@dataclass(frozen=True)
class Places:
    """Who holds a place, by case."""

    taken: Mapping[str, QuotaPlaceTaken] = field(default_factory=dict)


NONE = Places()


def evolve(known: Places, fact: Any) -> Places:
    match fact:
        case QuotaPlaceTaken():
            return Places({**known.taken, fact.case_id: fact})
        case QuotaPlaceReleased():
            return Places({case_id: place for case_id, place in known.taken.items() if case_id != fact.case_id})
        case _:
            return known


def quota_of(programme: Programme, quota_id: str) -> Quota:
    """The quota that a step names; the loader refuses a name that the programme does not have."""
    assert isinstance(programme.rounds, RoundRules)
    return next(quota for quota in programme.rounds.quotas if quota.id == quota_id)


def authority_of(quota: Quota, by: Person, applicant: Applicant, programme: Programme) -> str:
    """Whose quota it is: the authority of the party's level in whose region the applicant lies, else the party."""
    desk = desk_of(quota.party, programme)
    if desk.regions or desk.digits == ANY_LEVEL:
        return quota.party
    if by.region.isdigit() and applicant.region.isdigit():
        return applicant.region[: desk.digits].ljust(REGION_DIGITS, "0")
    return by.region


def stream_of(round_id: str, programme: str, quota: str, authority: str) -> str:
    """The id of the stream in which one authority's places of one round are counted."""
    return f"{round_id}/{programme}/{quota}/{region_stem(authority) or authority}"


def limits(quota: Quota) -> tuple[int, int]:
    """How many places, and how many additional ones; refuses where the text leaves it open."""
    if not isinstance(quota.at_most, int):
        raise errors.ParameterUnset(what=f"rounds.quotas[{quota.id}].at_most")
    return quota.at_most, quota.extra


def holding_without_use(known: Places, wanted: QuotaPlaceTaken) -> tuple[QuotaPlaceTaken, ...]:
    """Places old enough that their holders should have recommended; only their cases can tell."""
    return tuple(place for place in known.taken.values() if _older(place, wanted, RECOMMENDING))


def decide_place(
    wanted: QuotaPlaceTaken, known: Places, unused: frozenset[str], may_use_extra: bool
) -> tuple[Fact, ...]:
    """Take a place, once for each case. ``unused`` are holders of whom their cases say that they never recommended.
    Raises :class:`errors.QuotaUsedUp`."""
    own = known.taken.get(wanted.case_id)
    if own is not None:
        # Taken before and used now: from here on the holder counts as recommending again.
        return (replace(wanted, extra=own.extra),) if _older(own, wanted, RECOMMENDING / 2) else ()
    extra = _free(wanted, known, may_use_extra)
    if extra is not None:
        return (replace(wanted, extra=extra),)
    idle = [place.case_id for place in holding_without_use(known, wanted) if place.case_id in unused]
    released = tuple(_release(wanted, case_id) for case_id in idle)
    for fact in released:
        known = evolve(known, fact)
    extra = _free(wanted, known, may_use_extra)
    if extra is None:
        raise _used_up(wanted, known)
    return (*released, replace(wanted, extra=extra))


def _free(wanted: QuotaPlaceTaken, known: Places, may_use_extra: bool) -> bool | None:
    """Which kind of place is free: an additional one first, because fewer may use it; None for no place."""
    extra = sum(1 for place in known.taken.values() if place.extra)
    if may_use_extra and extra < wanted.extra_places:
        return True
    return False if len(known.taken) - extra < wanted.places else None


def _older(place: QuotaPlaceTaken, wanted: QuotaPlaceTaken, age: timedelta) -> bool:
    return wanted.taken_at - place.taken_at >= age


def _release(wanted: QuotaPlaceTaken, case_id: str) -> QuotaPlaceReleased:
    return QuotaPlaceReleased(wanted.round_id, wanted.quota, wanted.authority, case_id, wanted.taken_at)


def _used_up(wanted: QuotaPlaceTaken, known: Places) -> errors.QuotaUsedUp:
    names = [place.name for place in sorted(known.taken.values(), key=lambda place: (place.taken_at, place.case_id))]
    more = f" … (+{len(names) - MOST_NAMED})" if len(names) > MOST_NAMED else ""
    return errors.QuotaUsedUp(
        places=wanted.places, extra=f"+{wanted.extra_places}", holders="、".join(names[:MOST_NAMED]) + more
    )

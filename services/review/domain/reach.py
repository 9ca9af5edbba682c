"""Understands who may act on a title: it stands, is another organisation's, and lies within the person's reach."""

from __future__ import annotations

from services.review.domain import errors
from services.review.domain.holding import Title, TitleEntered
from services.review.domain.people import Person
from shared.identifiers import region_contains
from shared.programmes.model import Programme


def ensure_in_charge(by: Person, title: Title) -> TitleEntered:
    """Somebody in whose region the holder lies may record what was established, and what came in."""
    entered = _ensure_stands(by, title)
    if not region_contains(by.region, entered.holder_region):
        raise errors.OutsideRegion()
    return entered


def ensure_revocable(by: Person, title: Title, programme: Programme) -> TitleEntered:
    """Somebody of the programme's own region may take the title away, or give time before that."""
    entered = _ensure_stands(by, title)
    if not region_contains(by.region, programme.region):
        raise errors.OutsideRegion()
    return entered


def ensure_stands(title: Title) -> TitleEntered:
    """Nothing more is recorded on a title that ended."""
    if title.entered is None:
        raise errors.TitleUnknown()
    if title.status in ("ordered", "revoked", "lapsed"):
        raise errors.TitleEnded()
    return title.entered


def _ensure_stands(by: Person, title: Title) -> TitleEntered:
    entered = ensure_stands(title)
    if by.organisation and by.organisation == entered.holder_uscc:
        raise errors.OwnOrganisation()
    return entered

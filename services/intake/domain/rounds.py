"""Understands a round as intake heard of it: under which text, and from when to when it takes applications."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from services.intake.domain import errors
from services.intake.domain.events import Fact, RoundAnnounced

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has had one zone without summer time since 1991; windows are shown in it."""


@dataclass(frozen=True)
class Round:
    """A call for applications; nothing until it was announced. ``closes_at`` is the first instant after the window."""

    announced: RoundAnnounced | None = None


NONE = Round()


def evolve(known: Round, fact: Fact) -> Round:
    """The last announcement counts."""
    return Round(fact) if isinstance(fact, RoundAnnounced) else known


def announce(announced: RoundAnnounced, known: Round) -> tuple[Fact, ...]:
    """Remember a round; the same announcement twice is one."""
    return () if known.announced == announced else (announced,)


def ensure_known(known: Round) -> RoundAnnounced:
    """The round, or :class:`errors.RoundUnknown`."""
    if known.announced is None:
        raise errors.RoundUnknown()
    return known.announced


def ensure_open(known: Round, now: datetime) -> RoundAnnounced:
    """The round, or a refusal that says from when to when it is open."""
    announced = ensure_known(known)
    if not announced.opens_at <= now < announced.closes_at:
        raise errors.RoundNotOpen(opens=_shown(announced.opens_at), closes=_shown(announced.closes_at))
    return announced


def _shown(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")

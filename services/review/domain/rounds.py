"""Understands a round: a call for applications under one text, with a window, opened by an officer; and what was drawn
up or posted for many of its cases at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from services.review.domain import errors
from services.review.domain.case import TYPES
from services.review.domain.gathering import FACTS as GATHERING
from services.review.domain.gathering import Candidate, Entry, ListDrawnUp, NoticePostedTogether
from services.review.domain.people import Person
from services.review.domain.steps.shape import stated
from shared.identifiers import region_contains
from shared.programmes.model import Programme

LONGEST_DAYS = 400


@dataclass(frozen=True)
class OpenRound:
    """Call for applications from ``opens_at`` until ``closes_at`` (excluded)."""

    round_id: str
    by: Person
    title: str
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class RoundOpened:
    """The call stands."""

    NAME: ClassVar[str] = "review.round-opened.1"
    round_id: str
    programme: str
    title: str
    opens_at: datetime
    closes_at: datetime
    issuer_region: str
    by: str
    opened_at: datetime


FACTS: tuple[type, ...] = (RoundOpened, *GATHERING)


@dataclass(frozen=True)
class Round:
    """A call, once it was opened, its lists and the notices over many cases."""

    opened: RoundOpened | None = None
    lists: tuple[ListDrawnUp, ...] = ()
    notices: tuple[NoticePostedTogether, ...] = ()

    def listing(self, case_id: str, step: str, visit: int) -> tuple[ListDrawnUp, Entry] | None:
        """What a list says of a case that came to the step for this time."""
        for drawn in self.lists:
            for entry in drawn.entries if drawn.step == step else ():
                if (entry.case_id, entry.visit) == (case_id, visit):
                    return drawn, entry
        return None

    def posting(self, case_id: str, step: str, visit: int) -> tuple[NoticePostedTogether, Candidate] | None:
        """The notice over many that stands over a case that came to the step for this time."""
        for posted in self.notices:
            for each in posted.cases if posted.step == step else ():
                if (each.case_id, each.visit) == (case_id, visit):
                    return posted, each
        return None


NONE = Round()


def evolve(known: Round, fact: Any) -> Round:
    match fact:
        case RoundOpened():
            return Round(fact)
        case ListDrawnUp():
            return replace(known, lists=(*known.lists, fact))
        case NoticePostedTogether():
            return replace(known, notices=(*known.notices, fact))
        case _:
            return known


def decide_round(
    command: OpenRound, known: Round, programme: Programme, now: datetime, sandbox: bool
) -> tuple[RoundOpened, ...]:
    """Open it under a text that can be run: in production one in force, in a sandbox also drafts with a supplement."""
    if known.opened is not None:
        raise errors.RoundExists()
    if not region_contains(command.by.region, programme.region):
        raise errors.OutsideRegion()
    ensure_runnable(programme, sandbox)
    length = command.closes_at - command.opens_at
    if command.closes_at <= now or not timedelta() < length <= timedelta(days=LONGEST_DAYS):
        raise errors.WindowWrong(days=LONGEST_DAYS)
    opened = RoundOpened(
        round_id=command.round_id,
        programme=programme.ref,
        title=stated(command.title),
        opens_at=command.opens_at,
        closes_at=command.closes_at,
        issuer_region=programme.region,
        by=command.by.id,
        opened_at=now,
    )
    return (opened,)


def ensure_runnable(programme: Programme, sandbox: bool) -> None:
    """Refuses a text that takes no new case here, or leaves open what a case needs."""
    if not programme.accepts_new_cases:
        raise errors.ProgrammeNotRunnable(what=programme.legal.status)
    ensure_complete(programme, sandbox)


def ensure_complete(programme: Programme, sandbox: bool) -> None:
    """Refuses a text that leaves open what a case needs, be it a new one or one that goes on."""
    if programme.sandbox_only and not sandbox:
        raise errors.ProgrammeNotRunnable(what="sandbox_only")
    missing = programme.missing_for_sandbox() if sandbox else programme.missing_for_activation()
    unknown = tuple(step.type for step in programme.procedure().steps if step.type not in TYPES)
    if missing or unknown:
        raise errors.ProgrammeNotRunnable(what=", ".join((*missing[:10], *unknown)))

"""Understands what the commands of review work on: its streams, the regulations, the calendar, and a write."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from services.review.domain import budgets, case, filings, quotas, rounds, title, years
from services.review.domain.budgets import Purse
from services.review.domain.errors import ProgrammeNotRunnable, TextClosed, TextMissing
from services.review.domain.filings import Answered
from services.review.domain.quotas import Places
from services.review.domain.rounds import Round
from services.review.domain.subject import Case
from services.review.domain.title import Title
from services.review.domain.years import Year
from shared.calendar import Calendar
from shared.envelope import Origin
from shared.programmes.catalogue import NoSuchProgramme
from shared.programmes.life import closed_because, follower
from shared.programmes.model import Programme
from shared.runtime.ports import Loaded, Receipt, StreamKind, Streams

CASE: StreamKind[Case] = StreamKind("case", case.NONE, case.evolve)
ROUND: StreamKind[Round] = StreamKind("round", rounds.NONE, rounds.evolve)
PURSE: StreamKind[Purse] = StreamKind("budget", budgets.NONE, budgets.evolve)
QUOTA: StreamKind[Places] = StreamKind("quota", quotas.NONE, quotas.evolve)
YEAR: StreamKind[Year] = StreamKind("calendar", years.NONE, years.evolve)
FILING: StreamKind[Answered] = StreamKind("filing", filings.NONE, filings.evolve)
TITLE: StreamKind[Title] = StreamKind("title", title.NONE, title.evolve)


class Programmes(Protocol):
    """The library of regulations: the text at exactly this address, and the one that a new round runs under."""

    def get(self, ref: str) -> Programme: ...

    def open_for_cases(self, programme_id: str, day: date, *, sandbox: bool) -> Programme | None: ...

    def programmes(self) -> Sequence[Programme]: ...


def text_at(programmes: Programmes, ref: str) -> Programme:
    """The text at this address, or the refusal that says which one is missing and how to put it back."""
    try:
        return programmes.get(ref)
    except NoSuchProgramme as unknown:
        raise TextMissing(ref=ref) from unknown


def versions_of(programmes: Programmes, programme_id: str) -> Sequence[Programme]:
    """Every version of a programme that is listed, or the refusal where there is none."""
    versions = [each for each in programmes.programmes() if each.id == programme_id]
    if not versions:
        raise ProgrammeNotRunnable(what="unknown")
    return versions


def text_for_cases(programmes: Programmes, programme_id: str, day: date, *, sandbox: bool) -> Programme:
    """The text that a new case is under on this day, or the refusal that says why there is none and which follows."""
    versions = versions_of(programmes, programme_id)
    programme = programmes.open_for_cases(programme_id, day, sandbox=sandbox)
    if programme is not None:
        return programme
    newest = versions[-1]
    why = closed_because(newest, day, sandbox=sandbox)
    if why is None:
        missing = newest.missing_for_sandbox() if sandbox else newest.missing_for_activation()
        raise ProgrammeNotRunnable(what=", ".join(missing[:10]) or "sandbox_only")
    after = follower(newest, programmes.programmes())
    raise TextClosed(why_zh=why.zh, why_en=why.en, next_zh=after.zh, next_en=after.en)


Holdings = Callable[[str, str], Awaitable[Sequence[str]]]
"""Case ids of the titles that an organisation may have under a programme: ``await holdings(uscc, programme_id)``."""


@dataclass(frozen=True)
class Write:
    """What comes along with a command: why, on which version, and how to remember the answer."""

    origin: Origin
    expected: int | None = None
    receipt: Callable[[Loaded[Any]], Receipt] | None = None

    @property
    def now(self) -> datetime:
        return self.origin.occurred_at


async def calendar_at(streams: Streams, now: datetime, since: datetime | None = None) -> Calendar:
    """The package's years, and those that were published as facts and can matter now: a case that is older (``since``)
    may stand in a period that began long ago."""
    first = min(now.year, since.year if since else now.year) - 1
    years_ = [(await streams.load(YEAR, str(year))).state for year in range(first, now.year + 2)]
    return Calendar({known.plan.year: known.plan for known in years_ if known.plan})

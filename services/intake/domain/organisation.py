"""Understands what an organisation has before all authorities: applications on their way, titles, money that it got.

One stream per organisation, whatever the programme: two drafts that are submitted at the same moment meet there and
one of them loses. A claim is never released by a fact: whoever asks looks whether its application is still open.
Between claim and filing the application is a draft still: for :data:`FILING` the claim alone counts, longer than a
request may take.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from services.intake.domain import events as e
from services.intake.domain.application import OPEN, Application

FILING = timedelta(minutes=10)
"""Several times what one request and one transaction may take together; a filing that is later claims again."""


@dataclass(frozen=True)
class Title:
    """A title and until when it was, or is, held. ``ended_on`` is the first day without it, where it was revoked."""

    held: e.TitleHeld
    ended_on: date | None = None

    @property
    def programme_id(self) -> str:
        return programme_id(self.held.programme)

    @property
    def last_day(self) -> date | None:
        """The last day with it, included; None where no end is set."""
        if self.ended_on is None:
            return self.held.valid_to
        before = self.ended_on - timedelta(days=1)
        return before if self.held.valid_to is None else min(before, self.held.valid_to)

    def is_held(self, day: date) -> bool:
        return self.held.valid_from <= day and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True)
class Funds:
    """What one case brought: CNY that went out, less what came back, and the day of the last payment out."""

    case_id: str
    programme: str
    net: Decimal = Decimal(0)
    paid_on: date | None = None


@dataclass(frozen=True)
class Organisation:
    """Everything by case."""

    claims: Mapping[str, e.PlaceClaimed] = field(default_factory=dict)
    titles: Mapping[str, Title] = field(default_factory=dict)
    funds: Mapping[str, Funds] = field(default_factory=dict)


NONE = Organisation()


def programme_id(ref: str) -> str:
    """The programme's id within an address."""
    return ref.partition("@")[0]


def evolve(o: Organisation, fact: e.Fact) -> Organisation:
    """Fold one fact; the last word about a case counts."""
    match fact:
        case e.PlaceClaimed():
            return replace(o, claims={**o.claims, fact.case_id: fact})
        case e.TitleHeld():
            return replace(o, titles={**o.titles, fact.case_id: Title(fact)})
        case e.TitleEnded() if fact.case_id in o.titles:
            ended = replace(o.titles[fact.case_id], ended_on=fact.ended_on)
            return replace(o, titles={**o.titles, fact.case_id: ended})
        case e.TitleProlonged() if fact.case_id in o.titles:
            longer = Title(_until(o.titles[fact.case_id], fact))
            return replace(o, titles={**o.titles, fact.case_id: longer})
        case e.FundsReceived():
            return replace(o, funds={**o.funds, fact.case_id: _paid(o, fact)})
        case _:
            return o


def _paid(o: Organisation, fact: e.FundsReceived) -> Funds:
    before = o.funds.get(fact.case_id, Funds(fact.case_id, fact.programme))
    if fact.direction == "back":
        return replace(before, net=before.net - Decimal(fact.amount))
    return replace(before, net=before.net + Decimal(fact.amount), paid_on=fact.paid_on)


Remembered = e.TitleHeld | e.TitleEnded | e.TitleProlonged | e.FundsReceived
"""What review and the registry say of an organisation."""


def remember(told: Remembered, o: Organisation) -> tuple[e.Fact, ...]:
    """Keep what review and the registry say of the organisation; the same title twice is one."""
    known = o.titles.get(told.case_id)
    if isinstance(told, e.TitleHeld) and known is not None and known.held == told:
        return ()
    if isinstance(told, e.TitleEnded) and (known is None or known.ended_on == told.ended_on):
        return ()
    if isinstance(told, e.TitleProlonged) and (known is None or Title(_until(known, told)) == known):
        return ()
    return (told,)


def _until(known: Title, told: e.TitleProlonged) -> e.TitleHeld:
    return replace(known.held, valid_to=told.valid_to)


def with_filed(o: Organisation, filed: Iterable[e.PlaceClaimed]) -> Organisation:
    """The organisation, and what it had filed before filing left a claim here."""
    return replace(o, claims={**{each.case_id: each for each in filed}, **o.claims})


def claim(o: Organisation, wanted: e.PlaceClaimed) -> tuple[e.Fact, ...]:
    """Put the application before the others; one that did so a moment ago need not again."""
    before = o.claims.get(wanted.case_id)
    return () if before is not None and is_filing(before, wanted.claimed_at, FILING / 2) else (wanted,)


def is_filing(claimed: e.PlaceClaimed, now: datetime | None, age: timedelta = FILING) -> bool:
    """Whether it was claimed less than so long before; two processes' clocks may differ either way."""
    return claimed.claimed_at is not None and now is not None and now - claimed.claimed_at < age


def is_open(application: Application, claimed: e.PlaceClaimed, now: datetime) -> bool:
    """Whether an application is before the authority, or is being filed just now."""
    if application.status in OPEN:
        return True
    return application.status == "draft" and is_filing(claimed, now)

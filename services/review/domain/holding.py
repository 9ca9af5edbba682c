"""Understands what is known of a title on record: where it stands, what is proved, what is due. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from services.review.domain.duty_facts import ObligationIncurred, ReminderSpared, TitleDated, TitleReminded
from services.review.domain.title_facts import (
    FACTS,
    Fact,
    FindingRecorded,
    Kind,
    ObligationMet,
    ObligationMissed,
    ProcedureBegun,
    ProcedureEnded,
    RectificationOrdered,
    RectificationSettled,
    ReviewDayPassed,
    ReviewHeld,
    RevocationDismissed,
    RevocationOrdered,
    RevocationProposed,
    TitleDateSet,
    TitleEntered,
    TitleLapsed,
    TitleRenewed,
    TitleRevoked,
    ValidityPassed,
    What,
    Why,
)

__all__ = [
    "FACTS",
    "NONE",
    "Fact",
    "FindingRecorded",
    "Kind",
    "ObligationIncurred",
    "ObligationMet",
    "ObligationMissed",
    "Order",
    "ProcedureBegun",
    "ProcedureEnded",
    "RectificationOrdered",
    "RectificationSettled",
    "ReminderSpared",
    "ReviewDayPassed",
    "ReviewHeld",
    "RevocationDismissed",
    "RevocationOrdered",
    "RevocationProposed",
    "Status",
    "Title",
    "TitleDateSet",
    "TitleDated",
    "TitleEntered",
    "TitleLapsed",
    "TitleReminded",
    "TitleRenewed",
    "TitleRevoked",
    "ValidityPassed",
    "What",
    "Why",
    "date_key",
    "evolve",
]
Status = Literal["none", "held", "proposed", "ordered", "revoked", "lapsed"]


@dataclass(frozen=True)
class Order:
    """An order to put something right, and how it ended."""

    ordered: RectificationOrdered
    settled: RectificationSettled | None = None


@dataclass(frozen=True)
class Title:
    """One title with everything that happened to it. ``dates`` are open, by what and name; ``orders`` by ground, the
    newest of each; ``healed`` are proofs that a ground may not rest on any more, because they were put right.
    ``events`` are those because of which something is or was owed, by name; ``dated`` says that dates were set once."""

    status: Status = "none"
    entered: TitleEntered | None = None
    valid_to: date | None = None
    proposal: RevocationProposed | None = None
    revoked_at: datetime | None = None
    lapsed: TitleLapsed | None = None
    dates: Mapping[str, TitleDateSet] = field(default_factory=dict)
    dated: bool = False
    events: Mapping[str, ObligationIncurred] = field(default_factory=dict)
    findings: tuple[FindingRecorded, ...] = ()
    met: tuple[ObligationMet, ...] = ()
    missed: tuple[ObligationMissed, ...] = ()
    orders: Mapping[str, Order] = field(default_factory=dict)
    healed: tuple[tuple[str, str], ...] = ()
    reviews: tuple[ReviewHeld | ReviewDayPassed, ...] = ()
    running: Mapping[str, str] = field(default_factory=dict)
    ended: Mapping[str, str] = field(default_factory=dict)

    def valid_on(self, day: date) -> bool:
        """Whether the title stands on a day, as far as is known now; an order ends it at once."""
        if self.entered is None or self.status not in ("held", "proposed"):
            return False
        return self.entered.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


NONE = Title()


def date_key(what: str, name: str) -> str:
    """How a date is named among the title's own."""
    return f"{what}/{name}"


def evolve(title: Title, fact: Any) -> Title:
    """Fold one fact into the title."""
    match fact:
        case TitleEntered():
            return replace(title, status="held", entered=fact, valid_to=fact.valid_to)
        case RevocationProposed():
            return replace(title, status="proposed", proposal=fact)
        case RevocationDismissed():
            return replace(title, status="held", proposal=None)
        case RevocationOrdered():
            return replace(title, status="ordered", dates={})
        case TitleRevoked():
            return replace(title, status="revoked", revoked_at=fact.revoked_at)
        case TitleLapsed():
            return replace(title, status="lapsed", lapsed=fact, proposal=None, dates={})
        case TitleRenewed():
            standing: Status = "held" if title.status == "lapsed" else title.status
            return replace(title, status=standing, lapsed=None, valid_to=fact.valid_to)
        case _:
            return _evolve_life(title, fact)


def _evolve_life(title: Title, fact: Any) -> Title:
    match fact:
        case TitleDateSet():
            return replace(title, dated=True, dates={**title.dates, date_key(fact.what, fact.name): fact})
        case FindingRecorded():
            return replace(title, findings=(*title.findings, fact))
        case ObligationMet():
            owed = fact.event or fact.obligation
            return replace(_settled(title, "obligation", owed, fact.due_on), met=(*title.met, fact))
        case ObligationMissed():
            owed = fact.event or fact.obligation
            return replace(_settled(title, "obligation", owed, fact.due_on), missed=(*title.missed, fact))
        case RectificationOrdered():
            return replace(title, orders={**title.orders, fact.ground: Order(fact)})
        case RectificationSettled():
            return _rectification(title, fact)
        case ObligationIncurred():
            return replace(title, events={**title.events, fact.event: fact})
        case TitleReminded() | ReminderSpared():
            return _reminded(title, fact)
        case TitleDated() if title.entered is not None:
            known = replace(title.entered, award=fact.award, awarded_on=fact.awarded_on)
            return replace(title, entered=known, dated=True)
        case _:
            return _evolve_procedures(title, fact)


def _reminded(title: Title, fact: TitleReminded | ReminderSpared) -> Title:
    key = date_key(fact.what, fact.name)
    standing = title.dates.get(key)
    if standing is None:
        return title
    told = replace(standing, remind_at=fact.next_at, reminded=fact.days)
    return replace(title, dates={**title.dates, key: told})


def _evolve_procedures(title: Title, fact: Any) -> Title:
    match fact:
        case ProcedureBegun():
            return replace(title, running={**title.running, fact.case: fact.procedure})
        case ProcedureEnded():
            running = {case: name for case, name in title.running.items() if case != fact.case}
            return replace(title, running=running, ended={**title.ended, fact.case: fact.result})
        case ReviewHeld():
            return replace(_settled(title, "review", fact.review), reviews=(*title.reviews, fact))
        case ReviewDayPassed():
            return replace(_settled(title, "review", fact.review, fact.due_on), reviews=(*title.reviews, fact))
        case ValidityPassed():
            return _settled(title, "end", "", fact.due_on)
        case _:
            return title


def _rectification(title: Title, fact: RectificationSettled) -> Title:
    known = title.orders[fact.ground]
    healed = title.healed
    if fact.outcome == "rectified":
        healed = (*healed, *((fact.ground, proof) for proof in known.ordered.proofs))
    orders = {**title.orders, fact.ground: Order(known.ordered, fact)}
    return replace(_settled(title, "rectification", fact.ground), orders=orders, healed=healed)


def _settled(title: Title, what: What, name: str, due_on: date | None = None) -> Title:
    """The date is open no more; one that was set for another day stays."""
    key = date_key(what, name)
    standing = title.dates.get(key)
    if standing is None or (due_on is not None and standing.due_on != due_on):
        return title
    return replace(title, dates={name_: date_ for name_, date_ in title.dates.items() if name_ != key})

"""Understands one title on record: what may be entered, what may be revoked, and what its status is on a day.

A status is read off the dates, never set: nobody has to remember to let a title lapse.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta, timezone
from typing import Any, Literal

from services.registry.domain.commands import Command, EnterTitle, LapseTitle, NoteOldCase, RenewTitle, RevokeTitle
from services.registry.domain.errors import (
    AlreadyEntered,
    AlreadyRevoked,
    AnotherNumber,
    NoGround,
    NotOnRecord,
    ValidityReversed,
)
from services.registry.domain.events import OldCaseNoted, TitleEntered, TitleLapsed, TitleRenewed, TitleRevoked
from services.registry.domain.numbering import number_for

Fact = OldCaseNoted | TitleEntered | TitleRevoked | TitleLapsed | TitleRenewed
Status = Literal["pending", "active", "lapsed", "revoked"]
"""pending: entered, first day of validity still to come; lapsed (失效): last day passed, or ended before it without
being revoked; revoked (撤销): by order."""

STATUSES: tuple[Status, ...] = ("pending", "active", "lapsed", "revoked")
CHINA = timezone(timedelta(hours=8))
"""Asia/Shanghai has had one offset since 1991; a domain asks no time zone database."""


@dataclass(frozen=True)
class Entry:
    """One title's place in the record; empty until it is entered. Nothing is ever removed from it."""

    title: TitleEntered | None = None
    revocation: TitleRevoked | None = None
    lapse: TitleLapsed | None = None
    renewals: tuple[TitleRenewed, ...] = ()
    old_case: OldCaseNoted | None = None

    @property
    def valid_to(self) -> date | None:
        """The last day on which it is valid: of the newest term, unless it lapsed before; None where none is set."""
        if self.lapse is not None:
            return self.lapse.lapsed_on - timedelta(days=1)
        if self.renewals:
            return self.renewals[-1].valid_to
        return self.title.valid_to if self.title else None


def decide(command: Command, entry: Entry, now: datetime) -> tuple[Fact, ...]:
    """The facts that follow, none where the same was recorded before; raises a refusal of ``errors.py``."""
    match command:
        case NoteOldCase():
            return () if entry.old_case else (OldCaseNoted(noted_at=now, **_values(command)),)
        case EnterTitle():
            return _enter(command, entry, now)
        case RevokeTitle():
            return _revoke(command, entry, now)
        case LapseTitle():
            return _lapse(command, entry, now)
        case RenewTitle():
            return _renew(command, entry, now)


def evolve(entry: Entry, fact: Fact) -> Entry:
    """The entry after the fact."""
    match fact:
        case OldCaseNoted():
            return replace(entry, old_case=fact)
        case TitleEntered():
            return replace(entry, title=fact)
        case TitleRevoked():
            return replace(entry, revocation=fact)
        case TitleLapsed():
            return replace(entry, lapse=fact)
        case TitleRenewed():
            return replace(entry, lapse=None, renewals=(*entry.renewals, fact))


def status_on(entry: Entry, day: date) -> Status | None:
    """The title's status on a day (Asia/Shanghai); None where nothing is on record."""
    if entry.title is None:
        return None
    if entry.revocation is not None and entry.revocation.revoked_on <= day:
        return "revoked"
    if day < entry.title.valid_from:
        return "pending"
    return "lapsed" if entry.valid_to is not None and entry.valid_to < day else "active"


def _enter(command: EnterTitle, entry: Entry, now: datetime) -> tuple[Fact, ...]:
    if entry.title is not None:
        if _as_command(entry.title) != command:
            raise AlreadyEntered
        return ()
    if command.valid_to is not None and command.valid_to < command.valid_from:
        raise ValidityReversed
    number = number_for(command.case_id, command.issuer_region, command.valid_from.year)
    return (TitleEntered(number=number, entered_at=now, **_values(command)),)


def _on_record(number: str, entry: Entry) -> TitleEntered:
    if entry.title is None:
        raise NotOnRecord
    if entry.title.number != number:
        raise AnotherNumber
    return entry.title


def _lapse(command: LapseTitle, entry: Entry, now: datetime) -> tuple[Fact, ...]:
    """Once; what is revoked does not lapse."""
    title = _on_record(command.number, entry)
    if entry.lapse is not None or entry.revocation is not None:
        return ()
    return (TitleLapsed(**_holder(title), reason=command.reason, lapsed_on=command.lapsed_on, lapsed_at=now),)


def _renew(command: RenewTitle, entry: Entry, now: datetime) -> tuple[Fact, ...]:
    """Once per term; what is revoked is not renewed."""
    title = _on_record(command.number, entry)
    if entry.revocation is not None or command.valid_from in [known.valid_from for known in entry.renewals]:
        return ()
    if command.valid_to is not None and command.valid_to < command.valid_from:
        raise ValidityReversed
    return (TitleRenewed(**_holder(title), valid_from=command.valid_from, valid_to=command.valid_to, renewed_at=now),)


def _holder(title: TitleEntered) -> dict[str, Any]:
    names = ("case_id", "number", "programme", "holder_uscc", "holder_name", "holder_region")
    return {name: getattr(title, name) for name in names}


def _revoke(command: RevokeTitle, entry: Entry, now: datetime) -> tuple[Fact, ...]:
    title = _on_record(command.number, entry)
    if not (command.ground.strip() and command.clause.strip() and command.reason.strip()):
        raise NoGround
    if entry.revocation is not None:
        if (entry.revocation.ground, entry.revocation.ordered_at) != (command.ground, command.ordered_at):
            raise AlreadyRevoked
        return ()
    return (_revoked(title, command, now),)


def _revoked(title: TitleEntered, command: RevokeTitle, now: datetime) -> TitleRevoked:
    return TitleRevoked(
        **_holder(title),
        ground=command.ground,
        clause=command.clause,
        reason=command.reason,
        ordered_at=command.ordered_at,
        revoked_on=command.ordered_at.astimezone(CHINA).date(),
        revoked_at=now,
    )


def _as_command(title: TitleEntered) -> EnterTitle:
    return EnterTitle(**{field.name: getattr(title, field.name) for field in fields(EnterTitle)})


def _values(command: EnterTitle | NoteOldCase) -> dict[str, Any]:
    return {field.name: getattr(command, field.name) for field in fields(command)}

"""Understands what proves a ground of revocation: so many recorded facts of its kind, within its period.

A period looks back from the day of the proposal, or of the order to put it right where one has to come first, so that
the time that is given never outlasts the ground. A fact is within a period of a year up to the corresponding day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.review.domain import errors
from services.review.domain.holding import FindingRecorded, Kind, Title
from services.review.domain.people import Person
from services.review.domain.reach import ensure_in_charge
from services.review.domain.steps.shape import SHANGHAI, stated
from shared.calendar import Calendar, Rule, end
from shared.programmes.model import Duration, Programme, RevocationGround, Unset

MOST_FINDINGS = 500
KINDS: tuple[Kind, ...] = ("sanction", "omission", "complaints", "falsification", "failed_review", "other")


@dataclass(frozen=True)
class RecordFinding:
    """Record what was established: a verified complaint, a sanction, something omitted, a falsification, a review that
    was failed. ``ground`` narrows it to one ground of the text."""

    by: Person
    kind: Kind
    happened_on: date
    reason: str
    ground: str = ""
    paper: str = ""


@dataclass(frozen=True)
class Proof:
    """One fact that may prove a ground, and the day it happened on."""

    id: str
    on: date


def decide_finding(
    command: RecordFinding, title: Title, programme: Programme, now: datetime
) -> tuple[FindingRecorded, ...]:
    """A named officer records it, with a reason and perhaps the paper's digest; the same twice is refused."""
    ensure_in_charge(command.by, title)
    grounds = {ground.id: ground for ground in programme.revocation}
    if command.ground and command.ground not in grounds:
        raise errors.GroundUnknown(grounds=", ".join(grounds))
    fits = not command.ground or grounds[command.ground].needs == command.kind
    if not fits or command.happened_on > now.astimezone(SHANGHAI).date():
        raise errors.FindingImpossible()
    if len(title.findings) >= MOST_FINDINGS:
        raise errors.TooMany(most=MOST_FINDINGS)
    fact = FindingRecorded(
        finding=finding_name(title, command.kind),
        kind=command.kind,
        ground=command.ground,
        happened_on=command.happened_on,
        by=command.by.id,
        reason=stated(command.reason),
        paper=command.paper,
        recorded_at=now,
    )
    if any(_same(fact, known) for known in title.findings):
        raise errors.FindingRecordedAlready()
    return (fact,)


def finding_name(title: Title, kind: Kind) -> str:
    """Unique on the title."""
    return f"{kind}-{len(title.findings) + 1}"


def _same(one: FindingRecorded, other: FindingRecorded) -> bool:
    return (one.kind, one.ground, one.happened_on, one.paper, one.reason) == (
        *(other.kind, other.ground, other.happened_on, other.paper, other.reason),
    )


def proofs_for(ground: RevocationGround, title: Title) -> tuple[Proof, ...]:
    """Everything on record that may prove the ground and was not put right since, the oldest first."""
    found = [
        Proof(known.finding, known.happened_on)
        for known in title.findings
        if known.kind == ground.needs and known.ground in ("", ground.id)
    ]
    if ground.needs == "omission":
        found += [
            Proof(f"{missed.event or missed.obligation}:{missed.due_on}", missed.due_on)
            for missed in title.missed
            if missed.by_holder and (not ground.obligations or missed.obligation in ground.obligations)
        ]
    return tuple(sorted((p for p in found if (ground.id, p.id) not in title.healed), key=lambda p: (p.on, p.id)))


def ensure_proved(
    ground: RevocationGround, title: Title, on: date, calendar: Calendar, named: Iterable[str] = ()
) -> tuple[str, ...]:
    """The proofs that the ground rests on, seen from a day; all that fit unless some are named. Refuses too few."""
    fitting = proofs_for(ground, title)
    chosen = tuple(dict.fromkeys(named))
    if not set(chosen) <= {proof.id for proof in fitting}:
        raise errors.ProofUnknown()
    within = [p.id for p in fitting if (not chosen or p.id in chosen) and _reaches(ground, p.on, on, calendar)]
    needed = _needed(ground)
    if len(within) < needed:
        raise errors.ProofMissing(count=needed, found=len(within))
    return tuple(within)


def _needed(ground: RevocationGround) -> int:
    """What has to be proved is proved by one fact, unless the text counts; ``other`` is for the officers to judge."""
    if isinstance(ground.count, int):
        return ground.count
    return 0 if ground.needs == "other" and ground.window is None else 1


def _reaches(ground: RevocationGround, happened: date, on: date, calendar: Calendar) -> bool:
    if happened > on:
        return False
    window = ground.window
    if window is None:
        return True
    assert isinstance(window, Duration), "what is unset was refused before"
    return on <= last_day(window, happened, calendar)


def last_day(window: Duration, start: date, calendar: Calendar) -> date:
    """The last day of a period that begins on this day."""
    assert isinstance(window.length, int), "what is unset was refused before"
    if window.unit == "minute" or window.unit == "hour":
        return start + timedelta(minutes=window.length * (60 if window.unit == "hour" else 1))
    counted = window.count_start_day is True
    return end(calendar, Rule(start, window.length, window.unit, counted, window.roll)).day


def ensure_decided(ground: RevocationGround) -> None:
    """Nothing is invented: refuses a ground whose count, period, number of officers or time to rectify is unset."""
    for name in ("officers", "rectify_first", "count", "window"):
        value = getattr(ground, name)
        if isinstance(value, Unset) or (isinstance(value, Duration) and isinstance(value.length, Unset)):
            raise errors.ParameterUnset(what=f"revocation[{ground.id}].{name}")


def ground_of(ground_id: str, programme: Programme) -> RevocationGround:
    """One of the programme's grounds, with everything that it needs to be judged."""
    grounds = {ground.id: ground for ground in programme.revocation}
    if ground_id not in grounds:
        raise errors.GroundUnknown(grounds=", ".join(grounds))
    ensure_decided(grounds[ground_id])
    return grounds[ground_id]

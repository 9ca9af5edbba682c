"""Understands how a title is revoked: on a ground of the text that it was conferred under, once that ground is proved,
by so many persons as the text asks for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.review.domain import errors
from services.review.domain.days import PUBLISHED
from services.review.domain.holding import (
    FACTS,
    NONE,
    Fact,
    RevocationDismissed,
    RevocationOrdered,
    RevocationProposed,
    Status,
    Title,
    TitleEntered,
    TitleRevoked,
    evolve,
)
from services.review.domain.people import Person
from services.review.domain.proof import ensure_proved, ground_of
from services.review.domain.reach import ensure_revocable
from services.review.domain.rectification import reference_day
from services.review.domain.steps.shape import stated
from shared.calendar import Calendar
from shared.programmes.model import Programme, RevocationGround

__all__ = [
    "FACTS",
    "MOST_EVIDENCE",
    "NONE",
    "ConfirmRevocation",
    "DismissRevocation",
    "Fact",
    "ProposeRevocation",
    "RevocationDismissed",
    "RevocationOrdered",
    "RevocationProposed",
    "Status",
    "Title",
    "TitleEntered",
    "TitleRevoked",
    "decide_confirm",
    "decide_dismiss",
    "decide_propose",
    "decide_revoked",
    "ensure_ground",
    "evolve",
]
MOST_EVIDENCE = 50


@dataclass(frozen=True)
class ProposeRevocation:
    """Propose to revoke. ``ground`` is one of the programme's; ``evidence`` names files by SHA-256 or addresses;
    ``proofs`` the recorded facts that it rests on (all that fit where empty); ``no_excuse`` why nothing excuses it."""

    by: Person
    ground: str
    reason: str
    evidence: tuple[str, ...]
    proofs: tuple[str, ...] = ()
    no_excuse: str = ""


@dataclass(frozen=True)
class ConfirmRevocation:
    """Agree with the proposal."""

    by: Person
    reason: str = ""


@dataclass(frozen=True)
class DismissRevocation:
    """Disagree with the proposal: the title stays as it is."""

    by: Person
    reason: str


def decide_propose(
    command: ProposeRevocation, title: Title, programme: Programme, now: datetime, calendar: Calendar = PUBLISHED
) -> tuple[Fact, ...]:
    """One officer proposes, on a proved ground and with evidence; where the text asks for one person, that is all."""
    entered = ensure_revocable(command.by, title, programme)
    if title.status == "proposed":
        raise errors.ProposalStands()
    ground = ground_of(command.ground, programme)
    evidence = _evidence(command.evidence)
    proofs = ensure_ground(ground, title, now, calendar, command.proofs, command.no_excuse)
    proposed = RevocationProposed(
        by=command.by.id,
        ground=ground.id,
        clause=ground.source.clause,
        reason=stated(command.reason),
        evidence=evidence,
        proposed_at=now,
        proofs=proofs,
        no_excuse=command.no_excuse.strip(),
    )
    return (proposed, _order(proposed, command.by.id, entered, now)) if ground.officers == 1 else (proposed,)


def ensure_ground(
    ground: RevocationGround,
    title: Title,
    now: datetime,
    calendar: Calendar,
    named: tuple[str, ...] = (),
    no_excuse: str = "",
) -> tuple[str, ...]:
    """The ground holds: time to put it right was given where it has to be, enough is proved, nothing excuses it."""
    on = reference_day(ground, title, now)
    proofs = ensure_proved(ground, title, on, calendar, named)
    if ground.unless is not None and not no_excuse.strip():
        raise errors.ExcuseUnanswered(zh=ground.unless.zh, en=ground.unless.en)
    return proofs


def _evidence(named: tuple[str, ...]) -> tuple[str, ...]:
    evidence = tuple(dict.fromkeys(item.strip() for item in named if item.strip()))
    if not evidence:
        raise errors.EvidenceMissing()
    if len(evidence) > MOST_EVIDENCE:
        raise errors.TooMany(most=MOST_EVIDENCE)
    return evidence


def _order(proposal: RevocationProposed, confirmed_by: str, entered: TitleEntered, now: datetime) -> RevocationOrdered:
    return RevocationOrdered(
        proposed_by=proposal.by,
        confirmed_by=confirmed_by,
        programme=entered.programme,
        number=entered.number,
        ground=proposal.ground,
        clause=proposal.clause,
        reason=proposal.reason,
        ordered_at=now,
    )


def decide_confirm(command: ConfirmRevocation, title: Title, programme: Programme, now: datetime) -> tuple[Fact, ...]:
    """Another person confirms: the order stands."""
    entered, proposal = _ensure_answerable(command.by, title, programme)
    return (_order(proposal, command.by.id, entered, now),)


def decide_dismiss(command: DismissRevocation, title: Title, programme: Programme, now: datetime) -> tuple[Fact, ...]:
    """Another person disagrees."""
    _ensure_answerable(command.by, title, programme)
    return (RevocationDismissed(command.by.id, stated(command.reason), now),)


def decide_revoked(number: str, title: Title, revoked_at: datetime) -> tuple[Fact, ...]:
    """The registry says that the revocation is on record."""
    return (TitleRevoked(number, revoked_at),) if title.status == "ordered" else ()


def _ensure_answerable(by: Person, title: Title, programme: Programme) -> tuple[TitleEntered, RevocationProposed]:
    entered = ensure_revocable(by, title, programme)
    if title.proposal is None:
        raise errors.NoProposal()
    if title.proposal.by == by.id:
        raise errors.DutiesSeparate(zh="提议撤销", en="the proposal to revoke")
    return entered, title.proposal

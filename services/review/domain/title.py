"""Understands what comes after a title: it is held; somebody proposes to revoke it, another confirms.

Two persons revoke, on a ground of the programme that the title was conferred under, with evidence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, ClassVar, Literal

from services.review.domain import errors
from services.review.domain.people import Person
from services.review.domain.steps.shape import stated
from shared.identifiers import region_contains
from shared.programmes.model import Programme

MOST_EVIDENCE = 50
Status = Literal["none", "held", "proposed", "ordered", "revoked"]


@dataclass(frozen=True)
class ProposeRevocation:
    """Propose to revoke. ``ground`` is one of the programme's; ``evidence`` names files by SHA-256 or addresses."""

    by: Person
    ground: str
    reason: str
    evidence: tuple[str, ...]


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


@dataclass(frozen=True)
class TitleEntered:
    """The registry has the title on record."""

    NAME: ClassVar[str] = "review.title-entered.1"
    case_id: str
    programme: str
    number: str
    holder_uscc: str
    holder_name: str
    holder_region: str
    title_zh: str
    valid_from: date
    valid_to: date | None
    entered_at: datetime


@dataclass(frozen=True)
class RevocationProposed:
    """A proposal waits for another person."""

    NAME: ClassVar[str] = "review.revocation-proposed.1"
    by: str
    ground: str
    clause: str
    reason: str
    evidence: tuple[str, ...]
    proposed_at: datetime


@dataclass(frozen=True)
class RevocationDismissed:
    """The proposal fell."""

    NAME: ClassVar[str] = "review.revocation-dismissed.1"
    by: str
    reason: str
    dismissed_at: datetime


@dataclass(frozen=True)
class RevocationOrdered:
    """Two persons revoked the title; the registry records it."""

    NAME: ClassVar[str] = "review.revocation-ordered.1"
    proposed_by: str
    confirmed_by: str
    programme: str
    number: str
    ground: str
    clause: str
    reason: str
    ordered_at: datetime


@dataclass(frozen=True)
class TitleRevoked:
    """The registry has the revocation on record."""

    NAME: ClassVar[str] = "review.title-revoked.1"
    number: str
    revoked_at: datetime


FACTS: tuple[type, ...] = (TitleEntered, RevocationProposed, RevocationDismissed, RevocationOrdered, TitleRevoked)
Fact = TitleEntered | RevocationProposed | RevocationDismissed | RevocationOrdered | TitleRevoked


@dataclass(frozen=True)
class Title:
    """One title and what is proposed against it."""

    status: Status = "none"
    entered: TitleEntered | None = None
    proposal: RevocationProposed | None = None
    revoked_at: datetime | None = None


NONE = Title()


def evolve(title: Title, fact: Any) -> Title:
    match fact:
        case TitleEntered():
            return Title("held", fact)
        case RevocationProposed():
            return replace(title, status="proposed", proposal=fact)
        case RevocationDismissed():
            return replace(title, status="held", proposal=None)
        case RevocationOrdered():
            return replace(title, status="ordered")
        case TitleRevoked():
            return replace(title, status="revoked", revoked_at=fact.revoked_at)
        case _:
            return title


def decide_enter(entered: TitleEntered, title: Title) -> tuple[Fact, ...]:
    """The registry says that the title is on record; twice is once."""
    return (entered,) if title.status == "none" else ()


def decide_propose(command: ProposeRevocation, title: Title, programme: Programme, now: datetime) -> tuple[Fact, ...]:
    """One officer proposes, on a ground of the programme and with evidence."""
    _ensure_revocable(command.by, title, programme)
    if title.status == "proposed":
        raise errors.ProposalStands()
    grounds = {ground.id: ground for ground in programme.revocation}
    if command.ground not in grounds:
        raise errors.GroundUnknown(grounds=", ".join(grounds))
    evidence = tuple(dict.fromkeys(item.strip() for item in command.evidence if item.strip()))
    if not evidence:
        raise errors.EvidenceMissing()
    if len(evidence) > MOST_EVIDENCE:
        raise errors.TooMany(most=MOST_EVIDENCE)
    clause = grounds[command.ground].source.clause
    return (RevocationProposed(command.by.id, command.ground, clause, stated(command.reason), evidence, now),)


def decide_confirm(command: ConfirmRevocation, title: Title, programme: Programme, now: datetime) -> tuple[Fact, ...]:
    """Another person confirms: the order stands."""
    entered, proposal = _ensure_answerable(command.by, title, programme)
    return (
        RevocationOrdered(
            proposed_by=proposal.by,
            confirmed_by=command.by.id,
            programme=entered.programme,
            number=entered.number,
            ground=proposal.ground,
            clause=proposal.clause,
            reason=proposal.reason,
            ordered_at=now,
        ),
    )


def decide_dismiss(command: DismissRevocation, title: Title, programme: Programme, now: datetime) -> tuple[Fact, ...]:
    """Another person disagrees."""
    _ensure_answerable(command.by, title, programme)
    return (RevocationDismissed(command.by.id, stated(command.reason), now),)


def decide_revoked(number: str, title: Title, revoked_at: datetime) -> tuple[Fact, ...]:
    """The registry says that the revocation is on record."""
    return (TitleRevoked(number, revoked_at),) if title.status == "ordered" else ()


def _ensure_answerable(by: Person, title: Title, programme: Programme) -> tuple[TitleEntered, RevocationProposed]:
    entered = _ensure_revocable(by, title, programme)
    if title.proposal is None:
        raise errors.NoProposal()
    if title.proposal.by == by.id:
        raise errors.DutiesSeparate(zh="提议撤销", en="the proposal to revoke")
    return entered, title.proposal


def _ensure_revocable(by: Person, title: Title, programme: Programme) -> TitleEntered:
    """A title that stands, of another organisation, in the region of the person's authority."""
    if title.entered is None:
        raise errors.TitleUnknown()
    if title.status in ("ordered", "revoked"):
        raise errors.TitleEnded()
    if by.organisation and by.organisation == title.entered.holder_uscc:
        raise errors.OwnOrganisation()
    if not region_contains(by.region, programme.region):
        raise errors.OutsideRegion()
    return title.entered

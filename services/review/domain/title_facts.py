"""Understands what can happen to a title on record. How each fact comes about stands in ``title`` (revocation),
``proof``, ``rectification``, ``duties``, ``expiry`` and ``effects``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal

from services.review.domain import duty_facts

Kind = Literal["sanction", "omission", "complaints", "falsification", "failed_review", "other"]
What = Literal["obligation", "review", "end", "rectification"]
"""What a date of a title is about: a duty, a re-review, the end of its validity, the time to put something right."""

Why = Literal["validity_ended", "no_application", "procedure"]


@dataclass(frozen=True)
class TitleEntered:
    """The registry has the title on record. ``award`` and ``awarded_on`` come from the case that conferred it."""

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
    award: str = ""
    awarded_on: date | None = None


@dataclass(frozen=True)
class RevocationProposed:
    """A proposal waits for another person. ``proofs`` are the recorded findings and omissions that it rests on,
    ``no_excuse`` says why what the text lets excuse it does not hold."""

    NAME: ClassVar[str] = "review.revocation-proposed.1"
    by: str
    ground: str
    clause: str
    reason: str
    evidence: tuple[str, ...]
    proposed_at: datetime
    proofs: tuple[str, ...] = ()
    no_excuse: str = ""


@dataclass(frozen=True)
class RevocationDismissed:
    """The proposal fell."""

    NAME: ClassVar[str] = "review.revocation-dismissed.1"
    by: str
    reason: str
    dismissed_at: datetime


@dataclass(frozen=True)
class RevocationOrdered:
    """The title is revoked by so many persons as its text asks for; the registry records it."""

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


@dataclass(frozen=True)
class TitleDateSet:
    """Something about the title is due: ``due_on`` is the last day in time, ``due_at`` its last instant. A later fact
    of the same ``what`` and ``name`` replaces it. ``after`` is the instant that a coming day was looked for from;
    ``because`` names the notice of the year that moved it. ``remind_at`` is when somebody is reminded next,
    ``reminded`` how many days before the end somebody was reminded last (0: nobody yet)."""

    NAME: ClassVar[str] = "review.title-date-set.1"
    what: What
    name: str
    due_on: date
    due_at: datetime
    provisional: bool
    set_at: datetime
    after: datetime | None = None
    because: str = ""
    remind_at: datetime | None = None
    reminded: int = 0


@dataclass(frozen=True)
class FindingRecorded:
    """A named officer established something about the holder; ``paper`` is the SHA-256 of what shows it. ``ground``
    narrows it to one ground of revocation; ``case`` is the procedure that found it, where one did."""

    NAME: ClassVar[str] = "review.finding-recorded.1"
    finding: str
    kind: Kind
    ground: str
    happened_on: date
    by: str
    reason: str
    paper: str
    recorded_at: datetime
    case: str = ""


@dataclass(frozen=True)
class ObligationMet:
    """What was owed by ``due_on`` was done; ``late`` where it had been recorded as missed before. ``event`` is the
    event that it was owed because of; where the text sets no day for that, ``due_on`` is the event's own."""

    NAME: ClassVar[str] = "review.obligation-met.1"
    obligation: str
    due_on: date
    late: bool
    by: str
    reason: str
    paper: str
    met_at: datetime
    case: str = ""
    event: str = ""


@dataclass(frozen=True)
class ObligationMissed:
    """The day passed on which something was owed. ``by_holder`` is false where an authority owes it; ``event`` is the
    event that it was owed because of."""

    NAME: ClassVar[str] = "review.obligation-missed.1"
    programme: str
    number: str
    obligation: str
    title_zh: str
    title_en: str
    clause: str
    party: str
    by_holder: bool
    due_on: date
    missed_at: datetime
    event: str = ""


@dataclass(frozen=True)
class RectificationOrdered:
    """The holder was told to put right what a ground of revocation names, and by when."""

    NAME: ClassVar[str] = "review.rectification-ordered.1"
    programme: str
    number: str
    ground: str
    title_zh: str
    title_en: str
    clause: str
    proofs: tuple[str, ...]
    by: str
    reason: str
    due_on: date
    due_at: datetime
    ordered_at: datetime


@dataclass(frozen=True)
class RectificationSettled:
    """Whether it was put right: ``rectified``, ``failed`` (an officer found that it was not), or ``overdue``."""

    NAME: ClassVar[str] = "review.rectification-settled.1"
    ground: str
    outcome: Literal["rectified", "failed", "overdue"]
    by: str
    reason: str
    proof: tuple[str, ...]
    settled_at: datetime


@dataclass(frozen=True)
class ProcedureBegun:
    """A procedure on this title was opened."""

    NAME: ClassVar[str] = "review.title-procedure-begun.1"
    case: str
    procedure: str
    begun_at: datetime


@dataclass(frozen=True)
class ProcedureEnded:
    """A procedure on this title ended; ``passed`` where it ended well."""

    NAME: ClassVar[str] = "review.title-procedure-ended.1"
    case: str
    procedure: str
    result: str
    passed: bool
    ended_at: datetime


@dataclass(frozen=True)
class ReviewHeld:
    """A re-review of the title was carried out."""

    NAME: ClassVar[str] = "review.re-review-held.1"
    review: str
    case: str
    passed: bool
    held_on: date
    held_at: datetime


@dataclass(frozen=True)
class ReviewDayPassed:
    """The last day for a re-review passed without one; ``pending`` while one is under way."""

    NAME: ClassVar[str] = "review.re-review-day-passed.1"
    review: str
    due_on: date
    pending: bool
    passed_at: datetime


@dataclass(frozen=True)
class ValidityPassed:
    """The term is over; by its text the title stays until it is reviewed."""

    NAME: ClassVar[str] = "review.validity-passed.1"
    due_on: date
    passed_at: datetime


@dataclass(frozen=True)
class TitleRenewed:
    """A new term follows the old one. ``valid_to`` is its last day; None where the title stays until reviewed."""

    NAME: ClassVar[str] = "review.title-renewed.1"
    programme: str
    number: str
    valid_from: date
    valid_to: date | None
    case: str
    renewed_at: datetime


@dataclass(frozen=True)
class TitleLapsed:
    """The title ended without anybody revoking it. ``lapsed_on`` is the first day on which it is not valid."""

    NAME: ClassVar[str] = "review.title-lapsed.1"
    programme: str
    number: str
    why: Why
    basis: str
    clause: str
    reason: str
    lapsed_on: date
    lapsed_at: datetime


Fact = (
    TitleEntered
    | RevocationProposed
    | RevocationDismissed
    | RevocationOrdered
    | TitleRevoked
    | TitleDateSet
    | FindingRecorded
    | ObligationMet
    | ObligationMissed
    | RectificationOrdered
    | RectificationSettled
    | ProcedureBegun
    | ProcedureEnded
    | ReviewHeld
    | ReviewDayPassed
    | ValidityPassed
    | TitleRenewed
    | TitleLapsed
    | duty_facts.Fact
)
FACTS: tuple[type, ...] = (
    *(TitleEntered, RevocationProposed, RevocationDismissed, RevocationOrdered, TitleRevoked),
    *(TitleDateSet, FindingRecorded, ObligationMet, ObligationMissed, RectificationOrdered, RectificationSettled),
    *(ProcedureBegun, ProcedureEnded, ReviewHeld, ReviewDayPassed, ValidityPassed, TitleRenewed, TitleLapsed),
    *duty_facts.FACTS,
)

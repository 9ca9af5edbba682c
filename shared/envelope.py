"""Understands how a fact travels: who did it, when, why, where in which log it stands, and as what it is published.

The envelope knows the published language (:mod:`shared.events`) only as a payload; it knows no bus and no database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NewType, get_args

CaseId = NewType("CaseId", str)
"""Identifies one case in every service; the key of every record about it, so that its events stay in order."""

Role = Literal[
    "applicant",
    "reviewer",
    "expert",
    "officer",
    "approver",
    "finance",
    "inspector",
    "partner",
    "operator",
    "public",
    "machine",
]
"""Who may act: reviewer is the prefecture's or county's, officer and approver are the province's, inspector reads all
and writes nothing (discipline inspection), partner is another region's system, machine is a process with a name."""

ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True)
class Actor:
    """Who did it. ``region`` is a GB/T 2260 code, ``organisation`` a USCC (empty for the public and for machines)."""

    id: str
    role: Role
    organisation: str = ""
    region: str = ""


def machine(name: str) -> Actor:
    """A process that acts by itself: an actor with a name, never nobody."""
    return Actor(id=f"machine:{name}", role="machine")


@dataclass(frozen=True)
class Origin:
    """Why a fact exists. Stored with every fact.

    ``command_id`` names the command that decided it (the Idempotency-Key's digest, or the id of the event that caused
    it); ``caused_by`` is the id of the public event it answers, or empty where a person acted; ``trace_id`` is the
    32 hexadecimal digits of a W3C trace id; ``reason`` is what the actor wrote where one is required.
    """

    actor: Actor
    occurred_at: datetime
    command_id: str
    caused_by: str = ""
    trace_id: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        if self.occurred_at.tzinfo is None:
            raise ValueError("occurred_at must be an aware instant (UTC)")


@dataclass(frozen=True, order=True)
class Position:
    """Where a fact stands in its service's log: ordered by transaction, then by number. Written as ``xid.number``."""

    xid: int
    number: int

    def __str__(self) -> str:
        return f"{self.xid}.{self.number}"

    @classmethod
    def parse(cls, text: str) -> Position:
        """Read what :meth:`__str__` wrote; raises ``ValueError`` on anything else."""
        xid, dot, number = text.partition(".")
        if not dot or not xid.isdecimal() or not number.isdecimal():
            raise ValueError("a position is written xid.number")
        return cls(int(xid), int(number))


START = Position(0, 0)


@dataclass(frozen=True)
class Envelope:
    """One public event, or one fact on the audit stream, with its address.

    ``id`` is ``<stream>/<version>`` and so the same whenever the relay publishes it again; ``source`` is the service;
    ``type`` is the event's class name (``Scored``) or, on the audit stream, the fact's stored name
    (``review.score-sealed.1``); ``schema`` its version. ``data`` is plain JSON values.
    """

    id: str
    source: str
    type: str
    schema: int
    position: Position
    case_id: CaseId
    origin: Origin
    data: Mapping[str, object] = field(default_factory=dict)

    @property
    def stream(self) -> str:
        return self.id.rpartition("/")[0]

    @property
    def version(self) -> int:
        return int(self.id.rpartition("/")[2])

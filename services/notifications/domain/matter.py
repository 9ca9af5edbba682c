"""Understands whom a case concerns, as far as is known, and what has to wait until it is known.

Topics are read independently of each other, so a review's word can arrive before the application that it is about.
Such a notice is held and goes out the moment the applicant is known; nothing waits, and nobody is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from services.notifications.domain.commands import Announce, Applicant
from services.notifications.domain.errors import TooManyHeld
from services.notifications.domain.events import ApplicantLearned, MatterFact, NoticeHeld, NoticeReleased

HELD_AT_MOST = 100
"""Notices of one case that wait; the steps of a case are far fewer."""


@dataclass(frozen=True)
class Matter:
    """What is known of a case."""

    applicant: Applicant | None = None
    held: tuple[NoticeHeld, ...] = ()


def evolve(matter: Matter, fact: MatterFact) -> Matter:
    match fact:
        case ApplicantLearned():
            return replace(matter, applicant=Applicant(fact.organisation, fact.name, fact.region))
        case NoticeHeld():
            return replace(matter, held=(*matter.held, fact))
        case NoticeReleased():
            return replace(matter, held=tuple(one for one in matter.held if one.event_id != fact.event_id))


def decide(command: Announce, matter: Matter, now: datetime) -> tuple[MatterFact, ...]:
    """What is learned from an event, and which notices it holds or releases. Raises :class:`TooManyHeld`."""
    if command.applicant is None:
        return _without_applicant(command, matter, now)
    known = command.applicant
    facts: list[MatterFact] = []
    if known != matter.applicant:
        facts.append(ApplicantLearned(command.case_id, known.organisation, known.name, known.region, now))
    facts += [NoticeReleased(command.case_id, held.event_id, now) for held in matter.held]
    return tuple(facts)


def due(command: Announce, matter: Matter) -> tuple[Announce, ...]:
    """What can be told now, with ``matter`` as it was before: what was held, then this; nothing while unknown."""
    applicant = command.applicant or matter.applicant
    if applicant is None:
        return ()
    held = tuple(Announce(one.event_id, one.event, one.case_id, one.words, applicant) for one in matter.held)
    return (*held, replace(command, applicant=applicant))


def _without_applicant(command: Announce, matter: Matter, now: datetime) -> tuple[MatterFact, ...]:
    if matter.applicant is not None or any(one.event_id == command.event_id for one in matter.held):
        return ()
    if len(matter.held) >= HELD_AT_MOST:
        raise TooManyHeld
    return (NoticeHeld(command.case_id, command.event_id, command.event, command.words, now),)

"""Understands who assesses from outside: experts, users, third parties whom no region and no office makes competent.

Whoever organises the inspection names one person for each such party. Until then nobody may speak for it; whoever is
named sees the case. An assessor is no part of the organisation that is assessed, and not the organiser.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from services.review.domain import errors
from services.review.domain.people import Duty, Person, clash
from services.review.domain.steps.shape import Situation

OUTSIDE = frozenset({"expert", "applicant"})
"""Roles that no authority has."""


@dataclass(frozen=True)
class Assessor:
    """One person for one party of the step; ``organisation`` is a USCC, empty for a person without one."""

    party: str
    id: str
    name: str
    organisation: str = ""
    role: str = ""
    """The party's, as the programme has it."""


@dataclass(frozen=True)
class NameAssessors:
    """Name who assesses for the parties that come from outside, or another one in somebody's place."""

    step: str
    by: Person
    assessors: tuple[Assessor, ...]


@dataclass(frozen=True)
class AssessorsNamed:
    """These persons assess, each for one party."""

    NAME: ClassVar[str] = "review.assessors-named.1"
    DUTY: ClassVar[Duty] = "organise"
    step: str
    by: str
    assessors: tuple[Assessor, ...]
    named_at: datetime


def organisers(situation: Situation) -> tuple[str, ...]:
    """Who names them: the step's actor, or the officers' parties where the actor comes from outside itself."""
    programme = situation.programme
    if programme.party(situation.step.actor).role not in OUTSIDE:
        return (situation.step.actor,)
    return tuple(party.id for party in programme.parties if party.role == "officer")


def is_named(party: str, situation: Situation) -> bool:
    """Whether a person has to be named for the party. An applicant who assesses the own work is the step's actor."""
    role = situation.programme.party(party).role
    return role == "expert" or (role in OUTSIDE and party != situation.step.actor)


def decide_name(
    command: NameAssessors, parties: tuple[str, ...], recorded: Mapping[str, object], situation: Situation
) -> AssessorsNamed:
    """Name one person for each of some parties that have not assessed yet."""
    open_ = [party for party in parties if is_named(party, situation) and party not in recorded]
    named = [assessor.party for assessor in command.assessors]
    if not named or len(set(named)) != len(named) or not set(named) <= set(open_):
        raise errors.AssessorsWrong(parties=", ".join(open_) or "-")
    for assessor in command.assessors:
        _ensure_unbiased(assessor, command.by, situation)
    roles = {party: situation.programme.party(party).role for party in named}
    known = tuple(Assessor(a.party, a.id, a.name, a.organisation, roles[a.party]) for a in command.assessors)
    return AssessorsNamed(situation.step.id, command.by.id, known, situation.now)


def _ensure_unbiased(assessor: Assessor, by: Person, situation: Situation) -> None:
    case = situation.case
    own = bool(assessor.organisation) and assessor.organisation == case.applicant.uscc
    if own or assessor.id == by.id or clash(assessor.id, "inspect", case.acts):
        raise errors.ExpertConflicted()


def ensure_named(by: Person, party: str, named: Mapping[str, Assessor], situation: Situation) -> None:
    """Only the person who was named speaks for a party from outside."""
    if is_named(party, situation) and (party not in named or named[party].id != by.id):
        raise errors.NotOnPanel()

"""Understands award (授予称号): what is conferred, from when to when; the registry numbers it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar

from services.review.domain.people import Duty, Person
from services.review.domain.steps.shape import Decided, Parties, Situation
from services.review.domain.subject import Applicant
from services.review.domain.validity import published_end, validity_of
from shared.programmes.model import Awarding

TYPE = "award"


@dataclass(frozen=True)
class RecordEntry:
    """The registry entered the title under this number."""

    step: str
    by: Person
    number: str


@dataclass(frozen=True)
class TitleConferred:
    """The title is conferred; the registry numbers it. ``valid_to`` is None where the text sets no end."""

    NAME: ClassVar[str] = "review.title-conferred.1"
    step: str
    programme: str
    applicant: Applicant
    title_zh: str
    title_en: str
    issuer_region: str
    issuer_name: str
    valid_from: date
    valid_to: date | None
    conferred_at: datetime


@dataclass(frozen=True)
class EntryRecorded:
    """The registry's number is on record in the case."""

    NAME: ClassVar[str] = "review.entry-recorded.1"
    DUTY: ClassVar[Duty] = "award"
    step: str
    by: str
    number: str
    recorded_at: datetime


Fact = TitleConferred | EntryRecorded


@dataclass(frozen=True)
class State:
    """What was conferred, and its number once the registry gave one."""

    conferred: TitleConferred | None = None
    number: str = ""


COMMANDS: tuple[type, ...] = (RecordEntry,)
FACTS: tuple[type, ...] = (TitleConferred, EntryRecorded)
INITIAL = State()


def who(command: RecordEntry, situation: Situation) -> Parties:
    """The registry speaks through its event."""
    return Parties(roles=("machine",))


def enter(situation: Situation) -> Decided:
    """The decision was taken in an earlier step by two persons: conferring follows from it."""
    parameters = situation.step.parameters
    assert isinstance(parameters, Awarding)
    award = situation.programme.award(parameters.award)
    since, until = validity_of(award, situation.today)
    conferred = TitleConferred(
        step=situation.step.id,
        programme=situation.case.programme,
        applicant=situation.case.applicant,
        title_zh=award.title.zh,
        title_en=award.title.en,
        issuer_region=situation.programme.region,
        issuer_name=_issuer(situation),
        valid_from=since,
        valid_to=published_end(award, until),
        conferred_at=situation.now,
    )
    return Decided((conferred,))


def _issuer(situation: Situation) -> str:
    """The first authority of the acting party under today's name, else the party's own name, in the text's words."""
    party = situation.programme.party(situation.step.actor)
    acting = situation.programme.authorities_on(party, situation.today)
    return acting[0].name.zh if acting else party.title.zh


def lapse(situation: Situation) -> Decided:
    """Nothing but being late: whoever looks at the work list sees it."""
    return Decided(())


def decide(command: RecordEntry, situation: Situation) -> Decided:
    """The title is on record: the step is done."""
    fact = EntryRecorded(situation.step.id, command.by.id, command.number, situation.now)
    return Decided((fact,), "awarded", command.number)


def evolve(state: State, fact: Fact) -> State:
    match fact:
        case TitleConferred():
            return replace(state, conferred=fact)
        case EntryRecorded():
            return replace(state, number=fact.number)

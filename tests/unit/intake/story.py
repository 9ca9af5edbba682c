"""Understands how a test tells an application: one person of one organisation, facts folded as the log would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from services.intake.domain import commands as c
from services.intake.domain import rounds
from services.intake.domain.application import NONE, Application, evolve
from services.intake.domain.drafting import decide_answers, decide_attach, decide_draft
from services.intake.domain.events import RoundAnnounced
from services.intake.domain.filing import content_of, decide_declare, decide_submit, local_day
from services.intake.domain.materials import Lack, lacking
from services.intake.domain.parts import Answer, Applicant, Document
from services.intake.domain.rounds import Round
from shared.programmes.model import Programme
from tests.support.regulation import APPLICANT_USCC, COUNTY, OTHER_USCC, PROGRAMME, REGION

NOW = datetime(2026, 4, 27, 2, 0, tzinfo=UTC)
ANN = c.Person("person-1", APPLICANT_USCC)
RIVAL = c.Person("person-9", OTHER_USCC)
APPLICANT = Applicant(APPLICANT_USCC, "Example Service Centre", COUNTY, "prefecture")
CALL = RoundAnnounced(
    "round-1", PROGRAMME.ref, "call of the year", NOW - timedelta(days=1), NOW + timedelta(days=30), REGION
)
OPEN: Round = rounds.evolve(rounds.NONE, CALL)
DRAFT = c.DraftApplication("case-1", "round-1", APPLICANT, ANN)
ANSWERS: Mapping[str, Answer] = {"staff": "15", "served[last]": "60", "served[last-1]": "59"}
MATERIALS = ("report", "licence", "deed", "opinion", "opinion")


def document(material: str, number: int = 0, size: int = 1000) -> Document:
    return Document(material, f"{material}.pdf", "application/pdf", f"{number:064x}", size)


@dataclass
class Story:
    """One application; ``facts`` is its log."""

    programme: Programme = PROGRAMME
    now: datetime = NOW
    a: Application = NONE
    facts: list[Any] = field(default_factory=list)

    def take(self, facts: tuple[Any, ...]) -> tuple[Any, ...]:
        for fact in facts:
            self.a = evolve(self.a, fact)
        self.facts.extend(facts)
        return facts

    def drafted(self) -> Story:
        self.take(decide_draft(DRAFT, self.a, OPEN, self.programme, self.now))
        return self

    def answer(self, **given: Answer) -> tuple[Any, ...]:
        return self.take(decide_answers(c.GiveAnswers(given, ANN), self.a, self.programme, self.now))

    def attach(self, material: str, number: int = 0, size: int = 1000) -> tuple[Any, ...]:
        command = c.AttachDocument(document(material, number, size), ANN)
        return self.take(decide_attach(command, self.a, self.programme, self.now))

    def furnished(self) -> Story:
        self.take(decide_answers(c.GiveAnswers(ANSWERS, ANN), self.a, self.programme, self.now))
        for number, material in enumerate(MATERIALS):
            self.attach(material, number)
        return self

    def declared(self) -> Story:
        self.take(decide_declare(c.DeclareTruth(ANN), self.a, self.now))
        return self

    def lacks(self) -> tuple[Lack, ...]:
        assert self.a.applicant is not None
        return lacking(self.programme, content_of(self.a, self.a.applicant), local_day(self.now))

    def submit(self) -> tuple[Any, ...]:
        return self.take(decide_submit(c.SubmitApplication(ANN), self.a, OPEN, self.programme, self.now))

    def submitted(self) -> Story:
        self.drafted().furnished().declared().submit()
        return self

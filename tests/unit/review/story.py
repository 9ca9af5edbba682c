"""Understands how a test tells a case: persons with names, commands one by one, facts folded as the log would."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.review.domain import commands as c
from services.review.domain.case import NONE, evolve
from services.review.domain.days import PUBLISHED
from services.review.domain.people import Person
from services.review.domain.progress import decide_in_step, decide_lapse, decide_open, decide_time_closed
from services.review.domain.steps.check import Item
from services.review.domain.steps.score_acts import Expert
from services.review.domain.subject import Answer, Applicant, Case, Paper
from shared.calendar import Calendar
from shared.programmes.model import Programme
from tests.support.regulation import (
    APPLICANT_USCC,
    COUNTY,
    OTHER_PREFECTURE,
    PREFECTURE,
    PROGRAMME,
    REGION,
)

MONDAY = datetime(2026, 4, 27, 2, 0, tzinfo=UTC)
APPLICANT = Applicant(APPLICANT_USCC, "Example Service Centre", COUNTY, "prefecture")
MACHINE = Person("machine:inbox", "machine")
REVIEWER = Person("reviewer-1", "reviewer", PREFECTURE)
HEAD = Person("reviewer-2", "reviewer", PREFECTURE)
STRANGER = Person("reviewer-3", "reviewer", OTHER_PREFECTURE)
OFFICER = Person("officer-1", "officer", REGION)
SECOND = Person("officer-2", "officer", REGION)
APPROVER = Person("approver-1", "approver", REGION)
CITIZEN = Person("citizen-1", "public")
EXPERTS = tuple(Person(f"expert-{n}", "expert") for n in (1, 2, 3, 4))
ANSWERS: Mapping[str, Answer] = {"staff": "15", "served[last]": "60", "served[last-1]": "59", "rules-written": True}
PAPERS = tuple(
    Paper(material, f"{material}.pdf", "application/pdf", f"{n:064x}", 1000)
    for n, material in enumerate(("report", "licence", "deed", "opinion", "opinion"))
)


def expert(person: Person, organisation: str = "") -> Expert:
    return Expert(person.id, person.id, organisation)


@dataclass
class Story:
    """One case under one programme; ``facts`` is its log."""

    programme: Programme = PROGRAMME
    now: datetime = MONDAY
    case: Case = NONE
    calendar: Calendar = PUBLISHED
    facts: list[Any] = field(default_factory=list)

    def take(self, facts: tuple[Any, ...]) -> tuple[Any, ...]:
        for fact in facts:
            self.case = evolve(self.case, fact)
        self.facts.extend(facts)
        return facts

    def filed(self, applicant: Applicant = APPLICANT, answers: Mapping[str, Answer] = ANSWERS) -> Story:
        """The application arrived for the first time."""
        self.take(
            decide_open(
                c.OpenCase("case-1", self.programme.ref, "round-1", applicant), self.case, self.programme, self.now
            )
        )
        self.receive(1, answers)
        return self

    def receive(self, revision: int, answers: Mapping[str, Answer] = ANSWERS) -> None:
        filing = c.ReceiveFiling(self.case.step, MACHINE, answers, PAPERS, "person-1", revision, self.now)
        self.act(filing)

    def act(self, command: Any) -> tuple[Any, ...]:
        return self.take(decide_in_step(command, self.case, self.programme, self.now, self.calendar))

    def lapse(self, now: datetime | None = None) -> tuple[Any, ...]:
        """The time of the present step passed; where it waits for a filing, intake answers that nothing came."""
        step, now = self.case.step, now or self.now
        facts = self.take(decide_lapse(step, self.case, self.programme, now, self.calendar))
        closed = decide_time_closed(self.case.visit, self.case.asked, self.case, self.programme, now, self.calendar)
        return (*facts, *self.take(closed)) if self.case.step == step else facts

    def wait(self, days: int) -> Story:
        self.now += timedelta(days=days)
        return self

    # ── ways to a step ───────────────────────────────────────────────────────────────────────────────────────────

    def accepted(self) -> Story:
        self.act(c.AcceptApplication("check", REVIEWER))
        return self

    def judged(self) -> Story:
        """Every condition has a verdict."""
        self.act(c.ConfirmComputed("assess", REVIEWER))
        self.act(c.RecordVerdict("assess", REVIEWER, "legal-person", "met"))
        self.act(c.RecordVerdict("assess", REVIEWER, "reputation", "met", "well known to its clients"))
        return self

    def assessed(self) -> Story:
        self.judged().act(c.ConcludeAssessment("assess", REVIEWER, "all conditions are met"))
        return self

    def endorsed(self) -> Story:
        self.act(c.GiveEndorsement("recommend", HEAD, True, "recommended"))
        return self

    def scored(self, points: str = "40") -> Story:
        self.act(c.AssignExperts("score", OFFICER, tuple(expert(e) for e in EXPERTS[:3])))
        for person in EXPERTS[:3]:
            self.act(c.SealScore("score", person, {"ability": points, "results": points}, "read all of it"))
        return self

    def visited(self) -> Story:
        self.act(c.RecordVisit("visit", OFFICER, date(2026, 4, 27), ("A", "B"), True, "as described"))
        return self

    def listed(self) -> Story:
        self.act(c.DecideListing("list", OFFICER, True))
        return self

    def posted(self) -> Story:
        self.act(c.PostNotice("notice", OFFICER, "https://example.org/notice/1"))
        return self

    def closed_notice(self) -> Story:
        self.wait(30).act(c.CloseNotice("notice", MACHINE))
        return self

    def decided(self) -> Story:
        self.act(c.ProposeDecision("decide", OFFICER, True, "good work"))
        self.act(c.ApproveDecision("decide", APPROVER))
        return self

    def at(self, step: str) -> Story:
        """Lead a case to the beginning of a step on the straight way."""
        self.filed()
        while self.case.step != step:
            self._ways()[self.case.step]()
        return self

    def _ways(self) -> Mapping[str, Callable[[], Story]]:
        return {
            "check": self.accepted,
            "assess": self.assessed,
            "recommend": self.endorsed,
            "score": self.scored,
            "visit": self.visited,
            "list": self.listed,
            "notice": lambda: self.posted().closed_notice(),
            "decide": self.decided,
        }

    def at_award(self) -> Story:
        """From the check to the award, on the straight way."""
        while self.case.step != "award":
            self._ways()[self.case.step]()
        return self

    def names(self) -> list[str]:
        return [type(fact).__name__ for fact in self.facts]


def faulty(*subjects: str) -> tuple[Item, ...]:
    return tuple(Item(subject, "cannot be read") for subject in subjects)


async def nothing_held(_uscc: str, _programme: str) -> tuple[str, ...]:
    """The titles of an organisation that has none."""
    return ()

"""The definitions that are shipped run from the first step to the title, each act by the party that the text names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import shared.programmes
from services.review.domain import commands as c
from services.review.domain.case import NONE, evolve
from services.review.domain.days import PUBLISHED
from services.review.domain.desks import desk_of
from services.review.domain.people import Person
from services.review.domain.progress import decide_in_step, decide_open
from services.review.domain.steps import assessors, inspect
from services.review.domain.steps.assess import computed_by_rules, conditions
from services.review.domain.steps.score_acts import Expert
from services.review.domain.steps.shape import Situation
from services.review.domain.subject import Applicant, Case, Paper
from shared.programmes.catalogue import Catalogue
from shared.programmes.model import Inspecting, Level, Paying, Procedure, Programme, Visiting
from tests.support.places import place_in
from tests.support.regulation import APPLICANT_USCC

CATALOGUE = Catalogue.load(Path(shared.programmes.__file__).parent / "definitions")
GOOD = {"awarded", "completed", "published"}
"""What a case ends with when everything goes well; a revocation ends with the title revoked."""
MACHINE = Person("machine:test", "machine")
START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


class Walk:
    """One case, in which every step is done by a fresh person of the right party."""

    def __init__(self, programme: Programme, level: Level, procedure: str = "") -> None:
        self.procedure = procedure
        self.programme, self.now, self.case, self.people = programme, START, NONE, 0
        self.applicant = Applicant(APPLICANT_USCC, "Example", place_in(programme.region), level.id)

    def take(self, facts: tuple[Any, ...]) -> None:
        for fact in facts:
            self.case = evolve(self.case, fact)

    def act(self, command: Any) -> None:
        self.take(decide_in_step(command, self.case, self.programme, self.now))

    def source(self, step: Any) -> str:
        return next((each.id for each in self.programme.budget(step.parameters.budget).sources), "")

    def person(self, party: str) -> Person:
        self.people += 1
        desk = desk_of(party, self.programme)
        inner = self.applicant.region
        region = desk.regions[0] if desk.regions else inner[: desk.digits].ljust(6, "0") if desk.digits > 0 else inner
        organisation = self.applicant.uscc if desk.role == "applicant" else ""
        return Person(f"person-{self.people}", desk.role, region, organisation)

    def run(self) -> Case:
        opening = c.OpenCase("case-1", self.programme.ref, "round-1", self.applicant, self.procedure)
        self.take(decide_open(opening, self.case, self.programme, self.now))
        for _ in range(100):
            if self.case.status != "open":
                return self.case
            WAYS[self.case.step_type](self, self.programme.step(self.case.step))
        raise AssertionError(f"the case stands still at {self.case.step}")


def _file(walk: Walk, step: Any) -> None:
    papers = tuple(
        Paper(document.id, document.id, "application/pdf", f"{n:064x}", 1)
        for n, material in enumerate(walk.programme.materials)
        for document in material.documents
    )
    answers: dict[str, str | bool] = {}
    walk.act(c.ReceiveFiling(step.id, MACHINE, answers, papers, "person", walk.case.revision + 1, walk.now))


def _assess(walk: Walk, step: Any) -> None:
    by = walk.person(step.actor)
    situation = Situation(walk.case, step, walk.case.states[step.id], walk.programme, walk.now, PUBLISHED)
    computed = computed_by_rules(situation)
    for condition in conditions(situation):
        verdict = "not_applicable" if computed[condition.id] == "not_applicable" else "met"
        walk.act(c.RecordVerdict(step.id, by, condition.id, verdict, "seen"))  # type: ignore[arg-type]
    walk.act(c.ConcludeAssessment(step.id, by, "sufficient"))


def _endorse(walk: Walk, step: Any) -> None:
    for party in step.parameters.by or (step.actor,):
        if walk.case.step == step.id:
            walk.act(c.GiveEndorsement(step.id, walk.person(party), True, "recommended", party))


def _score(walk: Walk, step: Any) -> None:
    programme = walk.programme
    officer = next(p.id for p in programme.parties if p.role == "officer")
    size = programme.panel(step.parameters.panel).size if programme.panels else 3
    experts = [Person(f"expert-{n}", "expert") for n in range(size if isinstance(size, int) else 3)]
    named = tuple(Expert(e.id, e.id) for e in experts)
    by = programme.party(step.actor)
    walk.act(c.AssignExperts(step.id, walk.person(officer if by.role == "expert" else step.actor), named))
    points = {head.id: str(head.most) for head in programme.rubric(step.parameters.rubric).heads}
    for expert in experts:
        walk.act(c.SealScore(step.id, expert, points, "read"))


def _inspect(walk: Walk, step: Any) -> None:
    parameters: Inspecting = step.parameters
    situation = Situation(walk.case, step, walk.case.states[step.id], walk.programme, walk.now, PUBLISHED)
    verdicts = dict.fromkeys(inspect.conditions(situation), "met")
    findings = tuple("in order" for _ in parameters.topics)
    points: dict[str, str] = {}
    if parameters.rubric:
        points = {head.id: str(head.most) for head in walk.programme.rubric(parameters.rubric).heads}
    outside = _name_assessors(walk, step, situation)
    for party in parameters.assessors or (step.actor,):
        by = outside.get(party) or walk.person(party)
        walk.act(c.RecordInspection(step.id, by, True, "in order", findings, points, verdicts, party))


def _name_assessors(walk: Walk, step: Any, situation: Situation) -> dict[str, Person]:
    """Whoever speaks for a party from outside is named by those who organise the inspection."""
    parties = step.parameters.assessors or (step.actor,)
    roles = {party: walk.programme.party(party).role for party in parties if assessors.is_named(party, situation)}
    people = {party: Person(f"assessor-{n}", role) for n, (party, role) in enumerate(roles.items())}
    named = tuple(assessors.Assessor(party, one.id, one.id) for party, one in people.items())
    if named:
        organiser = walk.person(assessors.organisers(situation)[0])
        walk.act(assessors.NameAssessors(step.id, organiser, named))
    return people


def _rectify(walk: Walk, step: Any) -> None:
    """An applicant shows through intake what was put right, an authority itself."""
    by = walk.person(step.actor)
    filing = "filing-1" if by.role == "applicant" else ""
    walk.act(c.AcceptRectification(step.id, by, "put right", ("0" * 64,), filing=filing))


def _visit(walk: Walk, step: Any) -> None:
    parameters: Visiting = step.parameters
    visitors = tuple(f"visitor {n}" for n in range(parameters.visitors if isinstance(parameters.visitors, int) else 1))
    walk.act(c.RecordVisit(step.id, walk.person(step.actor), date(2026, 3, 2), visitors, True, "as described"))


def _notice(walk: Walk, step: Any) -> None:
    walk.act(c.PostNotice(step.id, walk.person(step.actor)))
    walk.now += timedelta(days=400)
    walk.act(c.CloseNotice(step.id, MACHINE))


def _decide(walk: Walk, step: Any) -> None:
    budget = step.parameters.approves
    money = {} if budget is None else {"amount": "1000.01", "source": walk.programme.budget(budget).sources[0].id}
    walk.act(c.ProposeDecision(step.id, walk.person(step.actor), True, "good work", **money))
    for party in (step.parameters.approver, *step.parameters.jointly):
        walk.act(c.ApproveDecision(step.id, walk.person(party), party, **money))


def _pay(walk: Walk, step: Any) -> None:
    paying: Paying = step.parameters
    amount = "" if paying.direction == "out" and walk.case.sums else "1"
    walk.act(c.PayInstalment(step.id, walk.person(step.actor), amount, "voucher", source=walk.source(step)))


WAYS: dict[str, Callable[[Walk, Any], None]] = {
    "file": _file,
    "check": lambda walk, step: walk.act(c.AcceptApplication(step.id, walk.person(step.actor))),
    "assess": _assess,
    "endorse": _endorse,
    "score": _score,
    "visit": _visit,
    "inspect": _inspect,
    "list": lambda walk, step: walk.act(c.DecideListing(step.id, walk.person(step.actor), True)),
    "notice": _notice,
    "decide": _decide,
    "award": lambda walk, step: walk.act(c.RecordEntry(step.id, MACHINE, "2026-1")),
    "rectify": _rectify,
    "pay": _pay,
    "publish": lambda walk, step: walk.act(c.PublishContent(step.id, walk.person(step.actor), "https://example.org")),
}
RECOGNITIONS = [
    (programme, level) for programme in CATALOGUE.programmes() if programme.kind == "recognition"
    for level in programme.levels
]  # fmt: skip
PROCEDURES = [(programme, procedure) for programme in CATALOGUE.programmes() for procedure in programme.procedures]


def test_there_is_something_to_walk() -> None:
    assert len(RECOGNITIONS) > 10
    assert len(PROCEDURES) > 20


@pytest.mark.parametrize(("programme", "level"), RECOGNITIONS, ids=[f"{p.id}-{x.id}" for p, x in RECOGNITIONS])
def test_every_level_reaches_the_title(programme: Programme, level: Level) -> None:
    walk = Walk(programme, level)
    case = walk.run()
    assert (case.status, case.result) == ("closed", "awarded")
    assert case.applicant == walk.applicant
    kinds = {programme.step(ended.step).type for ended in case.history}
    assert {"file", "award"} <= kinds


@pytest.mark.parametrize(("programme", "procedure"), PROCEDURES, ids=[f"{p.id}-{x.id}" for p, x in PROCEDURES])
def test_every_procedure_reaches_its_end(programme: Programme, procedure: Procedure) -> None:
    case = Walk(programme, programme.levels[-1], procedure.id).run()
    assert case.status == "closed"
    assert case.result in GOOD or procedure.subject == "title"

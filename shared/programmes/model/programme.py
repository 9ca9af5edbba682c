"""Understands a regulation as one whole, and what a case asks of it: the first step, the next one, what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any, Protocol

from msgspec import Meta

from shared.programmes.expressions import Scope, Value, holds
from shared.programmes.model.acts import Checking
from shared.programmes.model.answering import AnswerKey, answer_keys, typed
from shared.programmes.model.answers import Form, Material, Metric
from shared.programmes.model.conditions import Condition, Relaxation
from shared.programmes.model.document import Adopted, Adopter, Adoption, Kind, Legal, Principle, Supervision, Supplied
from shared.programmes.model.people import ANYBODY, Applicants, Authority, Level, Party
from shared.programmes.model.rounds import Notice, RoundRules
from shared.programmes.model.scoring import Panel, Rubric
from shared.programmes.model.steps import Procedure, Step
from shared.programmes.model.titles import (
    FEE_UNKNOWN,
    Award,
    Budget,
    Fee,
    Obligation,
    Overlap,
    ReReview,
    RevocationGround,
    Reward,
)
from shared.programmes.model.words import UNSET, Ambiguity, Id, Line, RegionCode, Unset


class Standing(Protocol):
    """What the graph asks about an applicant; the published language's ``Applicant`` has all of it. ``kind`` and
    ``category`` are empty where the text distinguishes none."""

    @property
    def region(self) -> str: ...

    @property
    def level(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def category(self) -> str: ...


Answers = Mapping[str, object]
"""Metric id -> value (numbers as Decimal or decimal strings, sets as tuples of ids)."""

NOTHING: Answers = MappingProxyType({})
Results = Mapping[str, Value]
"""``<step>.score`` -> points, ``<step>.band`` -> id of the grade: what the steps of a case brought so far."""
NO_RESULTS: Results = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Programme:
    """One version of one regulation. Loaded by ``Catalogue``; a case pins ``ref`` and keeps it for life."""

    id: Annotated[Id, Meta(pattern=r"^[a-z][a-z0-9-]{2,63}$")]
    version: Line
    kind: Kind
    legal: Legal
    region: Annotated[RegionCode, Meta(description="The region that the regulation is in force in.")]
    levels: tuple[Level, ...]
    authorities: tuple[Authority, ...] = ()
    parties: tuple[Party, ...]
    applicants: Applicants = ANYBODY
    adopts: Adoption | None = None
    adoptable_by: tuple[Adopter, ...] = ()
    scope: Annotated[tuple[Principle, ...], Meta(description="What the text covers and what its subjects do.")] = ()
    principles: tuple[Principle, ...] = ()
    rounds: RoundRules | Unset | None = UNSET
    metrics: tuple[Metric, ...] = ()
    conditions: tuple[Condition, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    materials: tuple[Material, ...] = ()
    forms: tuple[Form, ...] = ()
    rubrics: tuple[Rubric, ...] = ()
    panels: tuple[Panel, ...] = ()
    notices: tuple[Notice, ...] = ()
    awards: tuple[Award, ...] = ()
    procedures: tuple[Procedure, ...]
    re_reviews: tuple[ReReview, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    revocation: tuple[RevocationGround, ...] = ()
    rewards: tuple[Reward, ...] = ()
    fee: Fee = FEE_UNKNOWN
    budgets: tuple[Budget, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    supervision: tuple[Supervision, ...] = ()
    ambiguities: tuple[Ambiguity, ...] = ()
    adopted: Annotated[tuple[Adopted, ...], Meta(extra={"loaded": True})] = ()
    supplied: Annotated[tuple[Supplied, ...], Meta(extra={"loaded": True})] = ()
    digest: Annotated[str, Meta(extra={"loaded": True})] = ""

    # ── identity and life ────────────────────────────────────────────────────────────────────────────────────────

    @property
    def ref(self) -> str:
        """``<id>@sha256:<hex>``: the address of exactly this text with exactly these supplements."""
        return f"{self.id}@sha256:{self.digest}"

    @property
    def sandbox_only(self) -> bool:
        """True unless the text is in force and every supplied value was adopted for production by an authority."""
        trial = any(s.source.supplement and s.source.supplement.use == "sandbox" for s in self.supplied)
        return self.legal.status != "in_force" or trial

    @property
    def accepts_new_cases(self) -> bool:
        """A repealed text takes none; its old cases are still decided, shown and replayed under it."""
        return self.legal.status != "repealed"

    def missing_for_activation(self) -> tuple[str, ...]:
        """Paths of everything that is still ``unset``; empty means that production may run it."""
        return tuple(path for path in unset_paths(self) if path not in self._needless)

    def missing_for_sandbox(self) -> tuple[str, ...]:
        """The same without the document's own identity, which a trial does not need."""
        return tuple(path for path in self.missing_for_activation() if not path.startswith(("legal.", "authorities")))

    def origin(self, path: str) -> tuple[str, ...]:
        """The texts that wrote the element ``<list>[<id>]``, as ``<programme> <version>``; empty: this one alone."""
        return self._origins.get(path, ())

    @cached_property
    def _origins(self) -> Mapping[str, tuple[str, ...]]:
        return {each.path: each.texts for each in self.adopted}

    @property
    def _needless(self) -> tuple[str, ...]:
        """A call brings its own dates, what is always open neither opens nor closes, and see below."""
        called = isinstance(self.rounds, RoundRules) and self.rounds.cadence in ("called", "continuous")
        return (("rounds.opens", "rounds.closes") if called else ()) + tuple(self._uncorrectable())

    def _uncorrectable(self) -> Iterator[str]:
        """What is never sent back needs no time to be corrected."""
        for procedure in self.procedures:
            for step in procedure.steps:
                if isinstance(step.parameters, Checking) and step.parameters.corrections == 0:
                    yield f"procedures[{procedure.id}].steps[{step.id}].parameters.correct_within"

    # ── what is asked for by id; each raises KeyError for an unknown id ──────────────────────────────────────────

    def procedure(self, procedure_id: str | None = None) -> Procedure:
        """The named procedure; without a name the main one, which is the first."""
        return self.procedures[0] if procedure_id is None else self._index("procedures")[procedure_id]

    def step(self, step_id: str) -> Step:
        """Step ids are unique over all procedures of a programme."""
        return self._steps[step_id][1]

    def procedure_of(self, step_id: str) -> Procedure:
        return self._steps[step_id][0]

    def party(self, party_id: str) -> Party:
        found: Party = self._index("parties")[party_id]
        return found

    def metric(self, metric_id: str) -> Metric:
        found: Metric = self._index("metrics")[metric_id]
        return found

    def condition(self, condition_id: str) -> Condition:
        found: Condition = self._index("conditions")[condition_id]
        return found

    def relaxation(self, relaxation_id: str) -> Relaxation:
        found: Relaxation = self._index("relaxations")[relaxation_id]
        return found

    def material(self, material_id: str) -> Material:
        found: Material = self._index("materials")[material_id]
        return found

    def form(self, form_id: str) -> Form:
        found: Form = self._index("forms")[form_id]
        return found

    def rubric(self, rubric_id: str) -> Rubric:
        found: Rubric = self._index("rubrics")[rubric_id]
        return found

    def panel(self, panel_id: str | None = None) -> Panel:
        """The named panel; without a name the only one."""
        found: Panel = self._index("panels")[panel_id] if panel_id else self.panels[0]
        return found

    def notice(self, notice_id: str) -> Notice:
        found: Notice = self._index("notices")[notice_id]
        return found

    def award(self, award_id: str) -> Award:
        found: Award = self._index("awards")[award_id]
        return found

    def budget(self, budget_id: str) -> Budget:
        found: Budget = self._index("budgets")[budget_id]
        return found

    def revocation_ground(self, ground_id: str) -> RevocationGround:
        found: RevocationGround = self._index("revocation")[ground_id]
        return found

    def obligation(self, obligation_id: str) -> Obligation:
        found: Obligation = self._index("obligations")[obligation_id]
        return found

    # ── the way through the graph ────────────────────────────────────────────────────────────────────────────────

    def first_step(
        self,
        applicant: Standing,
        procedure_id: str | None = None,
        answers: Answers = NOTHING,
        *,
        documents: Iterable[str] = (),
        day: date | None = None,
    ) -> Step:
        """Where a case of this applicant begins (routes may skip the first steps); ``day`` as in ``evaluate``."""
        procedure = self.procedure(procedure_id)
        scope = self.scope_for(applicant, answers, documents, day)
        return self._land(procedure, procedure.first or procedure.steps[0].id, scope, {})

    def next_step(
        self,
        step_id: str,
        outcome: str,
        applicant: Standing,
        answers: Answers = NOTHING,
        visits: Mapping[str, int] | None = None,
        results: Results = NO_RESULTS,
        *,
        documents: Iterable[str] = (),
        day: date | None = None,
    ) -> Step:
        """The step that follows this outcome. ``visits`` counts how often each step was entered so far, this one
        included, so that a cycle ends where its ``repeat`` says; ``results`` are scores and grades so far, which a
        route may ask for. Raises ``KeyError`` for an outcome that the step does not have."""
        procedure, step = self._steps[step_id]
        scope = self.scope_for(applicant, answers, documents, day, results)
        return self._land(procedure, step.outcomes[outcome], scope, visits or {})

    def scope_for(
        self,
        applicant: Standing,
        answers: Answers = NOTHING,
        documents: Iterable[str] = (),
        day: date | None = None,
        results: Results = NO_RESULTS,
    ) -> Scope:
        """What every expression of the programme sees: standing, answers, filed papers, the day, what steps brought."""
        return Scope(
            region=applicant.region,
            level=applicant.level,
            kind=applicant.kind,
            category=applicant.category,
            answers=self.typed(answers),
            papers=self.papers(documents),
            day=day,
            years=self.years_asked,
            results=results,
        )

    def papers(self, documents: Iterable[str]) -> dict[str, int]:
        """How many papers are filed under each id. A file may be filed under its document or under the whole material:
        the first counts for the material too, the second for each of the material's documents."""
        papers: dict[str, int] = {}
        related, known = self.related_papers, papers.get
        for paper in documents:
            for each in related.get(paper) or (paper,):
                papers[each] = known(each, 0) + 1
        return papers

    def _land(self, procedure: Procedure, step_id: str, scope: Scope, visits: Mapping[str, int]) -> Step:
        skipped = skipped_steps(procedure, scope)
        step = self.step(step_id)
        for _ in range(2 * len(procedure.steps)):
            if step.id in skipped and step.goes_on is not None:
                step = self.step(step.outcomes[step.goes_on])
            elif step.repeat and visits.get(step.id, 0) >= step.repeat.at_most:
                step = self.step(step.repeat.then)
            else:
                return step
        raise AssertionError(f"the graph of {procedure.id} has a cycle of skipped steps at {step.id}")

    # ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────

    def typed(self, answers: Answers) -> dict[str, Value]:
        """The answers that can be read, typed by their metrics; what is missing or unreadable stays unknown."""
        return typed(self._answer_keys, answers)

    @cached_property
    def related_papers(self) -> Mapping[str, tuple[str, ...]]:
        """Every id that a file may be filed under -> all ids that it then counts for."""
        related: dict[str, tuple[str, ...]] = {}
        for material in self.materials:
            documents = tuple(document.id for document in material.documents)
            related.update({document: tuple(dict.fromkeys((document, material.id))) for document in documents})
            related[material.id] = tuple(dict.fromkeys((material.id, *documents)))
        for form in self.forms:
            # What bears a signature or a seal is a paper; every other form may be filled in instead of being uploaded.
            uses = (
                () if form.signed else [(d.id, m.id) for m in self.materials for d in m.documents if d.form == form.id]
            )
            related.setdefault(form.id, tuple(dict.fromkeys((form.id, *(each for use in uses for each in use)))))
        return related

    @cached_property
    def years_asked(self) -> Mapping[str, int]:
        """How many years of each yearly metric an applicant states."""
        return {metric.id: metric.years for metric in self.metrics if metric.years > 1}

    def authority_on(self, authority_id: str, day: date) -> Authority:
        """Who stands in for this authority on a day, following its successors."""
        found: Authority = self._index("authorities")[authority_id]
        for _ in self.authorities:
            ended = found.existed.until if found.existed else None
            if found.successor is None or ended is None or day <= ended:
                break
            found = self._index("authorities")[found.successor]
        return found

    @cached_property
    def _answer_keys(self) -> Mapping[str, AnswerKey]:
        return answer_keys(self.metrics)

    @cached_property
    def _by_procedure(self) -> Mapping[str, tuple[Condition, ...]]:
        main = self.procedures[0].id
        return {
            procedure.id: tuple(each for each in self.conditions if (each.procedure or main) == procedure.id)
            for procedure in self.procedures
        }

    def conditions_of(self, procedure_id: str | None = None) -> tuple[Condition, ...]:
        """The conditions of a procedure (the main one unless named), in the text's order."""
        return self._by_procedure[procedure_id or self.procedures[0].id]

    def _index(self, field: str) -> Mapping[str, Any]:
        return self._indexes[field]

    @cached_property
    def _indexes(self) -> Mapping[str, Mapping[str, Any]]:
        names = (f.name for f in fields(self) if isinstance(getattr(self, f.name), tuple))
        return {name: {item.id: item for item in getattr(self, name) if hasattr(item, "id")} for name in names}

    @cached_property
    def _steps(self) -> Mapping[str, tuple[Procedure, Step]]:
        return {step.id: (procedure, step) for procedure in self.procedures for step in procedure.steps}


def skipped_steps(procedure: Procedure, scope: Scope) -> frozenset[str]:
    """Ids of the steps that the procedure's routes skip for this applicant."""
    return frozenset(step for route in procedure.routes if holds(route.when, scope) is True for step in route.skip)


def unset_paths(value: object, path: str = "") -> Iterator[str]:
    """Every place below a dataclass where the value is unset, as ``list[id].field`` paths."""
    if value is UNSET:
        yield path
    elif is_dataclass(value):
        for each in fields(value):
            yield from unset_paths(getattr(value, each.name), f"{path}.{each.name}" if path else each.name)
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from unset_paths(item, f"{path}[{getattr(item, 'id', number)}]")

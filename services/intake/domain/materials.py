"""Understands what a programme asks an applicant to hand in, and what of it is not there yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.intake.domain.events import Answer, Applicant, Document
from shared.programmes.expressions import Scope, holds, names, parse
from shared.programmes.model import Filing, Material, Metric, Programme, Text
from shared.programmes.model.answering import keys_of


@dataclass(frozen=True)
class Lack:
    """One thing that is missing: its id in the programme and its name in both languages."""

    id: str
    zh: str
    en: str


def known_material(programme: Programme, name: str) -> bool:
    """Files stand under a material or under one of its documents."""
    return any(name == material.id or name in {d.id for d in material.documents} for material in programme.materials)


def lacking(
    programme: Programme, applicant: Applicant, answers: Mapping[str, Answer], documents: Sequence[Document]
) -> tuple[Lack, ...]:
    """Everything that the first filing step asks for and that is not there, all at once, in the programme's order."""
    filed = Counter(document.material for document in documents)
    scope = Scope(region=applicant.region, level=applicant.level)
    papers = (lack for material in _wanted(programme, applicant) for lack in _lacks(material, filed, scope))
    return (*papers, *_unanswered(programme, answers))


def paper_names(programme: Programme, documents: Sequence[Document]) -> list[str]:
    """Every paper by the id it was filed under, and by its material's: a licence is there with either of its papers."""
    material = {document.id: kind.id for kind in programme.materials for document in kind.documents}
    names = [document.material for document in documents]
    return [*names, *(material[name] for name in names if material.get(name, name) != name)]


def _wanted(programme: Programme, applicant: Applicant) -> Iterator[Material]:
    step = programme.first_step(applicant)
    wanted = step.parameters.materials if isinstance(step.parameters, Filing) else "all"
    return (material for material in programme.materials if wanted == "all" or material.id in wanted)


def _lacks(material: Material, filed: Mapping[str, int], scope: Scope) -> Iterator[Lack]:
    if material.rule == "as_applicable" or (material.when and holds(material.when, scope) is False):
        return
    whole = filed.get(material.id, 0)
    if material.rule == "any_of":
        if not whole and not any(filed.get(d.id, 0) >= d.at_least for d in material.documents):
            yield _lack(material.id, material.title)
        return
    for document in material.documents:
        alone = len(material.documents) == 1
        if filed.get(document.id, 0) + (whole if alone else 0) < document.at_least:
            yield _lack(document.id, document.title)


def _unanswered(programme: Programme, answers: Mapping[str, Answer]) -> Iterator[Lack]:
    """Answers that a computed condition reads; without them it could only be unknown."""
    main = programme.procedure().id
    expressions = [
        condition.expression
        for condition in programme.conditions
        if condition.decided == "computed" and condition.expression and condition.procedure in (None, main)
    ]
    read = {name.id for expression in expressions for name in names(parse(expression))}
    for metric in programme.metrics:
        if metric.id in read:
            yield from _unanswered_years(metric, answers)


def _unanswered_years(metric: Metric, answers: Mapping[str, Answer]) -> Iterator[Lack]:
    """One figure, under either of its two names, or one for every year that is asked."""
    keys = keys_of(metric)
    single = metric.years == 1 and metric.as_of != "each_year"
    if single and any(key in answers for key in keys):
        return
    yield from (_lack(key, metric.title) for key in (keys[:1] if single else keys) if key not in answers)


def _lack(name: str, title: Text) -> Lack:
    return Lack(name, title.zh, title.en)

"""Understands what a programme asks an applicant for: typed answers, and materials that must all be there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from services.intake.domain.events import Answer, Applicant, Document
from shared.programmes.expressions import Scope, holds, names, parse
from shared.programmes.model import Filing, Material, Metric, Programme, Text

_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?")
_NUMERIC = frozenset({"count", "amount", "ratio", "area", "years"})
_LONGEST = 2000


@dataclass(frozen=True)
class Lack:
    """One thing that is missing: its id in the programme and its name in both languages."""

    id: str
    zh: str
    en: str


def keys(metric: Metric) -> tuple[str, ...]:
    """The answers that a metric needs: its id, or one per past year (``served[last]``, ``served[last-1]``)."""
    if metric.years == 1:
        return (metric.id,)
    return tuple(f"{metric.id}[last]" if back == 0 else f"{metric.id}[last-{back}]" for back in range(metric.years))


def asked(programme: Programme) -> Mapping[str, Metric]:
    """Every answer that may be given, by its key."""
    return {key: metric for metric in programme.metrics for key in keys(metric)}


def fits(metric: Metric, value: Answer) -> bool:
    """Whether a value can be an answer to the metric; bounds are the metric's own."""
    if metric.type == "boolean" or isinstance(value, bool):
        return metric.type == "boolean" and isinstance(value, bool)
    if metric.type in _NUMERIC:
        return _is_number(metric, value)
    options = {option.id for option in metric.options}
    match metric.type:
        case "choice":
            return value in options
        case "set":
            parts = [part.strip() for part in value.split(",")] if value else []
            return set(parts) <= options and len(parts) == len(set(parts))
        case "date":
            return _is_date(value)
        case _:
            return 0 < len(value) <= _LONGEST


def _is_number(metric: Metric, value: str) -> bool:
    if not _NUMBER.fullmatch(value):
        return False
    try:
        number = Decimal(value)
    except InvalidOperation:
        return False
    if metric.type == "count" and number != number.to_integral_value():
        return False
    least = metric.least if metric.least is not None else (None if metric.type == "amount" else Decimal(0))
    return (least is None or least <= number) and (metric.most is None or number <= metric.most)


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


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
            yield from (_lack(key, metric.title) for key in keys(metric) if key not in answers)


def _lack(name: str, title: Text) -> Lack:
    return Lack(name, title.zh, title.en)

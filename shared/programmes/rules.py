"""Understands how an applicant is judged by a programme: condition by condition, three-valued, each with its clause.

``evaluate`` is a function of its arguments alone: the same arguments give the same verdicts, on any day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType

from shared.programmes.completeness import filed
from shared.programmes.expressions import Scope, Value, holds
from shared.programmes.model import Condition, Programme
from shared.programmes.model.conditions import Finding
from shared.programmes.verdicts import Judgement, UsedRelaxation, Verdict

_NO_JUDGEMENTS: Mapping[str, Judgement] = MappingProxyType({})
_NO_RESULTS: Mapping[str, Value] = MappingProxyType({})
_NO_RELAXATIONS: Mapping[str, UsedRelaxation] = MappingProxyType({})


def evaluate(
    programme: Programme,
    answers: Mapping[str, object],
    documents: Iterable[str] = (),
    judged: Mapping[str, Judgement] = _NO_JUDGEMENTS,
    relaxed: Mapping[str, UsedRelaxation] = _NO_RELAXATIONS,
    *,
    region: str = "",
    level: str = "",
    kind: str = "",
    category: str = "",
    day: date | None = None,
    procedure: str | None = None,
) -> tuple[Verdict, ...]:
    """One verdict for each condition of the procedure (the main one unless named), in the text's order.

    ``answers`` as in ``ApplicationSubmitted``; ``documents`` are ids of filed papers, one entry per paper; ``judged``
    and ``relaxed`` are keyed by condition id. ``day`` is the day that ``years_since`` counts to.
    """
    scope = scope_of(programme, answers, documents, region=region, level=level, kind=kind, category=category, day=day)
    return tuple(
        _verdict(programme, condition, scope, judged.get(condition.id), relaxed.get(condition.id))
        for condition in programme.conditions_of(procedure)
    )


def scope_of(
    programme: Programme,
    answers: Mapping[str, object],
    documents: Iterable[str] = (),
    *,
    region: str = "",
    level: str = "",
    kind: str = "",
    category: str = "",
    day: date | None = None,
    results: Mapping[str, Value] = _NO_RESULTS,
) -> Scope:
    """What the programme's expressions see of this applicant, and of the case so far."""
    papers = filed(programme, documents)
    return Scope(region, level, kind, category, programme.typed(answers), papers, day, programme.years_asked, results)


def _verdict(
    programme: Programme,
    condition: Condition,
    scope: Scope,
    judgement: Judgement | None,
    relaxation: UsedRelaxation | None,
) -> Verdict:
    finding = find(condition, scope, judgement)
    if (
        relaxation is not None
        and finding in ("unmet", "unknown")
        and may_relax(programme, condition, scope, relaxation)
    ):
        return Verdict(condition, "relaxed", scope, judgement, relaxation)
    return Verdict(condition, finding, scope, judgement)


def find(condition: Condition, scope: Scope, judgement: Judgement | None = None) -> Finding:
    """The finding without any exception. A judged condition is unknown until a named person has judged it."""
    if condition.when is not None:
        applies = holds(condition.when, scope)
        if applies is not True:
            return "unknown" if applies is None else "not_applicable"
    if condition.decided == "judged":
        return "unknown" if judgement is None else "met" if judgement.met else "unmet"
    if condition.decided == "attested":
        return _attested(condition, scope, judgement)
    return _word(holds(condition.expression or "", scope))


def _word(truth: bool | None) -> Finding:
    return "unknown" if truth is None else "met" if truth else "unmet"


def _attested(condition: Condition, scope: Scope, judgement: Judgement | None) -> Finding:
    """A paper must be there and its statement be true; an officer who read it has the last word. What the applicant
    itself says is not so needs no paper to be unmet."""
    proved = all(scope.papers.get(paper) for paper in condition.evidence)
    if judgement is not None:
        return "unmet" if not judgement.met else "met" if proved else "unknown"
    truth = True if condition.expression is None else holds(condition.expression, scope)
    return _word(truth) if proved or truth is False else "unknown"


def may_relax(programme: Programme, condition: Condition, scope: Scope, used: UsedRelaxation) -> bool:
    """Whether the exception covers this condition and this applicant, and everything that it needs is on record."""
    try:
        relaxation = programme.relaxation(used.relaxation)
    except KeyError:
        return False
    needed = {"named_officer": used.by, "reason": used.reason, "accepted_value": used.accepted_value}
    complete = all(needed[need].strip() for need in relaxation.needs)
    return complete and condition.id in relaxation.relaxes and holds(relaxation.when, scope) is True


def eligible(verdicts: Iterable[Verdict]) -> bool:
    """Whether nothing stands in the way: every condition met, relaxed or not applicable."""
    return all(verdict.finding in ("met", "relaxed", "not_applicable") for verdict in verdicts)

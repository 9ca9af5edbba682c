"""Understands what the rules say of a case's figures and papers, before any person has judged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta, timezone

from services.review.domain.subject import Case
from shared.programmes.expressions import Scope
from shared.programmes.model import Programme
from shared.programmes.rules import evaluate, may_relax, scope_of
from shared.programmes.verdicts import UsedRelaxation

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def findings(case: Case, programme: Programme, step: str) -> Mapping[str, str]:
    """Condition -> met, unmet, unknown or not_applicable, for every condition of the step's procedure.

    Years are counted to the day of the last filing, so that waiting for an officer changes nothing.
    """
    applicant = case.applicant
    verdicts = evaluate(
        programme,
        case.answers,
        filed(case, programme),
        region=applicant.region,
        level=applicant.level,
        day=case.filed_at.astimezone(SHANGHAI).date() if case.filed_at else None,
        procedure=programme.procedure_of(step).id,
    )
    return {verdict.id: verdict.finding for verdict in verdicts}


def filed(case: Case, programme: Programme) -> list[str]:
    """Every paper by the id it was filed under, and by its material's: a licence is there with either of its papers."""
    material = {document.id: kind.id for kind in programme.materials for document in kind.documents}
    names = [paper.material for paper in case.papers]
    return [*names, *(material[name] for name in names if material.get(name, name) != name)]


def is_relaxable(case: Case, programme: Programme, condition: str, used: UsedRelaxation) -> bool:
    """Whether the exception covers this condition and this applicant, with everything on record that it needs."""
    scope = scope_of(
        programme,
        case.answers,
        filed(case, programme),
        region=case.applicant.region,
        level=case.applicant.level,
        day=case.filed_at.astimezone(SHANGHAI).date() if case.filed_at else None,
    )
    return may_relax(programme, programme.condition(condition), scope, used)


def scope_of_case(case: Case, programme: Programme) -> Scope:
    """What the programme's expressions see of the case."""
    applicant = case.applicant
    return scope_of(
        programme,
        case.answers,
        filed(case, programme),
        region=applicant.region,
        level=applicant.level,
        day=case.filed_at.astimezone(SHANGHAI).date() if case.filed_at else None,
    )

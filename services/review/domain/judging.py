"""Understands what the rules say of a case's standing, figures and papers, before any person has judged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone

from services.review.domain.subject import Case
from shared.programmes.expressions import Scope, Value
from shared.programmes.model import Programme
from shared.programmes.model.programme import NO_RESULTS
from shared.programmes.rules import evaluate, may_relax
from shared.programmes.verdicts import UsedRelaxation

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def local_day(now: datetime) -> date:
    """The day in China of an instant."""
    return now.astimezone(SHANGHAI).date()


def day_of(case: Case) -> date | None:
    """The day that years are counted to: of the last filing, so that waiting for an officer changes nothing; where
    nothing was filed, the day on which the case came to its present step."""
    at = case.filed_at or case.entered_at
    return None if at is None else local_day(at)


def scope(
    case: Case, programme: Programme, now: datetime | None = None, results: Mapping[str, Value] = NO_RESULTS
) -> Scope:
    """What every expression of the programme sees of this case: standing, answers, papers, what its steps brought, and
    the day of ``now`` or, without it, :func:`day_of`."""
    day = day_of(case) if now is None else local_day(now)
    return programme.scope_for(case.applicant, case.answers, filed(case), day, results)


def findings(case: Case, programme: Programme, step: str) -> Mapping[str, str]:
    """Condition -> met, unmet, unknown or not_applicable, for every condition of the step's procedure."""
    applicant = case.applicant
    verdicts = evaluate(
        programme,
        case.answers,
        filed(case),
        region=applicant.region,
        level=applicant.level,
        kind=applicant.kind,
        category=applicant.category,
        day=day_of(case),
        procedure=programme.procedure_of(step).id,
    )
    return {verdict.id: verdict.finding for verdict in verdicts}


def filed(case: Case) -> list[str]:
    """Every paper by the id that it was filed under; the programme knows for what else it counts."""
    return [paper.material for paper in case.papers]


def is_relaxable(case: Case, programme: Programme, condition: str, used: UsedRelaxation) -> bool:
    """Whether the exception covers this condition and this applicant, with everything on record that it needs."""
    return may_relax(programme, programme.condition(condition), scope(case, programme), used)

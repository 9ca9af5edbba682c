"""Understands the self-check: what the rules say of an application before anybody judged it, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.intake.domain.application import Application
from services.intake.domain.materials import Lack, lacking, paper_names
from shared.programmes.completeness import Missing, missing
from shared.programmes.facts_file import Facts, FactsRead, misfits
from shared.programmes.model import Programme
from shared.programmes.reasons import Explained, judge
from shared.programmes.rules import evaluate, scope_of
from shared.runtime.clock import local_day


@dataclass(frozen=True)
class Line:
    """One condition: what the figures and papers say (``unknown`` where a person has to judge), and the clause."""

    condition: str
    title_zh: str
    title_en: str
    decided: str
    finding: str
    clause: str
    numbers: Mapping[str, str | None]
    comparisons: tuple[str, ...]


@dataclass(frozen=True)
class Checked:
    """Nothing of it is stored, and nothing of it decides."""

    programme: str
    conditions: list[Line]
    missing: list[Lack]
    declared: bool


def checked(a: Application, programme: Programme, now: datetime) -> Checked:
    """Judge the application as it stands now."""
    assert a.applicant is not None, "who may see it has seen that it exists"
    verdicts = evaluate(
        programme,
        a.answers,
        paper_names(programme, a.documents),
        region=a.applicant.region,
        level=a.applicant.level,
        day=local_day(now),
    )
    lines = [
        Line(
            condition=verdict.id,
            title_zh=verdict.condition.title.zh,
            title_en=verdict.condition.title.en,
            decided=verdict.condition.decided,
            finding=verdict.finding,
            clause=verdict.clause,
            numbers=dict(verdict.numbers),
            comparisons=verdict.comparisons,
        )
        for verdict in verdicts
    ]
    lacks = list(lacking(programme, a.applicant, a.answers, a.documents))
    return Checked(a.programme, lines, lacks, a.declared)


@dataclass(frozen=True)
class Misfit:
    """An answer, a paper or a level that the programme does not know or cannot read; it stays unknown."""

    field: str
    zh: str
    en: str


@dataclass(frozen=True)
class Advice:
    """What the rules would say of somebody who has not applied. Nothing of it is stored, and nothing of it decides."""

    programme: str
    eligible: bool
    conditions: tuple[Explained, ...]
    missing: tuple[Missing, ...]
    misfits: list[Misfit]


def advice(programme: Programme, facts: Facts) -> Advice:
    """Judge an enquiry by the programme alone."""
    found = judge(programme, facts)
    scope = scope_of(programme, facts.answers, facts.papers, region=facts.region or "", level=facts.level or "")
    wrong = misfits(programme, FactsRead(facts, "", {}))
    return Advice(
        programme=found.programme,
        eligible=found.eligible,
        conditions=found.conditions,
        missing=missing(programme, facts.papers, scope),
        misfits=[Misfit(each.path, each.zh, each.en) for each in wrong],
    )

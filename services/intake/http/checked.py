"""Understands the self-check: what the rules say of an application before anybody judged it, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.intake.domain.application import Application
from services.intake.domain.filing import content_of
from services.intake.domain.materials import Lack, lacking, paper_names
from services.intake.domain.parts import Applicant
from services.intake.domain.refusal import Refusal
from shared.programmes.admission import Bar, bars
from shared.programmes.completeness import Missing, asked_at, missing
from shared.programmes.facts_file import Facts, FactsRead, misfits
from shared.programmes.model import Programme
from shared.programmes.reasons import Explained, judge
from shared.programmes.rules import evaluate
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
class Objection:
    """Why it could not be filed now beside what the organisation has before any authority: the refusal's own words."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class Checked:
    """Nothing of it is stored, and nothing of it decides. ``standing`` is what the programme does not admit of the
    applicant, ``overlaps`` what stands in the way of filing now."""

    programme: str
    standing: list[Bar]
    conditions: list[Line]
    missing: list[Lack]
    overlaps: list[Objection]
    declared: bool


def checked(a: Application, programme: Programme, now: datetime, overlaps: Iterable[Refusal] = ()) -> Checked:
    """Judge the application as it stands now."""
    assert a.applicant is not None, "who may see it has seen that it exists"
    who = a.applicant
    verdicts = evaluate(
        programme,
        a.answers,
        paper_names(a.documents),
        region=who.region,
        level=who.level,
        kind=who.kind,
        category=who.category,
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
    return Checked(
        programme=a.programme,
        standing=list(bars(programme, region=who.region, level=who.level, kind=who.kind, category=who.category)),
        conditions=lines,
        missing=list(lacking(programme, content_of(a, who), local_day(now))),
        overlaps=[Objection(each.code, each.zh, each.en) for each in overlaps],
        declared=a.declared,
    )


@dataclass(frozen=True)
class Misfit:
    """An answer, a paper or a level that the programme does not know or cannot read; it stays unknown."""

    field: str
    zh: str
    en: str


@dataclass(frozen=True)
class Advice:
    """What the rules would say of somebody who has not applied. Nothing of it is stored, and nothing of it decides.
    ``standing`` is what the programme does not admit, or has to know, of region, level, kind and category."""

    programme: str
    eligible: bool
    standing: tuple[Bar, ...]
    conditions: tuple[Explained, ...]
    missing: tuple[Missing, ...]
    misfits: list[Misfit]


def advice(programme: Programme, facts: Facts) -> Advice:
    """Judge an enquiry by the programme alone. What is asked for is what the applicant's first step asks for."""
    found = judge(programme, facts)
    who = Applicant("", "", facts.region or "", facts.level or "", facts.kind or "", facts.category or "")
    standing = bars(programme, region=who.region, level=who.level, kind=who.kind, category=who.category)
    scope = programme.scope_for(who, facts.answers, facts.papers, facts.day)
    first = programme.first_step(who, answers=facts.answers, documents=facts.papers, day=facts.day)
    wrong = misfits(programme, FactsRead(facts, "", {}))
    return Advice(
        programme=found.programme,
        eligible=found.eligible and not standing,
        standing=standing,
        conditions=found.conditions,
        missing=missing(programme, facts.papers, scope, *asked_at(first)),
        misfits=[Misfit(each.path, each.zh, each.en) for each in wrong],
    )

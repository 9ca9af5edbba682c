"""Understands which names a definition uses and where they must have been introduced."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from shared.programmes.model import (
    Assessing,
    Awarding,
    Deciding,
    Endorsing,
    Filing,
    Inspecting,
    Noticing,
    Objections,
    Paying,
    Programme,
    Rectifying,
    RoundRules,
    Scoring,
    Step,
    Unset,
    Validity,
    Visiting,
)
from shared.programmes.reading.faults import Findings

Use = tuple[str, str, Any]
"""Path of the field, what kind of thing it names, and the name or names."""

_WORDS = {
    "levels": ("层级", "level"),
    "authorities": ("机关", "authority"),
    "parties": ("参与方", "party"),
    "metrics": ("指标", "metric"),
    "conditions": ("条件", "condition"),
    "relaxations": ("例外", "relaxation"),
    "materials": ("材料", "material"),
    "papers": ("材料或其中的文件", "material or document"),
    "forms": ("表格", "form"),
    "rubrics": ("评分表", "rubric"),
    "panels": ("专家组", "panel"),
    "notices": ("公示", "notice"),
    "awards": ("授予", "award"),
    "budgets": ("资金", "budget"),
    "procedures": ("流程", "procedure"),
    "obligations": ("义务", "obligation"),
    "revocation": ("撤销情形", "revocation ground"),
    "quotas": ("名额", "quota"),
    "steps": ("步骤", "step"),
    "ambiguities": ("歧义", "ambiguity"),
}


def check_references(programme: Programme, findings: Findings) -> None:
    """Report every name that nothing introduces, with the nearest one that exists, and every id that stands twice."""
    _unique(programme, findings)
    known = _introduced(programme)
    for path, kind, names in _uses(programme):
        for name in _listed(names):
            if name not in known[kind]:
                zh, en = _WORDS[kind]
                close = difflib.get_close_matches(name, known[kind], n=1)
                listed = ", ".join(sorted(known[kind])[:20]) or "-"
                findings.at(
                    path,
                    f"没有{zh} {name};" + (f"是否应为 {close[0]}?" if close else f"现有:{listed}"),
                    f"there is no {en} {name}; " + (f"did you mean {close[0]}?" if close else f"there are {listed}"),
                )


def _listed(names: Any) -> Iterable[str]:
    if names is None or isinstance(names, Unset) or names == "all":
        return ()
    return (names,) if isinstance(names, str) else names


def _introduced(programme: Programme) -> dict[str, set[str]]:
    lists = (each.name for each in fields(programme))
    known = {name: {item.id for item in _items(getattr(programme, name))} for name in lists}
    known["quotas"] = {quota.id for quota in getattr(programme.rounds, "quotas", ())}
    known["steps"] = {step.id for procedure in programme.procedures for step in procedure.steps}
    papers = {document.id for material in programme.materials for document in material.documents}
    known["papers"] = papers | known["materials"] | known["forms"]
    return known


def _items(value: Any) -> Iterator[Any]:
    return (item for item in value if hasattr(item, "id")) if isinstance(value, tuple) else iter(())


def _unique(value: Any, findings: Findings, path: str = "") -> None:
    if isinstance(value, tuple):
        seen: set[str] = set()
        for item in _items(value):
            here = f"{path}[{item.id}]"
            if item.id in seen:
                findings.at(here, f"标识 {item.id} 重复,请改名", f"the id {item.id} stands twice: rename one")
            seen.add(item.id)
            _unique(item, findings, here)
    elif is_dataclass(value):
        for each in fields(value):
            _unique(getattr(value, each.name), findings, f"{path}.{each.name}" if path else each.name)


def _uses(programme: Programme) -> Iterator[Use]:
    yield from _people(programme)
    yield from _answers(programme)
    yield from _afterwards(programme)
    if isinstance(programme.rounds, RoundRules):
        for cascade in programme.rounds.cascade:
            yield f"rounds.cascade[{cascade.party}]", "parties", cascade.party
            yield f"rounds.cascade[{cascade.party}]", "steps", cascade.step
        for quota in programme.rounds.quotas:
            yield f"rounds.quotas[{quota.id}].party", "parties", quota.party
    for procedure in programme.procedures:
        where = f"procedures[{procedure.id}]"
        yield f"{where}.opened_by", "parties", procedure.opened_by
        for route in procedure.routes:
            yield f"{where}.routes[{route.id}].skip", "steps", route.skip
        for step in procedure.steps:
            yield from _step(step, f"{where}.steps[{step.id}]")


def _people(programme: Programme) -> Iterator[Use]:
    for authority in programme.authorities:
        yield f"authorities[{authority.id}].level", "levels", authority.level
        yield f"authorities[{authority.id}].successor", "authorities", authority.successor
    for party in programme.parties:
        yield f"parties[{party.id}].level", "levels", party.level
        yield f"parties[{party.id}].authorities", "authorities", party.authorities
    yield "applicants.levels", "levels", programme.applicants.levels
    for supervision in programme.supervision:
        yield f"supervision[{supervision.id}].by", "parties", supervision.by


def _answers(programme: Programme) -> Iterator[Use]:
    for metric in programme.metrics:
        yield f"metrics[{metric.id}].evidence", "papers", metric.evidence
        yield f"metrics[{metric.id}].part_of", "metrics", metric.part_of
    for condition in programme.conditions:
        where = f"conditions[{condition.id}]"
        yield f"{where}.evidence", "papers", condition.evidence
        yield f"{where}.monotone", "metrics", condition.monotone
        yield f"{where}.procedure", "procedures", condition.procedure
        yield f"{where}.reading", "ambiguities", condition.reading
    for relaxation in programme.relaxations:
        yield f"relaxations[{relaxation.id}].relaxes", "conditions", relaxation.relaxes
        yield f"relaxations[{relaxation.id}].party", "parties", relaxation.party
    for material in programme.materials:
        for document in material.documents:
            yield f"materials[{material.id}].documents[{document.id}].form", "forms", document.form
    for form in programme.forms:
        for each in () if isinstance(form.fields, Unset) else form.fields:
            yield f"forms[{form.id}].fields[{each.id}].metric", "metrics", each.metric


def _afterwards(programme: Programme) -> Iterator[Use]:
    for obligation in programme.obligations:
        where = f"obligations[{obligation.id}]"
        yield f"{where}.party", "parties", obligation.party
        yield f"{where}.to", "parties", obligation.to
        yield f"{where}.form", "papers", obligation.form
        yield f"{where}.procedure", "procedures", obligation.procedure
    for award in programme.awards:
        if isinstance(award.validity, Validity):
            yield f"awards[{award.id}].validity.renewed_by", "procedures", award.validity.renewed_by
    for ground in programme.revocation:
        yield f"revocation[{ground.id}].obligations", "obligations", ground.obligations
    for review in programme.re_reviews:
        yield f"re_reviews[{review.id}].procedure", "procedures", review.procedure
    for budget in programme.budgets:
        yield f"budgets[{budget.id}].cost", "metrics", budget.cost
    for notice in programme.notices:
        if isinstance(notice.objections, Objections):
            yield f"notices[{notice.id}].objections.investigator", "parties", notice.objections.investigator


def _step(step: Step, where: str) -> Iterator[Use]:
    yield f"{where}.actor", "parties", step.actor
    for field, kind, names in _parameters(step):
        yield f"{where}.parameters.{field}", kind, names


def _parameters(step: Step) -> Iterator[Use]:
    match step.parameters:
        case Filing() as filing:
            yield "materials", "materials", filing.materials
            yield "forms", "forms", filing.forms
        case Assessing() as assessing:
            yield "conditions", "conditions", assessing.conditions
            yield "relaxations", "relaxations", assessing.relaxations
            yield "opinion", "papers", assessing.opinion
        case Endorsing() as endorsing:
            yield "by", "parties", endorsing.by
            yield "quota", "quotas", endorsing.quota
            yield "form", "papers", endorsing.form
        case Scoring() as scoring:
            yield "rubric", "rubrics", scoring.rubric
            yield "panel", "panels", scoring.panel
        case Visiting() as visiting:
            yield "opinion", "papers", visiting.opinion
        case Noticing() as noticing:
            yield "notice", "notices", noticing.notice
        case Deciding() as deciding:
            yield "approver", "parties", deciding.approver
            yield "jointly", "parties", deciding.jointly
            yield "basis", "revocation", deciding.basis
            yield "approves", "budgets", deciding.approves
            yield "reclaims", "budgets", deciding.reclaims
        case Awarding() as awarding:
            yield "award", "awards", awarding.award
        case Paying() as paying:
            yield "budget", "budgets", paying.budget
        case Inspecting() as inspecting:
            yield "assessors", "parties", inspecting.assessors
            yield "rubric", "rubrics", inspecting.rubric
            yield "conditions", "conditions", inspecting.conditions
        case Rectifying() as rectifying:
            yield "proof", "papers", rectifying.proof
        case _:
            return

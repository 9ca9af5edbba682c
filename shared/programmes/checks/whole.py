"""Understands all checks of one definition together, and what each single rule must carry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from shared.programmes.checks.acting import check_acting
from shared.programmes.checks.assessments import check_assessments
from shared.programmes.checks.authorities import check_authorities
from shared.programmes.checks.deadlines import check_deadlines
from shared.programmes.checks.effects import check_effects
from shared.programmes.checks.expressions import check_expressions
from shared.programmes.checks.graph import check_graph
from shared.programmes.checks.money import check_money
from shared.programmes.checks.numbers import check_numbers
from shared.programmes.checks.payments import check_payments
from shared.programmes.checks.promises import check_promises
from shared.programmes.checks.references import check_references
from shared.programmes.checks.regions import check_regions
from shared.programmes.checks.times import check_times
from shared.programmes.model import Deadline, Programme
from shared.programmes.reading.faults import Findings

_RULES = (
    "parties",
    "scope",
    "principles",
    "conditions",
    "relaxations",
    "materials",
    "forms",
    "rubrics",
    "panels",
    "notices",
    "awards",
    "re_reviews",
    "obligations",
    "revocation",
    "rewards",
    "budgets",
    "overlaps",
    "supervision",
)


def check(programme: Programme, findings: Findings) -> None:
    """Report every fault of a definition whose shape is right."""
    check_references(programme, findings)
    check_numbers(programme, findings)
    check_authorities(programme, findings)
    check_regions(programme, findings)
    check_expressions(programme, findings)
    check_promises(programme, findings)
    check_effects(programme, findings)
    check_acting(programme, findings)
    check_assessments(programme, findings)
    step_ids: set[str] = set()
    for procedure in programme.procedures:
        check_graph(procedure, findings)
        for step in procedure.steps:
            if step.id in step_ids:
                findings.at(
                    f"procedures[{procedure.id}].steps[{step.id}]",
                    f"步骤 {step.id} 在另一流程中已使用,请改名",
                    f"the step id {step.id} is used in another procedure: rename it",
                )
        step_ids |= {step.id for step in procedure.steps}
    if not programme.procedures:
        findings.at("procedures", "请至少写一个流程", "write at least one procedure")
    _conditions(programme, findings)
    _sources(programme, findings)
    _deadlines(programme, "", findings)
    check_times(programme, findings)
    check_deadlines(programme, findings)
    check_payments(programme, findings)
    check_money(programme, findings)


def _deadlines(value: Any, path: str, findings: Findings) -> None:
    """A deadline says one thing: a length, a day of every year, or a fixed day."""
    if isinstance(value, Deadline):
        if sum(each is not None for each in (value.within, value.yearly, value.on)) != 1:
            zh, en = "within、yearly、on 中请只写一个", "write exactly one of within, yearly and on"
            findings.at(path, zh, en)
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            _deadlines(item, f"{path}[{getattr(item, 'id', number)}]", findings)
    elif is_dataclass(value):
        for each in fields(value):
            _deadlines(getattr(value, each.name), f"{path}.{each.name}" if path else each.name, findings)


def _conditions(programme: Programme, findings: Findings) -> None:
    for condition in programme.conditions:
        where = f"conditions[{condition.id}]"
        if condition.decided == "computed" and condition.expression is None:
            findings.at(where, "computed 条件需要 expression", "a computed condition needs an expression")
        if condition.decided == "attested" and condition.expression is None and not condition.evidence:
            findings.at(
                where,
                "attested 条件需要 evidence 或 expression",
                "an attested condition needs evidence or an expression",
            )
        if condition.decided == "judged" and condition.expression is not None:
            findings.at(
                f"{where}.expression",
                "judged 条件由人判断,请删除 expression 或改为 computed",
                "a judged condition is decided by a person: remove the expression or make it computed",
            )


def _sources(programme: Programme, findings: Findings) -> None:
    for path, element in _rules(programme):
        if not (element.source.clause or element.source.quote or element.source.supplement):
            findings.at(
                path,
                "缺少出处,请写 source: {clause: 第…条, quote: …}",
                "it has no source: write source: {clause: …, quote: …}",
            )


def _rules(programme: Programme) -> Iterator[tuple[str, Any]]:
    for name in _RULES:
        for element in getattr(programme, name):
            yield f"{name}[{element.id}]", element
    for procedure in programme.procedures:
        for step in procedure.steps:
            if step.type != "close":
                yield f"procedures[{procedure.id}].steps[{step.id}]", step

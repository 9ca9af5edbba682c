"""Understands whether an expression speaks of things that exist and asks of each what its type can answer."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from shared.programmes.checks.calls import check_calls
from shared.programmes.checks.kinds import check_kinds, check_standing
from shared.programmes.checks.results import check_bands, check_result
from shared.programmes.checks.shares import check_shares
from shared.programmes.expressions import Name, Node, names, parse
from shared.programmes.expressions.tree import Call, Comparison, Literal, SetLiteral, children
from shared.programmes.model import Metric, Programme, RoundRules
from shared.programmes.reading.faults import Findings

STANDING = ("applicant.region", "applicant.level", "applicant.kind", "applicant.category")

UNDECLARED = {"applicant.kind": "kinds", "applicant.category": "categories"}
"""What an applicant declares only where the programme lists it."""


def check_expressions(programme: Programme, findings: Findings) -> None:
    """Report unknown metrics, years that are not asked for, options that do not exist, papers nobody hands in."""
    metrics = {metric.id: metric for metric in programme.metrics}
    papers = {material.id for material in programme.materials}
    papers |= {document.id for material in programme.materials for document in material.documents}
    undeclared = frozenset(name for name, listed in UNDECLARED.items() if not getattr(programme.applicants, listed))
    for path, text in expressions_of(programme):
        tree = parse(text)
        for name in names(tree):
            if "." in name.id and name.id not in STANDING and not name.id.startswith("applicant."):
                check_result(name, programme, path, findings)
            else:
                _name(name, metrics, undeclared, path, findings)
        check_bands(tree, programme, path, findings)
        _walk(tree, metrics, papers, path, findings)
        check_kinds(tree, metrics, path, findings)
        check_calls(tree, metrics, path, findings)
        check_shares(tree, metrics, path, findings)
        check_standing(tree, programme, path, findings)


def expressions_of(programme: Programme) -> Iterator[tuple[str, str]]:
    """Every expression of the programme with its path."""
    found: list[tuple[str, str | None]] = []
    for condition in programme.conditions:
        found += [(f"conditions[{condition.id}].{f}", getattr(condition, f)) for f in ("expression", "when")]
    found += [(f"relaxations[{each.id}].when", each.when) for each in programme.relaxations]
    found += [(f"materials[{each.id}].when", each.when) for each in programme.materials]
    found += [(f"rewards[{each.id}].when", each.when) for each in programme.rewards]
    if isinstance(programme.rounds, RoundRules):
        found += [(f"rounds.quotas[{each.id}].extra_when", each.extra_when) for each in programme.rounds.quotas]
    for procedure in programme.procedures:
        where = f"procedures[{procedure.id}]"
        found += [(f"{where}.routes[{route.id}].when", route.when) for route in procedure.routes]
        found += [(f"{where}.steps[{step.id}].guard", step.guard) for step in procedure.steps]
    return ((path, text) for path, text in found if text is not None)


def _name(name: Name, metrics: dict[str, Metric], undeclared: frozenset[str], path: str, findings: Findings) -> None:
    if name.id in STANDING:
        if name.id in undeclared:
            kinds = UNDECLARED[name.id]
            findings.at(
                path,
                f"applicants.{kinds} 未列出任何一项,{name.id} 永远未知;请列出",
                f"nobody can declare {name.id}: list what there is under applicants.{kinds}",
            )
        return
    metric = metrics.get(name.id)
    if metric is None and (owners := [m.id for m in metrics.values() if name.id in {o.id for o in m.options}]):
        findings.at(
            path,
            f"选项请放在单引号中:{owners[0]} == '{name.id}'",
            f"put an option in single quotes: {owners[0]} == '{name.id}'",
        )
    elif metric is None:
        close = difflib.get_close_matches(name.id, [*metrics, *STANDING], n=1)
        findings.at(
            path,
            f"没有指标 {name.id};" + (f"是否应为 {close[0]}?" if close else "请在 metrics 中定义"),
            f"there is no metric {name.id}; " + (f"did you mean {close[0]}?" if close else "define it under metrics"),
        )
    elif name.back is not None and name.back >= metric.years:
        findings.at(
            path,
            f"{name.id} 只填报 {metric.years} 年;请提高 years",
            f"{name.id} is asked for {metric.years} year(s) only: raise its years",
        )


def _walk(node: Node, metrics: dict[str, Metric], papers: set[str], path: str, findings: Findings) -> None:
    match node:
        case Comparison(left=Name() as name, right=right) if name.id in metrics:
            _options(metrics[name.id], right, path, findings)
        case Comparison(
            left=Name(id="applicant.region"), operator="==" | "!=" as sign, right=Literal(value=str() as code)
        ):
            _whole_region(sign, code, path, findings)
        case Call(function="has_all" | "has_any" | "count", arguments=(Name() as name, *rest)) if name.id in metrics:
            _is_set(metrics[name.id], path, findings)
            for part in rest:
                _options(metrics[name.id], part, path, findings)
        case Call(function="filed", arguments=(Literal(value=str() as paper),)) if paper not in papers:
            findings.at(path, f"没有材料 {paper}", f"there is no material {paper}")
        case _:
            pass
    for part in children(node):
        _walk(part, metrics, papers, path, findings)


def _whole_region(sign: str, code: str, path: str, findings: Findings) -> None:
    """A code of a province or a prefecture is equal to nobody's who lies in one of its counties."""
    if code.endswith("00"):
        meant = f"not lies_in('{code}')" if sign == "!=" else f"lies_in('{code}')"
        findings.at(
            path,
            f"applicant.region {sign} '{code}' 只比较代码本身,不含其下各县;请写 {meant}",
            f"applicant.region {sign} '{code}' compares the code alone, without the counties in it: write {meant}",
        )


def _is_set(metric: Metric, path: str, findings: Findings) -> None:
    if metric.type != "set":
        findings.at(
            path,
            f"{metric.id} 的类型是 {metric.type},此函数需要 set",
            f"{metric.id} is of type {metric.type}, this function needs a set",
        )


def _options(metric: Metric, node: Node, path: str, findings: Findings) -> None:
    if metric.type not in ("choice", "set") or not metric.options:
        return
    options = [option.id for option in metric.options]
    items = node.items if isinstance(node, SetLiteral) else (node,)
    for item in items:
        if isinstance(item, Literal) and item.value not in options:
            findings.at(
                path,
                f"{metric.id} 没有选项 {item.value};有:{', '.join(options)}",
                f"{metric.id} has no option {item.value}; it has {', '.join(options)}",
            )

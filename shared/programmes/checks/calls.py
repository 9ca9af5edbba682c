"""Understands what each function of an expression can be asked: what would stay unknown for ever is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shared.programmes.checks.kinds import kind_of
from shared.programmes.expressions import Name, Node
from shared.programmes.expressions.functions import YEARLY
from shared.programmes.expressions.tree import Call, Literal, children
from shared.programmes.model import Metric
from shared.programmes.reading.faults import Findings

_REGION = re.compile(r"[0-9]{6}|[A-Z]{2,12}")
_SINCE = ("years_since", "months_since", "days_since")


def check_calls(node: Node, metrics: Mapping[str, Metric], path: str, findings: Findings) -> None:
    """Report arguments that a function can make nothing of, and a yearly metric that is read without its year."""
    _walk(node, metrics, path, findings, inside="")


def _walk(node: Node, metrics: Mapping[str, Metric], path: str, findings: Findings, inside: str) -> None:
    match node:
        case Call():
            _call(node, metrics, path, findings)
        case Name(id=name, back=None) if name in metrics and metrics[name].years > 1:
            if inside not in (*YEARLY, "known"):
                findings.at(
                    path,
                    f"{name} 按年填报({metrics[name].years} 年);请写 {name}[last]、average({name}) 或 total({name})",
                    f"{name} has {metrics[name].years} years: write {name}[last], average({name}) or total({name})",
                )
        case _:
            pass
    for part in children(node):
        _walk(part, metrics, path, findings, node.function if isinstance(node, Call) else "")


def _call(call: Call, metrics: Mapping[str, Metric], path: str, findings: Findings) -> None:
    name, first = call.function, call.arguments[0]
    if name in YEARLY and not _is_yearly(first, metrics):
        findings.at(
            path,
            f"{name}(…) 只接受按年填报的指标(years: 2 以上)的标识",
            f"{name}(…) takes the id of a metric with years: 2 or more, alone",
        )
    if name in _SINCE and kind_of(first, metrics) not in ("date", "any"):
        findings.at(
            path,
            f"{name}(…) 需要日期类(type: date)指标",
            f"{name}(…) takes a metric of type date",
        )
    if name in ("least", "greatest"):
        for part in call.arguments:
            if kind_of(part, metrics) not in ("number", "any"):
                findings.at(path, f"{name}(…) 只接受数值", f"{name}(…) takes numbers only")
    if name == "lies_in":
        for part in call.arguments:
            if not (isinstance(part, Literal) and isinstance(part.value, str) and _REGION.fullmatch(part.value)):
                findings.at(
                    path,
                    "lies_in 的区划代码为六位数字并加单引号,例如 lies_in('990300');市、省的后几位写 0",
                    "lies_in takes codes of six digits in single quotes, such as lies_in('990300'); those of cities "
                    "and provinces end with zeros",
                )
                break


def _is_yearly(node: Node, metrics: Mapping[str, Metric]) -> bool:
    if not isinstance(node, Name) or node.back is not None:
        return False
    return node.id not in metrics or metrics[node.id].years > 1

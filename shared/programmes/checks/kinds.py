"""Understands whether an expression can be true or false at all, or would stay unknown for ever by its types."""

from __future__ import annotations

from collections.abc import Mapping

from shared.programmes.checks.results import kind_of_result
from shared.programmes.expressions import Name, Node
from shared.programmes.expressions.tree import (
    Arithmetic,
    Call,
    Comparison,
    Junction,
    Literal,
    Not,
    SetLiteral,
    children,
)
from shared.programmes.model import Metric, Programme
from shared.programmes.reading.faults import Findings

NUMBERS = frozenset({"count", "amount", "ratio", "area", "years"})
_TRUTHS = frozenset({"at_least", "has_all", "has_any", "grows", "lies_in", "known"})


def kind_of(node: Node, metrics: Mapping[str, Metric]) -> str:
    """truth, number, word, words, date, or any where only the answers can tell."""
    match node:
        case Literal(value=bool()) | Comparison() | Not() | Junction():
            return "truth"
        case Literal(value=str()):
            return "word"
        case Literal() | Arithmetic():
            return "number"
        case SetLiteral():
            return "words"
        case Name():
            return _kind_of_name(node, metrics)
        case Call(function="choose", arguments=arguments):
            return kind_of(arguments[-1], metrics)
        case Call():
            return "truth" if node.function in _TRUTHS else "number"


def _kind_of_name(name: Name, metrics: Mapping[str, Metric]) -> str:
    metric = metrics.get(name.id)
    if metric is None:
        return "word" if name.id.startswith("applicant.") else kind_of_result(name.id)
    if metric.type in NUMBERS:
        return "number"
    return {"boolean": "truth", "set": "words", "date": "date"}.get(metric.type, "word")


def check_kinds(node: Node, metrics: Mapping[str, Metric], path: str, findings: Findings) -> None:
    """Report a comparison of things that cannot be compared, and a text that is neither true nor false."""
    if kind_of(node, metrics) not in ("truth", "any"):
        findings.at(path, "结果应为真或假,请写成比较,例如 … >= 1", "it must be true or false: compare it, e.g. … >= 1")
    _walk(node, metrics, path, findings)


def _walk(node: Node, metrics: Mapping[str, Metric], path: str, findings: Findings) -> None:
    match node:
        case Comparison():
            _compared(node, metrics, path, findings)
        case Junction() | Not():
            for part in children(node):
                if kind_of(part, metrics) not in ("truth", "any"):
                    findings.at(
                        path, "and、or、not 的各部分应为真或假", "the parts of and, or, not must be true or false"
                    )
        case Call(function="at_least", arguments=(_, *tests)):
            for part in tests:
                if kind_of(part, metrics) not in ("truth", "any"):
                    findings.at(path, "at_least 的各项应为真或假", "what at_least counts must be true or false")
        case Arithmetic():
            if node.operator == "/" and isinstance(node.right, Literal) and node.right.value == 0:
                findings.at(path, "不能除以零,请更正除数", "nothing can be divided by zero: correct the divisor")
            for part in children(node):
                if kind_of(part, metrics) not in ("number", "any"):
                    findings.at(path, "+ - * / 只用于数值", "+ - * / take numbers only")
        case _:
            pass
    for part in children(node):
        _walk(part, metrics, path, findings)


def _compared(node: Comparison, metrics: Mapping[str, Metric], path: str, findings: Findings) -> None:
    left, right = kind_of(node.left, metrics), kind_of(node.right, metrics)
    if node.operator in ("in", "not in"):
        if left not in ("word", "any") or right not in ("words", "any"):
            findings.at(
                path,
                "in 左边应为选项,右边应为列表 ['…']",
                "in takes an option on its left and a list ['…'] on its right",
            )
    elif "any" not in (left, right) and left != right:
        findings.at(path, f"不能比较 {left} 与 {right}", f"a {left} cannot be compared with a {right}")
    elif node.operator not in ("==", "!=") and left in ("word", "words", "truth"):
        findings.at(path, "此处只能用 == 或 !=", "only == and != can compare these")


def check_standing(node: Node, programme: Programme, path: str, findings: Findings) -> None:
    """Report a level, kind or category of applicant that the programme does not know."""
    known = {
        "applicant.level": tuple(level.id for level in programme.levels),
        "applicant.kind": programme.applicants.kinds,
        "applicant.category": programme.applicants.categories,
    }
    if isinstance(node, Comparison) and isinstance(node.left, Name) and known.get(node.left.id):
        items = node.right.items if isinstance(node.right, SetLiteral) else (node.right,)
        for item in items:
            if isinstance(item, Literal) and item.value not in known[node.left.id]:
                listed = ", ".join(known[node.left.id])
                findings.at(path, f"没有 {item.value};有:{listed}", f"there is no {item.value}; there are {listed}")
    for part in children(node):
        check_standing(part, programme, path, findings)

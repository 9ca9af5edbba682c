"""Understands that a share lies between 0 and 1: held against 60 instead of 0.6 it would come out the same for all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from shared.programmes.expressions import Name, Node
from shared.programmes.expressions.tree import Arithmetic, Call, Comparison, Literal, children
from shared.programmes.model import Metric
from shared.programmes.reading.faults import Findings


def check_shares(node: Node, metrics: Mapping[str, Metric], path: str, findings: Findings) -> None:
    """Report a share that is compared with a number above 1."""
    if isinstance(node, Comparison):
        for share, bound in ((node.left, node.right), (node.right, node.left)):
            for number in _numbers(bound) if _is_share(share, metrics) else ():
                if number > 1:
                    meant = format((number / 100).normalize(), "f")
                    findings.at(
                        path,
                        f"占比在 0 与 1 之间,与 {number} 比较没有意义;请写 {meant}",
                        f"a share lies between 0 and 1 and cannot be told by {number}: write {meant}",
                    )
    for part in children(node):
        check_shares(part, metrics, path, findings)


def _is_share(node: Node, metrics: Mapping[str, Metric]) -> bool:
    """A metric of type ratio, or a part over the whole that it is a part of."""
    match node:
        case Name():
            metric = metrics.get(node.id)
            return metric is not None and metric.type == "ratio" and (metric.most is None or metric.most <= 1)
        case Arithmetic(operator="/", left=Name() as part, right=Name() as whole):
            return part.back == whole.back and _part_of(part.id, whole.id, metrics)
        case Arithmetic(operator="/", left=Call() as part, right=Call() as whole):
            return part.function == whole.function in ("total", "average") and all(
                isinstance(a, Name) and isinstance(b, Name) and _part_of(a.id, b.id, metrics)
                for a, b in zip(part.arguments, whole.arguments, strict=False)
            )
        case Call(function="average", arguments=(Name() as name,)):
            return _is_share(name, metrics)
        case _:
            return False


def _part_of(part: str, whole: str, metrics: Mapping[str, Metric]) -> bool:
    return part in metrics and metrics[part].part_of == whole


def _numbers(node: Node) -> Iterator[Decimal]:
    """What the bound can be: a number, or the values of choose."""
    match node:
        case Literal(value=Decimal() as number):
            yield number
        case Call(function="choose", arguments=arguments):
            for value in (*arguments[1::2], arguments[-1]):
                yield from _numbers(value)
        case _:
            return

"""Understands the examples beside a definition: for each condition one applicant for every way it can be decided.

``<condition>: {met: {…}, unmet: {…}, boundary: [<finding>, {…}], unknown: {…}}``, and ``not_applicable: {…}`` where the
condition has a ``when``. In the braces stand answers, and
beside them ``region``, ``level``, ``kind``, ``category``, ``day`` and ``papers`` (ids of filed papers; absent: the
condition's evidence).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from shared.programmes.expressions import Node, names, parse
from shared.programmes.expressions.tree import Call, Comparison, children
from shared.programmes.model import Condition, Programme
from shared.programmes.model.answering import answer_keys
from shared.programmes.reading import tree
from shared.programmes.reading.faults import BadDefinition, Fault, Place
from shared.programmes.rules import evaluate
from shared.programmes.verdicts import Verdict

SUFFIX = ".examples.yaml"
WAYS = ("met", "unmet", "boundary", "unknown")
BESIDES = "not_applicable"
"""May be said of a condition with ``when``."""
FINDINGS = ("met", "unmet", "unknown", "not_applicable")
BESIDE = ("region", "level", "kind", "category", "day", "papers")
"""What stands beside the answers in a row."""
_SHAPE = "{met: {…}, unmet: {…}, boundary: [met, {…}], unknown: {…}}"


def decide(programme: Programme, condition: Condition, row: Mapping[str, Any]) -> Verdict:
    """How the condition is decided for this row. Raises ``ValueError`` for a day that is none."""
    answers = {key: value for key, value in row.items() if key not in BESIDE}
    day = row.get("day")
    verdicts = evaluate(
        programme,
        answers,
        row.get("papers", condition.evidence),
        region=str(row.get("region", "")),
        level=str(row.get("level", "")),
        kind=str(row.get("kind", "")),
        category=str(row.get("category", "")),
        day=date.fromisoformat(str(day)) if day is not None else None,
        procedure=condition.procedure,
    )
    return next(verdict for verdict in verdicts if verdict.id == condition.id)


def check_examples(programme: Programme, text: str, file: str) -> tuple[Fault, ...]:
    """Every row that is decided otherwise than written, and every condition that lacks a row."""
    try:
        root = tree.read_tree(text, file)
    except BadDefinition as refused:
        return refused.faults
    return tuple(_faults(programme, root, file))


def _faults(programme: Programme, root: tree.Mapping, file: str) -> Iterator[Fault]:
    wanted = {each.id: each for each in programme.conditions if each.expression is not None}
    for name, rows in root.entries.items():
        condition, place = wanted.get(name), root.keys[name]
        if condition is None:
            close = difflib.get_close_matches(name, wanted, n=1)
            zh, en = (f"是否应为 {close[0]}?", f"did you mean {close[0]}?") if close else ("请删除", "remove it")
            yield Fault(place, name, f"没有带表达式的条件 {name};{zh}", f"no condition {name} has an expression; {en}")
        elif not isinstance(rows, tree.Mapping) or set(rows.entries) - {*WAYS, BESIDES}:
            yield Fault(place, name, f"请写 {_SHAPE}", f"write {_SHAPE}")
        elif BESIDES in rows.entries and condition.when is None:
            zh, en = f"条件 {name} 没有 when,总是适用;请删除", f"{name} has no when and always applies: remove it"
            yield Fault(rows.keys[BESIDES], f"{name}.{BESIDES}", zh, en)
        else:
            yield from _rows(programme, condition, rows)
    for name in wanted:
        if name not in root.entries:
            yield Fault(
                Place(file, 1), name, f"条件 {name} 没有例子,请写 {_SHAPE}", f"it has no examples: write {_SHAPE}"
            )


def _rows(programme: Programme, condition: Condition, rows: tree.Mapping) -> Iterator[Fault]:
    for way in (*WAYS, BESIDES):
        node, path = rows.entries.get(way), f"{condition.id}.{way}"
        if node is None and way == "unknown" and not names(parse(condition.expression or "true")):
            continue  # papers are counted: there is nothing that could be unknown
        if node is None and way == "boundary" and not _has_boundary(parse(condition.expression or "true")):
            continue  # yes or no, one option or another: there is no number to stand on
        if node is None and way == BESIDES:
            continue
        if node is None:
            yield Fault(rows.place, path, f"缺少 {way} 的例子", f"an example for {way} is missing: write {way}: {{…}}")
            continue
        expected, row = _row(way, node)
        if row is None or expected not in FINDINGS:
            shape = "boundary: [met, {…}]" if way == "boundary" else f"{way}: {{…}}"
            yield Fault(node.place, path, f"请写 {shape}", f"write {shape}")
            continue
        if strange := [key for key in row if key not in BESIDE and key not in answer_keys(programme.metrics)]:
            yield Fault(
                node.place, path, f"没有指标 {strange[0]};请更正", f"no figure {strange[0]} is asked: correct it"
            )
            continue
        try:
            found = decide(programme, condition, row)
        except ValueError:
            yield Fault(node.place, f"{path}.day", "请写日期 YYYY-MM-DD", "write a date YYYY-MM-DD")
            continue
        if found.finding != expected:
            numbers = "; ".join(found.comparisons) or "; ".join(f"{k} = {v or '?'}" for k, v in found.numbers.items())
            yield Fault(
                node.place,
                path,
                f"写的是 {expected},按办法为 {found.finding}({numbers});请更正例子或条件",
                f"it says {expected}, the rule says {found.finding} ({numbers}): correct the example or the condition",
            )


def _has_boundary(node: Node) -> bool:
    """Whether an applicant can stand exactly on a number, or on so many of something."""
    ordered = isinstance(node, Comparison) and node.operator in (">=", ">", "<=", "<")
    return ordered or isinstance(node, Call) or any(_has_boundary(part) for part in children(node))


def _row(way: str, node: tree.Node) -> tuple[str, Mapping[str, Any] | None]:
    if way != "boundary":
        return way, _plain(node) if isinstance(node, tree.Mapping) else None
    if not isinstance(node, tree.Sequence) or len(node.items) != 2:
        return "", None
    first, second = node.items
    if not isinstance(first, tree.Scalar) or not isinstance(second, tree.Mapping):
        return "", None
    return first.text, _plain(second)


def _plain(node: tree.Node) -> Any:
    match node:
        case tree.Scalar(text=text, quoted=False) if text in ("true", "false"):
            return text == "true"
        case tree.Scalar(text=text):
            return text
        case tree.Sequence(items=items):
            return [_plain(item) for item in items]
        case tree.Mapping(entries=entries):
            return {key: _plain(value) for key, value in entries.items()}

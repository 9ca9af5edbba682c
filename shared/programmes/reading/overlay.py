"""Understands how a supplement or a lower text is laid over another: it fills what is unset, and adds; no more.

An overlay has the shape of a definition and holds only what it adds. Lists of things with an ``id`` are joined by it.
A supplement may fill ``unset``, add elements and fields, and lead outcomes elsewhere (to insert a step); a value that
the regulation itself sets is never replaced. A lower text that adopts a higher one may replace values as well.
"""

from __future__ import annotations

from shared.programmes.reading.faults import Findings
from shared.programmes.reading.tree import Mapping, Node, Scalar, Sequence

UNSET_WORD = "unset"


def lay_over(base: Mapping, over: Mapping, findings: Findings, *, replace: bool) -> Mapping:
    """A new tree; neither of the two given ones is changed."""
    return _mapping(base, over, "", findings, replace)


def _is_unset(node: Node) -> bool:
    return isinstance(node, Scalar) and node.text == UNSET_WORD and not node.quoted


def _mapping(base: Mapping, over: Mapping, path: str, findings: Findings, replace: bool) -> Mapping:
    entries, keys = dict(base.entries), dict(base.keys)
    for key, node in over.entries.items():
        if key == "id" and path:
            continue
        keys.setdefault(key, over.keys[key])
        here = f"{path}.{key}" if path else key
        rewire = replace or path.endswith(".outcomes")
        entries[key] = _node(entries[key], node, here, findings, rewire) if key in entries else node
    return Mapping(entries, base.place, keys, base.supplement)


def _node(base: Node, over: Node, path: str, findings: Findings, replace: bool) -> Node:
    if _is_unset(base):
        return over
    if isinstance(base, Mapping) and isinstance(over, Mapping):
        return _mapping(base, over, path, findings, replace)
    if isinstance(base, Sequence) and isinstance(over, Sequence) and _by_id(base) and _by_id(over):
        return _sequence(base, over, path, findings, replace)
    if not replace and base.supplement is not None and base.supplement != over.supplement:
        other = base.supplement
        findings.add(
            over.place,
            path,
            f"该项已由补充文件 {other.id}({base.place.file} 第 {base.place.line} 行)填写;请只保留一处",
            f"the supplement {other.id} fills this already ({base.place.file}, line {base.place.line}): keep one",
        )
        return over
    if not replace and not (isinstance(base, Sequence) and not base.items):
        findings.add(
            over.place,
            path,
            f"该项已由办法规定(第 {base.place.line} 行),补充文件只能填写 unset 的项;请删除此行",
            f"the regulation sets this itself (line {base.place.line}); a supplement only fills unset: remove it",
        )
    return over


def _by_id(sequence: Sequence) -> bool:
    return all(isinstance(item, Mapping) and "id" in item.entries for item in sequence.items)


def _id(node: Node) -> str:
    found = node.entries.get("id") if isinstance(node, Mapping) else None
    return found.text if isinstance(found, Scalar) else ""


def _sequence(base: Sequence, over: Sequence, path: str, findings: Findings, replace: bool) -> Sequence:
    added = {_id(item): item for item in over.items}
    items: list[Node] = []
    for item in base.items:
        extra = added.pop(_id(item), None)
        if isinstance(item, Mapping) and isinstance(extra, Mapping):
            items.append(_mapping(item, extra, f"{path}[{_id(item)}]", findings, replace))
        else:
            items.append(item)
    return Sequence([*items, *added.values()], base.place, base.supplement)

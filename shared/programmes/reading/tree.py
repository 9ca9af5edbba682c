"""Understands YAML as a plain tree with line numbers: no tags, no anchors, no duplicate keys, within limits.

Scalars stay text; the language's types decide what they mean, so that ``no``, ``1e3`` or ``0o17`` surprise nobody.
Nothing in a definition is ever executed or constructed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from shared.programmes.model.words import Supplement
from shared.programmes.reading.faults import BadDefinition, Fault, Place
from shared.programmes.reading.yaml_words import meant, wide_mark

MOST_BYTES = 512 * 1024
MOST_NODES = 20_000
DEEPEST = 24
LONGEST_SCALAR = 4_000

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Scalar:
    """One value as text; ``quoted`` tells ``'unset'`` from ``unset``."""

    text: str
    quoted: bool
    place: Place
    supplement: Supplement | None = None


@dataclass(slots=True)
class Sequence:
    """A list."""

    items: list[Node]
    place: Place
    supplement: Supplement | None = None


@dataclass(slots=True)
class Mapping:
    """Keys in their order, each with the place of the key."""

    entries: dict[str, Node]
    place: Place
    keys: dict[str, Place] = field(default_factory=dict)
    supplement: Supplement | None = None


Node = Scalar | Sequence | Mapping


def read_tree(text: str, file: str, supplement: Supplement | None = None) -> Mapping:
    """Read one YAML document; raises :class:`BadDefinition` with the line of the first fault."""
    if len(text.encode()) > MOST_BYTES:
        _refuse(
            Place(file, 1), f"文件不得超过 {MOST_BYTES // 1024} KiB", f"keep the file below {MOST_BYTES // 1024} KiB"
        )
    builder = _Builder(file, supplement)
    try:
        root = builder.document(yaml.parse(text, Loader=_PARSER))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
        number = mark.line if mark else 0
        if number and wide_mark(_line(text, number - 1)) and not wide_mark(_line(text, number)):
            number -= 1  # the key that was none stands before the line at which the parser gave up
        zh, en = meant(f"{problem} {getattr(error, 'context', None) or ''}", _line(text, number))
        _refuse(Place(file, number + 1), f"不是有效的 YAML({problem}):{zh}", f"not valid YAML ({problem}): {en}")
    if isinstance(root, Mapping):
        return root
    if isinstance(root, Scalar):
        zh, en = meant("could not find expected ':'", _line(text, root.place.line - 1))
        _refuse(
            root.place, f"文件应为键值映射,例如 id: …;{zh}", f"write a mapping of keys to values, such as id: …; {en}"
        )
    return _refuse(Place(file, 1), "文件应为键值映射,例如 id: …", "write a mapping of keys to values, such as id: …")


def _line(text: str, number: int) -> str:
    lines = text.splitlines()
    return lines[number][:LONGEST_SCALAR] if number < len(lines) else ""


def _refuse(place: Place, zh: str, en: str, path: str = "") -> NoReturn:
    raise BadDefinition((Fault(place, path, zh, en),))


class _Builder:
    def __init__(self, file: str, supplement: Supplement | None) -> None:
        self._file, self._supplement, self._nodes = file, supplement, 0

    def document(self, events: Iterator[Any]) -> Node | None:
        """Builds without recursion: depth is counted on an explicit stack."""
        stack: list[tuple[Sequence | Mapping, str | None, Place | None]] = []
        root: Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    _refuse(
                        self._place(event), "一个文件只能有一份文档,请删除 ---", "one document per file: remove the ---"
                    )
            elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
                stack.pop()
            elif isinstance(event, yaml.NodeEvent):
                node = self._node(event)
                if stack:
                    stack[-1] = self._attach(stack[-1], node)
                else:
                    root = node
                if not isinstance(node, Scalar):
                    stack.append((node, None, None))
                if len(stack) > DEEPEST:
                    _refuse(node.place, f"嵌套不得超过 {DEEPEST} 层", f"nest at most {DEEPEST} levels")
        return root

    def _place(self, event: Any) -> Place:
        return Place(self._file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _node(self, event: Any) -> Node:
        place = self._place(event)
        self._nodes += 1
        if self._nodes > MOST_NODES:
            _refuse(place, f"节点不得超过 {MOST_NODES} 个", f"write at most {MOST_NODES} values")
        if event.anchor is not None:
            _refuse(
                place,
                "不允许使用锚点 & 与别名 *,请写出全文;文字以 & 或 * 开头时请加引号",
                "anchors & and aliases * are not allowed: write it out; a text that begins so stands in quotes",
            )
        if event.tag not in (None, "!"):
            _refuse(place, "不允许使用 YAML 标签 !…,请删除", "YAML tags !… are not allowed: remove it")
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence([], place, self._supplement)
        if isinstance(event, yaml.MappingStartEvent):
            return Mapping({}, place, {}, self._supplement)
        if len(event.value) > LONGEST_SCALAR:
            _refuse(place, f"一个值不得超过 {LONGEST_SCALAR} 个字符", f"write at most {LONGEST_SCALAR} characters")
        return Scalar(event.value, bool(event.style), place, self._supplement)

    def _attach(
        self, top: tuple[Sequence | Mapping, str | None, Place | None], node: Node
    ) -> tuple[Sequence | Mapping, str | None, Place | None]:
        parent, key, key_place = top
        if isinstance(parent, Sequence):
            parent.items.append(node)
            return top
        if key is None:
            return (parent, self._key(parent, node), node.place)
        parent.entries[key] = node
        parent.keys[key] = key_place or node.place
        return (parent, None, None)

    def _key(self, parent: Mapping, node: Node) -> str:
        if not isinstance(node, Scalar):
            return str(_refuse(node.place, "键应为简单文字", "a key must be a plain word"))
        if node.text in parent.entries:
            first = parent.keys[node.text].line
            _refuse(
                node.place,
                f"键 {node.text} 重复(第 {first} 行已有),请合并",
                f"the key {node.text} stands twice (first in line {first}): merge the two",
                node.text,
            )
        return node.text

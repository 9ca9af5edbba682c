"""Understands how a tree becomes the language's dataclasses: strictly, with every fault at its line and field."""

from __future__ import annotations

import difflib
from typing import Any, TypeVar

from shared.programmes.expressions import Unreadable, parse
from shared.programmes.field_names import FIELD_NAMES
from shared.programmes.model.document import Supplied
from shared.programmes.model.steps import PARAMETERS, Step
from shared.programmes.model.words import UNSET, Source
from shared.programmes.reading.faults import Findings
from shared.programmes.reading.hints import Field, Shape, fields_of, shapes_of
from shared.programmes.reading.overlay import UNSET_WORD
from shared.programmes.reading.scalars import NotThis, expected, value_of
from shared.programmes.reading.tree import Mapping, Node, Scalar, Sequence

T = TypeVar("T")
_NULLS = ("null", "~", "none")
_BAD: Any = object()


class Reader:
    """Reads one tree. ``supplied`` lists afterwards which values came from a supplement."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self.supplied: list[Supplied] = []

    def whole(self, kind: type[T], root: Mapping) -> T | None:
        """The dataclass, or None when something was wrong (see the findings)."""
        before = len(self._findings.faults)
        found = self._dataclass(kind, root, "")
        return None if found is _BAD or len(self._findings.faults) > before else found

    # ── mappings ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _dataclass(self, kind: type[Any], node: Mapping, path: str) -> Any:
        known = fields_of(kind)
        self._findings.places[path] = node.place
        good = self._only_known_keys(kind, known, node, path)
        values: dict[str, Any] = {}
        for name, field in known.items():
            here = f"{path}.{name}" if path else name
            if name in node.entries:
                values[name] = self._entry(kind, field, node, here)
            elif field.required and not self._implied(kind, name, node, values):
                good = False
                self._findings.add(node.place, here, f"缺少 {name},请补写", f"{name} is missing: write it")
        if not good or any(value is _BAD for value in values.values()):
            return _BAD
        if "source" in known and node.supplement is not None:
            values["source"] = _supplied_source(values.get("source"), node)
        return kind(**values)

    def _only_known_keys(self, kind: type[Any], known: Any, node: Mapping, path: str) -> bool:
        unknown = [key for key in node.entries if key not in known]
        for key in unknown:
            if _cut_text(node.entries[key]):
                self._findings.add(node.keys[key], path, *_cut(key))
                continue
            zh, en = _nearest_key(key, known)
            here = f"{path}.{key}" if path else key
            self._findings.add(node.keys[key], here, f"没有键 {key};{zh}", f"there is no key {key}; {en}")
        return not unknown

    def _implied(self, kind: type[Any], name: str, node: Mapping, values: dict[str, Any]) -> bool:
        """A step whose type needs no parameters may leave them out."""
        if kind is not Step or values.get("type") not in PARAMETERS:
            return False
        if name == "outcomes" and values["type"] == "close":
            values[name] = {}
            return True
        chosen: Any = PARAMETERS[values["type"]]
        if name != "parameters" or any(field.required for field in fields_of(chosen).values()):
            return False
        values[name] = chosen()
        return True

    def _entry(self, kind: type[Any], field: Field, node: Mapping, path: str) -> Any:
        value = node.entries[field.name]
        self._findings.places[path] = node.keys[field.name]
        if node.supplement is None and value.supplement is not None:
            self.supplied.append(Supplied(path=path, source=Source(supplement=value.supplement)))
        shapes = field.shapes
        if kind is Step and field.name == "parameters":
            chosen = _type_of(node)
            if chosen not in PARAMETERS:
                return _BAD
            shapes = (Shape("dataclass", PARAMETERS[chosen]),)
        found = self._value(field, shapes, value, path)
        if field.expression and isinstance(found, str):
            self._parse(found, value, path)
        return found

    def _parse(self, text: str, node: Node, path: str) -> None:
        try:
            parse(text)
        except Unreadable as error:
            self._findings.add(
                node.place,
                path,
                f"表达式第 {error.column} 个字符处:{error.zh}",
                f"expression, column {error.column}: {error.en}",
            )

    # ── single values ────────────────────────────────────────────────────────────────────────────────────────────

    def _value(self, field: Field, shapes: tuple[Shape, ...], node: Node, path: str) -> Any:
        if isinstance(node, Scalar) and not node.quoted:
            if node.text == UNSET_WORD and (field.may_be_unset or not _fits_text(shapes)):
                return UNSET if field.may_be_unset else self._wrong(shapes, node, path)
            if node.text in _NULLS and field.may_be_null:
                return None
            if node.text == "" and (field.may_be_null or field.may_be_unset):
                return self._blank(field, node, path)
        return self._shaped(shapes, node, path)

    def _blank(self, field: Field, node: Node, path: str) -> Any:
        """Nothing after the colon says neither that there is none nor that the text leaves it open."""
        zh, en = ["请写值"], ["write a value"]
        if field.may_be_unset:
            zh, en = [*zh, "条文未规定写 unset"], [*en, "unset where the text is silent"]
        if field.may_be_null:
            zh, en = [*zh, "没有写 null"], [*en, "null where there is none"]
        told = f"冒号后为空;{','.join(zh)}", f"nothing stands after the colon: {', '.join(en)}"
        self._findings.add(node.place, path, *told)
        return _BAD

    def _shaped(self, shapes: tuple[Shape, ...], node: Node, path: str) -> Any:
        if isinstance(node, Scalar):
            return self._scalar(shapes, node, path)
        if isinstance(node, Sequence):
            return self._list(shapes, node, path)
        return self._keyed(shapes, node, path)

    def _scalar(self, shapes: tuple[Shape, ...], node: Scalar, path: str) -> Any:
        plain = [shape for shape in shapes if shape.kind not in ("list", "mapping", "dataclass")]
        first: NotThis | None = None
        for shape in plain:
            try:
                return value_of(shape, node)
            except NotThis as error:
                first = first or error
        if first is None and node.text and any(shape.kind == "list" for shape in shapes):
            zh, en = f"此处应为列表,请写 [{node.text}]", f"write a list here: [{node.text}]"
            self._findings.add(node.place, path, zh, en)
            return _BAD
        if first is None or len(plain) > 1:
            return self._wrong(shapes, node, path)
        self._findings.add(node.place, path, first.zh, first.en)
        return _BAD

    def _wrong(self, shapes: tuple[Shape, ...], node: Node, path: str) -> Any:
        wanted = [expected(shape) for shape in shapes]
        zh, en = " 或 ".join(zh for zh, _ in wanted), " or ".join(en for _, en in wanted)
        self._findings.add(node.place, path, f"此处应为{zh}", f"write {en} here")
        return _BAD

    def _list(self, shapes: tuple[Shape, ...], node: Sequence, path: str) -> Any:
        shape = next((shape for shape in shapes if shape.kind == "list"), None)
        if shape is None:
            return self._wrong(shapes, node, path)
        inner = shapes_of(shape.of)
        items = [self._item(inner, item, node, path, number) for number, item in enumerate(node.items)]
        return _BAD if any(item is _BAD for item in items) else tuple(items)

    def _item(self, inner: tuple[Shape, ...], item: Node, node: Sequence, path: str, number: int) -> Any:
        name = str(number)
        if isinstance(item, Mapping) and isinstance(item.entries.get("id"), Scalar):
            name = item.entries["id"].text  # type: ignore[union-attr]
        here = f"{path}[{name}]"
        self._findings.places[here] = item.place
        if node.supplement is None and item.supplement is not None:
            self.supplied.append(Supplied(path=here, source=Source(supplement=item.supplement)))
        return self._shaped(inner, item, here)

    def _keyed(self, shapes: tuple[Shape, ...], node: Mapping, path: str) -> Any:
        candidates = [shape for shape in shapes if shape.kind in ("dataclass", "mapping")]
        if not candidates:
            return self._wrong(shapes, node, path)
        shape = max(candidates, key=lambda each: _common_keys(each, node))
        if shape.kind == "dataclass":
            return self._dataclass(shape.of, node, path)
        key_hint, value_hint = shape.of
        found: dict[Any, Any] = {}
        for key, value in node.entries.items():
            here = f"{path}.{key}"
            self._findings.places[here] = node.keys[key]
            if node.supplement is None and value.supplement is not None:
                self.supplied.append(Supplied(path=here, source=Source(supplement=value.supplement)))
            name = self._scalar(shapes_of(key_hint), Scalar(key, True, node.keys[key]), here)
            found[name] = self._shaped(shapes_of(value_hint), value, here)
        return _BAD if _BAD in (*found, *found.values()) else found


def _nearest_key(key: str, known: Any) -> tuple[str, str]:
    """The key that was meant: by its Chinese name, one part deeper, or nearly so spelt; else all that there are."""
    close = [name for name in known if FIELD_NAMES.get(name, ("",))[0] == key]
    close = close or difflib.get_close_matches(key, known, n=1)
    if close:
        return f"是否应为 {close[0]}?", f"did you mean {close[0]}?"
    for name, field in known.items():
        if any(shape.kind == "dataclass" and key in fields_of(shape.of) for shape in field.shapes):
            return f"它属于 {name}:请写 {name}: {{{key}: …}}", f"it belongs to {name}: write {name}: {{{key}: …}}"
    return f"可用:{'、'.join(known)}", f"there are {', '.join(known)}"


def _cut(key: str) -> tuple[str, str]:
    """What became a key by mistake: a colon of the Chinese keyboard, or a comma in a text."""
    name, wide, _ = key.partition("：")
    if wide and name.isascii():
        return (
            f"“{name}”后是全角冒号,请写成半角 : 并空一格",
            f"write : and a space instead of the full-width ： after {name}",
        )
    zh = f"文字中有逗号,“{key}”被当作了键,请把整段文字加引号"
    return zh, f"a text with a comma was cut here ('{key}' was read as a key): put the whole text in quotes"


def _cut_text(node: Node) -> bool:
    """In ``{…}`` a comma ends a value; what follows looks like a key without one."""
    return isinstance(node, Scalar) and not node.quoted and node.text == ""


def _type_of(node: Mapping) -> str:
    found = node.entries.get("type")
    return found.text if isinstance(found, Scalar) else ""


def _fits_text(shapes: tuple[Shape, ...]) -> bool:
    return any(shape.kind == "text" for shape in shapes)


def _common_keys(shape: Shape, node: Mapping) -> int:
    return len(fields_of(shape.of).keys() & node.entries.keys()) if shape.kind == "dataclass" else 0


def _supplied_source(written: Source | None, node: Mapping) -> Source:
    if written is None:
        return Source(supplement=node.supplement)
    return Source(clause=written.clause, quote=written.quote, facts=written.facts, supplement=node.supplement)

"""Understands what a lower text may make of a higher one: adopt, add, change, drop, and where it may only be stricter.

It also remembers which text wrote which element, so that every rule can be told by its origin.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from shared.programmes.expressions import Node, Unreadable, lies_in, parse
from shared.programmes.expressions.tree import Comparison, Junction, Literal
from shared.programmes.model.document import Adopted, Adoption
from shared.programmes.model.programme import Programme
from shared.programmes.reading import tree
from shared.programmes.reading.faults import Findings, Place
from shared.programmes.reading.hints import fields_of, shapes_of

Origins = dict[str, tuple[str, ...]]
"""Path of an element -> the texts that wrote it, the highest first."""
Element = tuple[str, str, tree.Mapping]
"""Path, kind of list, and the element."""


@dataclass
class Adopting:
    """One text over the one that it adopts. ``upper`` is whole already; ``lower`` holds only what is its own."""

    adoption: Adoption
    upper: tree.Mapping
    lower: tree.Mapping
    findings: Findings
    _above: dict[str, tree.Mapping] = field(init=False)

    def __post_init__(self) -> None:
        self._above = {path: element for path, _, element in elements(self.upper)}

    def check(self) -> None:
        """Report what may not be adopted, dropped, added or changed like this."""
        self._region()
        dropped = set(self.adoption.drop)
        for name in self.adoption.drop:
            self._dropped(name)
        for path, kind, element in elements(self.lower):
            if path in self._above and _short(path) not in dropped and _whole(kind, element):
                self._twice(path, element)
        for name in _only_stricter(self.upper):
            self._stricter(name, dropped)

    def name(self) -> str:
        return f"{self.adoption.programme} {self.adoption.version}"

    def _region(self) -> None:
        higher, own = word(self.upper, "region"), word(self.lower, "region")
        if higher and own and not lies_in(own, higher):
            place = self.lower.keys.get("region", self.lower.place)
            zh = f"{own} 不在所承继办法的适用地区 {higher} 之内;请更正地区或改承继其他办法"
            en = f"{own} does not lie in {higher}, the region of the text that is adopted: correct one of them"
            self.findings.add(place, "region", zh, en)

    def _dropped(self, name: str) -> None:
        known = [_short(path) for path in self._above]
        if name in known:
            return
        place = self.lower.keys["adopts"]
        close = difflib.get_close_matches(name, known, n=1)
        zh = f"是否应为 {close[0]}?" if close else "请写 <列表>/<标识>,例如 conditions/C1"
        en = f"did you mean {close[0]}?" if close else "write <list>/<id>, such as conditions/C1"
        self.findings.add(place, "adopts.drop", f"所承继的办法没有 {name};{zh}", f"{self.name()} has no {name}; {en}")

    def _twice(self, path: str, element: tree.Mapping) -> None:
        name = _short(path)
        zh = f"所承继的办法已有 {name}:新增请换标识;整项替换请在 adopts.drop 中写 {name};部分修改请只写改动的项"
        en = (
            f"{self.name()} has {name} already: to add something use another id, to replace all of it name {name} in "
            "adopts.drop, to change parts of it write only those"
        )
        self.findings.add(element.place, path, zh, en)

    # ── what may only be stricter ────────────────────────────────────────────────────────────────────────────────

    def _stricter(self, name: str, dropped: set[str]) -> None:
        path = f"{name.partition('/')[0]}[{name.partition('/')[2]}]"
        upper = self._above.get(path)
        if upper is None:
            return
        lower = {path: element for path, _, element in elements(self.lower)}
        if name in dropped and path not in lower:
            self._lax(self.lower.keys["adopts"], "adopts.drop", name)
        own = lower.get(path)
        if own is not None and not _is_stricter(upper, own):
            self._lax(own.place, f"{path}.expression", name, word(upper, "expression"))
        for at, listed, element in elements(self.lower):
            if listed == "relaxations" and name.partition("/")[2] in _words(element, "relaxes"):
                self._lax(element.place, f"{at}.relaxes", name)

    def _lax(self, place: Place, path: str, name: str, expression: str = "") -> None:
        zh, en = f"{self.name()} 规定 {name} 只能从严", f"{self.name()} lets {name} only be made stricter"
        more = f"({expression}) and …" if expression else ""
        self.findings.add(
            place,
            path,
            f"{zh};请保留、提高要求" + (f",或写 {more}" if more else ""),
            f"{en}: keep it or ask for more" + (f", or write {more}" if more else ""),
        )


def elements(root: tree.Mapping) -> Iterator[Element]:
    """Everything with an id in the lists of a definition, and the steps of its procedures."""
    for name, node in root.entries.items():
        if isinstance(node, tree.Sequence):
            for item in node.items:
                yield from _element(name, name, item)
    for path, _, element in _procedures(root):
        steps = element.entries.get("steps")
        for item in steps.items if isinstance(steps, tree.Sequence) else ():
            yield from _element(f"{path}.steps", "steps", item)


def _element(path: str, kind: str, item: tree.Node) -> Iterator[Element]:
    if isinstance(item, tree.Mapping) and word(item, "id"):
        yield f"{path}[{word(item, 'id')}]", kind, item


def _procedures(root: tree.Mapping) -> Iterator[Element]:
    node = root.entries.get("procedures")
    for item in node.items if isinstance(node, tree.Sequence) else ():
        yield from _element("procedures", "procedures", item)


def word(root: tree.Mapping, key: str) -> str:
    """The scalar under a key as it is written; empty where there is none."""
    node = root.entries.get(key)
    return node.text if isinstance(node, tree.Scalar) else ""


def _words(root: tree.Mapping, key: str) -> list[str]:
    node = root.entries.get(key)
    return (
        [item.text for item in node.items if isinstance(item, tree.Scalar)] if isinstance(node, tree.Sequence) else []
    )


def _short(path: str) -> str:
    """``conditions[C1]`` as it is written in ``drop``: ``conditions/C1``; steps cannot be dropped."""
    return path.replace("[", "/", 1).rstrip("]") if ".steps[" not in path else path


def _whole(kind: str, element: tree.Mapping) -> bool:
    """Whether the element could stand alone: it was written to be one, not to change one."""
    known = fields_of(Programme).get(kind)
    shapes = [
        inner for shape in (known.shapes if known else ()) if shape.kind == "list" for inner in shapes_of(shape.of)
    ]
    if not shapes or shapes[0].kind != "dataclass" or kind == "procedures":
        return False
    needed = {each.name for each in fields_of(shapes[0].of).values() if each.required}
    return len(needed) > 1 and needed <= element.entries.keys()


def _only_stricter(upper: tree.Mapping) -> tuple[str, ...]:
    node = upper.entries.get("adoptable_by")
    adopters = node.items if isinstance(node, tree.Sequence) else []
    found = [name for each in adopters if isinstance(each, tree.Mapping) for name in _words(each, "only_stricter")]
    return tuple(dict.fromkeys(found))


def _is_stricter(upper: tree.Mapping, lower: tree.Mapping) -> bool:
    if any(word(lower, key) != word(upper, key) for key in ("decided", "when", "procedure") if key in lower.entries):
        return False
    if "expression" not in lower.entries:
        return True
    try:
        return stricter(parse(word(upper, "expression")), parse(word(lower, "expression")))
    except Unreadable:
        return True  # told where the expression itself is read


def stricter(old: Node, new: Node) -> bool:
    """Whether whoever meets the new test surely meets the old one: the same, more besides, or a harder number."""
    if old == new:
        return True
    if isinstance(old, Junction) and isinstance(new, Junction) and _alike(old, new):
        return all(stricter(one, two) for one, two in zip(old.parts, new.parts, strict=True))
    if isinstance(new, Junction) and new.operator == "and":
        return any(stricter(old, part) for part in new.parts)
    return isinstance(old, Comparison) and isinstance(new, Comparison) and _harder(old, new)


def _alike(old: Junction, new: Junction) -> bool:
    return old.operator == new.operator and len(old.parts) == len(new.parts)


def _harder(old: Comparison, new: Comparison) -> bool:
    a, b = old.right, new.right
    if old.left != new.left or not isinstance(a, Literal) or not isinstance(b, Literal):
        return False
    if not isinstance(a.value, Decimal) or not isinstance(b.value, Decimal):
        return False
    ways = (">=", ">") if old.operator in (">=", ">") else ("<=", "<") if old.operator in ("<=", "<") else ()
    if new.operator not in ways:
        return False
    beyond = b.value > a.value if ">" in old.operator else b.value < a.value
    # The same number is as hard where the old one was included, or the new one is excluded as well.
    return beyond or (b.value == a.value and (len(old.operator) == 2 or len(new.operator) == 1))


# ── where each rule comes from ───────────────────────────────────────────────────────────────────────────────────


def own_origins(root: tree.Mapping, name: str) -> Origins:
    """Every element of a text that adopts nothing is its own."""
    return {path: (name,) for path, _, _ in elements(root)}


def joined_origins(above: Mapping[str, tuple[str, ...]], adopting: Adopting, name: str) -> Origins:
    """What the text adopts and drops, and what it writes itself."""
    dropped = {path for path in above if _short(path) in adopting.adoption.drop}
    found = {path: texts for path, texts in above.items() if path not in dropped}
    for path, _, _ in elements(adopting.lower):
        found[path] = (*found.get(path, ()), name)
    return found


def adopted(origins: Origins, name: str) -> tuple[Adopted, ...]:
    """Elements that another text than this one has a part in."""
    return tuple(Adopted(path=path, texts=texts) for path, texts in origins.items() if texts != (name,))

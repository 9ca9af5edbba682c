"""Understands what changed between two versions of a regulation, in words: conditions, steps, deadlines and the rest.

Things are told apart by their id, in every list. Where a rule comes from (clause, quote) is reported only when nothing
else about the rule changed: then the text was renumbered or worded anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

from shared.programmes.expressions import parse
from shared.programmes.expressions.tree import Literal as Written
from shared.programmes.expressions.tree import Node, children
from shared.programmes.model import Deadline, Duration, InForce, Period, Programme, Source, Step, Text, YearlyMoment
from shared.programmes.phrases import name_of, quoted, said
from shared.programmes.verdicts import written

Kind = Literal["added", "removed", "changed"]
MOST = 2_000
_SILENT = ("digest", "supplied", "adopted")
_FIRST = ("conditions", "relaxations", "steps", "deadlines", "notices", "materials")
_TIMES = (Duration, Period, YearlyMoment, Deadline)
_WHOLE = (*_TIMES, InForce, Text)
"""What is said as a whole, old against new, instead of part by part."""
_EXPRESSIONS = ("expression", "when", "guard", "points_from", "extra_when")


@dataclass(frozen=True)
class Change:
    """One difference. ``section`` is ``conditions``, ``steps``, ``deadlines`` or another list of the definition;
    ``path`` names the element and, where only a part of it changed, the field."""

    path: str
    section: str
    kind: Kind
    before: str
    after: str
    zh: str
    en: str


def differences(one: Programme, two: Programme) -> tuple[Change, ...]:
    """From the first to the second; nothing where both say the same. At most ``MOST`` changes."""
    found: list[Change] = []
    for change in _programme(one, two):
        found.append(change)
        if len(found) == MOST:
            break
    rank = {section: place for place, section in enumerate(_FIRST)}
    return tuple(sorted(found, key=lambda change: rank.get(change.section, len(rank))))


def _programme(one: Programme, two: Programme) -> Iterator[Change]:
    for each in fields(Programme):
        if each.name in _SILENT:
            continue
        a, b = getattr(one, each.name), getattr(two, each.name)
        if each.name == "procedures":
            yield from _procedures(one, two)
        elif _listed(a) or _listed(b):
            yield from _elements(each.name, a, b)
        elif a != b:
            yield from _value(_Subject("", each.name, "", name_of(each.name)), each.name, a, b)


def _procedures(one: Programme, two: Programme) -> Iterator[Change]:
    before, after = _by_id(one.procedures), _by_id(two.procedures)
    yield from _came_and_went("procedures", "procedures", before, after)
    for name in (name for name in after if name in before):
        a, b = before[name], after[name]
        subject = _Subject(f"procedures[{name}]", "procedures", name, b.title)
        for each in ("title", "subject", "opened_by", "first", "needs_title", "routes"):
            yield from _value(subject, each, getattr(a, each), getattr(b, each))
        yield from _elements("steps", a.steps, b.steps, f"procedures[{name}].steps")
        yield from _moved(subject, "", a.source, b.source)
    yield from _reordered("procedures", "procedures", before, after)


def _elements(section: str, one: tuple[Any, ...], two: tuple[Any, ...], path: str = "") -> Iterator[Change]:
    before, after, path = _by_id(one), _by_id(two), path or section
    yield from _came_and_went(path, section, before, after)
    for name in (name for name in after if name in before):
        subject = _subject(path, section, name, after[name])
        yield from _inside(subject, "", before[name], after[name])
    if section in ("steps", "conditions"):
        yield from _reordered(path, section, before, after)


def _reordered(path: str, section: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """The order says which procedure is the main one, where a case begins, and how an officer reads the conditions."""
    was, now = [name for name in before if name in after], [name for name in after if name in before]
    if was != now:
        head, old, new = name_of(section), ", ".join(was), ", ".join(now)
        zh, en = f"{head.zh}的次序改为:{new}", f"the order of the {head.en} is now {new}"
        yield Change(path, section, "changed", old, new, zh, en)


def _came_and_went(path: str, section: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for name in (name for name in before if name not in after):
        subject, told = _subject(path, section, name, before[name]), _summary(before[name])
        words = subject.words()
        zh, en = f"删除{words.zh}({told.zh})", f"{words.en} is gone (it said: {told.en})"
        yield Change(subject.path, section, "removed", told.zh, "", zh, en)
    for name in (name for name in after if name not in before):
        subject, told = _subject(path, section, name, after[name]), _summary(after[name])
        words = subject.words()
        zh, en = f"新增{words.zh}:{told.zh}", f"new: {words.en}: {told.en}"
        yield Change(subject.path, section, "added", "", told.zh, zh, en)


def _subject(path: str, section: str, name: str, element: Any) -> _Subject:
    title = getattr(element, "title", None) or Text(zh=name, en=name)
    return _Subject(f"{path}[{name}]", section, name, title)


@dataclass(frozen=True)
class _Subject:
    """The thing whose parts are compared; ``path`` leads to it."""

    path: str
    section: str
    element: str
    title: Text

    def words(self) -> Text:
        head = name_of(self.section)
        if not self.element:
            return head
        return Text(
            zh=f"{head.zh} {self.element}「{self.title.zh}」", en=f"{_one(head.en)} {self.element} ({self.title.en})"
        )


def _one(many: str) -> str:
    return f"{many[:-3]}y" if many.endswith("ies") else many.removesuffix("s")


def _inside(subject: _Subject, path: str, a: Any, b: Any) -> Iterator[Change]:
    """Every part that changed; where none did, that it is cited differently."""
    changed = False
    for each in fields(b):
        if each.name == "source" or not hasattr(a, each.name):
            continue
        here = f"{path}.{each.name}" if path else each.name
        for change in _value(subject, here, getattr(a, each.name), getattr(b, each.name)):
            changed = True
            yield change
    if not changed and hasattr(a, "source") and hasattr(b, "source"):
        yield from _moved(subject, path, a.source, b.source)


def _value(subject: _Subject, path: str, a: Any, b: Any) -> Iterator[Change]:
    if a == b:
        return
    if is_dataclass(a) and type(a) is type(b) and not isinstance(b, _WHOLE):
        yield from _inside(subject, path, a, b)
    elif (_listed(a) or _listed(b)) and isinstance(a, tuple) and isinstance(b, tuple):
        yield from _nested(subject, path, a, b)
    elif _same_but_source(a, b):
        yield from _moved(subject, path, a.source, b.source)
    elif isinstance(a, Mapping) and isinstance(b, Mapping):
        for key in dict.fromkeys((*a, *b)):
            yield from _value(subject, f"{path}.{key}", a.get(key), b.get(key))
    else:
        yield _changed(subject, path, a, b)


def _same_but_source(a: Any, b: Any) -> bool:
    if not (is_dataclass(a) and type(a) is type(b) and hasattr(a, "source")):
        return False
    return all(getattr(a, each.name) == getattr(b, each.name) for each in fields(a) if each.name != "source")


def _nested(subject: _Subject, path: str, a: tuple[Any, ...], b: tuple[Any, ...]) -> Iterator[Change]:
    """A list inside an element: heads of a rubric, documents of a material, quotas of the rounds."""
    before, after = _by_id(a), _by_id(b)
    for name in dict.fromkeys((*before, *after)):
        here = f"{path}[{name}]"
        if name in before and name in after:
            yield from _inside(subject, here, before[name], after[name])
        else:
            yield _changed(subject, here, before.get(name), after.get(name))


def _changed(subject: _Subject, path: str, a: Any, b: Any) -> Change:
    words, field, (old, new) = subject.words(), _field(path), (said(a), said(b))
    if not subject.element:  # the document itself: its field's path names it already
        words, field = field, Text(zh="", en="it")
    section = "deadlines" if _is_time(a) or _is_time(b) else subject.section
    zh = f"{words.zh}{':' if field.zh else ''}{field.zh}由「{old.zh}」改为「{new.zh}」"
    en = f"{words.en}: {field.en} was {old.en}, now {new.en}"
    if path.rpartition(".")[2] in _EXPRESSIONS and isinstance(a, str) and isinstance(b, str):
        zh, en = _with_numbers(zh, en, a, b)
    kind: Kind = "added" if a is None else "removed" if b is None else "changed"
    whole = f"{subject.path}.{path}" if subject.path else path
    return Change(whole, section, kind, old.zh, new.zh, zh, en)


def _with_numbers(zh: str, en: str, a: str, b: str) -> tuple[str, str]:
    """Says it shortly as well, where only numbers of the expression moved."""
    moved = moved_numbers(a, b)
    if not moved:
        return zh, en
    shown = ", ".join(f"{old} → {new}" for old, new in moved)
    return f"{zh}(数值 {shown})", f"{en} (numbers {shown})"


def moved_numbers(one: str, two: str) -> tuple[tuple[str, str], ...]:
    """The literals that differ between two expressions which are otherwise the same; nothing where more differs."""
    a, b = list(_atoms(parse(one))), list(_atoms(parse(two)))
    if len(a) != len(b):
        return ()
    moved = []
    for left, right in zip(a, b, strict=True):
        if left == right:
            continue
        if not (isinstance(left, Written) and isinstance(right, Written)):
            return ()
        moved.append((written(left.value) or "", written(right.value) or ""))
    return tuple(moved)


def _atoms(node: Node) -> Iterator[object]:
    """The expression flattened: operators, functions and names as words, literals as they are."""
    if isinstance(node, Written):
        yield node
        return
    yield (type(node).__name__, getattr(node, "operator", ""), getattr(node, "function", ""), getattr(node, "id", ""))
    yield ("parts", len(children(node)), getattr(node, "back", None))
    for part in children(node):
        yield from _atoms(part)


def _moved(subject: _Subject, path: str, a: Source, b: Source) -> Iterator[Change]:
    old, new = _cited(a), _cited(b)
    if old != new:
        words, part = subject.words(), _field(path) if path and subject.element else Text(zh="", en="it")
        zh = f"{words.zh}{':' if part.zh else ''}{part.zh}内容未变,出处由{old}改为{new}"
        en = f"{words.en}: {part.en} is the same rule, cited as {new} instead of {old}"
        whole = ".".join(each for each in (subject.path, path, "source") if each)
        yield Change(whole, subject.section, "changed", old, new, zh, en)


def _cited(source: Source) -> str:
    head, label = quoted(source).zh, source.supplement
    if label is not None:
        use = "生产采用" if label.use == "production" else "仅供沙盒"
        head = ",".join(each for each in (head, use, label.reason.zh, label.reason.en, source.clause) if each)
    return f"{head}「{source.quote}」" if source.quote else head


def _field(path: str) -> Text:
    parts = [name_of(part.partition("[")[0]) for part in path.split(".")]
    inner = [part.partition("[")[2].rstrip("]") for part in path.split(".")]
    zh = "的".join(name.zh + (f" {key}" if key else "") for name, key in zip(parts, inner, strict=True))
    en = ", ".join(name.en + (f" {key}" if key else "") for name, key in zip(parts, inner, strict=True))
    return Text(zh=zh, en=en)


def _summary(element: Any) -> Text:
    """What an element says, on one line, without its id, title and source."""
    if isinstance(element, Step):
        leads = said(element.outcomes)
        return Text(
            zh=f"{element.type},由 {element.actor} 办理,去向:{leads.zh}",
            en=f"{element.type} by {element.actor}, leads {leads.en}",
        )
    return said(element)


def _is_time(value: Any) -> bool:
    return isinstance(value, _TIMES)


def _listed(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and all(hasattr(item, "id") for item in value)


def _by_id(items: tuple[Any, ...]) -> dict[str, Any]:
    return {item.id: item for item in items}

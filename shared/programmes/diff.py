"""Understands what changed between two versions of a regulation, and says it in words, place by place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from shared.programmes.address import plain_values
from shared.programmes.model import Programme

SECTIONS: Mapping[str, tuple[str, str]] = {
    "legal": ("文件信息", "the document"),
    "levels": ("层级", "level"),
    "authorities": ("机关", "authority"),
    "parties": ("参与方", "party"),
    "applicants": ("申请人范围", "who may apply"),
    "scope": ("适用范围", "scope"),
    "principles": ("原则", "principle"),
    "rounds": ("申报批次", "round"),
    "metrics": ("指标", "metric"),
    "conditions": ("条件", "condition"),
    "relaxations": ("例外", "exception"),
    "materials": ("材料", "material"),
    "forms": ("表格", "form"),
    "rubrics": ("评分表", "score sheet"),
    "panels": ("专家组", "panel"),
    "notices": ("公示", "public notice"),
    "awards": ("授予", "award"),
    "procedures": ("流程", "procedure"),
    "steps": ("步骤", "step"),
    "routes": ("路径", "route"),
    "re_reviews": ("复核", "re-review"),
    "obligations": ("义务", "obligation"),
    "revocation": ("撤销情形", "revocation ground"),
    "rewards": ("奖励", "reward"),
    "fee": ("收费", "fee"),
    "budgets": ("资金", "budget"),
    "overlaps": ("重复限制", "overlap rule"),
    "supervision": ("监督", "supervision"),
    "ambiguities": ("歧义", "ambiguity"),
}
_SILENT = frozenset({"supplied", "source", "version", "digest"})
_ABSENT: Any = object()


@dataclass(frozen=True)
class Change:
    """One difference. ``before`` and ``after`` are short texts, empty where there is none."""

    path: str
    kind: Literal["added", "removed", "changed"]
    before: str
    after: str
    zh: str
    en: str


def differences(old: Programme, new: Programme) -> tuple[Change, ...]:
    """Everything that differs between two programmes except their sources, in the order of the language."""
    return tuple(_compare(plain_values(old), plain_values(new), (), "", ""))


def _compare(old: Any, new: Any, path: tuple[str, ...], zh: str, en: str) -> Iterator[Change]:
    if old is _ABSENT or new is _ABSENT:
        yield _change("added" if old is _ABSENT else "removed", path, old, new, zh, en)
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            if key not in _SILENT and old.get(key, _ABSENT) != new.get(key, _ABSENT):
                words = SECTIONS.get(key, (key, key))
                yield from _compare(
                    old.get(key, _ABSENT), new.get(key, _ABSENT), (*path, key), _join(zh, words[0]), _join(en, words[1])
                )
    elif _by_id(old) and _by_id(new):
        before, after = ({item["id"]: item for item in side} for side in (old, new))
        for name in dict.fromkeys((*before, *after)):
            one, two = before.get(name, _ABSENT), after.get(name, _ABSENT)
            if one != two:
                title_zh, title_en = _titles(two if one is _ABSENT else one, name)
                yield from _compare(one, two, (*path, f"[{name}]"), f"{zh} {title_zh}", f"{en} {title_en}")
    elif old != new:
        yield _change("changed", path, old, new, zh, en)


def _join(before: str, word: str) -> str:
    return f"{before} · {word}" if before else word


def _by_id(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) and "id" in item for item in value)


def _titles(item: Mapping[str, Any], name: str) -> tuple[str, str]:
    title = item.get("title") or item.get("name") or {}
    return f"“{title.get('zh', name)}”({name})", f'"{title.get("en", name)}" ({name})'


def _change(
    kind: Literal["added", "removed", "changed"], path: tuple[str, ...], old: Any, new: Any, zh: str, en: str
) -> Change:
    before, after = _short(old), _short(new)
    words = {
        "added": (f"新增{zh}" + (f":{after}" if after else ""), f"added {en}" + (f": {after}" if after else "")),
        "removed": (
            f"删除{zh}" + (f":{before}" if before else ""),
            f"removed {en}" + (f": {before}" if before else ""),
        ),
        "changed": (f"{zh}:由 {before} 改为 {after}", f"{en}: from {before} to {after}"),
    }
    where = "".join(part if part.startswith("[") else f".{part}" for part in path).lstrip(".")
    return Change(where, kind, before, after, *words[kind])


def _short(value: Any) -> str:
    """A value as short text; a whole element only by its expression, since its title stands there already."""
    if value is _ABSENT:
        return ""
    if isinstance(value, dict):
        if value == {"unset": True}:
            return "unset"
        if "zh" in value:
            return str(value["zh"])
        if "length" in value and "unit" in value:
            return f"{_short(value['length'])} {value['unit']}"
        return str(value.get("expression", ""))
    if isinstance(value, list):
        return ", ".join(filter(None, (_short(item) for item in value[:12]))) or "[]"
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else str(value)

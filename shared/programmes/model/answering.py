"""Understands answers: what an applicant wrote for each metric, typed by the metric; what cannot be read is unknown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from shared.programmes.expressions import Value
from shared.programmes.expressions.scope import key
from shared.programmes.model.answers import FormField, Metric

_PLAIN = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LONGEST_TEXT = 20_000
Asked = Metric | FormField
"""What can be answered: a figure of the programme, or a field of a form."""


@dataclass(frozen=True)
class AnswerFault:
    """An answer that cannot be read: its key and what to write instead."""

    key: str
    zh: str
    en: str


def keys_of(metric: Metric) -> tuple[str, ...]:
    """The keys under which a metric is answered: one, or one per year."""
    if metric.years == 1 and metric.as_of != "each_year":
        return (metric.id, f"{metric.id}[last]")
    return tuple(key(metric.id, back) for back in range(metric.years))


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """One key under which a metric may be answered; ``twin`` is the other name of the same figure, ``whole`` the key
    of the figure of the same year that this one is a part of."""

    key: str
    metric: Metric
    read: Callable[[Asked, object], Value | None]
    twin: str | None
    whole: str | None = None


def answer_keys(metrics: Iterable[Metric]) -> Mapping[str, AnswerKey]:
    """Every key that is understood: ``smes_served`` and ``smes_served[last]`` are the same figure."""
    found: dict[str, AnswerKey] = {}
    for metric in metrics:
        last = key(metric.id, 0)
        twins = {metric.id: last, last: metric.id}
        for each in dict.fromkeys((*keys_of(metric), metric.id, last)):
            whole = None if metric.part_of is None else metric.part_of + each.removeprefix(metric.id)
            found[each] = AnswerKey(each, metric, _READ[metric.type], twins.get(each), whole)
    return found


def typed(keys: Mapping[str, AnswerKey], answers: Mapping[str, object]) -> dict[str, Value]:
    """The answers that can be read, typed; everything else stays unknown, and so does a part that is more than its
    whole."""
    found: dict[str, Value] = {}
    parts: list[AnswerKey] = []
    for name, answer in answers.items():
        known = keys.get(name)
        if known is None:
            continue
        value = known.read(known.metric, answer)
        if value is not None:
            found[name] = value
            if known.twin is not None and known.twin not in answers:
                found[known.twin] = value
            if known.whole is not None:
                parts.append(known)
    for part in [each for each in parts if _exceeds(each, found)] if parts else ():
        found.pop(part.key, None)
        found.pop(part.twin or "", None)
    return found


def _exceeds(part: AnswerKey, values: Mapping[str, Value]) -> bool:
    """Whether both figures are there and the part is more than its whole."""
    less, more = values.get(part.key), values.get(part.whole or "")
    return isinstance(less, Decimal) and isinstance(more, Decimal) and less > more


def overdrawn(metrics: Iterable[Metric], answers: Mapping[str, object]) -> tuple[AnswerFault, ...]:
    """Parts (其中) that are more than their wholes."""
    keys = answer_keys(metrics)
    plain = {name: replace(known, whole=None) for name, known in keys.items()}
    values = typed(plain, answers)
    exceeding = (known for name in answers if (known := keys.get(name)) is not None and _exceeds(known, values))
    return tuple(_overdrawn(part, keys[part.whole].metric) for part in exceeding if part.whole is not None)


def _overdrawn(part: AnswerKey, whole: Metric) -> AnswerFault:
    return AnswerFault(
        part.key,
        f"{part.metric.title.zh}是{whole.title.zh}的一部分,不得更多;请更正其一",
        f"a part of {whole.title.en}, never more than it: correct one of the two",
    )


def answer_faults(metrics: Iterable[Metric], answers: Mapping[str, object]) -> tuple[AnswerFault, ...]:
    """What is wrong with the answers, for the one who fills in the form; missing answers are not faults here."""
    keys = answer_keys(metrics)
    faults = []
    for name, answer in answers.items():
        known = keys.get(name)
        if known is None:
            faults.append(AnswerFault(name, "没有这个指标", "this programme asks for no such figure"))
        elif known.read(known.metric, answer) is None:
            zh, en = _WANTED[known.metric.type]
            faults.append(AnswerFault(name, f"请填写{zh}", f"write {en}"))
    return (*faults, *overdrawn(metrics, answers))


def _number(metric: Asked, value: object) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        value = str(value)
    if isinstance(value, str):
        value = Decimal(value) if _PLAIN.fullmatch(value) else None
    if not isinstance(value, Decimal) or not value.is_finite():
        return None
    low = metric.least if metric.least is not None else 0
    return value if value >= low and (metric.most is None or value <= metric.most) else None


def _count(metric: Asked, value: object) -> Decimal | None:
    found = _number(metric, value)
    return found if found is not None and found == found.to_integral_value() else None


def _ratio(metric: Asked, value: object) -> Decimal | None:
    found = _number(metric, value)
    return found if found is not None and found <= (metric.most or 1) else None


def _boolean(_: Asked, value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


def _choice(metric: Asked, value: object) -> str | None:
    return value if isinstance(value, str) and any(option.id == value for option in metric.options) else None


def _set(metric: Asked, value: object) -> frozenset[str] | None:
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, list | tuple | set | frozenset):
        return None
    items = frozenset(item for item in value if isinstance(item, str))
    return items if items <= {option.id for option in metric.options} and len(items) <= 1000 else None


def _date(_: Asked, value: object) -> date | None:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or _DAY.fullmatch(value) is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _text(_: Asked, value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= LONGEST_TEXT else None


_READ: Mapping[str, Callable[[Asked, object], Value | None]] = {
    "count": _count,
    "amount": _number,
    "ratio": _ratio,
    "area": _number,
    "years": _number,
    "boolean": _boolean,
    "choice": _choice,
    "set": _set,
    "date": _date,
    "text": _text,
    "uscc": _text,
    "region": _text,
}


def read_answer(asked: Asked, value: object) -> Value | None:
    """The typed value, or None where it cannot be read."""
    return _READ[asked.type](asked, value)


def wanted(asked: Asked) -> tuple[str, str]:
    """What to write for it, in both languages."""
    return _WANTED[asked.type]


_WANTED: Mapping[str, tuple[str, str]] = {
    "count": ("非负整数", "a whole number, not negative"),
    "amount": ("十进制数,不带单位和千分位", "a plain decimal number, without unit or separators"),
    "ratio": ("0 至 1 之间的小数", "a decimal between 0 and 1"),
    "area": ("非负小数", "a decimal, not negative"),
    "years": ("非负数", "a number, not negative"),
    "boolean": ("是或否", "yes or no"),
    "choice": ("所列选项之一", "one of the options listed"),
    "set": ("所列选项中的若干项", "some of the options listed"),
    "date": ("日期 YYYY-MM-DD", "a date YYYY-MM-DD"),
    "text": ("文字", "text"),
    "uscc": ("统一社会信用代码", "a unified social credit code"),
    "region": ("行政区划代码", "a region code"),
}

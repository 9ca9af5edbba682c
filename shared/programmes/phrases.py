"""Understands how parts of a regulation are said in a sentence, in both languages: times, places, amounts, names.

``Text`` is the pair of both; whoever shows it puts Chinese first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from shared.programmes.field_names import FIELD_NAMES
from shared.programmes.model import Deadline, Duration, InForce, Period, Source, Text, Unset, YearlyMoment

UNITS: Mapping[str, tuple[str, str]] = {
    "minute": ("分钟", "minute"),
    "hour": ("小时", "hour"),
    "working_day": ("个工作日", "working day"),
    "calendar_day": ("个自然日", "calendar day"),
    "week": ("周", "week"),
    "month": ("个月", "month"),
    "year": ("年", "year"),
}
EVENTS: Mapping[str, tuple[str, str]] = {
    "entered": ("进入本步骤", "the step began"),
    "posted": ("公示发布", "the notice was posted"),
    "filed": ("提交", "the filing"),
    "accepted": ("受理", "the acceptance"),
    "decided": ("决定", "the decision"),
    "awarded": ("授予", "the award"),
    "round_opened": ("申报开始", "the round opened"),
    "round_closed": ("申报截止", "the round closed"),
    "ordered": ("责令", "the order"),
    "met": ("条件满足", "the condition was met"),
    "valid_to": ("有效期满", "the end of validity"),
}
ROLLS: Mapping[str, tuple[str, str]] = {
    "next_working_day": (",遇休息日顺延至下一工作日", ", moved to the next working day"),
    "previous_working_day": (",遇休息日提前至上一工作日", ", moved to the working day before"),
}
UNSET_TEXT = Text(zh="未规定(unset)", en="unset")
NOTHING = Text(zh="无", en="none")


def both(text: Text) -> str:
    """Chinese first, English second, on one line."""
    return text.zh if text.zh == text.en else f"{text.zh} / {text.en}"


def said(value: Any) -> Text:
    """Any value of the language, in words."""
    match value:
        case Unset():
            return UNSET_TEXT
        case None | ():
            return NOTHING
        case bool():
            return Text(zh="是", en="yes") if value else Text(zh="否", en="no")
        case Text():
            return value
        case Duration():
            return _duration(value)
        case Period():
            return _period(value)
        case YearlyMoment():
            return _yearly(value)
        case Deadline():
            return _deadline(value)
        case InForce():
            return _in_force(value)
        case _:
            return _composed(value)


def name_of(field: str) -> Text:
    """What a field of the language is called; its own key where it has no other name."""
    zh, en = FIELD_NAMES.get(field, (field, field.replace("_", " ")))
    return Text(zh=zh, en=en)


def quoted(source: Source) -> Text:
    """Where a rule comes from: the clause, or who supplied it."""
    if source.supplement is not None:
        label = source.supplement
        return Text(zh=f"补充:{label.author} {label.date}", en=f"supplement: {label.author} {label.date}")
    return Text(zh=source.clause or "-", en=source.clause or "-")


def _composed(value: Any) -> Text:
    if isinstance(value, tuple):
        parts = [said(item) for item in value]
        return Text(zh="、".join(part.zh for part in parts), en=", ".join(part.en for part in parts))
    if isinstance(value, Mapping):
        pairs = [(key, said(item)) for key, item in value.items()]
        return Text(
            zh="、".join(f"{key}→{item.zh}" for key, item in pairs), en=", ".join(f"{k} → {v.en}" for k, v in pairs)
        )
    if is_dataclass(value):
        return _fields(value)
    plain = number(value) if isinstance(value, Decimal) else str(value)
    return Text(zh=plain or "-", en=plain or "-")


def number(value: Decimal) -> str:
    """A decimal as people write it: no exponent, no needless zeros."""
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _fields(value: Any) -> Text:
    pairs = []
    for each in fields(value):
        held = getattr(value, each.name)
        if each.name not in ("source", "title") and held not in (None, ()):
            pairs.append((name_of(each.name), said(held)))
    head = getattr(value, "title", None)
    zh, en = "、".join(f"{n.zh}:{v.zh}" for n, v in pairs), ", ".join(f"{n.en}: {v.en}" for n, v in pairs)
    return Text(zh=f"{head.zh}({zh})", en=f"{head.en} ({en})") if isinstance(head, Text) else Text(zh=zh, en=en)


# ── times ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _duration(value: Duration) -> Text:
    length = _length(value.length, value.unit)
    day = _start_day(value.count_start_day) if value.unit not in ("minute", "hour") else Text(zh="-", en="-")
    zh, en = ROLLS.get(value.roll, ("", ""))
    clock_zh, clock_en = _clock(value.at)
    counted = ("", "") if day.zh == "-" else (f"({day.zh})", f" ({day.en})")
    return Text(zh=f"{length.zh}{counted[0]}{clock_zh}{zh}", en=f"{length.en}{counted[1]}{clock_en}{en}")


def _period(value: Period) -> Text:
    length, day = _length(value.length, value.unit), _start_day(value.count_start_day)
    return Text(zh=f"{length.zh}({day.zh})", en=f"{length.en} ({day.en})")


def _length(length: int | Unset, unit: str) -> Text:
    zh, en = UNITS[unit]
    if isinstance(length, Unset):
        return Text(zh=f"未规定数量{zh}", en=f"an unset number of {en}s")
    return Text(zh=f"{length}{zh}", en=f"{length} {en}{'' if length == 1 else 's'}")


def _start_day(counted: bool | Unset) -> Text:
    if isinstance(counted, Unset):
        return Text(zh="首日是否计入未规定", en="whether the first day counts is unset")
    return Text(zh="首日计入", en="first day counted") if counted else Text(zh="首日不计", en="first day not counted")


def _clock(at: time | None) -> tuple[str, str]:
    return ("", "") if at is None else (f" {at:%H:%M}", f" at {at:%H:%M}")


def _yearly(value: YearlyMoment) -> Text:
    roll_zh, roll_en = ROLLS.get(value.roll, ("", ""))
    clock_zh, clock_en = _clock(value.at)
    zh = f"每年{value.month}月{'最后一日' if value.day == 'last' else f'{value.day}日'}"
    en = f"every year by {'the last day' if value.day == 'last' else f'day {value.day}'} of month {value.month}"
    return Text(zh=f"{zh}{clock_zh}{roll_zh}", en=f"{en}{clock_en}{roll_en}")


def _deadline(value: Deadline) -> Text:
    if value.within is not None:
        length, (zh, en) = said(value.within), EVENTS[value.starts]
        left_out = ", ".join(value.not_counting)
        since = f"from when {en}" if value.starts == "entered" else f"after {en}"
        return Text(
            zh=f"自{zh}起{length.zh}" + (f",不计入步骤 {left_out} 所用的日子" if left_out else ""),
            en=f"{length.en} {since}" + (f", not counting the days of {left_out}" if left_out else ""),
        )
    found = said(value.yearly if value.yearly is not None else value.on)
    if value.yearly is None or value.starts == "entered":
        return found
    zh, en = EVENTS[value.starts]
    return Text(zh=f"{zh}之后{found.zh}", en=f"{found.en}, the first after {en}")


def _in_force(value: InForce) -> Text:
    since = said(value.since)
    until: date | None = value.until
    end_zh, end_en = ("至今", "still") if until is None else (f"至 {until}", f"to {until}")
    return Text(zh=f"{since.zh} {end_zh}", en=f"from {since.en} {end_en}")

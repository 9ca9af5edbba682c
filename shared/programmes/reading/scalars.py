"""Understands single values: what a word of YAML means once the language says which type belongs there."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal
from typing import Any

from shared.programmes.reading.faults import unseen
from shared.programmes.reading.hints import Shape, fields_of
from shared.programmes.reading.rewritten import as_date, as_number, as_time, as_truth, as_word
from shared.programmes.reading.tree import Scalar

_INT = re.compile(r"-?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class NotThis(Exception):
    """The word does not fit this shape; ``zh`` and ``en`` say what would."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def value_of(shape: Shape, node: Scalar) -> Any:
    """The typed value; raises :class:`NotThis`."""
    text = node.text
    match shape.kind:
        case "word":
            return _word(shape, text)
        case "bool":
            return _bool(text, node.quoted)
        case "int":
            zh, en = "整数,最多 18 位", "a whole number of at most 18 digits"
            return _within(shape, int(_matching(_INT, text, zh, en, as_number(text))))
        case "decimal":
            zh, en = "十进制数,整数与小数各最多 18 位", "a plain decimal number, at most 18 digits"
            return _within(shape, Decimal(_matching(_DECIMAL, text, zh, en, as_number(text))))
        case "date":
            return _date(text)
        case "time":
            return _time(text)
        case _:
            return _text(shape, text)


def expected(shape: Shape) -> tuple[str, str]:
    """What this shape wants, in words."""
    match shape.kind:
        case "word":
            listed = "、".join(str(each) for each in shape.of), ", ".join(str(each) for each in shape.of)
            return f"其一:{listed[0]}", f"one of {listed[1]}"
        case "bool":
            return "true 或 false", "true or false"
        case "int":
            return "整数", "a whole number"
        case "decimal":
            return "十进制数", "a decimal number"
        case "date":
            return "日期 YYYY-MM-DD", "a date YYYY-MM-DD"
        case "time":
            return "时刻 'HH:MM'", "a clock time 'HH:MM'"
        case "list":
            return "列表(- …)", "a list (- …)"
        case "mapping":
            return "键值映射 {…: …}", "a mapping {…: …}"
        case "dataclass":
            return f"键值映射,例如 {_sketch(shape)}", f"a mapping such as {_sketch(shape)}"
        case _:
            return "文字", "text"


def _sketch(shape: Shape) -> str:
    """The keys that must be there, or the first few where none must."""
    known = fields_of(shape.of)
    keys = [name for name, field in known.items() if field.required] or list(known)[:3]
    return "{" + ", ".join(f"{key}: …" for key in keys) + "}"


def _matching(pattern: re.Pattern[str], text: str, zh: str, en: str, instead: str | None) -> str:
    if pattern.fullmatch(text) is None:
        raise _rather(zh, en, instead)
    return text


def _rather(zh: str, en: str, instead: str | None) -> NotThis:
    """What belongs here; and the very value, where it can be told."""
    if instead is None:
        return NotThis(f"此处应为{zh}", f"write {en}")
    return NotThis(f"此处应为{zh},请写 {instead}", f"write {en}: {instead}")


def _within(shape: Shape, number: Any) -> Any:
    for limit in shape.limits:
        if limit.ge is not None and number < limit.ge:
            raise NotThis(f"不得小于 {limit.ge}", f"write {limit.ge} or more")
        if limit.le is not None and number > limit.le:
            raise NotThis(f"不得大于 {limit.le}", f"write {limit.le} or less")
    return number


def _word(shape: Shape, text: str) -> Any:
    for word in shape.of:
        if str(word) == text:
            return word
    zh, en = expected(shape)
    close = as_word(text, (str(word) for word in shape.of))
    if close is not None:
        raise NotThis(f"是否应为 {close}?此处应为{zh}", f"did you mean {close}? write {en}")
    raise NotThis(f"此处应为{zh}", f"write {en}")


def _bool(text: str, quoted: bool) -> bool:
    if quoted or text not in ("true", "false"):
        raise _rather(" true 或 false,不加引号", "true or false, without quotes", as_truth(text))
    return text == "true"


def _date(text: str) -> date:
    try:
        return date.fromisoformat(_matching(_DATE, text, "日期 YYYY-MM-DD", "a date YYYY-MM-DD", as_date(text)))
    except ValueError as error:
        raise NotThis("没有这一天,请写 YYYY-MM-DD", "there is no such day: write YYYY-MM-DD") from error


def _time(text: str) -> time:
    zh, en = "时刻 'HH:MM'(00:00 至 23:59)", "a clock time 'HH:MM' in quotes, 00:00 to 23:59"
    return time.fromisoformat(_matching(_TIME, text, zh, en, as_time(text)))


_FORMS: tuple[tuple[str, str, str], ...] = (
    ("A-Za-z", "标识:以字母开头,只含字母、数字和 _ . -", "an id: a letter first, then letters, digits, _ . -"),
    (
        "[a-z]",
        "标识:小写字母开头,只含小写字母、数字和 -,3 至 64 个字符",
        "an id: 3 to 64 lower-case letters, digits and -",
    ),
    ("[0-9]{6}", "六位区划代码并加引号,例如 '990100'", "a region code of six digits in quotes, such as '990100'"),
)
"""Patterns of the language in words: what tells them apart -> what is wanted."""


def _formed(pattern: str, text: str) -> NotThis:
    zh, en = next(
        ((zh, en) for mark, zh, en in _FORMS if mark in pattern), (f"{pattern} 的形式", f"something like {pattern}")
    )
    if any(mark in text for mark in ",，、;；"):
        return NotThis(
            f"此处应为{zh};列表各项请用半角逗号加空格分隔", f"write {en}; separate the items of a list with ', '"
        )
    return NotThis(f"此处应为{zh}", f"write {en}")


def _text(shape: Shape, text: str) -> str:
    if any(unseen(letter) for letter in text):
        zh, en = (
            "不得含控制字符或改变文字方向的字符",
            "write no control characters, and none that turn the direction of writing",
        )
        raise NotThis(zh, en)
    for limit in reversed(shape.limits):  # what is said of this very field before what is said of all such
        if limit.pattern is not None and re.fullmatch(limit.pattern, text) is None:
            raise _formed(limit.pattern, text)
        if limit.min_length is not None and len(text) < limit.min_length:
            raise NotThis("不得为空", "it must not be empty")
        if limit.max_length is not None and len(text) > limit.max_length:
            raise NotThis(f"最多 {limit.max_length} 个字符", f"write at most {limit.max_length} characters")
    return text

"""Understands single values: what a word of YAML means once the language says which type belongs there."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal
from typing import Any

from shared.programmes.reading.faults import unseen
from shared.programmes.reading.hints import Shape
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
            return _within(shape, int(_matching(_INT, text, "整数,最多 18 位", "a whole number of at most 18 digits")))
        case "decimal":
            found = _matching(
                _DECIMAL, text, "十进制数,整数与小数各最多 18 位", "a plain decimal number, at most 18 digits"
            )
            return _within(shape, Decimal(found))
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
            return "键值映射", "a mapping of keys to values"
        case "dataclass":
            return "键值映射", "a mapping of keys to values"
        case _:
            return "文字", "text"


def _matching(pattern: re.Pattern[str], text: str, zh: str, en: str) -> str:
    if pattern.fullmatch(text) is None:
        raise NotThis(f"此处应为{zh}", f"write {en}")
    return text


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
    raise NotThis(f"此处应为{zh}", f"write {en}")


def _bool(text: str, quoted: bool) -> bool:
    if quoted or text not in ("true", "false"):
        raise NotThis("此处应为 true 或 false", "write true or false")
    return text == "true"


def _date(text: str) -> date:
    try:
        return date.fromisoformat(_matching(_DATE, text, "日期 YYYY-MM-DD", "a date YYYY-MM-DD"))
    except ValueError as error:
        raise NotThis("没有这一天,请写 YYYY-MM-DD", "there is no such day: write YYYY-MM-DD") from error


def _time(text: str) -> time:
    return time.fromisoformat(_matching(_TIME, text, "时刻 'HH:MM'", "a clock time 'HH:MM' in quotes"))


def _text(shape: Shape, text: str) -> str:
    if any(unseen(letter) for letter in text):
        zh, en = (
            "不得含控制字符或改变文字方向的字符",
            "write no control characters, and none that turn the direction of writing",
        )
        raise NotThis(zh, en)
    for limit in shape.limits:
        if limit.pattern is not None and re.fullmatch(limit.pattern, text) is None:
            raise NotThis(f"应符合 {limit.pattern}", f"write something of the form {limit.pattern}")
        if limit.min_length is not None and len(text) < limit.min_length:
            raise NotThis("不得为空", "it must not be empty")
        if limit.max_length is not None and len(text) > limit.max_length:
            raise NotThis(f"最多 {limit.max_length} 个字符", f"write at most {limit.max_length} characters")
    return text

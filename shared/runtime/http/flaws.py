"""Understands what a failed validation means to the person who sent it: where, and what is wanted instead.

Only our own schema speaks in a sentence (limits, choices); nothing of the input is repeated, not even an unknown key
unless it is a plain word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from shared.runtime.refusals import Flaw

MOST = 50
_PARTS = ("body", "query", "path", "header", "cookie")
_PLAIN = re.compile(r"[A-Za-z0-9_.\-]{1,64}", re.ASCII)

_SENTENCES: Mapping[str, tuple[str, str]] = {
    "missing": ("缺少此项。", "This is missing."),
    "extra_forbidden": ("不接受此项，请删除。", "This is not known here; leave it out."),
    "string_type": ("应为文字。", "This must be a text."),
    "string_too_short": ("至少{min_length}个字符。", "This needs at least {min_length} characters."),
    "string_too_long": ("最多{max_length}个字符。", "This may have at most {max_length} characters."),
    "string_pattern_mismatch": ("格式不符，应符合 {pattern}。", "This does not match {pattern}."),
    "int_type": ("应为整数。", "This must be a whole number."),
    "int_parsing": ("应为整数。", "This must be a whole number."),
    "int_from_float": ("应为整数。", "This must be a whole number."),
    "float_type": ("应为数字。", "This must be a number."),
    "bool_type": ("应为 true 或 false。", "This must be true or false."),
    "bool_parsing": ("应为 true 或 false。", "This must be true or false."),
    "decimal_type": ("应为十进制数。", "This must be a decimal number."),
    "decimal_parsing": ("应为十进制数。", "This must be a decimal number."),
    "greater_than": ("应大于{gt}。", "This must be above {gt}."),
    "greater_than_equal": ("应不小于{ge}。", "This must be at least {ge}."),
    "less_than": ("应小于{lt}。", "This must be below {lt}."),
    "less_than_equal": ("应不大于{le}。", "This must be at most {le}."),
    "literal_error": ("应为 {expected} 之一。", "This must be one of {expected}."),
    "enum": ("应为 {expected} 之一。", "This must be one of {expected}."),
    "date_type": ("应为日期（YYYY-MM-DD）。", "This must be a date (YYYY-MM-DD)."),
    "date_parsing": ("应为日期（YYYY-MM-DD）。", "This must be a date (YYYY-MM-DD)."),
    "date_from_datetime_parsing": ("应为日期（YYYY-MM-DD）。", "This must be a date (YYYY-MM-DD)."),
    "datetime_type": ("应为带时区的时间。", "This must be an instant with its zone."),
    "datetime_parsing": ("应为带时区的时间。", "This must be an instant with its zone."),
    "timezone_aware": ("时间应带时区。", "This instant needs its zone."),
    "uuid_parsing": ("应为 UUID。", "This must be a UUID."),
    "list_type": ("应为列表。", "This must be a list."),
    "tuple_type": ("应为列表。", "This must be a list."),
    "dict_type": ("应为对象。", "This must be an object."),
    "model_type": ("应为对象。", "This must be an object."),
    "model_attributes_type": ("应为对象。", "This must be an object."),
    "too_short": ("至少{min_length}项。", "This needs at least {min_length} items."),
    "too_long": ("最多{max_length}项。", "This may have at most {max_length} items."),
}
_OTHERWISE = ("此项不合要求。", "This is not acceptable here.")


def flaws(errors: Sequence[Mapping[str, Any]]) -> list[Flaw]:
    """At most :data:`MOST` flaws, in the order in which validation found them."""
    return [_flaw(error) for error in errors[:MOST]]


def _flaw(error: Mapping[str, Any]) -> Flaw:
    location = [str(step) for step in error["loc"]]
    part = location[0] if location and location[0] in _PARTS else "body"
    steps = location[1:] if location and location[0] in _PARTS else location
    zh, en = _sentence(error)
    return Flaw(part, pointer(steps), zh, en)


def pointer(steps: Sequence[str]) -> str:
    """An RFC 6901 pointer; it stops before the first step that is not a plain word, because that came from outside."""
    plain: list[str] = []
    for step in steps:
        if not _PLAIN.fullmatch(step):
            break
        plain.append(step)
    return "".join(f"/{step}" for step in plain)


def _sentence(error: Mapping[str, Any]) -> tuple[str, str]:
    context = error.get("ctx", {})
    said = context.get("error")
    if isinstance(said, Rejection):
        return said.zh, said.en
    zh, en = _SENTENCES.get(error["type"], _OTHERWISE)
    try:
        return zh.format_map(context), en.format_map(context)
    except KeyError:
        return _OTHERWISE


class Rejection(ValueError):
    """A validator of a request model raises this to say in both languages what it wants; it never repeats the value."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en

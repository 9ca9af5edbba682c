"""Understands which JSON is taken: RFC 8259 in UTF-8 (I-JSON, RFC 7493: unique keys), shallow, finite, storable.

Python's parser alone takes repeated keys (the last wins, and a signature over the first means nothing), NaN, NUL
characters that PostgreSQL refuses later, and lone surrogates that no encoder writes again.
"""

from __future__ import annotations

import json
import re
from typing import NoReturn

from shared.runtime.http import codes
from shared.runtime.refusals import Refusal

DEPTH = 32
DIGITS = 64
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class _Unacceptable(ValueError):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def parse(body: bytes) -> object:
    """The value; raises the ``malformed_json`` refusal that names the fault without repeating the input."""
    try:
        _check_depth(body)
        value: object = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_int=_short_int,
            parse_float=_finite,
        )
        _check_strings(value)
    except _Unacceptable as fault:
        raise _refuse(fault.zh, fault.en) from None
    except UnicodeDecodeError:
        raise _refuse("正文不是 UTF-8 编码。", "The body is not UTF-8.") from None
    except json.JSONDecodeError as fault:
        raise _refuse(
            f"第{fault.lineno}行第{fault.colno}列有语法错误。",
            f"There is a syntax error at line {fault.lineno}, column {fault.colno}.",
        ) from None
    return value


def _check_depth(body: bytes) -> None:
    depth = 0
    for mark in re.findall(rb"[\[\]{}]", _STRINGS.sub(b"", body)):
        depth += 1 if mark in b"[{" else -1
        if depth > DEPTH:
            raise _Unacceptable(f"嵌套超过{DEPTH}层。", f"It is nested deeper than {DEPTH} levels.")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Unacceptable("有重复的键。", "A key is repeated.")
    return found


def _no_constant(_: str) -> NoReturn:
    raise _Unacceptable("不接受 NaN 或 Infinity。", "NaN and Infinity are not numbers of JSON.")


def _short_int(text: str) -> int:
    if len(text) > DIGITS:
        raise _Unacceptable(f"数字超过{DIGITS}位。", f"A number has more than {DIGITS} digits.")
    return int(text)


def _finite(text: str) -> float:
    number = float(text) if len(text) <= DIGITS else float("inf")
    if number in (float("inf"), float("-inf")):
        raise _Unacceptable("数字过大或过长。", "A number is too large or too long.")
    return number


def _check_strings(value: object) -> None:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if _UNSTORABLE.search(one):
                raise _Unacceptable("文字中含有空字符或不成对的代理字符。", "A text holds a NUL or a lone surrogate.")
        elif isinstance(one, dict):
            waiting += one.keys()
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _refuse(zh: str, en: str) -> Refusal:
    return codes.MALFORMED_JSON.refuse(zh=zh, en=en)

"""Understands how an expression is written: a small grammar, read by recursive descent into a tree, never executed.

any     := all ("or" all)*                     all   := negated ("and" negated)*
negated := "not" negated | comparison          comparison := sum [operator sum]
sum     := product (("+" | "-") product)*      product    := signed (("*" | "/") signed)*
signed  := "-" signed | atom
atom    := number | 'string' | true | false | name | name[last] | name[last-1] | function(any, …) | (any) | [items]
"""

from __future__ import annotations

import difflib
import re
from decimal import Decimal
from functools import lru_cache

from shared.programmes.expressions.tree import (
    Arithmetic,
    Call,
    Comparison,
    Junction,
    Literal,
    Name,
    Node,
    Not,
    SetLiteral,
)

LONGEST = 1000
DEEPEST = 40
_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<string>'[^'\n]{0,200}')|(?P<name>[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)"
    r"|(?P<mark>>=|<=|==|!=|[-><+*/()\[\],]))"
)
FUNCTIONS: dict[str, tuple[int, int]] = {
    "count": (1, 1),
    "has_all": (2, 2),
    "has_any": (2, 2),
    "choose": (3, 21),
    "at_least": (3, 31),
    "grows": (1, 1),
    "growth": (1, 1),
    "total": (1, 1),
    "average": (1, 1),
    "least": (2, 20),
    "greatest": (2, 20),
    "years_since": (1, 1),
    "months_since": (1, 1),
    "days_since": (1, 1),
    "filed": (1, 1),
    "lies_in": (1, 40),
    "known": (1, 1),
}
"""The closed vocabulary: function -> fewest and most arguments."""

_INSTEAD = {
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "=": "==",
    "×": "*",
    "÷": "/",
    "&": "and",
    "|": "or",
    "!": "not",
    "且": "and",
    "并": "and",
    "或": "or",
    "非": "not",
    "不": "not",
    '"': "'",
    "‘": "'",
    "’": "'",
    "“": "'",
    "”": "'",
    **{chr(0xFF00 + ord(mark) - 0x20): mark for mark in "()[],<>+-*/="},
    "、": ",",
}
"""What people write at first, and what the language wants."""

_RATHER = {
    "max": "greatest",
    "min": "least",
    "sum": "total",
    "avg": "average",
    "mean": "average",
    "len": "count",
    "if": "choose",
    "case": "choose",
    "when": "choose",
    "age": "years_since",
    "year": "years_since",
    "increase": "grows",
    "rate": "growth",
    "contains": "has_any",
    "has": "has_any",
    "in_region": "lies_in",
    "any": "has_any",
    "all": "has_all",
    "exists": "known",
    "isset": "known",
    "uploaded": "filed",
}
"""Other languages' functions, and what this one calls them."""
_COUNTED = {"%": Decimal("0.01"), "千": Decimal(1000), "万": Decimal(10_000), "亿": Decimal(100_000_000)}
_BEFORE = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,18})?)\s*$")

_WORDS = frozenset({"and", "or", "not", "in", "true", "false", "last"})


class Unreadable(ValueError):
    """The text is not an expression; ``column`` counts from 1, ``zh`` and ``en`` say what to write instead."""

    def __init__(self, column: int, zh: str, en: str) -> None:
        super().__init__(f"column {column}: {en}")
        self.column, self.zh, self.en = column, zh, en


@lru_cache(maxsize=4096)
def parse(text: str) -> Node:
    """Read an expression; raises :class:`Unreadable`."""
    if len(text) > LONGEST:
        raise Unreadable(LONGEST, f"表达式不得超过 {LONGEST} 个字符", f"write at most {LONGEST} characters")
    reader = _Reader(_tokens(text))
    tree = reader.any(0)
    if reader.here.text in (">=", "<=", ">", "<", "==", "!="):
        raise reader.stuck("一次只比较两个值:请写 a <= b and b <= c", "compare two values at a time: a <= b and b <= c")
    if reader.here.kind != "end":
        raise reader.stuck("此处应结束或使用运算符", "end here, or write an operator such as and, or, >=")
    return tree


class _Token:
    __slots__ = ("column", "kind", "text")

    def __init__(self, kind: str, text: str, column: int) -> None:
        self.kind, self.text, self.column = kind, text, column


def _tokens(text: str) -> list[_Token]:
    tokens, at, text = [], 0, text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise _foreign(text[at], at + 1, text[:at])
        kind = match.lastgroup or "mark"
        word = match.group(kind)
        tokens.append(_Token("word" if word in _WORDS and kind == "name" else kind, word, match.start(kind) + 1))
        at = match.end()
    return [*tokens, _Token("end", "", len(text) + 1)]


def _foreign(character: str, column: int, before: str) -> Unreadable:
    counted = _BEFORE.search(before)
    if counted is not None and character in _COUNTED:
        worth = format((Decimal(counted[1]) * _COUNTED[character]).normalize(), "f")
        written = f"{counted[1]}{character}"
        return Unreadable(column, f"请把 {written} 写成 {worth}", f"write {worth} instead of {written}")
    instead = _INSTEAD.get(character)
    if instead is not None:
        return Unreadable(column, f"请把 {character} 写成 {instead}", f"write {instead} instead of {character}")
    if counted is not None and not character.isascii():
        zh = f"数值后不写单位:请只写 {counted[1]}(单位写在指标的 unit)"
        return Unreadable(column, zh, f"write {counted[1]} without a unit: the unit stands in the metric")
    if not character.isascii():
        return Unreadable(
            column,
            f"表达式中不能有 {character!r};请写指标的标识(小写字母),文字选项放在单引号中",
            f"{character!r} is not part of an expression: write ids of metrics, and put an option in single quotes",
        )
    if character.isupper():
        zh, en = "指标的标识用小写字母", "ids of metrics are lower case"
        return Unreadable(column, f"无法识别 {character!r};{zh}", f"{character!r} is not known here: {en}")
    return Unreadable(column, f"无法识别的字符 {character!r}", f"{character!r} is not part of an expression")


class _Reader:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens, self._at = tokens, 0

    @property
    def here(self) -> _Token:
        return self._tokens[self._at]

    def stuck(self, zh: str, en: str) -> Unreadable:
        return Unreadable(self.here.column, zh, en)

    def take(self, *texts: str) -> str | None:
        if self.here.kind in ("mark", "word") and self.here.text in texts:
            self._at += 1
            return self._tokens[self._at - 1].text
        return None

    def must(self, text: str) -> None:
        if self.take(text) is None:
            raise self.stuck(f"此处应为 {text!r}", f"write {text!r} here")

    def any(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise self.stuck("括号嵌套过深", f"nest at most {DEEPEST} brackets")
        return self._joined("or", depth)

    def _joined(self, operator: str, depth: int) -> Node:
        read = self._all if operator == "or" else self._negated
        parts = [read(depth)]
        while self.take(operator):
            parts.append(read(depth))
        return parts[0] if len(parts) == 1 else Junction(operator, tuple(parts))

    def _all(self, depth: int) -> Node:
        return self._joined("and", depth)

    def _negated(self, depth: int) -> Node:
        if self.take("not"):
            return Not(self._negated(depth + 1)) if depth < DEEPEST else self.any(DEEPEST + 1)
        return self._comparison(depth)

    def _comparison(self, depth: int) -> Node:
        left = self._sum(depth)
        operator = self.take(">=", "<=", ">", "<", "==", "!=", "in")
        if operator is None and self.take("not"):
            self.must("in")
            operator = "not in"
        return left if operator is None else Comparison(operator, left, self._sum(depth))

    def _sum(self, depth: int) -> Node:
        left = self._product(depth)
        while operator := self.take("+", "-"):
            left = Arithmetic(operator, left, self._product(depth))
        return left

    def _product(self, depth: int) -> Node:
        left = self._signed(depth)
        while operator := self.take("*", "/"):
            left = Arithmetic(operator, left, self._signed(depth))
        return left

    def _signed(self, depth: int) -> Node:
        if self.take("-"):
            part = self._signed(depth + 1) if depth < DEEPEST else self.any(DEEPEST + 1)
            return Arithmetic("-", Literal(Decimal(0)), part)
        return self._atom(depth)

    def _atom(self, depth: int) -> Node:
        token = self.here
        if self.take("("):
            inner = self.any(depth + 1)
            self.must(")")
            return inner
        if self.take("["):
            return self._set()
        if truth := self.take("true", "false"):
            return Literal(truth == "true")
        if token.kind in ("number", "string"):
            return self._literal()
        if token.kind == "name":
            return self._name(depth)
        raise self.stuck("此处应为数值、指标名或括号", "write a number, a metric's id or a bracket here")

    def _literal(self) -> Literal:
        token = self.here
        if token.kind not in ("number", "string"):
            raise self.stuck("此处应为数值或带引号的文字", "write a number or a quoted 'word' here")
        self._at += 1
        if token.kind == "string":
            return Literal(token.text[1:-1])
        if len(token.text) > 19:
            raise Unreadable(token.column, "数值不得超过 18 位", "write at most 18 digits")
        return Literal(Decimal(token.text))

    def _set(self) -> SetLiteral:
        items = [self._literal()]
        while self.take(","):
            items.append(self._literal())
        self.must("]")
        return SetLiteral(tuple(items))

    def _name(self, depth: int) -> Node:
        token = self.here
        self._at += 1
        if self.take("("):
            return self._call(token, depth)
        return Name(token.text, self._index() if self.take("[") else None)

    def _index(self) -> int:
        self.must("last")
        back = 0
        if self.take("-"):
            if self.here.kind != "number" or self.here.text not in {str(n) for n in range(1, 10)}:
                raise self.stuck("此处应为 1 至 9", "write last-1 to last-9 here")
            back = int(self.here.text)
            self._at += 1
        self.must("]")
        return back

    def _call(self, token: _Token, depth: int) -> Call:
        if token.text not in FUNCTIONS:
            close = _RATHER.get(token.text) or next(iter(difflib.get_close_matches(token.text, FUNCTIONS, n=1)), None)
            zh, en = (f"是否应为 {close}?", f"did you mean {close}? ") if close else ("", "")
            raise Unreadable(
                token.column,
                f"没有函数 {token.text};{zh}可用:{'、'.join(FUNCTIONS)}",
                f"there is no function {token.text}; {en}there are {', '.join(FUNCTIONS)}",
            )
        arguments = [self.any(depth + 1)]
        while self.take(","):
            arguments.append(self.any(depth + 1))
        self.must(")")
        fewest, most = FUNCTIONS[token.text]
        if not fewest <= len(arguments) <= most:
            raise Unreadable(
                token.column,
                f"{token.text} 需要 {fewest} 至 {most} 个参数",
                f"{token.text} takes {fewest} to {most}",
            )
        if token.text == "choose" and len(arguments) % 2 == 0:
            raise Unreadable(
                token.column,
                "choose 依次写:判断, 值, …, 其余情况的值;最后一个值缺失",
                "choose takes test, value, …, and a last value for everything else, which lacks",
            )
        return Call(token.text, tuple(arguments))

"""Understands what somebody meant who wrote what is no YAML: tabs, full-width marks, an open bracket, a stray quote."""

from __future__ import annotations

from collections.abc import Mapping

_WIDE: Mapping[str, str] = {
    "\uff1a": ":",
    "\uff0c": ",",
    "\uff5b": "{",
    "\uff5d": "}",
    "\uff3b": "[",
    "\uff3d": "]",
    "\u3010": "[",
    "\u3011": "]",
    "\u201c": '"',
    "\u201d": '"',
    "\u2018": "'",
    "\u2019": "'",
    "\uff03": "#",
    "\uff0d": "-",
    "\u3000": " ",
}
_MEANT: tuple[tuple[str, str, str], ...] = (
    (
        "while scanning a simple key",
        "键后请写半角冒号和空格,例如 id: x",
        "write a colon and a space after the key, as in id: x",
    ),
    (
        "could not find expected ':'",
        "键后请写半角冒号和空格,例如 id: x",
        "write a colon and a space after the key, as in id: x",
    ),
    (
        "expected ',' or",
        "括号没有配对,或含 , : 的文字没有加引号",
        "a bracket is not closed, or a text that holds , or : is not in quotes",
    ),
    (
        "expected the node content",
        "括号没有配对,或含 , : 的文字没有加引号",
        "a bracket is not closed, or a text that holds , or : is not in quotes",
    ),
    (
        "mapping values are not allowed",
        "含冒号的文字请加引号;或检查缩进",
        "put a text that holds a colon in quotes, or check the indentation",
    ),
    ("unexpected end of stream", "引号或括号没有配对", "a quote or a bracket is not closed"),
    (
        "expected <block end>",
        "请检查缩进:同一层的键应对齐",
        "check the indentation: keys of one level stand in one column",
    ),
    (
        "expected block end",
        "请检查缩进:同一层的键应对齐",
        "check the indentation: keys of one level stand in one column",
    ),
    (
        "did not find expected key",
        "请检查缩进,或给含逗号、冒号、引号的文字加引号",
        "check the indentation, or put a text with a comma, colon or quote in quotes",
    ),
    (
        "did not find expected '-' indicator",
        "列表的每一项以 - 开头并对齐",
        "begin every item of a list with - in one column",
    ),
    ("found unknown escape", "反斜杠请写在单引号内", "write a backslash within single quotes"),
    ("control characters are not allowed", "文件含控制字符,请删除", "the file holds control characters: remove them"),
    ("found undefined alias", "文字以 * 或 & 开头时请加引号", "put a text that begins with * or & in quotes"),
)
_ELSE = ("请检查这一行的缩进、引号和括号", "check indentation, quotes and brackets of this line")


def meant(problem: str, line: str) -> tuple[str, str]:
    """The remedy in both languages for a parser's complaint about this line."""
    if "\t" in line[: len(line) - len(line.lstrip())] or "'\\t'" in problem:
        return "缩进请用空格,不要用制表符", "indent with spaces, never with tabs"
    wide = wide_mark(line)
    if wide is not None:
        half = _WIDE[wide] if _WIDE[wide] != " " else "␠"
        return f"请把全角 {wide} 写成半角 {half}", f"write {half} instead of the full-width {wide}"
    return next(((zh, en) for words, zh, en in _MEANT if words in problem), _ELSE)


def wide_mark(line: str) -> str | None:
    """The first full-width mark of a line that stands outside of quotes; None where there is none."""
    return next((mark for mark in line if mark in _WIDE and not _quoted(line, mark)), None)


def _quoted(line: str, mark: str) -> bool:
    before = line[: line.index(mark)]
    return before.count('"') % 2 == 1 or before.count("'") % 2 == 1

"""Understands what a YAML parser complains of, in the words of somebody who writes a regulation: what to write instead.

The parser names the mark where it gave up, which is often a line below the mistake. So the lines from where it began
are looked through for what people type by habit: Chinese punctuation, tabs, a quote that is never closed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

FULL_WIDTH: Mapping[str, str] = {
    "：": ": ",
    "，": ", ",
    "｛": "{",
    "｝": "}",
    "［": "[",
    "］": "]",
    "【": "[",
    "】": "]",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "\u3000": " ",
}
"""Marks of Chinese typing that look like YAML's own -> what YAML wants."""
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"\\\\]|\\\\.)*\"")
_OPEN_QUOTE = re.compile(r"(?:[:\[{,-] +|[\[{])['\"]")
_KEY_LIKE = re.compile(r"(?:^|[\s{,，-])\w+([：]|\s*＝)")
_SAID: tuple[tuple[str, str, str], ...] = (
    (
        "mapping values are not allowed",
        "一行中有第二个“键: 值”,或上一行缩进、冒号有误;文字中含有 : 时请整体加引号",
        "a second 'key: value' stands in one line, or the line before is indented or marked wrongly; put a text that "
        "holds a : in quotes",
    ),
    (
        "',' or '}'",
        "花括号 {…} 内应以逗号分隔、以 } 结束;含有 , : { } 的文字请加引号",
        "separate entries in {…} with commas and close it with }; put a text that holds , : { } in quotes",
    ),
    (
        "',' or ']'",
        "方括号 […] 内应以逗号分隔、以 ] 结束;含有 , : [ ] 的文字请加引号",
        "separate entries in […] with commas and close it with ]; put a text that holds , : [ ] in quotes",
    ),
    (
        "expected '-' indicator",
        "列表各项应对齐,并以“- ”开头",
        "begin every item of the list with '- ' in the same column",
    ),
    (
        "expected key",
        "缩进应与同级的键对齐;列表项以“- ”开头",
        "indent the line like its neighbours of the same level; an item of a list begins with '- '",
    ),
    ("expected ':'", "键的后面应为半角冒号和空格“: ”", "write ': ' (a colon and a space) after the key"),
    ("end of stream", "引号没有结束,请补上", "a quote is never closed: close it"),
    ("document separator", "引号没有结束,请补上", "a quote is never closed: close it"),
    (
        "block sequence entries",
        "“- ”应另起一行,并与其他项对齐",
        "begin '- ' in a line of its own, in the column of its neighbours",
    ),
    ("tab", "缩进请用空格,不要用制表符(Tab)", "indent with spaces, never with a tab"),
    (
        "cannot start any token",
        "文字以 @ ` % 或制表符开头时请加引号;缩进请用空格",
        "put a text that begins with @ ` or % in quotes, and indent with spaces, never with a tab",
    ),
    (
        "alphabetic or numeric character",
        "文字以 & 或 * 开头时请加引号",
        "put a text that begins with & or * in quotes",
    ),
    (
        "expected <document start>",
        "此行缩进有误,或文件中有多余的内容",
        "this line is indented wrongly, or something stands there that belongs to nothing",
    ),
    ("escape", "双引号中的反斜杠请改用单引号括起", "use single quotes for a text with a backslash"),
    ("control characters", "请删除看不见的控制字符", "remove the unseen control character"),
)


def told(error: Any, text: str) -> tuple[int, str, str]:
    """Line (from 1), and what to do, in both languages."""
    problem = str(getattr(error, "problem", None) or "not YAML")
    at, began = (getattr(error, name, None) for name in ("problem_mark", "context_mark"))
    last = at.line if at else 0
    first = min(began.line if began else last, last)
    lines = text.splitlines()
    for number in range(first, min(last, len(lines) - 1) + 1) if lines else ():
        if _OPEN_QUOTE.search(_QUOTED.sub("", lines[number])):
            return number + 1, "此行的引号没有结束,请补上", "a quote that begins in this line is never closed: close it"
    for number in range(first, min(last, len(lines) - 1) + 1) if lines else ():
        typed = habit(lines[number])
        if typed is not None:
            return number + 1, *typed
    if last and last <= len(lines) and (typed := habit(lines[last - 1])):
        return last, *typed
    zh, en = next(((zh, en) for mark, zh, en in _SAID if mark in problem), ("", ""))
    if "never closed" in en:
        return first + 1, zh, en
    since = (f"(从第 {first + 1} 行开始)", f" (it began in line {first + 1})") if first < last else ("", "")
    zh, en = (f"{zh};{problem}", f"{en}; {problem}") if zh else (problem, problem)
    return last + 1, f"不是有效的 YAML:{zh}{since[0]}", f"not valid YAML: {en}{since[1]}"


def habit(line: str) -> tuple[str, str] | None:
    """What in this line was typed by habit and stands where YAML wants its own mark; None where nothing was."""
    bare = _QUOTED.sub("", line.split(" #")[0])
    if line[: len(line) - len(line.lstrip())].count("\t"):
        return "缩进请用空格,不要用制表符(Tab)", "indent with spaces, never with a tab"
    found = _KEY_LIKE.search(bare)
    marks = [found.group(1).strip()] if found else [mark for mark in "｛｝［］【】“”‘’\u3000" if mark in bare]
    if not marks:
        return None
    mark = marks[0]
    wanted = FULL_WIDTH.get(mark, ": ")
    shown = "全角空格" if mark == "\u3000" else mark
    return (
        f"此行有全角符号 {shown},请改为半角 {wanted!r};文字中的标点请连同文字加引号",
        f"this line has the full-width mark {'space' if mark == chr(0x3000) else mark}: write {wanted!r}; where it "
        f"belongs to a text, put the text in quotes",
    )

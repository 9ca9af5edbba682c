"""Understands the words that a name or a text may not have: a place, an attic, a mode, a promise without a date."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import ROOT, SERVICES, Source, Violation, docstrings

LIST = Path(__file__).with_name("places.txt")
NATION = {"national", "cn", "china", "state", "generic"}
TIME_ZONE = re.compile(r"Asia/Shanghai|\bSHANGHAI\b|北京时间")
"""The nation's one time zone has a city's name; that is no rule about the city."""
REGION_CODE = re.compile(r"[1-8]\d0000|[1-8]\d\d\d00")

ATTICS = {"util", "utils", "helper", "helpers", "common", "base", "manager", "managers", "core", "misc", "stuff"}
ATTIC_CLASS = re.compile(r"(Util|Utils|Helper|Helpers|Manager)$")
SECOND_TRY = re.compile(r"(^|_)(v\d+|new|old|deprecated|legacy)$")
PROMISE = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!\(\d{4}-\d{2}-\d{2}\))")


def place_names() -> re.Pattern[str]:
    """The listed names, and the folder of every place whose regulations are kept as data."""
    definitions = ROOT / "shared/programmes/definitions"
    folders = {path.name for path in definitions.iterdir() if path.is_dir()} if definitions.is_dir() else set()
    lines = [line for line in LIST.read_text("utf-8").splitlines() if not line.startswith("#")]
    names = {*" ".join(lines).split(), *(re.escape(folder) for folder in folders - NATION)}
    chinese = {name for name in names if not name.isascii()}
    latin = {re.sub(r"(?<=[a-z])(?=[A-Z])", r"[ _-]?", name) for name in names - chinese}
    return re.compile(f"(?<![A-Za-z])(?i:{'|'.join(sorted(latin))})(?![a-z])|{'|'.join(sorted(chinese))}")


PLACES = place_names()


def places(source: Source) -> Iterator[Violation]:
    """No place is special to the code: neither in a name nor in a comment, nor as the code of a region."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        if hit := PLACES.search(TIME_ZONE.sub("", line)):
            yield Violation(source.path, number, f"names a place: {hit.group()}; a place belongs in a definition")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and REGION_CODE.fullmatch(node.value):
            yield Violation(source.path, node.lineno, f"names a region by its code: {node.value}")


def attics(source: Source) -> Iterator[Violation]:
    """A module or class whose name says that nobody knew what it is; or that the one before it was not removed."""
    for part in source.parts:
        if part in ATTICS or part.rpartition("_")[2] in ATTICS or SECOND_TRY.search(part):
            yield Violation(source.path, 1, f"is called {part}; name what it understands")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and ATTIC_CLASS.search(node.name):
            yield Violation(source.path, node.lineno, f"class {node.name}: name what it understands")


def modes(source: Source) -> Iterator[Violation]:
    """Only an entry point knows whether PostgreSQL is embedded and whether Kafka carries the events."""
    if source.parts[-1] == "__main__":
        return
    prose = docstrings(source.tree)
    for node in ast.walk(source.tree):
        for word in said(node, prose):
            if re.search(r"embedded|kafka", word, re.IGNORECASE):
                yield Violation(source.path, getattr(node, "lineno", 1), f"knows the mode it runs in: {word!r}")


def said(node: ast.AST, prose: set[int]) -> list[str]:
    """The words that a node contributes: names, imports, strings that are no docstring."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) and id(node) not in prose else []
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [getattr(node, "module", None) or "", *(name.name for name in node.names)]
    return [word for key in ("id", "attr", "arg", "name") if isinstance(word := getattr(node, key, None), str)]


def docstring(source: Source) -> Iterator[Violation]:
    """Every module says what it is; a service says what it understands. An empty file of the tests says nothing."""
    if source.parts[0] == "tests" and not source.text.strip():
        return
    text = ast.get_docstring(source.tree) or ""
    opens = source.parts[0] == "services" and source.parts[-1] == "__init__" and len(source.parts) == 3
    if not text.strip():
        yield Violation(source.path, 1, "has no docstring")
    elif opens and source.parts[1] in SERVICES and not text.startswith("Understands "):
        yield Violation(source.path, 1, 'a service opens with "Understands how …"')


def promises(path: str, text: str) -> Iterator[Violation]:
    """A promise for later carries the day on which somebody looks at it again: TODO(2030-01-31)."""
    for number, line in enumerate(text.splitlines(), start=1):
        if hit := PROMISE.search(line):
            yield Violation(path, number, f"{hit.group()} without a date")


def length(source: Source) -> Iterator[Violation]:
    """The largest file is where good houses went wrong."""
    if (lines := len(source.text.splitlines())) > 400:
        yield Violation(source.path, lines, f"{lines} lines: more than 400; split it by what it understands")

"""Understands where a program could learn the time, or roll dice, behind the back of whoever replays it.

A case is replayed years later; a fold that looks at a clock or draws a number gives another case every time.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture.tree import Source, Violation, docstrings

CLOCK_FILE = "shared/runtime/clock.py"

WALL_CLOCK = {
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
    "time.ctime",
    "time.asctime",
    "time.clock_gettime",
    "time.clock_gettime_ns",
    "time.strftime",
}
"""``time.monotonic`` measures a duration and tells no time of day; outside a domain it is allowed."""

IMPURE = {"time", "random", "uuid", "secrets"}
SQL = re.compile(r"\b(select|insert|update|delete|create|default|where|values)\b", re.IGNORECASE)
SQL_CLOCK = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\(\s*\)"
    r"|\b(current_timestamp|current_date|current_time|localtimestamp|localtime)\b",
    re.IGNORECASE,
)


def aliases(tree: ast.Module) -> dict[str, str]:
    """Local name -> what it was imported as: ``from datetime import datetime as D`` gives D -> datetime.datetime."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                local = name.asname or name.name.split(".")[0]
                found[local] = name.name if name.asname else local
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for name in node.names:
                found[name.asname or name.name] = f"{node.module}.{name.name}"
    return found


def dotted(node: ast.AST, known: dict[str, str]) -> str:
    """The full name that an expression stands for, or nothing."""
    if isinstance(node, ast.Name):
        return known.get(node.id, "")
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value, known)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def wall_clock(source: Source) -> Iterator[Violation]:
    """Nothing but the clock's own file may read the wall clock; references count, not only calls."""
    if source.path == CLOCK_FILE:
        return
    known = aliases(source.tree)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name | ast.Attribute) and (name := dotted(node, known)) in WALL_CLOCK:
            yield Violation(source.path, node.lineno, f"reads the wall clock: {name}; take a Clock, or now, instead")


def sql_clock(source: Source) -> Iterator[Violation]:
    """A service's SQL asks no clock either: the database's clock is not the demonstration's, nor the case's."""
    prose = docstrings(source.tree)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.JoinedStr):
            pieces = [piece.value for piece in node.values if isinstance(piece, ast.Constant)]
            yield from sql_text(source.path, "?".join(map(str, pieces)), node.lineno)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield from sql_text(source.path, node.value, node.lineno)


def sql_text(path: str, text: str, line: int = 1) -> Iterator[Violation]:
    """The same for the text of an SQL file."""
    if SQL.search(text) and (hit := SQL_CLOCK.search(text)):
        line += text.count("\n", 0, hit.start())
        yield Violation(path, line, f"asks the database's clock: {hit.group()}; pass the instant as a parameter")


def chance(source: Source) -> Iterator[Violation]:
    """A domain imports neither clock nor chance; what it needs of them travels in the command."""
    if not source.in_domain:
        return
    for node in ast.walk(source.tree):
        names = []
        if isinstance(node, ast.Import):
            names = [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        for name in names:
            if name.split(".")[0] in IMPURE:
                line = getattr(node, "lineno", 1)
                yield Violation(source.path, line, f"a domain imports {name}; let the command carry the value")

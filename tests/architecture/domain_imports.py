"""Understands what a domain may import at all: plain Python that computes, the regulations, the calendar, identifiers.

The import walls forbid by name what is known to be wrong; this list says what is right, so that a library nobody
thought of is refused too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.tree import Source, Violation

PLAIN = {
    "__future__",
    "abc",
    "bisect",
    "collections",
    "copy",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "fractions",
    "functools",
    "graphlib",
    "hashlib",
    "heapq",
    "itertools",
    "json",
    "math",
    "operator",
    "re",
    "statistics",
    "string",
    "textwrap",
    "types",
    "typing",
    "unicodedata",
    "zoneinfo",
}
SHARED = ("shared.programmes", "shared.calendar", "shared.identifiers")


def imported(node: ast.AST) -> list[str]:
    """Full names of what an import statement brings; ``from shared import calendar`` brings shared.calendar."""
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    if isinstance(node, ast.ImportFrom):
        if node.level or not node.module:
            return ["." * node.level + (node.module or "")]
        if node.module in {"shared", "services"} or node.module.count(".") == 0:
            return [f"{node.module}.{name.name}" for name in node.names]
        return [node.module]
    return []


def plain_imports(source: Source) -> Iterator[Violation]:
    """A domain imports only what is listed above, and its own package, by absolute names."""
    if not source.in_domain:
        return
    own = ".".join(source.parts[:3])
    for node in ast.walk(source.tree):
        for name in imported(node):
            inside = any(name == top or name.startswith(top + ".") for top in (own, *SHARED))
            if not inside and name.split(".")[0] not in PLAIN:
                yield Violation(source.path, getattr(node, "lineno", 1), f"a domain imports {name or '.'}")

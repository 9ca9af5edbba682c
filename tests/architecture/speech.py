"""Understands who utters a public word: only an outbox builds one, everybody else at most listens for it.

A second place that builds a word would say it with other conditions, and nobody would see both at once.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.time_and_chance import aliases, dotted
from tests.architecture.tree import Source, Violation


def uttered(source: Source) -> Iterator[Violation]:
    """A call of a class of ``shared.events`` in a service, outside its outbox. A ``case`` pattern is no call."""
    if source.parts[0] != "services" or "outbox" in source.parts[2:3]:
        return
    known = aliases(source.tree)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and (name := dotted(node.func, known)).startswith("shared.events."):
            yield Violation(source.path, node.lineno, f"says {name.rpartition('.')[2]}; only an outbox speaks")

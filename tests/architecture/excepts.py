"""Understands a handler that swallows: it catches everything and goes on, and a case is lost without a word.

A broad handler is allowed where its last statement raises again; everything else needs a reason in the allow-list.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.tree import Source, Violation

BROAD = {"Exception", "BaseException"}


def is_broad(caught: ast.expr | None) -> bool:
    """Bare, ``Exception``, ``BaseException``, or a tuple with one of them."""
    if caught is None:
        return True
    if isinstance(caught, ast.Tuple):
        return any(is_broad(each) for each in caught.elts)
    name = caught.attr if isinstance(caught, ast.Attribute) else getattr(caught, "id", "")
    return name in BROAD


def places(node: ast.AST, inside: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Every node with the dotted name of the function that it stands in."""
    for child in ast.iter_child_nodes(node):
        named = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        where = f"{inside}.{child.name}".strip(".") if named else inside  # type: ignore[attr-defined]
        yield where, child
        yield from places(child, where)


def swallowers(source: Source) -> Iterator[tuple[str, int]]:
    """Where something broad is caught and not raised again: ``path::function`` and the line."""
    for where, node in places(source.tree):
        key = f"{source.path}::{where or '<module>'}"
        if isinstance(node, ast.ExceptHandler) and is_broad(node.type) and not isinstance(node.body[-1], ast.Raise):
            yield key, node.lineno
        elif isinstance(node, ast.Call) and any(is_broad(argument) for argument in node.args):
            function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if function == "suppress":
                yield key, node.lineno


def swallowed(source: Source) -> Iterator[Violation]:
    for key, line in swallowers(source):
        yield Violation(source.path, line, f"{key} catches everything and goes on; name what it expects, or raise")

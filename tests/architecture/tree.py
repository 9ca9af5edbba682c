"""Understands which files the walls look at, and what a checker is: a function from one source to its violations."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("intake", "review", "registry", "notifications")


@dataclass(frozen=True)
class Source:
    """One Python file; ``path`` is relative to the repository, with forward slashes."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.path.removesuffix(".py").split("/"))

    @property
    def in_domain(self) -> bool:
        return len(self.parts) > 2 and self.parts[0] == "services" and self.parts[2] == "domain"


@dataclass(frozen=True)
class Violation:
    """One line that breaks a wall."""

    path: str
    line: int
    why: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.why}"


Checker = Callable[[Source], Iterator[Violation]]


def sources(*roots: str) -> list[Source]:
    """Every Python file below the named folders of the repository."""
    paths = sorted(path for root in roots for path in (ROOT / root).rglob("*.py"))
    return [Source(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in paths]


def violations(checker: Checker, found: list[Source]) -> list[str]:
    """What one checker says about many files; never about none, or a moved folder would silence a wall."""
    assert found, "no source was given to the checker: did a folder move?"
    return [str(violation) for source in found for violation in checker(source)]


def verdict(checker: Checker, text: str, path: str = "services/review/domain/case.py") -> list[str]:
    """What a checker says about a piece of source text, as if it stood at ``path``."""
    return [violation.why for violation in checker(Source(path, text))]


def docstrings(tree: ast.AST) -> set[int]:
    """The identities of the nodes that are docstrings: prose, not behaviour."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                found.add(id(first.value))
    return found

"""Understands how large the house is: median, 90th percentile, maximum and the five largest, of files and functions.

Files are 40 to 80 lines at home, pause at 250; functions 4 to 10, ask at 40. Watch the maximum, never only the median.
Run it with ``make sizes``; it judges nothing, the limit of 400 lines stands in tests/architecture.
"""

from __future__ import annotations

import argparse
import ast
import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PRODUCTION = ("services", "shared", "infra")


@dataclass(frozen=True, order=True)
class Size:
    """So many lines, and what has them."""

    lines: int
    what: str


def file_sizes(root: Path, folders: Iterable[str]) -> list[Size]:
    """One entry per Python file that holds anything."""
    found = []
    for path in sorted(path for folder in folders for path in (root / folder).rglob("*.py")):
        if lines := len(path.read_text("utf-8").splitlines()):
            found.append(Size(lines, path.relative_to(root).as_posix()))
    return found


def function_sizes(root: Path, folders: Iterable[str]) -> list[Size]:
    """One entry per function and method, from its ``def`` to its last line, its docstring included."""
    found = []
    for path in sorted(path for folder in folders for path in (root / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                found.append(Size(lines, f"{path.relative_to(root).as_posix()}:{node.lineno} {node.name}"))
    return found


def quantile(sizes: Sequence[Size], share: float) -> int:
    """The smallest size that at least ``share`` of all do not exceed; 0 of none."""
    ordered = sorted(size.lines for size in sizes)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0


def report(title: str, sizes: Sequence[Size], largest: int = 5) -> str:
    """The figures of one kind in a few lines."""
    head = (
        f"{title:10} {len(sizes):5}   median {quantile(sizes, 0.5):4}   p90 {quantile(sizes, 0.9):4}"
        f"   max {quantile(sizes, 1.0):4}   total {sum(size.lines for size in sizes):6}"
    )
    return "\n".join([head, *(f"  {size.lines:5}  {size.what}" for size in sorted(sizes, reverse=True)[:largest])])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="sizes", description=__doc__)
    parser.add_argument(
        "folders", nargs="*", default=PRODUCTION, help="folders of the repository (services shared infra)"
    )
    folders = parser.parse_args(arguments).folders
    sys.stdout.write(report("files", file_sizes(ROOT, folders)) + "\n\n")
    sys.stdout.write(report("functions", function_sizes(ROOT, folders)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Understands everything that a user or an operator can meet by name, and writes it down in ``infra/reference.md``.

Events, settings, refusals, routes and commands are collected from the code itself, so that none is forgotten; a test
compares. It stands among the tests because it looks into every service, which nothing in the house may do.
``python -m tests.architecture.reference write`` (part of ``make schemas``) renews the page.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.architecture import met
from tests.architecture.tree import ROOT

PAGE = ROOT / "infra/reference.md"
HEAD = """# Reference

Generated from the code by `make schemas`; do not edit. Everything that has a name which people and programs rely on.
The events' fields are described in `shared/schemas/README.md`.
"""


def table(title: str, columns: str, found: dict[str, tuple[str, ...]]) -> str:
    """A heading and one row per name; nothing where there is nothing yet."""
    heads = columns.split(" | ")
    rows = [
        "| " + " | ".join([f"`{name}`", *(cell.replace("|", "\\|") for cell in cells)]) + " |"
        for name, cells in sorted(found.items())
    ]
    return "\n".join([f"\n## {title}\n", f"| {columns} |", "|" + "---|" * len(heads), *rows, ""]) if rows else ""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(
        [
            table("Commands", "command | what it does", met.commands()),
            table("Settings", "variable | default | meaning", met.settings()),
            table("Events", "event | meaning", met.events()),
            table("Refusals and faults", "code | status | 中文 | English", met.refusals()),
            table("Routes", "route | where | who may call it | what it does", met.routes()),
        ]
    )


def silent(*kinds: dict[str, met.Cells]) -> list[str]:
    """Names without a meaning, which is the last cell: a page that only repeats the name documents nothing."""
    return [name for found in kinds for name, cells in sorted(found.items()) if not cells[-1].strip()]


def stale(path: Path = PAGE) -> bool:
    return not path.is_file() or path.read_text("utf-8") != page()


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        PAGE.write_text(page(), "utf-8")
    elif stale():
        sys.exit("infra/reference.md differs from the code: run `make schemas`")

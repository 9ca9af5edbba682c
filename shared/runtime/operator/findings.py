"""Understands one finding of the doctor: what was looked at, how it stands, and the command that mends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

Verdict = Literal["well", "warning", "fault"]
_MARKS: dict[Verdict, tuple[str, str]] = {"well": ("✓", "green"), "warning": ("!", "yellow"), "fault": ("✗", "red")}


@dataclass(frozen=True)
class Finding:
    """``check`` is a permanent name; ``mend`` is a command or a setting that mends it, never empty unless well."""

    check: str
    verdict: Verdict
    zh: str
    en: str
    mend: str = ""

    def __post_init__(self) -> None:
        assert self.verdict == "well" or self.mend, f"{self.check}: a finding that nobody can mend"


def well(check: str, zh: str, en: str) -> Finding:
    return Finding(check, "well", zh, en)


def show(console: Console, findings: Sequence[Finding]) -> None:
    """A line per finding, and below each that is not well the command that mends it."""
    table = Table(box=None, show_header=False, padding=(0, 1))
    table.add_column()
    table.add_column(no_wrap=True)
    table.add_column()
    for finding in findings:
        mark, colour = _MARKS[finding.verdict]
        table.add_row(Text(mark, style=colour), finding.check, Text(f"{finding.zh}\n{finding.en}"))
        if finding.mend:
            table.add_row("", "", Text(f"→ {finding.mend}", style="bold"))
    console.print(table)


def faulty(findings: Sequence[Finding]) -> bool:
    return any(finding.verdict == "fault" for finding in findings)

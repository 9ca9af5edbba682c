"""Understands a measured figure: its value, its peer in the same run, their ratio, and the aim."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """One line of the table. ``ratio`` compares with the peer measured in the same run; ``aim`` is a bound on the
    ratio or, where there is no peer, on the value; ``higher`` says on which side of the aim it is good."""

    name: str
    value: float
    unit: str
    peer: str = ""
    peer_value: float | None = None
    ratio: float | None = None
    aim: float | None = None
    higher: bool = True

    @property
    def verdict(self) -> str:
        if self.aim is None:
            return ""
        measured = self.value if self.ratio is None else self.ratio
        return "met" if (measured >= self.aim if self.higher else measured <= self.aim) else "missed"


def against(name: str, value: float, unit: str, peer: str, peer_value: float, aim: float | None = None) -> Figure:
    """A figure with its peer: the ratio is ours over theirs."""
    return Figure(name, value, unit, peer, peer_value, value / peer_value, aim)


def machine_facts() -> dict[str, str]:
    """What a reader must know to compare these figures with others."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    return {"cpu": cpu, "cores": str(os.cpu_count()), "python": platform.python_version(), "system": platform.system()}


def show(figures: Sequence[Figure], facts: dict[str, str]) -> None:
    table = Table(title=" · ".join(f"{key} {value}" for key, value in facts.items()))
    for heading in ("figure", "value", "unit", "peer", "peer's value", "ratio", "aim", ""):
        table.add_column(heading, justify="left" if heading in ("figure", "unit", "peer") else "right")
    for f in figures:
        numbers = [f"{x:,.2f}" if x is not None else "" for x in (f.peer_value, f.ratio)]
        bound = "" if f.aim is None else f"{'≥' if f.higher else '≤'} {f.aim:g}"
        table.add_row(f.name, f"{f.value:,.2f}", f.unit, f.peer, *numbers, bound, f.verdict)
    Console(width=160).print(table)


def write_json(figures: Sequence[Figure], facts: dict[str, str], path: Path) -> None:
    """The same table as JSON: name, value, unit, peer, ratio, aim for every figure, and the machine's facts."""
    document = {"machine": facts, "figures": [asdict(f) | {"verdict": f.verdict} for f in figures]}
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

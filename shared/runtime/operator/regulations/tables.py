"""Understands the tables of the command line: programmes, faults, verdicts and changes, Chinese first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text as Line

from shared.programmes.diff import Change
from shared.programmes.explain import FINDINGS, KINDS, status_of
from shared.programmes.life import LIVES, life_on
from shared.programmes.model import Programme
from shared.programmes.phrases import both, name_of
from shared.programmes.reading.faults import Fault
from shared.programmes.reasons import Explained, Explanation

_COLOURS = {"met": "green", "unmet": "red", "unknown": "yellow", "relaxed": "cyan", "not_applicable": "dim"}


def in_force(programme: Programme, day: date) -> bool:
    """Whether the text is law on this day."""
    return programme.legal.status == "in_force" and programme.legal.in_force.covers(day)


NARROW = 110
"""Columns of a terminal below which a table of more than three columns would fold its sentences into strips."""


class Rows(Table):
    """A table where there is room for one; in a narrow terminal each row is a paragraph that begins with its name."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if len(self.columns) <= 3 or options.max_width >= NARROW:
            yield from super().__rich_console__(console, options)
            return
        for name, *said in zip(*(column.cells for column in self.columns), strict=True):
            yield Line(str(name).replace("\n", " "), style="bold")
            for heading, cell in zip(self.columns[1:], said, strict=True):
                yield Padding(_labelled(str(heading.header), cell), (0, 0, 0, 2))


def _labelled(heading: str, cell: RenderableType) -> Line:
    """What the cell says, after its column's Chinese name: lines of the cell after the first stand below it."""
    said = cell if isinstance(cell, Line) else Line(str(cell))
    return Line.assemble((f"{heading.split(' / ', 1)[0]}:", "dim"), " ", said)


def table(*columns: str) -> Rows:
    """A table whose cells wrap; the first column never does."""
    found = Rows(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0), show_edge=False)
    for place, column in enumerate(columns):
        found.add_column(column, no_wrap=place == 0, overflow="fold")
    return found


def banner(programme: Programme) -> RenderableType:
    """What everybody must know before reading on: this text is not in force, or rests on a sandbox supplement."""
    if not programme.sandbox_only:
        return Line()
    said = programme.legal.banner
    words = both(said) if said else "仅供沙盒试运行 / for sandbox trials only"
    return Panel(Line(words), title="沙盒 / sandbox", border_style="yellow", title_align="left")


def programmes(found: Sequence[Programme], day: date) -> RenderableType:
    rows = table(
        "办法 / programme", "名称 / title", "类别 / kind", "状态 / status", f"{day} 施行 / in force", "内容 / sha256"
    )
    for each in found:
        kind, status = KINDS[each.kind], status_of(each)
        force = "是 / yes" if in_force(each, day) else "否 / no"
        life = life_on(each, day)
        later = f"\n{both(LIVES[life])}" if life in ("published", "closed") else ""
        state = f"{status[0]} / {status[1]}{later}" + ("\n⚠ 沙盒 / sandbox only" if each.sandbox_only else "")
        title = both(each.legal.title) + (f"\n⚠ {both(each.legal.banner)}" if each.legal.banner else "")
        rows.add_row(f"{each.id}\n@{each.version}", title, f"{kind[0]} / {kind[1]}", state, force, each.digest[:12])
    return rows


def faults(found: Iterable[Fault], folder: str = "") -> RenderableType:
    """``file:line: field`` and below it what to write instead, as a compiler would say it."""
    lines: list[RenderableType] = []
    for fault in found:
        lines.append(Line(f"✗ {folder}{fault.place.file}:{fault.place.line}: {fault.path or '(file)'}", style="red"))
        lines.append(Line(f"    {fault.zh}\n    {fault.en}"))
    return Group(*lines)


def verdicts(explanation: Explanation) -> RenderableType:
    rows = table("条件 / condition", "要求 / what is asked", "出处 / clause", "结论 / verdict", "依据 / why")
    for each in explanation.conditions:
        zh, en = FINDINGS[each.finding]
        verdict = Line(f"{zh} / {en}", style=_COLOURS[each.finding])
        rows.add_row(each.id, both(each.title), each.clause or "-", verdict, _why(each))
    return Group(rows, Line(), summary(explanation))


def _why(each: Explained) -> str:
    lines = [both(each.why)]
    if each.origin:
        lines.append(f"⟵ 承继 / from {' + '.join(each.origin)}")
    if each.expression and each.finding in ("unmet", "unknown"):
        lines.append(f"⟨{each.expression}⟩")
    if each.relaxable:
        names = ", ".join(each.relaxable)
        lines.append(f"可依 {names} 由具名人员酌情放宽 / a named officer may relax it under {names}")
    return "\n".join(lines)


def summary(explanation: Explanation) -> Line:
    counts = {name: sum(each.finding == name for each in explanation.conditions) for name in FINDINGS}
    told = ", ".join(f"{FINDINGS[name][0]} {FINDINGS[name][1]} {count}" for name, count in counts.items() if count)
    whole = (
        "符合全部条件 / every condition is met"
        if explanation.eligible
        else "尚不符合全部条件 / not every condition is met"
    )
    return Line(f"{whole} ({told})", style="bold green" if explanation.eligible else "bold")


def changes(found: Sequence[Change]) -> RenderableType:
    if not found:
        return Line("两者内容相同 / both say the same")
    lines: list[RenderableType] = []
    for section in dict.fromkeys(change.section for change in found):
        head = name_of(section)
        lines.append(Line(f"\n{head.zh} / {head.en}", style="bold"))
        marks = {"added": "+", "removed": "-", "changed": "~"}
        for change in (each for each in found if each.section == section):
            lines.append(Line(f"{marks[change.kind]} {change.zh}\n  {change.en}"))
    return Group(*lines)


def show(console: Console, what: RenderableType) -> None:
    console.print(what, highlight=False, markup=False)

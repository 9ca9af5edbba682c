"""Understands ``deadline explain``: when a period ends and which days were counted, one by one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, get_args

import typer

from shared.calendar import Calendar, Rule, end
from shared.calendar.counting import LONGEST, Roll, Unit
from shared.runtime.operator.cli.answers import installation, refuse

UNITS: dict[str, Unit] = {unit: unit for unit in get_args(Unit)}
ROLLS: dict[str, Roll] = {roll: roll for roll in get_args(Roll)}


def install(app: typer.Typer) -> None:
    deadline = typer.Typer(help="期限 / Deadlines.", no_args_is_help=True)
    app.add_typer(deadline, name="deadline")

    @deadline.callback()
    def keep_explain_a_word_of_its_own() -> None:
        """期限 / Deadlines."""

    @deadline.command()
    def explain(
        context: typer.Context,
        start: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="起算日 / first day, YYYY-MM-DD.")],
        length: Annotated[int, typer.Argument(min=1, help="多少 / how many.")],
        unit: str = typer.Option("working_day", help=f"单位 / one of: {', '.join(UNITS)}."),
        count_start_day: bool = typer.Option(False, "--count-start-day", help="起算日计入 / the first day counts."),
        roll: str = typer.Option("none", help=f"遇休息日 / on a day off, one of: {', '.join(ROLLS)}."),
        at: Annotated[
            datetime | None, typer.Option(formats=["%H:%M"], help="几时几分 / clock time HH:MM; else the day's end.")
        ] = None,
    ) -> None:
        """逐日说明期限 / Show every day that is counted, with make-up days and holidays (调休)."""
        here = installation(context)
        if unit not in UNITS or length > LONGEST[UNITS[unit]]:
            known = ", ".join(f"{name} ≤ {most}" for name, most in LONGEST.items())
            refuse(f"单位或数量不对 / no such unit, or too many of it: {known}", 2)
        if roll not in ROLLS:
            refuse(f"没有此顺延方式 / no such roll: {', '.join(ROLLS)}", 2)
        clock = at.time() if at else None
        due = end(Calendar(), Rule(start.date(), length, UNITS[unit], count_start_day, ROLLS[roll], clock))
        for line in due.explain():
            here.console.print(line, highlight=False, markup=False)

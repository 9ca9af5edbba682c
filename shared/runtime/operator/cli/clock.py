"""Understands ``clock``: what time the demonstration has, and how it is moved; production has no such clock."""

from __future__ import annotations

from datetime import timedelta

import typer

from shared.calendar import Calendar, Rule, end
from shared.runtime.clock import SHANGHAI, ClockFileDamaged, DemoClock, local_day
from shared.runtime.operator.cli.answers import installation, refuse
from shared.runtime.operator.installation import Installation

MOST_DAYS = 3650
MOST_WORKING_DAYS = 2500


def install(app: typer.Typer) -> None:
    clock = typer.Typer(help="演示时钟 / The demonstration's clock.", no_args_is_help=True)
    app.add_typer(clock, name="clock")

    @clock.command()
    def show(context: typer.Context) -> None:
        """现在几点 / What time it is in the demonstration."""
        here = installation(context)
        _show(here, _clock(here))

    @clock.command()
    def advance(
        context: typer.Context,
        working_days: int = typer.Option(
            0, "--working-days", min=0, max=MOST_WORKING_DAYS, help="工作日（调休计入） / working days."
        ),
        days: int = typer.Option(0, "--days", min=0, max=MOST_DAYS, help="自然日 / calendar days."),
    ) -> None:
        """把时钟向前拨 / Move the clock forward; every service sees it at once."""
        here = installation(context)
        clock = _clock(here)
        if bool(working_days) == bool(days):
            refuse("请给出 --working-days 或 --days 之一 / give either --working-days or --days", 2)
        try:
            clock.advance(_step(clock, working_days, days))
        except (ValueError, ClockFileDamaged) as fault:
            refuse(str(fault))
        _show(here, clock)


def _clock(here: Installation) -> DemoClock:
    if here.surroundings().get("SHIFAN_PROFILE", "demo") != "demo":
        refuse("只有演示环境的时钟可以移动 / only a demonstration's clock can be moved (SHIFAN_PROFILE=demo)")
    return DemoClock(here.home.clock_file)


def _step(clock: DemoClock, working_days: int, days: int) -> timedelta:
    """The distance to the same time of day, so many days further on."""
    if days:
        return timedelta(days=days)
    today = local_day(clock.now())
    return end(Calendar(), Rule(today, working_days, "working_day")).day - today


def _show(here: Installation, clock: DemoClock) -> None:
    try:
        now, offset = clock.now(), clock.offset()
    except ClockFileDamaged as damaged:
        refuse(str(damaged))
    here.console.print(f"{now.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S} Asia/Shanghai (+{offset})")

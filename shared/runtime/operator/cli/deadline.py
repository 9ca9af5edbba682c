"""Understands ``deadline explain``: when a period ends and which days were counted, one by one."""

from __future__ import annotations

import re
from datetime import MAXYEAR, date, time
from typing import Annotated, get_args

import typer

from shared.calendar import Calendar, Due, Rule, end
from shared.calendar.counting import LONGEST, Roll, Unit
from shared.calendar.days import FIRST_YEAR
from shared.runtime.operator.cli.answers import installation, refuse

UNITS: dict[str, Unit] = {unit: unit for unit in get_args(Unit)}
ROLLS: dict[str, Roll] = {roll: roll for roll in get_args(Roll)}
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
CLOCK = re.compile(r"\d{2}:\d{2}(:\d{2})?", re.ASCII)


def install(app: typer.Typer) -> None:
    deadline = typer.Typer(help="期限 / Deadlines.", no_args_is_help=True)
    app.add_typer(deadline, name="deadline")

    @deadline.callback()
    def keep_explain_a_word_of_its_own() -> None:
        """期限 / Deadlines."""

    # A minus sign begins a number here, not an option: so that it is refused in the same words as other numbers.
    @deadline.command(context_settings={"ignore_unknown_options": True})
    def explain(
        context: typer.Context,
        start: Annotated[str, typer.Argument(help="起算日 / first day, YYYY-MM-DD.")],
        length: Annotated[str, typer.Argument(help="多少 / how many.")],
        unit: str = typer.Option("working_day", help=f"单位 / one of: {', '.join(UNITS)}."),
        count_start_day: bool = typer.Option(False, "--count-start-day", help="起算日计入 / the first day counts."),
        roll: str = typer.Option("none", help=f"遇休息日 / on a day off, one of: {', '.join(ROLLS)}."),
        at: str = typer.Option("", help="几时几分 / clock time HH:MM or HH:MM:SS; else the day's end."),
    ) -> None:
        """逐日说明期限 / Show every day that is counted, with make-up days and holidays (调休)."""
        here = installation(context)
        if unit not in UNITS:
            refuse(f"没有单位“{unit}”，请从中选择 / no unit {unit!r}; take one of: {', '.join(UNITS)}", 2)
        if roll not in ROLLS:
            refuse(f"没有顺延方式“{roll}”，请从中选择 / no roll {roll!r}; take one of: {', '.join(ROLLS)}", 2)
        rule = Rule(_day(start), _length(length, UNITS[unit]), UNITS[unit], count_start_day, ROLLS[roll], _clock(at))
        for line in _end(rule).explain():
            here.console.print(line, highlight=False, markup=False, soft_wrap=True)


def _day(text: str) -> date:
    if not DAY.fullmatch(text):
        refuse(
            f"起算日请写作 2026-02-09（年-月-日），而不是“{text}” / write the first day as 2026-02-09, not {text!r}", 2
        )
    try:
        return date.fromisoformat(text)
    except ValueError:  # 30 February
        return refuse(f"没有“{text}”这一天，请核对年月日 / there is no such day: {text}; check year, month and day", 2)


def _clock(text: str) -> time | None:
    if not text:
        return None
    if not CLOCK.fullmatch(text):
        refuse(f"时刻请写作 17:00 或 17:00:00，而不是“{text}” / write the time as 17:00 or 17:00:00, not {text!r}", 2)
    try:
        return time.fromisoformat(text)
    except ValueError:  # a 25th hour
        zh = f"没有“{text}”这一时刻，时为 00 至 23，分、秒为 00 至 59"
        return refuse(f"{zh} / there is no such time: {text}; hours go to 23, minutes and seconds to 59", 2)


def _length(text: str, unit: Unit) -> int:
    most = LONGEST[unit]
    found = int(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else 0
    if not 1 <= found <= most:
        zh = f"{unit} 的数量须为 1 至 {most} 的整数，而不是“{text}”"
        refuse(f"{zh} / {unit}: take a whole number from 1 to {most}, not {text!r}", 2)
    return found


def _end(rule: Rule) -> Due:
    """Refuses what lies outside the calendar."""
    try:
        due = end(Calendar(), rule)
    except (ValueError, OverflowError):
        return refuse(f"期限超出{MAXYEAR}年，请缩短 / it ends after the year {MAXYEAR}; take less", 2)
    days_matter = rule.unit == "working_day" or rule.roll != "none"
    if days_matter and min(rule.start, due.day).year < FIRST_YEAR:
        zh = f"日历自{FIRST_YEAR}年起，此前的工作日无从计算；请改用{FIRST_YEAR}年及以后的日期，或 --unit calendar_day"
        en = f"the calendar begins with {FIRST_YEAR}: no working days before; take a later day, or --unit calendar_day"
        refuse(f"{zh} / {en}", 2)
    return due

"""Understands whether a day that is to come every year does come every year."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import fields, is_dataclass
from typing import Any

from shared.programmes.model import Programme, YearlyMoment
from shared.programmes.reading.faults import Findings

_ANY_COMMON_YEAR = 2023


def check_times(programme: Programme, findings: Findings) -> None:
    """Report days such as 30 February or 31 April; the end of a month is written ``last``."""
    _walk(programme, "", findings)


def _walk(value: Any, path: str, findings: Findings) -> None:
    if isinstance(value, YearlyMoment):
        _moment(value, path, findings)
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            _walk(item, f"{path}[{getattr(item, 'id', number)}]", findings)
    elif is_dataclass(value):
        for each in fields(value):
            _walk(getattr(value, each.name), f"{path}.{each.name}" if path else each.name, findings)


def _moment(moment: YearlyMoment, path: str, findings: Findings) -> None:
    if moment.day == "last":
        return
    longest = monthrange(_ANY_COMMON_YEAR, moment.month)[1]
    if moment.day > longest:
        findings.at(
            f"{path}.day",
            f"{moment.month} 月没有每年都有的第 {moment.day} 日;月末请写 day: last",
            f"month {moment.month} has no day {moment.day} in every year: write day: last for its end",
        )

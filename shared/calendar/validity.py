"""Understands the last day on which a title is valid."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from shared.calendar.counting import months_later


def valid_to(
    start: date, years: int, ends: Literal["day_before_anniversary", "anniversary", "end_of_year"], months: int = 0
) -> date:
    """The last valid day, included. ``start`` is the first valid day; three years from 2026-03-01 end on 2029-02-28."""
    anniversary = months_later(start, years * 12 + months)
    if ends == "end_of_year":
        return date(anniversary.year, 12, 31)
    if ends == "anniversary":
        return anniversary
    return anniversary if anniversary.day < start.day else anniversary - timedelta(days=1)

"""Understands which days are worked and when a period ends: working days with 调休, provisional years, explanations."""

from shared.calendar.counting import Due, Moved, Rule, Unit, after, end, longer, on_day, recompute, window_fault, yearly
from shared.calendar.days import SHANGHAI, Calendar, Day, YearPlan
from shared.calendar.validity import valid_to

__all__ = [
    "SHANGHAI",
    "Calendar",
    "Day",
    "Due",
    "Moved",
    "Rule",
    "Unit",
    "YearPlan",
    "after",
    "end",
    "longer",
    "on_day",
    "recompute",
    "valid_to",
    "window_fault",
    "yearly",
]

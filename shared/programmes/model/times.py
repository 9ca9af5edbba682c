"""Understands lengths of time and points in the year as a regulation states them; the calendar makes dates of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from types import MappingProxyType
from typing import Annotated, Literal

from msgspec import Meta

from shared.programmes.model.words import NOWHERE, UNSET, Id, Source, Unset

TimeUnit = Literal["minute", "hour", "working_day", "calendar_day", "week", "month", "year"]
Roll = Annotated[
    Literal["none", "next_working_day", "previous_working_day"],
    Meta(description="Where an end goes that falls on a day off. Ends counted in working days never need it."),
]
Length = Annotated[int, Meta(ge=1, le=36_500)]
LONGEST: Mapping[TimeUnit, int] = MappingProxyType(
    {
        "minute": 36_500,
        "hour": 36_500,
        "working_day": 2_500,
        "calendar_day": 36_500,
        "week": 5_200,
        "month": 1_200,
        "year": 100,
    }
)
"""The longest period of each unit that can be counted."""


@dataclass(frozen=True, kw_only=True)
class Duration:
    """So many units, counted from a start that may or may not count itself."""

    length: Length | Unset
    unit: TimeUnit
    count_start_day: Annotated[
        bool | Unset,
        Meta(description="Whether the day of the start is day one; duties do not count it unless the text says so."),
    ] = False
    roll: Roll = "none"
    at: Annotated[time | None, Meta(description="Clock time, Asia/Shanghai; absent: end of the day.")] = None


@dataclass(frozen=True, kw_only=True)
class YearlyMoment:
    """A day that comes every year, such as the last day of February, with a clock time where one is set."""

    month: Annotated[int, Meta(ge=1, le=12)]
    day: Annotated[int, Meta(ge=1, le=31)] | Literal["last"]
    at: Annotated[time | None, Meta(description="Clock time, Asia/Shanghai; the end of the day if absent.")] = None
    roll: Roll = "none"


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """Until when something must be done: exactly one of ``within``, ``yearly`` and ``on``.

    ``starts`` is the event that ``within`` is counted from, and after which the next ``yearly`` day is meant; where it
    happened more than once, the last time. Of a step, ``entered``: the case came to it. ``filed``: an application, a
    correction or a report was handed in. ``accepted``: a check found what was filed complete, or its silence meant so.
    ``posted``: a notice went up. ``decided``: a decide step ended. ``awarded``: a title was conferred. ``ordered``: a
    correction was asked for, or a time to put something right began. ``met``: an assessment found the conditions met,
    or an inspection was passed. ``round_closed``: the window of the case's round closed. ``valid_to``: the last day of
    the title. A notice's own step may be counted from its posting, a rectify step from its order, an award step from
    the award; otherwise the event must lie before the step. ``not_counting`` leaves out the days on which the case
    stood in other steps: the day on which it came there counts, the day on which it left does not.
    """

    within: Duration | Unset | None = None
    yearly: YearlyMoment | Unset | None = None
    on: date | Unset | None = None
    starts: Annotated[
        Literal[
            "entered",
            "posted",
            "filed",
            "accepted",
            "decided",
            "awarded",
            "round_closed",
            "ordered",
            "met",
            "valid_to",
        ],
        Meta(description="The event that it is counted from; entered = the step began."),
    ] = "entered"
    not_counting: Annotated[
        tuple[Id, ...],
        Meta(description="Steps whose days are not counted (不计入期限), e.g. an expert review; within days only."),
    ] = ()
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class InForce:
    """From and to when the text is in force; ``unset`` where the text does not say."""

    since: date | Unset = UNSET
    until: Annotated[date | None, Meta(description="Last day in force; absent while it is.")] = None

    def covers(self, day: date) -> bool:
        """Whether the text is in force on this day; a text whose beginning is unset is in force on none."""
        return isinstance(self.since, date) and self.since <= day and (self.until is None or day <= self.until)


UNKNOWN_TIME = InForce()
"""In force at a time that the text does not say."""

"""Understands which days the State Council's notices of 2006 to 2026 give off and which Saturdays and Sundays they take
instead, typed from the notices (国务院办公厅关于…年部分节假日安排的通知, and the three that amended a year).

Beside the calendar package, not from it: so that one can be held against the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

NOTICES: dict[int, tuple[str, str]] = {
    2006: (
        "01-01..03 01-29..02-04 05-01..07 10-01..07",
        "2005-12-31 01-28 02-05 04-29 04-30 09-30 10-08",
    ),
    2007: (
        "01-01..03 02-18..24 05-01..07 10-01..07",
        "2006-12-30 2006-12-31 02-17 02-25 04-28 04-29 09-29 09-30",
    ),
    2008: (
        "2007-12-30..01-01 02-06..12 04-04..06 05-01..03 06-07..09 09-13..15 09-29..10-05",
        "2007-12-29 02-02 02-03 05-04 09-27 09-28",
    ),
    2009: (
        "01-01..03 01-25..31 04-04..06 05-01..03 05-28..30 10-01..08",
        "01-04 01-24 02-01 05-31 09-27 10-10",
    ),
    2010: (
        "01-01..03 02-13..19 04-03..05 05-01..03 06-14..16 09-22..24 10-01..07",
        "02-20 02-21 06-12 06-13 09-19 09-25 09-26 10-09",
    ),
    2011: (
        "01-01..03 02-02..08 04-03..05 04-30..05-02 06-04..06 09-10..12 10-01..07",
        "01-30 02-12 04-02 10-08 10-09",
    ),
    2012: (
        "01-01..03 01-22..28 04-02..04 04-29..05-01 06-22..24 09-30..10-07",
        "2011-12-31 01-21 01-29 03-31 04-01 04-28 09-29",
    ),
    2013: (
        "01-01..03 02-09..15 04-04..06 04-29..05-01 06-10..12 09-19..21 10-01..07",
        "01-05 01-06 02-16 02-17 04-07 04-27 04-28 06-08 06-09 09-22 09-29 10-12",
    ),
    2014: (
        "01-01 01-31..02-06 04-05 04-07 05-01..03 06-02 09-08 10-01..07",
        "01-26 02-08 05-04 09-28 10-11",
    ),
    # with the State Council's notice of 13 May 2015 (国发明电〔2015〕1号): 3 to 5 September off, 6 September worked
    2015: (
        "01-01..03 02-18..24 04-05..06 05-01 06-20 06-22 09-03..05 09-27 10-01..07",
        "01-04 02-15 02-28 09-06 10-10",
    ),
    2016: (
        "01-01 02-07..13 04-04 05-01..02 06-09..11 09-15..17 10-01..07",
        "02-06 02-14 06-12 09-18 10-08 10-09",
    ),
    2017: (
        "01-01..02 01-27..02-02 04-02..04 05-01 05-28..30 10-01..08",
        "01-22 02-04 04-01 05-27 09-30",
    ),
    2018: (
        "01-01 02-15..21 04-05..07 04-29..05-01 06-18 09-24 10-01..07",
        "02-11 02-24 04-08 04-28 09-29 09-30",
    ),
    # with the notice of 22 March 2019: 1 to 4 May off, 28 April and 5 May worked
    2019: (
        "2018-12-30..01-01 02-04..10 04-05 05-01..04 06-07 09-13 10-01..07",
        "2018-12-29 02-02 02-03 04-28 05-05 09-29 10-12",
    ),
    # with the notice of 27 January 2020: the Spring Festival lasts until 2 February, 1 February is not worked
    2020: (
        "01-01 01-24..02-02 04-04..06 05-01..05 06-25..27 10-01..08",
        "01-19 04-26 05-09 06-28 09-27 10-10",
    ),
    2021: (
        "01-01..03 02-11..17 04-03..05 05-01..05 06-12..14 09-19..21 10-01..07",
        "02-07 02-20 04-25 05-08 09-18 09-26 10-09",
    ),
    2022: (
        "01-01..03 01-31..02-06 04-03..05 04-30..05-04 06-03..05 09-10..12 10-01..07",
        "01-29 01-30 04-02 04-24 05-07 10-08 10-09",
    ),
    2023: (
        "2022-12-31..01-02 01-21..27 04-05 04-29..05-03 06-22..24 09-29..10-06",
        "01-28 01-29 04-23 05-06 06-25 10-07 10-08",
    ),
    2024: (
        "01-01 02-10..17 04-04..06 05-01..05 06-10 09-15..17 10-01..07",
        "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    ),
    2025: (
        "01-01 01-28..02-04 04-04..06 05-01..05 05-31..06-02 10-01..08",
        "01-26 02-08 04-27 09-28 10-11",
    ),
    2026: (
        "01-01..03 02-15..23 04-04..06 05-01..05 06-19..21 09-25..27 10-01..07",
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
}
FIRST, LAST = date(2006, 1, 1), date(2026, 12, 31)


def _day(text: str, year: int, month: int = 0) -> date:
    """``2005-12-31``, ``01-28`` of the notice's year, or ``03`` of the same month."""
    parts = [int(part) for part in text.split("-")]
    return date(*([year, month, *parts] if len(parts) == 1 else [year, *parts] if len(parts) == 2 else parts))


def _span(text: str, year: int) -> Iterator[date]:
    first, _, last = text.partition("..")
    begins = _day(first, year)
    ends = _day(last, year, begins.month) if last else begins
    for number in range((ends - begins).days + 1):
        yield begins + timedelta(days=number)


OFF = frozenset(day for year, (off, _) in NOTICES.items() for span in off.split() for day in _span(span, year))
MAKE_UP = frozenset(_day(text, year) for year, (_, worked) in NOTICES.items() for text in worked.split())


def worked(day: date) -> bool:
    """Whether the notices leave this day to work."""
    assert FIRST <= day <= LAST, f"{day}: nobody typed its notice"
    return day in MAKE_UP or (day.weekday() < 5 and day not in OFF)

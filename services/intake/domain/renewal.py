"""Understands from which day on the holder of a title may apply for its renewal, as the award that it rests on says."""

from __future__ import annotations

from datetime import date, timedelta

from services.intake.domain.events import TitleHeld
from shared.calendar import Calendar
from shared.calendar.counting import months_later
from shared.programmes.model import Award, Duration, Programme, Unset, Validity

_DAYS = {"calendar_day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}


def first_day_of_renewal(text: Programme, title: TitleHeld) -> date | None:
    """So long before the last day as the award says, that day included; None where nothing may be renewed, or where the
    text does not say from when."""
    rules = _validity(text, title)
    if rules is None or rules.renewal is not True or title.valid_to is None:
        return None
    opens = rules.renewal_opens
    if not isinstance(opens, Duration) or isinstance(opens.length, Unset):
        return None
    return _before(title.valid_to, opens.length, opens.unit)


def stays_until_reviewed(text: Programme | None, title: TitleHeld) -> bool:
    """Whether the title outlives its last day until it was reviewed."""
    rules = None if text is None else _validity(text, title)
    return rules is not None and rules.at_end == "stays_until_reviewed"


def _validity(text: Programme, title: TitleHeld) -> Validity | None:
    """The rules of the award that was conferred; of the only one where its name has changed since."""
    named = [award for award in text.awards if award.title.zh == title.title_zh]
    found: list[Award] = named or (list(text.awards) if len(text.awards) == 1 else [])
    validity = found[0].validity if found else None
    return validity if isinstance(validity, Validity) else None


def _before(last: date, length: int, unit: str) -> date | None:
    if unit in _DAYS:
        return last - timedelta(days=length * _DAYS[unit])
    if unit in _MONTHS:
        return months_later(last, -length * _MONTHS[unit])
    return _working_days_before(last, length) if unit == "working_day" else None


def _working_days_before(last: date, length: int) -> date:
    calendar, day = Calendar(), last
    while length:
        day -= timedelta(days=1)
        length -= calendar.day(day).worked
    return day

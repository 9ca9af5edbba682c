"""Understands from when to when what is conferred is valid, as the award states it."""

from __future__ import annotations

from datetime import date, timedelta

from services.review.domain import errors
from shared.programmes.model import Award, Duration, Programme, Unset, Validity


def validity_of(award: Award, programme: Programme, awarded: date) -> tuple[date, date | None]:
    """First and last day (included; None where the text sets no end). Certificate and list go out with the award."""
    rules = award.validity
    if rules is None:
        return awarded, None
    if isinstance(rules, Unset) or isinstance(rules.starts, Unset) or isinstance(rules.length, Unset):
        raise errors.ParameterUnset(what=f"{award.id}.validity")
    first = date(awarded.year + 1, 1, 1) if rules.starts == "next_january" else awarded
    return first, None if rules.length is None else _last(first, rules.length, rules, award.id)


def _last(first: date, length: Duration, rules: Validity, what: str) -> date:
    if isinstance(length.length, Unset) or isinstance(rules.ends, Unset) or length.unit not in ("year", "month"):
        raise errors.ParameterUnset(what=f"{what}.validity.length")
    anniversary = months_later(first, length.length * (12 if length.unit == "year" else 1))
    match rules.ends:
        case "anniversary":
            return anniversary
        case "end_of_year":
            return date(anniversary.year - (1 if (anniversary.month, anniversary.day) == (1, 1) else 0), 12, 31)
        case "day_before_anniversary":
            return anniversary - timedelta(days=1)


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last one of that month (Civil Code, article 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - first).days))

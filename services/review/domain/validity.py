"""Understands from when to when what is conferred is valid, as the award states it."""

from __future__ import annotations

from datetime import date

from services.review.domain import errors
from shared.calendar import valid_to
from shared.programmes.model import Award, Unset, Validity


def validity_of(award: Award, awarded: date) -> tuple[date, date | None]:
    """First and last day (included; None where the text sets no end). Certificate and list go out with the award."""
    rules = award.validity
    if rules is None:
        return awarded, None
    if isinstance(rules, Unset) or isinstance(rules.starts, Unset):
        raise errors.ParameterUnset(what=f"{award.id}.validity")
    first = date(awarded.year + 1, 1, 1) if rules.starts == "next_january" else awarded
    return first, _last(first, rules, award.id)


def period_from(award: Award, first: date) -> date | None:
    """The last day of a term that begins on this day."""
    rules = award.validity
    if rules is None or isinstance(rules, Unset):
        raise errors.ParameterUnset(what=f"{award.id}.validity")
    return _last(first, rules, award.id)


def published_end(award: Award, last: date | None) -> date | None:
    """What certificate and list say: a title that stays until it is reviewed has no last day."""
    rules = award.validity
    return None if isinstance(rules, Validity) and rules.at_end == "stays_until_reviewed" else last


def _last(first: date, rules: Validity, what: str) -> date | None:
    length = rules.length
    if length is None:
        return None
    if isinstance(length, Unset) or isinstance(length.length, Unset) or isinstance(rules.ends, Unset):
        raise errors.ParameterUnset(what=f"{what}.validity.length")
    match length.unit:
        case "year":
            return valid_to(first, length.length, rules.ends)
        case "month":
            return valid_to(first, 0, rules.ends, length.length)
        case _:
            raise errors.ParameterUnset(what=f"{what}.validity.length.unit")

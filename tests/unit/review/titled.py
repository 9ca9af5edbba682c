"""Understands how a test tells a title's life: a small regulation whose grounds and duties the test names, facts folded
as the log would, days in Asia/Shanghai."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Any

from services.review.domain.expiry import decide_enter
from services.review.domain.holding import NONE, Title, TitleEntered, evolve
from services.review.domain.validity import published_end, validity_of
from shared.calendar import SHANGHAI, Calendar
from shared.programmes.model import (
    Duration,
    Obligation,
    Programme,
    ReReview,
    RevocationGround,
    Source,
    Text,
    Validity,
    YearlyMoment,
)
from tests.support.regulation import APPLICANT_USCC, COUNTY, PROGRAMME

YEAR = Duration(length=1, unit="year", count_start_day=False)
AWARDED = date(2026, 5, 27)


def text(words: str) -> Text:
    return Text(zh=f"{words}（中）", en=words)


def ground(**changes: Any) -> RevocationGround:
    known = RevocationGround(
        id="G",
        title=text("ground"),
        officers=2,
        rectify_first=False,
        recall_plaque=True,
        source=Source(clause="18 (4)"),
    )
    return replace(known, **changes)


def obligation(**changes: Any) -> Obligation:
    known = Obligation(
        id="report",
        title=text("report"),
        party="applicant",
        to="prefecture",
        due=YearlyMoment(month=2, day="last"),
        covers="previous_calendar_year",
        source=Source(clause="16"),
    )
    return replace(known, **changes)


def review(**changes: Any) -> ReReview:
    return replace(ReReview(id="review", every_years=2, procedure="re_review", source=Source(clause="17")), **changes)


def regulation(
    grounds: Sequence[RevocationGround] = (),
    obligations: Sequence[Obligation] = (),
    reviews: Sequence[ReReview] = (),
    **validity: Any,
) -> Programme:
    """The small regulation with these rules about what comes after the award."""
    award = PROGRAMME.awards[0]
    assert isinstance(award.validity, Validity)
    awards = (replace(award, validity=replace(award.validity, **validity)),)
    return replace(
        PROGRAMME, revocation=tuple(grounds), obligations=tuple(obligations), re_reviews=tuple(reviews), awards=awards
    )


def at(day: date, clock: time = time(10)) -> datetime:
    return datetime.combine(day, clock, SHANGHAI).astimezone(UTC)


@dataclass
class Life:
    """One title; ``title`` is what its facts come to."""

    programme: Programme
    awarded: date = AWARDED
    calendar: Calendar = field(default_factory=Calendar)
    title: Title = NONE
    facts: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        award = self.programme.awards[0]
        since, until = validity_of(award, self.awarded)
        names = ("case-1", self.programme.ref, "2026-001", APPLICANT_USCC, "Example", COUNTY, "示范平台")
        entered = TitleEntered(*names, since, published_end(award, until), at(self.awarded), award.id, self.awarded)
        self.take(decide_enter(entered, self.title, self.programme, at(self.awarded), self.calendar))

    def take(self, facts: Sequence[Any]) -> list[str]:
        """Fold them; answers their names."""
        for fact in facts:
            self.title = evolve(self.title, fact)
        self.facts.extend(facts)
        return [type(fact).__name__ for fact in facts]

    def due(self, what: str, name: str = "") -> date | None:
        found = self.title.dates.get(f"{what}/{name}")
        return found.due_on if found else None

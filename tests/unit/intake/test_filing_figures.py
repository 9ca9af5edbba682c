"""Which figures a filing still lacks: those that decide about this one, whether a condition applies included; none for
what does not apply."""

from datetime import date

import pytest

from services.intake.domain.filing_lacks import lacking
from services.intake.domain.filings import Filing
from services.intake.domain.parts import Answer, Applicant
from tests.programmes.library import library

(TEXT,) = library().versions("longyan-elongyan-safety")
EDITOR = Applicant("91350800M000100Y43", "Editors", "350800", "city")
DAY = date(2026, 3, 2)
BOARD: dict[str, Answer] = {"board": "news", "contains_secret": False}


def lacks(answers: dict[str, Answer]) -> set[str]:
    draft = Filing(programme=TEXT.ref, procedure="content", step="draft", applicant=EDITOR, answers=answers)
    return {lack.id for lack in lacking(draft, TEXT, DAY)}


def test_whether_a_condition_applies_is_asked_before_what_it_reads() -> None:
    assert lacks({}) == {"board", "column", "contains_secret", "origin", "contains_personal_data", "live"}


@pytest.mark.parametrize(
    ("answers", "lacking_still"),
    [
        ({"origin": "original", "contains_personal_data": False, "live": False}, set()),
        ({"origin": "repost", "contains_personal_data": False, "live": False}, {"repost_source_named"}),
        ({"origin": "original", "contains_personal_data": True, "live": False}, {"personal_data_consent"}),
        ({"origin": "original", "contains_personal_data": False, "live": True}, {"live_permit"}),
    ],
)
def test_what_does_not_apply_is_not_asked(answers: dict[str, Answer], lacking_still: set[str]) -> None:
    assert lacks(BOARD | answers) == lacking_still


def test_a_column_is_asked_where_the_board_has_columns() -> None:
    rest: dict[str, Answer] = {"origin": "original", "contains_personal_data": False, "live": False}
    assert "column" not in lacks(BOARD | rest)
    assert lacks({**BOARD, **rest, "board": "reference"}) == {"column"}

"""Which figures a filing still lacks: those that decide about this one, whether a condition applies included; none for
what does not apply."""

from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest

from services.intake.domain import errors
from services.intake.domain import filing_acts as acts
from services.intake.domain.filing_lacks import lacking
from services.intake.domain.filings import Filing, evolve
from services.intake.domain.form_rows import FORM_TYPE, Rows, form_content
from services.intake.domain.parts import Answer, Applicant, Document, Filer
from tests.programmes.library import library

(TEXT,) = library().versions("longyan-elongyan-safety")
EDITOR = Applicant("91350800M000100Y43", "Editors", "350800", "city")
ANN = Filer("ann", "applicant", "350800", "91350800M000100Y43")
SHEET: Rows = [{"headline": "News", "channel": "app", "sensitivity": "sensitive"}]
DAY = date(2026, 3, 2)
BOARD: dict[str, Answer] = {"board": "news", "contains_secret": False}


def lacks(answers: dict[str, Answer]) -> set[str]:
    draft = Filing(programme=TEXT.ref, procedure="content", step="draft", applicant=EDITOR, answers=answers)
    return {lack.id for lack in lacking(draft, TEXT, DAY)} - {"publishing"}


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


def begun(**answers: Answer) -> Filing:
    own = Filing(programme=TEXT.ref, procedure="content", step="draft", applicant=EDITOR, filer=ANN, answers=answers)
    return replace(own, status="draft")


def filled(f: Filing, rows: Rows) -> Filing:
    content = form_content("publishing", rows)
    paper = Document("publishing", "publishing.json", FORM_TYPE, sha256(content).hexdigest(), len(content))
    for fact in acts.decide_form(paper, ANN, f, acts.ensure_form("publishing", rows, f, TEXT)):
        f = evolve(f, fact)
    return f


def test_a_form_of_a_filing_answers_its_figures() -> None:
    f = filled(begun(board="news", sensitivity="ordinary"), SHEET)
    assert f.answers == {"board": "news", "channel": "app", "sensitivity": "sensitive"}
    assert [document.material for document in f.documents] == ["publishing"]


def test_the_same_form_again_says_nothing_new_but_wins_over_an_answer_that_was_changed() -> None:
    f = filled(begun(), SHEET)
    assert filled(f, SHEET) == f
    changed = replace(f, answers={**f.answers, "sensitivity": "ordinary"})
    assert filled(changed, SHEET) == f


def test_a_value_that_is_none_of_the_figure_is_refused_in_the_form() -> None:
    with pytest.raises(errors.FormWrong):
        acts.ensure_form("publishing", [{**SHEET[0], "sensitivity": "secret"}], begun(), TEXT)

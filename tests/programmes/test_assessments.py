"""An authority's yes or no: an assessment over nothing could only ever say yes."""

from __future__ import annotations

import pytest

from shared.programmes.loader import SourceFile, load
from shared.programmes.reading.faults import BadDefinition
from tests.programmes.library import library
from tests.programmes.test_bad_definitions import GOOD

STEP = """
supplement: {id: trial, author: somebody, date: 2026-01-01, reason: {zh: 试, en: trial}}
id: %s
version: '%s'
procedures:
  - id: side
    title: {zh: 另一流程, en: another}
    subject: request
    opened_by: officer
    steps:
      - id: side_file
        title: {zh: 交, en: file}
        type: file
        actor: officer
        parameters: {materials: []}
        outcomes: {filed: side_look}
      - {id: side_look, title: {zh: 查, en: look}, type: %s}
      - {id: side_yes, title: {zh: 可, en: yes}, type: close, actor: officer, parameters: {result: completed}}
      - {id: side_no, title: {zh: 否, en: no}, type: close, actor: officer, parameters: {result: refused}}
"""
OVER_NOTHING = (
    "assess, actor: officer, parameters: {conditions: []}, outcomes: {sufficient: side_yes, insufficient: side_no}"
)
YES_OR_NO = "endorse, actor: officer, outcomes: {endorsed: side_yes, refused: side_no}"


def side(look: str) -> SourceFile:
    plain = load(SourceFile("a.yaml", GOOD), ())
    return SourceFile("side.supplement.yaml", STEP % (plain.id, plain.version, look))


def test_an_assessment_over_nothing_is_refused_at_its_line_with_what_says_yes_or_no() -> None:
    with pytest.raises(BadDefinition) as refused:
        load(SourceFile("a.yaml", GOOD), (side(OVER_NOTHING),))
    (fault,) = refused.value.faults
    assert fault.place.line == 17
    assert "endorse" in fault.zh
    assert "endorse" in fault.en
    assert load(SourceFile("a.yaml", GOOD), (side(YES_OR_NO),)).step("side_look").goes_on == "endorsed"


@pytest.mark.parametrize("edition", library().editions, ids=lambda edition: edition.text.id)
def test_whoever_assesses_in_a_shipped_text_has_something_to_judge(edition) -> None:  # type: ignore[no-untyped-def]
    for programme in (edition.text, edition.supplied):
        for procedure in programme.procedures:
            for step in procedure.steps:
                if step.type == "assess":
                    asked = step.parameters.conditions
                    assert programme.conditions_of(procedure.id) if asked == "all" else asked, step.id

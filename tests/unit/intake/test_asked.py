"""What is asked of an applicant depends on who it is and on what it said: kind, level, region, answers, papers, day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from services.intake.domain.materials import Content, lacking
from services.intake.domain.parts import Answer
from shared.programmes.model import Applicants, Condition, Document, Filing, Material, Metric, Programme, Text
from tests.support.regulation import OTHER_PREFECTURE, with_step
from tests.unit.intake.story import APPLICANT, document

DAY = date(2026, 5, 1)


def text(words: str) -> Text:
    return Text(zh=words, en=words)


def material(when: str, rule: str = "all_of", *documents: str) -> Material:
    papers = tuple(Document(id=name, title=text(name)) for name in documents or ("paper",))
    return Material(id="asked", title=text("asked"), rule=rule, when=when or None, documents=papers)  # type: ignore[arg-type]


def programme(*materials: Material, conditions: tuple[Condition, ...] = ()) -> Programme:
    return replace(
        with_step("apply", parameters=Filing()),
        applicants=Applicants(kinds=("enterprise", "university"), categories=("wide", "narrow")),
        materials=materials,
        conditions=conditions,
        metrics=(
            Metric(id="staff", title=text("staff"), type="count"),
            Metric(id="floors", title=text("floors"), type="count"),
            Metric(id="founded", title=text("founded"), type="date"),
        ),
    )


def asked(text_: Programme, answers: Mapping[str, Answer], papers: tuple[str, ...] = (), **standing: str) -> list[str]:
    who = replace(APPLICANT, **({"kind": "enterprise", "category": "wide"} | standing))
    documents = tuple(document(name, number) for number, name in enumerate(papers))
    return [lack.id for lack in lacking(text_, Content(who, answers, documents), DAY)]


@pytest.mark.parametrize(
    ("when", "answers", "standing", "wanted"),
    [
        ("applicant.kind == 'enterprise'", {}, {}, True),
        ("applicant.kind == 'university'", {}, {}, False),
        ("applicant.category == 'narrow'", {}, {"category": "narrow"}, True),
        (f"lies_in('{OTHER_PREFECTURE}')", {}, {"region": "990201"}, True),
        (f"lies_in('{OTHER_PREFECTURE}')", {}, {}, False),
        ("applicant.level == 'region'", {}, {"level": "region"}, True),
        ("staff >= 10", {"staff": "9"}, {}, False),
        ("staff >= 10", {"staff": "10"}, {}, True),
        ("staff >= 10", {}, {}, True),
        ("years_since(founded) >= 2", {"founded": "2024-05-01"}, {}, True),
        ("years_since(founded) >= 2", {"founded": "2024-05-02"}, {}, False),
    ],
    ids=str,
)
def test_a_material_is_asked_of_whom_it_is_for(
    when: str, answers: dict[str, str], standing: dict[str, str], wanted: bool
) -> None:
    assert asked(programme(material(when)), answers, **standing) == (["paper"] if wanted else [])


def test_one_of_several_all_of_them_or_as_applicable() -> None:
    assert asked(programme(material("", "any_of", "a", "b")), {}) == ["asked"]
    assert asked(programme(material("", "any_of", "a", "b")), {}, ("b",)) == []
    assert asked(programme(material("", "all_of", "a", "b")), {}, ("b",)) == ["a"]
    assert asked(programme(material("", "all_of", "a", "b")), {}, ("asked",)) == [], "a file for the whole material"
    assert asked(programme(material("", "as_applicable", "a", "b")), {}) == []


def test_a_paper_counts_for_its_material_and_not_for_its_neighbour() -> None:
    beside = replace(material("filed('b') >= 1"), id="beside", documents=(Document(id="c", title=text("c")),))
    assert asked(programme(material("", "any_of", "a", "b"), beside), {}, ("a",)) == []
    assert asked(programme(material("", "any_of", "a", "b"), beside), {}, ("b",)) == ["c"]


def computed(expression: str, when: str | None = None) -> tuple[Condition, ...]:
    return (Condition(id="A", title=text("A"), decided="computed", expression=expression, when=when),)


@pytest.mark.parametrize(
    ("expression", "when", "answers", "wanted"),
    [
        ("staff >= 10", None, {}, ["staff"]),
        ("staff >= 10", "applicant.kind == 'university'", {}, []),
        ("staff >= 10", "applicant.kind == 'enterprise'", {}, ["staff"]),
        ("staff >= 10", "floors >= 2", {}, ["floors"]),
        ("staff >= 10", "floors >= 2", {"floors": "2"}, ["staff"]),
        ("staff >= 10", "floors >= 2", {"floors": "1"}, []),
        ("staff >= 10 or floors >= 2", None, {"staff": "10"}, []),
        ("staff >= 10 or floors >= 2", None, {"staff": "9"}, ["floors"]),
    ],
    ids=str,
)
def test_a_figure_is_asked_of_whom_its_condition_is_for(
    expression: str, when: str | None, answers: dict[str, str], wanted: list[str]
) -> None:
    assert asked(programme(conditions=computed(expression, when)), answers) == wanted


def test_a_part_that_is_more_than_its_whole_is_corrected_before_it_is_handed_in() -> None:
    base = programme()
    parts = (*base.metrics, Metric(id="skilled", title=text("skilled"), type="count", part_of="staff"))
    text_ = replace(base, metrics=parts)
    assert asked(text_, {"staff": "15", "skilled": "16"}) == ["skilled"]
    assert asked(text_, {"staff": "15", "skilled": "15"}) == []

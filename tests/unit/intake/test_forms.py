"""Forms that are filled in: demanded, held to fields and rows, answering figures, and sealed as a paper where asked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from services.intake.domain import commands as c
from services.intake.domain import errors, parts
from services.intake.domain.drafting import decide_remove
from services.intake.domain.form_rows import form_content
from services.intake.domain.forms import checked_form, decide_form, forms_of
from shared.programmes.model import Document, Filing, Form, FormField, Material, Programme, Text
from tests.support.regulation import PROGRAMME, with_step
from tests.unit.intake.story import ANN, NOW, Story


def text(words: str) -> Text:
    return Text(zh=f"{words}（中）", en=words)


STAFF = Form(
    id="staff-form",
    title=text("staff form"),
    fields=(
        FormField(id="name", title=text("name"), type="text", max_length=10),
        FormField(id="staff", title=text("staff"), type="count", metric="staff"),
    ),
)
CLIENTS = Form(
    id="clients",
    title=text("clients"),
    rows_min=1,
    rows_max=3,
    fields=(
        FormField(id="client", title=text("client"), type="text"),
        FormField(id="year", title=text("year"), type="count", required=False),
    ),
)
OPINION = Form(id="opinion-form", title=text("an authority's opinion"), fields=STAFF.fields)
LIST = Material(
    id="client-list",
    title=text("client list"),
    documents=(Document(id="list", title=text("list"), form="clients"), Document(id="proof", title=text("proof"))),
)


def asking(staff: Form = STAFF, clients: Form = CLIENTS) -> Programme:
    programme = with_step("apply", parameters=Filing(materials=("client-list",), forms=("staff-form",)))
    return replace(programme, forms=(staff, clients, OPINION), materials=(*PROGRAMME.materials, LIST))


def fill(story: Story, form: str, *rows: Mapping[str, parts.Answer]) -> tuple[Any, ...]:
    written = form_content(form, rows)
    paper = parts.Document(form, f"{form}.json", "application/json", hashlib.sha256(written).hexdigest(), len(written))
    return story.take(decide_form(c.FillForm(form, rows, paper, ANN), story.a, story.programme))


def lacks(story: Story) -> list[str]:
    return [lack.id for lack in story.lacks()]


def begun(**forms: Form) -> Story:
    story = Story(programme=asking(**forms)).drafted()
    story.answer(**{"served[last]": "2", "served[last-1]": "1"})
    return story


ONE = {"name": "A", "staff": "15"}


def test_a_form_that_a_step_asks_for_is_filled_in_here() -> None:
    story = begun()
    assert lacks(story) == ["list", "proof", "staff-form", "staff"]
    fill(story, "staff-form", ONE)
    assert lacks(story) == ["list", "proof"]
    assert story.a.answers["staff"] == "15", "a field that stands for a figure answers it"


def test_a_paper_of_a_material_is_there_when_its_form_is_filled_in_and_its_neighbour_is_not() -> None:
    story = begun()
    fill(story, "clients", {"client": "A"}, {"client": "B", "year": "2020"})
    assert lacks(story) == ["proof", "staff-form", "staff"]


def test_whatever_has_to_be_sealed_is_uploaded_too() -> None:
    story = begun(staff=replace(STAFF, signed=True), clients=replace(CLIENTS, signed=True))
    fill(story, "staff-form", ONE)
    fill(story, "clients", {"client": "A"})
    assert lacks(story) == ["list", "proof", "staff-form"]
    story.attach("staff-form", 7)
    story.attach("list", 8)
    assert lacks(story) == ["proof"]
    scanned = begun(staff=replace(STAFF, signed=True))
    scanned.attach("staff-form", 7)
    assert lacks(scanned) == ["list", "proof", "staff-form", "staff"], "a scan alone fills in nothing"


def test_a_form_that_contradicts_the_answers_is_filled_in_again() -> None:
    story = begun()
    fill(story, "staff-form", ONE)
    story.answer(staff="16")
    assert "staff-form" in lacks(story)
    fill(story, "staff-form", ONE | {"staff": "16"})
    assert "staff-form" not in lacks(story)


def test_filling_in_again_replaces_and_the_same_again_is_nothing() -> None:
    story = begun()
    fill(story, "clients", {"client": "A"})
    assert fill(story, "clients", {"client": "A"}) == ()
    fill(story, "clients", {"client": "B"})
    assert [d.material for d in story.a.documents] == ["clients"]
    held = story.a.filled["clients"].document
    story.take(decide_remove(c.RemoveDocument("clients", held.sha256, ANN), story.a, NOW))
    assert (story.a.filled, story.a.documents) == ({}, ())


def test_a_change_of_a_form_voids_the_declaration() -> None:
    story = begun()
    fill(story, "clients", {"client": "A"})
    story.declared()
    assert story.a.declared
    fill(story, "clients", {"client": "B"})
    assert not story.a.declared


@pytest.mark.parametrize(
    ("form", "rows", "said"),
    [
        ("staff-form", (), "1 to 1 rows"),
        ("staff-form", (ONE, ONE), "1 to 1 rows"),
        ("clients", (), "1 to 3 rows"),
        ("clients", ({"client": "A"},) * 4, "1 to 3 rows"),
        ("clients", ({"client": "A"}, {"year": "2020"}), "2.client it must be filled in"),
        ("clients", ({"client": "A", "year": "soon"},), "1.year write a whole number"),
        ("staff-form", (ONE | {"name": "A" * 11},), "1.name at most 10 characters"),
        ("staff-form", (ONE | {"<b>": "x"},), "1 the form has no such field"),
    ],
    ids=str,
)
def test_fields_and_rows_are_held_to(form: str, rows: tuple[dict[str, str], ...], said: str) -> None:
    with pytest.raises(errors.FormWrong) as refused:
        checked_form(form, rows, asking())
    assert said in refused.value.en
    assert "<b>" not in refused.value.en + refused.value.zh, "what was sent is not repeated"


@pytest.mark.parametrize("rows", [1, 3])
def test_at_its_limits_a_table_is_taken(rows: int) -> None:
    assert checked_form("clients", ({"client": "A"},) * rows, asking()) == CLIENTS


def test_a_figure_has_limits_of_its_own() -> None:
    metrics = tuple(replace(m, most=14) if m.id == "staff" else m for m in PROGRAMME.metrics)  # type: ignore[arg-type]
    with pytest.raises(errors.FormWrong, match=r"1\.staff"):
        checked_form("staff-form", (ONE,), replace(asking(), metrics=metrics))


def test_forms_of_authorities_are_not_the_applicants() -> None:
    assert [form.id for form in forms_of(asking())] == ["staff-form", "clients"]
    with pytest.raises(errors.FormUnknown, match="staff-form, clients"):
        checked_form("opinion-form", (ONE,), asking())


def test_the_same_rows_are_the_same_bytes() -> None:
    assert form_content("f", ({"b": "1", "a": "2"},)) == form_content("f", ({"a": "2", "b": "1"},))

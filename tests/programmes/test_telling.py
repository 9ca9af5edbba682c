"""What people see of the rules: JSON Schema, explanations, differences in words, pictures of the graph."""

from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import yaml

from shared.programmes.diff import differences
from shared.programmes.explain import describe, explain
from shared.programmes.graph import mermaid, svg
from shared.programmes.loader import SourceFile, load
from shared.programmes.model import Programme
from shared.programmes.rules import evaluate
from shared.programmes.schema import COMMITTED, as_file, json_schema
from shared.programmes.verdicts import Judgement, UsedRelaxation
from tests.programmes.library import DEFINITIONS, library
from tests.programmes.test_bad_definitions import GOOD, SPOILT


class EditorsLoader(yaml.SafeLoader):
    """Reads YAML as editors do: dates stay text."""


EditorsLoader.yaml_implicit_resolvers = {
    key: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for key, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def as_json(text: str) -> Any:
    return yaml.load(text, Loader=EditorsLoader)


DEFINITION = jsonschema.Draft202012Validator(json_schema())


def test_the_schema_is_a_schema_and_the_committed_copy_is_current() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())
    assert COMMITTED.read_bytes() == as_file(), "run `make schemas`"


@pytest.mark.parametrize("path", sorted(DEFINITIONS.rglob("*.yaml")), ids=lambda p: p.name)
def test_every_file_of_the_library_fits_the_schema(path) -> None:  # type: ignore[no-untyped-def]
    if path.name.endswith(".examples.yaml"):
        return
    content = as_json(path.read_text(encoding="utf-8"))
    assert [f"{list(e.path)}: {e.message[:200]}" for e in DEFINITION.iter_errors(content)] == []


SHAPES = [spoilt for spoilt in SPOILT if spoilt[2] in ("fees", "metrics[staff_count].type", "fee.charged", "region")]


@pytest.mark.parametrize(("old", "new", "path", "remedy"), SHAPES, ids=[path for _, _, path, _ in SHAPES])
def test_the_schema_refuses_wrong_shapes_as_the_loader_does(old: str, new: str, path: str, remedy: str) -> None:
    assert DEFINITION.is_valid(as_json(GOOD))
    assert not DEFINITION.is_valid(as_json(GOOD.replace(old, new.replace("charged: no", "charged: perhaps"), 1)))


def test_the_schema_knows_the_outcomes_and_parameters_of_each_type() -> None:
    wrong = as_json(GOOD)
    wrong["procedures"][0]["steps"][1]["outcomes"] = {"approved": "done", "sideways": "done"}
    assert not DEFINITION.is_valid(wrong)
    wrong = as_json(GOOD)
    wrong["procedures"][0]["steps"][1]["parameters"] = {"rubric": "review"}
    assert not DEFINITION.is_valid(wrong)


(FIRST,) = library().versions("xj-sme-demo-platform")


def test_an_explanation_has_clause_numbers_and_verdict_in_both_languages() -> None:
    used = UsedRelaxation("X1", "officer-7", "outstanding results", "12 staff")
    verdicts = evaluate(
        FIRST,
        {"staff_count": "12", "years_operating": "1"},
        judged={"E7": Judgement(True, "officer-7", "key platform")},
        relaxed={"E2a": used},
        region="653201",
    )
    lines = explain(verdicts)
    staff = next(line for line in lines if line.startswith("E2a"))
    assert "经批准放宽" in staff
    assert "第八条(二)" in staff
    assert "12 >= 15" in staff
    assert "officer-7" in staff
    years = next(line for line in lines if line.startswith("E1b"))
    assert "不符合 / unmet" in years
    assert "1 >= 2" in years
    assert "a named person must judge" in next(line for line in lines if line.startswith("E8"))
    assert "relaxed 1" in lines[-1]


@pytest.mark.parametrize("programme", library().programmes(), ids=lambda p: p.id)
def test_a_description_names_status_and_every_supplied_value(programme: Programme) -> None:
    text = "\n".join(describe(programme))
    assert programme.ref in text
    assert programme.legal.title.zh in text
    assert "sandbox only" in text
    assert text.count("补充 / supplied") == len(programme.supplied)


def changed(*pairs: tuple[str, str]) -> Programme:
    text = GOOD
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return load(SourceFile("b.yaml", text))


def test_differences_are_told_in_words() -> None:
    old = load(SourceFile("a.yaml", GOOD))
    new = changed(
        ("staff_count >= 15", "staff_count >= 20"),
        ("length: 7, unit: working_day", "length: 5, unit: working_day"),
        ("{approved: done, refused: done}", "{approved: look, refused: done}"),
        (
            "      - {id: done,",
            "      - {id: look, title: {zh: 复查, en: look}, type: visit, actor: officer,"
            " parameters: {whom: all, visitors: 2}, outcomes: {confirmed: done, not_confirmed: done},"
            " source: {clause: 七}}\n      - {id: done,",
        ),
    )
    found = {change.path: change for change in differences(old, new)}
    assert found["conditions[C1].expression"].before == "staff_count >= 15"
    assert found["conditions[C1].expression"].after == "staff_count >= 20"
    assert "条件" in found["conditions[C1].expression"].zh
    assert found["notices[notice].duration"].en.endswith("now 5 working days (first day counted)")
    assert found["procedures[main].steps[look]"].kind == "added"
    assert "复查" in found["procedures[main].steps[look]"].zh
    assert found["procedures[main].steps[decide].outcomes.approved"].after == "look"
    assert [found[path].section for path in found] == ["conditions", "steps", "steps", "deadlines"]
    assert differences(old, old) == ()
    assert {c.kind for c in differences(new, old) if c.path == "procedures[main].steps[look]"} == {"removed"}


@pytest.mark.parametrize("programme", library().programmes(), ids=lambda p: p.id)
def test_every_procedure_can_be_drawn(programme: Programme) -> None:
    for procedure in programme.procedures:
        ways = {(step.id, to) for step in procedure.steps for to in step.outcomes.values()}
        text = mermaid(programme, procedure.id)
        assert text.startswith("flowchart TD")
        assert text.count("-->") == len(ways) + 1  # one leads in
        root = ElementTree.fromstring(svg(programme, procedure.id))
        assert len([each for each in root.iter() if each.get("rx")]) == len(procedure.steps)
        assert root.find("{http://www.w3.org/2000/svg}title") is not None


def test_a_picture_never_carries_markup_of_a_definition() -> None:
    hostile = changed(("title: {zh: 决定, en: decide}", "title: {zh: '<script>x</script>', en: '\"><b>'}"))
    picture = svg(hostile)
    assert "<script>" not in picture
    assert "<script>" not in mermaid(hostile)
    ElementTree.fromstring(picture)

"""The guide is true: its example is a sound regulation, its tables name exactly what the language has."""

import re
from pathlib import Path

import shared.programmes
from shared.programmes.expressions import FUNCTIONS
from shared.programmes.loader import SourceFile, load
from shared.programmes.model import OPTIONAL_OUTCOMES, OUTCOMES, PARAMETERS
from shared.programmes.reading.hints import fields_of
from shared.programmes.rules import evaluate
from shared.programmes.schema import json_schema
from tests.programmes.test_telling import DEFINITION, as_json

GUIDE = (Path(shared.programmes.__file__).parent / "README.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)[0]


def test_the_example_is_a_regulation_that_production_may_run() -> None:
    programme = load(SourceFile("README.md", EXAMPLE))
    assert programme.missing_for_activation() == ()
    assert not programme.sandbox_only
    assert DEFINITION.is_valid(as_json(EXAMPLE))


def test_the_example_judges_by_region() -> None:
    programme = load(SourceFile("README.md", EXAMPLE))

    def staff(region: str) -> str:
        return next(v.finding for v in evaluate(programme, {"staff": "10"}, region=region) if v.id == "A3")

    assert (staff("990102"), staff("990200"), staff("")) == ("met", "unmet", "unknown")


def test_the_table_of_steps_is_the_language() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*)\| ([^|]*)\| ([^|]*)\|$", GUIDE, re.MULTILINE)
    told = {name: (outcomes, optional, parameters) for name, outcomes, optional, parameters in rows}
    assert set(told) == set(OUTCOMES)
    for name, (outcomes, optional, parameters) in told.items():
        assert tuple(filter(None, re.split(r"[ ,]+", outcomes.strip()))) == OUTCOMES[name]
        assert set(filter(None, re.split(r"[ ,]+", optional.strip()))) == OPTIONAL_OUTCOMES.get(name, frozenset())
        assert set(re.findall(r"\w+", parameters)) == set(fields_of(PARAMETERS[name]))
        needed = {field.name for field in fields_of(PARAMETERS[name]).values() if field.required}
        assert set(re.findall(r"\*\*(\w+)\*\*", parameters)) == needed


def test_every_function_is_explained_in_the_guide_and_in_the_schema() -> None:
    table = GUIDE.split("## Expressions")[1].split("## Steps")[0]
    assert [name for name in FUNCTIONS if f"{name}(" not in table] == []
    words = json_schema()["$defs"]["Condition"]["properties"]["expression"]["description"]
    assert all(name in words for name in FUNCTIONS)

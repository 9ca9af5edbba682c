"""WRITING.md is true: its parts are one regulation, its facts are judged, its tables are the language."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from shared.programmes.catalogue import Catalogue
from shared.programmes.elements import PAGE, page
from shared.programmes.facts_file import misfits, read_facts
from shared.programmes.loader import SourceFile, load
from shared.programmes.reading.faults import BadDefinition
from shared.programmes.reasons import judge
from tests.programmes.test_telling import DEFINITION, as_json

TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
ASIDE = {block.splitlines()[0].removeprefix("# "): block for block in BLOCKS if block.startswith("# ")}
PARTS = [block for block in BLOCKS if not block.startswith("# ")]
WHOLE = SourceFile("2026.yaml", "".join(PARTS))
SUPPLEMENT = SourceFile("2026.trial.supplement.yaml", ASIDE["2026.trial.supplement.yaml"])


def test_the_parts_are_one_regulation_that_production_may_run() -> None:
    programme = load(WHOLE)
    assert programme.missing_for_activation() == ()
    assert not programme.sandbox_only
    assert list(DEFINITION.iter_errors(as_json(WHOLE.text))) == []


@pytest.mark.parametrize("number", range(len(PARTS)))
def test_every_part_is_needed_or_says_something(number: int) -> None:
    """A block that could be left out without a trace would be decoration."""
    rest = SourceFile("2026.yaml", "".join(part for place, part in enumerate(PARTS) if place != number))
    try:
        assert load(rest).digest != load(WHOLE).digest
    except BadDefinition as refused:
        assert refused.faults


def test_the_facts_are_judged_exactly_at_every_boundary() -> None:
    programme = load(WHOLE)
    read = read_facts(ASIDE["facts.yaml"], "facts.yaml")
    assert misfits(programme, read) == ()
    found = judge(programme, read.facts)
    assert {each.id: each.finding for each in found.conditions} == dict.fromkeys(("K1", "K2", "K3", "K4", "K5"), "met")
    assert found.eligible


def test_the_supplement_inserts_a_step_and_keeps_the_sandbox() -> None:
    assert DEFINITION.is_valid(as_json(SUPPLEMENT.text))
    programme = load(WHOLE, [SUPPLEMENT])
    assert programme.step("recommendation").outcomes["endorsed"] == "visit"
    assert programme.step("visit").outcomes["confirmed"] == "scoring"
    assert programme.sandbox_only
    label = programme.step("visit").source.supplement
    assert label is not None
    assert label.date == date(2026, 2, 10)


def test_the_budget_fits_into_a_regulation() -> None:
    programme = load(SourceFile("2026.yaml", WHOLE.text + ASIDE["budgets of a funding programme"]))
    assert programme.budget("fund").cap == 200_000
    assert DEFINITION.is_valid(as_json(WHOLE.text + ASIDE["budgets of a funding programme"]))


def test_a_city_adopts_the_regulation(tmp_path: Path) -> None:
    (tmp_path / "2026.yaml").write_text(WHOLE.text, "utf-8")
    (tmp_path / "city.yaml").write_text(ASIDE["a city that adopts the reading rooms of its province"], "utf-8")
    shelf = Catalogue.load(tmp_path)
    (city,) = shelf.versions("demo-reading-rooms-city")
    assert city.condition("K2").expression == "seats >= 50"
    assert [each.id for each in city.conditions] == ["K1", "K2", "K3", "K4"]
    assert city.missing_for_activation() == ()


def test_every_block_is_used_here() -> None:
    assert set(ASIDE) == {
        "facts.yaml",
        "2026.trial.supplement.yaml",
        "budgets of a funding programme",
        "a city that adopts the reading rooms of its province",
    }


def test_the_tables_are_the_language() -> None:
    assert page(TEXT) == TEXT, "run `make schemas`"


def test_a_stale_table_is_seen() -> None:
    spoilt = TEXT.replace("| `quorum` |", "| `quorums` |", 1)
    assert spoilt != TEXT
    assert page(spoilt) == TEXT


def test_every_command_of_the_page_exists() -> None:
    from services.__main__ import main
    from tests.architecture.met import commands

    told = set(re.findall(r"^shifan (programmes \w+)", TEXT, re.MULTILINE))
    assert {f"shifan {each}" for each in told} <= set(commands(main))
    assert len(told) == 6

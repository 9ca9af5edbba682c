"""RECIPES.md is true: every block fits into the reading rooms of WRITING.md, and the examples come out as written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import shared.programmes
from shared.programmes.example_rows import SUFFIX
from shared.programmes.loader import SourceFile, load
from shared.programmes.model import Programme
from shared.programmes.reading.tree import read_tree
from shared.programmes.workbench import check_file
from tests.programmes.test_writing import WHOLE

PAGE = (Path(shared.programmes.__file__).parent / "RECIPES.md").read_text("utf-8")
BLOCKS = re.findall(r"^## ([^\n]+)\n(?:(?!^## ).*\n)*?```yaml\n((?:(?!```).*\n)*)```", PAGE, re.MULTILINE)
RECIPES = [(title, block) for title, block in BLOCKS if not block.startswith("# ")]
EXAMPLES = next(block for _, block in BLOCKS if block.startswith("# 2026.examples.yaml"))
HEAD = """id: demo-recipe
version: '2026'
adopts: {programme: demo-reading-rooms, version: '2026', source: {clause: 第一条}}
"""


def cooked(block: str) -> Programme:
    higher = {("demo-reading-rooms", "2026"): read_tree(WHOLE.text, WHOLE.name)}
    return load(SourceFile("recipe.yaml", HEAD + block), (), higher)


@pytest.mark.parametrize("block", [block for _, block in RECIPES], ids=[title for title, _ in RECIPES])
def test_a_recipe_is_sound_and_production_may_run_it(block: str) -> None:
    programme = cooked(block)
    assert programme.missing_for_activation() == ()
    assert programme.digest != cooked("").digest


def test_every_block_is_cooked() -> None:
    assert len(BLOCKS) == PAGE.count("```yaml\n") == len(RECIPES) + 1


def check(folder: Path, examples: str) -> list[str]:
    (folder / WHOLE.name).write_text(WHOLE.text, "utf-8")
    beside = folder / WHOLE.name.replace(".yaml", SUFFIX)
    beside.write_text(examples, "utf-8")
    return [f"{fault.place.line} {fault.path}: {fault.en}" for fault in check_file(beside, folder).faults]


def test_the_examples_are_decided_as_written(tmp_path: Path) -> None:
    assert check(tmp_path, EXAMPLES) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("boundary: [met, {seats", "boundary: [unmet, {seats", "3 K2.boundary: it says unmet, the rule says met"),
        ("K2: {met: {seats: 41", "K2: {met: {seats: 39", "3 K2.met: it says met, the rule says unmet (seats 39 >= 40)"),
        ("K3: ", "K9: ", "4 K9: no condition K9 has an expression; remove it"),
        ("K3: ", "K9: ", "1 K3: it has no examples: write {met:"),
        (", unknown: {region: '990101'}", "", "3 K2.unknown: an example for unknown is missing"),
        ("boundary: [met, {free_hours", "boundary: [maybe, {free_hours", "5 K4.boundary: write boundary: [met, {…}]"),
        ("day: '2026-04-01'}, unmet", "day: '2026-04-31'}, unmet", "2 K1.met.day: write a date"),
        ("K1: {met: {", "K1: {fits: {", "2 K1: write {met:"),
    ],
)
def test_what_comes_out_otherwise_is_said_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in EXAMPLES
    found = check(tmp_path, EXAMPLES.replace(old, new, 1))
    assert any(each.startswith(said) for each in found), found

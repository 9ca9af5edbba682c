"""``programmes`` and ``deadline``: what an officer asks of the regulations and of the calendar."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from services.__main__ import main
from services.story import read_story
from shared.programmes.workbench import LIBRARY as DEFINITIONS

STORY = read_story()


def shifan(*arguments: str, columns: int = 250) -> Result:
    return CliRunner().invoke(main, list(arguments), env={"COLUMNS": str(columns), "NO_COLOR": "1"})


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    applying = STORY.applying
    told = {"answers": dict(applying.answers), "documents": dict(applying.documents), "region": applying.region}
    path = tmp_path / "facts.yaml"
    path.write_text(yaml.safe_dump(told | {"level": applying.level}), encoding="utf-8")
    return path


def test_every_regulation_is_listed_with_its_address() -> None:
    listed = json.loads(shifan("programmes", "list", "--json").stdout)
    demo = next(one for one in listed if one["id"] == STORY.programme)
    assert demo["ref"].startswith(f"{STORY.programme}@sha256:")
    assert demo["sandbox_only"] is True
    printed = shifan("programmes", "list").stdout
    assert all(one["id"] in printed for one in listed)


def test_a_narrow_terminal_gets_a_paragraph_for_each_condition(facts: Path) -> None:
    wide, narrow = (
        shifan("programmes", "explain", STORY.programme, str(facts), columns=columns).stdout for columns in (250, 80)
    )
    assert "条件 / condition" in wide
    lines = [line.rstrip() for line in narrow.splitlines()]
    at = lines.index("E1b")
    assert lines[at + 1].startswith("  要求: 运营两年以上 / two years")
    assert "  结论: 符合 / met" in lines[at + 1 : at + 5]
    for line in lines:
        assert len(line) <= 80


def test_one_is_shown_by_id_and_by_address() -> None:
    by_id = shifan("programmes", "show", STORY.programme)
    assert by_id.exit_code == 0
    for act in STORY.acts:
        assert act.step in by_id.stdout
    address = next(line for line in by_id.stdout.splitlines() if "@sha256:" in line).split()[-1]
    assert shifan("programmes", "show", address).stdout == by_id.stdout


def test_an_unknown_one_names_those_there_are() -> None:
    told = shifan("programmes", "show", "no-such")
    assert told.exit_code == 1
    assert STORY.programme in told.stderr


def test_the_house_has_no_faults_and_a_spoilt_copy_is_told_line_field_and_remedy(tmp_path: Path) -> None:
    assert shifan("programmes", "check", str(DEFINITIONS)).exit_code == 0
    original = next(path for path in DEFINITIONS.rglob(f"{STORY.programme}/*.yaml") if path.suffixes == [".yaml"])
    spoilt = tmp_path / "spoilt.yaml"
    spoilt.write_text(original.read_text("utf-8").replace("type: check", "type: chekc", 1), encoding="utf-8")
    if "chekc" not in spoilt.read_text("utf-8"):
        pytest.fail("the definition has no check step to spoil")
    told = shifan("programmes", "check", str(spoilt))
    assert told.exit_code == 1
    assert "spoilt.yaml:" in told.stderr
    assert "completeness_check].type" in told.stderr
    assert "write one of" in told.stderr
    missing = shifan("programmes", "check", str(tmp_path / "none.yaml"))
    assert (missing.exit_code, "no such file" in missing.stderr) == (1, True)


def test_an_applicant_is_judged_condition_by_condition(facts: Path) -> None:
    told = json.loads(shifan("programmes", "explain", STORY.programme, str(facts), "--json").stdout)["conditions"]
    findings = {one["id"]: one["finding"] for one in told}
    assert set(findings.values()) == {"met", "unknown"}
    assert all(one["clause"] for one in told)
    assert {one["decided"] for one in told if one["finding"] == "unknown"} <= {"judged", "attested"}
    printed = shifan("programmes", "explain", STORY.programme, str(facts)).stdout
    assert "staff_count 24 >= 15" in printed


def test_one_figure_below_the_threshold_is_unmet(facts: Path) -> None:
    text = facts.read_text("utf-8")
    assert "staff_count: '24'" in text
    facts.write_text(text.replace("staff_count: '24'", "staff_count: '14'"), encoding="utf-8")
    told = json.loads(shifan("programmes", "explain", STORY.programme, str(facts), "--json").stdout)["conditions"]
    unmet = [one for one in told if one["finding"] == "unmet"]
    assert any(one["numbers"].get("staff_count") == "14" for one in unmet)


@pytest.mark.parametrize("text", ["answers: 3", "- a", "answers: {a: [1]}", "{", "no: answers"])
def test_facts_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text(text, encoding="utf-8")
    told = shifan("programmes", "explain", STORY.programme, str(path))
    assert told.exit_code == 1
    assert str(path) in told.stderr


@pytest.mark.parametrize(
    ("arguments", "due"),
    [
        (("2026-02-09", "7", "--count-start-day"), "2026-02-24"),
        (("2026-02-09", "7"), "2026-02-25"),
        (("2026-04-28", "7", "--count-start-day"), "2026-05-09"),
        (("2026-04-28", "7"), "2026-05-11"),
        (("2026-02-14", "7", "--count-start-day"), "2026-03-02"),
        (("2026-02-14", "7"), "2026-03-03"),
        (("2026-02-14", "1", "--unit", "week"), "2026-02-21"),
        (("2026-02-14", "1", "--unit", "week", "--roll", "next_working_day"), "2026-02-24"),
        (("2026-02-14", "1", "--unit", "month", "--at", "11:30"), "2026-03-14 11:30"),
    ],
)
def test_a_deadline_is_explained_day_by_day(arguments: tuple[str, ...], due: str) -> None:
    told = shifan("deadline", "explain", *arguments)
    assert told.exit_code == 0
    assert f"due: {due}" in told.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("2026-02-09", "7", "--unit", "fortnight"),
        ("2026-02-09", "99999"),
        ("soon", "7"),
        ("2026-02-09", "7", "--roll", "up"),
    ],
)
def test_a_period_that_is_none_is_refused(arguments: tuple[str, ...]) -> None:
    told = shifan("deadline", "explain", *arguments)
    assert told.exit_code == 2
    assert told.stderr

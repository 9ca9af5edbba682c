"""``shifan programmes`` as a person runs it: real processes, every command, and files that mean harm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from shared.programmes.workbench import check_file
from tests.programmes.hostile import HOSTILE, Hostile, written
from tests.programmes.readable import SOON_SECONDS
from tests.programmes.test_bad_definitions import GOOD

ROOT = Path(__file__).parents[2]
IN_FORCE_SINCE = "2026-01-01"


def shifan(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services", "programmes", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "240", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one process says about all of them."""
    folder = tmp_path_factory.mktemp("hostile")
    files = {hostile.name: written(folder, hostile) for hostile in HOSTILE}
    ran = shifan("check", "--json", *files.values())
    assert ran.returncode == 1, ran.stderr
    by_file = {one["file"]: one for one in json.loads(ran.stdout)}
    return {name: by_file[str(path)] for name, path in files.items()}


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda each: each.name)
def test_every_hostile_file_is_refused_with_line_field_and_remedy(told: dict[str, Any], hostile: Hostile) -> None:
    one = told[hostile.name]
    assert one["ok"] is False
    for fault in one["faults"]:
        assert fault["zh"]
        assert fault["en"]
        assert (fault["zh"] + fault["en"] + fault["field"]).replace("\n", "").isprintable()
    fits = [fault for fault in one["faults"] if hostile.remedy in fault["en"] and hostile.field in fault["field"]]
    assert fits, one["faults"]
    assert fits[0]["file"].endswith("file.yaml")
    assert hostile.line in (0, fits[0]["line"])


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda each: each.name)
def test_every_hostile_file_is_refused_soon(tmp_path: Path, hostile: Hostile) -> None:
    path = written(tmp_path, hostile)
    began = time.process_time()
    checked = check_file(path)
    assert time.process_time() - began < SOON_SECONDS
    assert checked.faults


def test_a_device_or_a_pipe_is_no_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero"), tmp_path / "none.yaml"):
        ran = shifan("check", path)
        assert ran.returncode == 1
        assert "no such file" in ran.stderr


def test_a_fault_is_told_as_a_compiler_would(tmp_path: Path) -> None:
    path = tmp_path / "1.yaml"
    path.write_text(GOOD.replace("staff_count >= 15", "staf_count >= 15", 1), "utf-8")
    ran = shifan("check", path)
    assert ran.returncode == 1
    line = next(number for number, each in enumerate(GOOD.splitlines(), 1) if "id: C1" in each)
    assert f"{path}:{line}: conditions[C1].expression" in ran.stderr
    assert "是否应为 staff_count?" in ran.stderr
    assert "did you mean staff_count?" in ran.stderr


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "1.yaml"
    path.write_text(GOOD, "utf-8")
    return path


def test_a_good_file_passes_and_what_is_unset_keeps_it_from_activation(good: Path) -> None:
    ran = shifan("check", "--activation", good)
    assert (ran.returncode, "可以启用" in ran.stdout) == (0, True)
    good.write_text(GOOD.replace("pass_mark: 60", "pass_mark: unset"), "utf-8")
    assert shifan("check", good).returncode == 0
    ran = shifan("check", "--activation", good)
    assert ran.returncode == 1
    assert "rubrics[review].pass_mark" in ran.stdout


def test_a_supplement_is_checked_with_its_definition(good: Path) -> None:
    supplement = good.with_name("1.trial.supplement.yaml")
    label = "supplement: {id: t, author: 演示, date: 2026-02-01, reason: {zh: 试, en: t}}\n"
    supplement.write_text(label + "id: test-programme\nversion: '1'\nrubrics: [{id: review, pass_mark: 70}]\n", "utf-8")
    ran = shifan("check", supplement)
    assert ran.returncode == 1
    assert f"{supplement}:4: rubrics[review].pass_mark" in ran.stderr
    assert "only fills unset" in ran.stderr
    good.write_text(GOOD.replace("pass_mark: 60", "pass_mark: unset"), "utf-8")
    ran = shifan("check", "--json", supplement)
    assert ran.returncode == 0
    (one,) = json.loads(ran.stdout)
    assert (one["unset"], one["unset_with_supplements"], one["sandbox_only"]) == (
        ["rubrics[review].pass_mark"],
        [],
        True,
    )
    good.unlink()
    assert "is not beside it" in shifan("check", supplement).stderr


def test_the_list_says_what_is_in_force_on_a_day(good: Path) -> None:
    def listed(day: str) -> bool:
        ran = shifan("list", "--library", good.parent, "--date", day, "--json")
        (one,) = json.loads(ran.stdout)
        assert (one["id"], one["kind"], one["status"]) == ("test-programme", "recognition", "in force")
        return bool(one["in_force"])

    assert listed(IN_FORCE_SINCE)
    assert not listed("2025-12-31")
    printed = shifan("list").stdout
    assert printed.count("⚠ 沙盒 / sandbox only") >= 15
    assert "征求意见稿 / draft for comment" in printed


def test_one_programme_is_shown_whole(good: Path) -> None:
    ran = shifan("show", good)
    assert ran.returncode == 0
    for part in (
        "staff_count >= 15",
        "7个工作日",
        "首日计入",
        "approve",
        "decide → ",
        "test-programme@sha256:",
        "权重",
    ):
        assert part in ran.stdout or part == "decide → ", part
    told = json.loads(shifan("show", good, "--json").stdout)
    assert told["conditions"][0]["expression"] == "staff_count >= 15"


@pytest.mark.parametrize(("staff", "finding"), [("14", "unmet"), ("15", "met"), ("16", "met"), (None, "unknown")])
def test_an_applicant_is_explained_at_the_boundary(good: Path, staff: str | None, finding: str) -> None:
    facts = good.with_name("facts.json")
    facts.write_text(json.dumps({"answers": {"staff_count": staff} if staff else {"kind": "a"}}), "utf-8")
    told = json.loads(shifan("explain", good, facts, "--region", "990100", "--level", "province", "--json").stdout)
    (one,) = told["conditions"]
    assert (one["id"], one["finding"], one["clause"]) == ("C1", finding, "二")
    assert one["unknown"] == ([] if staff else ["staff_count"])
    assert told["eligible"] is (finding == "met")


def test_what_the_programme_does_not_know_is_named(good: Path) -> None:
    facts = good.with_name("facts.yaml")
    facts.write_text("level: provinz\nanswers:\n  staff_count: fifteen\n  staf_count: 15\n", "utf-8")
    ran = shifan("explain", good, facts)
    assert ran.returncode == 1
    assert f"{facts}:3: answers.staff_count" in ran.stderr
    assert f"{facts}:4: answers.staf_count" in ran.stderr
    assert "did you mean staff_count?" in ran.stderr
    assert "did you mean province?" in ran.stderr
    assert "尚不能判断 / unknown" in ran.stdout


@pytest.mark.parametrize(
    "text",
    ["a: &a [*a]", "answers: {a: !!python/name:os.system x}", "x" * 600_000, "- 1"],
    ids=["alias", "tag", "too long", "list"],  # the id becomes part of the environment
)
def test_hostile_facts_are_refused(good: Path, text: str) -> None:
    facts = good.with_name("facts.yaml")
    facts.write_text(text, "utf-8")
    ran = shifan("explain", good, facts)
    assert ran.returncode == 1
    assert str(facts) in ran.stderr
    assert "Traceback" not in ran.stderr


def test_two_versions_are_told_apart_in_words(good: Path) -> None:
    after = good.with_name("2.yaml")
    text = GOOD.replace("version: '1'", "version: '2'").replace("{since: 2026-01-01}", "{since: 2027-01-01}")
    after.write_text(text.replace(">= 15", ">= 20").replace("length: 7,", "length: 10,"), "utf-8")
    good.write_text(GOOD.replace("{since: 2026-01-01}", "{since: 2026-01-01, until: 2026-12-31}"), "utf-8")
    ran = shifan("diff", good, after)
    assert ran.returncode == 0
    assert "数值 15 → 20" in ran.stdout
    assert "was 7 working days (first day counted), now 10 working days (first day counted)" in ran.stdout
    changes = {one["path"]: one["section"] for one in json.loads(shifan("diff", good, after, "--json").stdout)}
    assert changes["conditions[C1].expression"] == "conditions"
    assert changes["notices[notice].duration"] == "deadlines"
    assert "相同" in shifan("diff", good, good).stdout


def test_the_schema_and_the_pictures_are_written(good: Path) -> None:
    out = good.parent
    assert shifan("schema", "-o", out / "s.json").returncode == 0
    assert json.loads((out / "s.json").read_text("utf-8"))["$schema"].endswith("2020-12/schema")
    assert shifan("graph", good, "-o", out / "g.svg").returncode == 0
    assert ElementTree.parse(out / "g.svg").getroot().get("role") == "img"
    assert shifan("graph", good, "--mermaid").stdout.startswith("flowchart TD\n")
    refused = shifan("graph", good, "--procedure", "none")
    assert (refused.returncode, "there are: main" in refused.stderr) == (2, True)
    refused = shifan("graph", good, "-o", out / "no" / "g.svg")
    assert (refused.returncode, "cannot be written" in refused.stderr) == (2, True)


def test_an_unknown_programme_is_named_with_the_nearest(good: Path) -> None:
    ran = shifan("show", "test-program", "--library", good.parent)
    assert ran.returncode == 1
    assert "did you mean test-programme?" in ran.stderr

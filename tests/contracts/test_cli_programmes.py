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
from shared.calendar.days import LAST_LISTED
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
        (("2026-02-14", "1", "--unit", "month", "--at", "11:30:01"), "2026-03-14 11:30:01"),
        (("2024-02-29", "3", "--unit", "year"), "2027-02-28"),
        (("1990-04-15", "10000", "--unit", "calendar_day"), "2017-08-31"),
        (("2026-01-31", "10000", "--unit", "calendar_day", "--count-start-day"), "2053-06-17"),
        (("2005-12-30", "1"), "2005-12-31"),
    ],
)
def test_a_deadline_is_explained_day_by_day(arguments: tuple[str, ...], due: str) -> None:
    told = shifan("deadline", "explain", *arguments)
    assert told.exit_code == 0
    assert f"due: {due}" in told.stdout


@pytest.mark.parametrize(
    ("arguments", "zh", "en"),
    [
        (("2026-02-09", "7", "--unit", "fortnight"), "没有单位", "take one of: working_day"),
        (("2026-02-09", "7", "--roll", "up"), "没有顺延方式", "take one of: none"),
        *(
            (("2026-02-09", length), "1 至 2500 的整数", "a whole number from 1 to 2500")
            for length in ("0", "-1", "2501", "99999", "1" * 4000, "1.5", "７", "seven", "")
        ),
        (("2026-02-09", "36501", "--unit", "calendar_day"), "1 至 36500", "1 to 36500"),
        *(((day, "7"), "写作 2026-02-09", "write the first day as") for day in ("soon", "2026-2-9", "20260209", "")),
        *(((day, "7"), "没有", "there is no such day") for day in ("2026-02-30", "2027-02-29", "0000-01-01")),
        *((("2026-02-09", "7", "--at", at), "写作 17:00", "write the time as") for at in ("5pm", "17", "17:00+08")),
        *((("2026-02-09", "7", "--at", at), "没有", "no such time") for at in ("24:00", "17:60", "17:00:60")),
        (("9999-12-30", "7"), "超出9999年", "after the year 9999"),
        (("9950-01-01", "100", "--unit", "year"), "超出9999年", "after the year 9999"),
        (("2003-12-31", "7"), "日历自2004年起", "the calendar begins with 2004"),
        (("2003-12-31", "7", "--unit", "month", "--roll", "next_working_day"), "日历自2004年起", "begins with 2004"),
    ],
    ids=lambda given: " ".join(given)[:40] if isinstance(given, tuple) else "",
)
def test_a_period_that_is_none_is_refused_in_both_languages(arguments: tuple[str, ...], zh: str, en: str) -> None:
    told = shifan("deadline", "explain", *arguments)
    assert (told.exit_code, told.stdout) == (2, "")
    assert zh in told.stderr
    assert en in told.stderr


def test_an_end_that_may_still_move_says_which_year_it_waits_for() -> None:
    told = shifan("deadline", "explain", f"{LAST_LISTED}-12-28", "2")
    assert told.exit_code == 0
    assert f"{LAST_LISTED + 1}年安排尚未公布 / {LAST_LISTED + 1} is not published yet" in told.stdout.splitlines()[-1]


def test_a_region_is_found_by_name_former_name_and_code() -> None:
    told = shifan("regions", "襄樊", "--date", "2026-01-01")
    assert told.exit_code == 0
    assert "420600" in told.stdout and "襄阳市" in told.stdout and "before 2010" in told.stdout
    inside = json.loads(shifan("regions", "320100", "--date", "2026-01-01", "--json").stdout)
    assert [each["code"] for each in inside][:2] == ["320100", "320102"]
    assert all(each["counts"] for each in inside)
    ever = json.loads(shifan("regions", "3201", "--ever", "--date", "2026-01-01", "--json").stdout)
    assert {"320103", "320104"} <= {each["code"] for each in ever}


def test_a_code_that_was_given_up_is_told_with_what_followed() -> None:
    told = shifan("regions", "652100", "--date", "2026-01-01")
    assert "until 2015" in told.stdout and "→ 650400" in told.stdout
    (only,) = json.loads(shifan("regions", "652100", "--date", "2026-01-01", "--json").stdout)
    assert (only["counts"], only["instead"]) == (False, ["650400"])
    (then,) = json.loads(shifan("regions", "652101", "--date", "2015-05-01", "--json").stdout)
    assert then["counts"] is True


def test_what_no_list_has_and_what_is_too_much_is_said() -> None:
    assert shifan("regions", "亚特兰蒂斯").exit_code == 1
    assert "--ever" in shifan("regions", "110200").stderr
    many = shifan("regions", "区")
    assert (many.exit_code, "more precise" in many.stderr) == (1, True)

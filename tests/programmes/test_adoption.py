"""Inheritance: a lower level adopts a higher text and adds; what may only get stricter does; rules have origins."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shared.programmes.adoption import stricter
from shared.programmes.catalogue import Catalogue
from shared.programmes.expressions import parse
from shared.programmes.facts_file import Facts
from shared.programmes.model import Programme
from shared.programmes.reading.faults import BadDefinition, Fault
from shared.programmes.reasons import judge
from shared.runtime.operator.regulations.portrait import portrait
from tests.programmes.library import library

FOLDER = Path(__file__).with_name("demo")
NAMES = ("nation", "province", "city")
TEXTS = {name: (FOLDER / f"green-villages-{name}.yaml").read_text("utf-8") for name in NAMES}
SHELF = Catalogue.load(FOLDER)
(NATION,) = SHELF.versions("demo-green-villages")
(PROVINCE,) = SHELF.versions("demo-green-villages-province")
(CITY,) = SHELF.versions("demo-green-villages-city")
DAY = date(2026, 5, 4)


def loaded(folder: Path, **changed: str) -> Catalogue:
    for name, text in {**TEXTS, **changed}.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return Catalogue.load(folder)


def refusal(folder: Path, name: str, old: str, new: str) -> tuple[Fault, ...]:
    assert old in TEXTS[name]
    with pytest.raises(BadDefinition) as refused:
        loaded(folder, **{name: TEXTS[name].replace(old, new, 1)})
    for fault in refused.value.faults:
        assert fault.zh
        assert fault.en
        assert fault.place.line >= 1
    return refused.value.faults


def told(faults: tuple[Fault, ...], file: str, path: str, remedy: str) -> Fault:
    fits = [each for each in faults if each.place.file == file and each.path == path and remedy in each.en]
    assert fits, [str(fault) for fault in faults]
    return fits[0]


@pytest.mark.parametrize("programme", [NATION, PROVINCE, CITY], ids=lambda each: each.id)
def test_each_level_runs_by_itself(programme: Programme) -> None:
    assert programme.missing_for_activation() == ()
    assert not programme.sandbox_only
    assert SHELF.open_for_cases(programme.id, DAY, sandbox=False) is programme


def test_three_levels_adopt_add_change_and_drop() -> None:
    assert [each.id for each in NATION.conditions] == ["G1", "G2", "G3"]
    assert [each.id for each in PROVINCE.conditions] == ["G1", "G2", "G3", "G4"]
    assert [each.id for each in CITY.conditions] == ["G1", "G2", "G4", "G5"]
    assert CITY.step("assessment").outcomes["sufficient"] == "visit"
    assert [each.notice("result").duration.length for each in (NATION, PROVINCE, CITY)] == [7, 7, 5]  # type: ignore[union-attr]
    assert CITY.condition("G1").title == NATION.condition("G1").title
    assert CITY.party("department").role == "officer"


ANSWERS = {"households": "150", "green": "0.3", "income": "10000"}


@pytest.mark.parametrize(
    ("programme", "condition", "changed", "expected"),
    [
        (NATION, "G1", {"households": "99"}, "unmet"),
        (NATION, "G1", {"households": "100"}, "met"),
        (PROVINCE, "G1", {"households": "149"}, "unmet"),
        (PROVINCE, "G1", {"households": "150"}, "met"),
        (PROVINCE, "G4", {"income": "9999.99"}, "unmet"),
        (PROVINCE, "G4", {"income": "10000"}, "met"),
        (CITY, "G1", {"households": "149"}, "unmet"),
        (CITY, "G1", {}, "met"),
        (CITY, "G1", {"green": "0.249"}, "unmet"),
        (CITY, "G1", {"green": "0.25"}, "met"),
        (CITY, "G2", {"green": "0.299"}, "unmet"),
        (CITY, "G2", {"green": "0.3"}, "met"),
        (CITY, "G5", {}, "unknown"),
    ],
)
def test_one_village_at_every_number(
    programme: Programme, condition: str, changed: dict[str, Any], expected: str
) -> None:
    judged = judge(programme, Facts(answers=ANSWERS | changed, day=DAY, region="990101")).conditions
    assert next(each.finding for each in judged if each.id == condition) == expected


def test_every_rule_says_which_texts_wrote_it() -> None:
    nation, province, city = (
        "demo-green-villages 2026",
        "demo-green-villages-province 2026",
        "demo-green-villages-city 2026",
    )
    assert CITY.origin("conditions[G1]") == (nation, province, city)
    assert CITY.origin("conditions[G2]") == (nation,)
    assert CITY.origin("conditions[G4]") == (province,)
    assert CITY.origin("conditions[G5]") == ()
    assert CITY.origin("procedures[recognition].steps[visit]") == (province,)
    assert NATION.adopted == ()
    judged = {each.id: each for each in judge(CITY, Facts(answers=ANSWERS, day=DAY)).conditions}
    assert judged["G2"].origin == (nation,)
    assert judged["G5"].origin == ()


def test_an_officer_reads_the_origin(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    Console(width=300).print(portrait(CITY, DAY))
    printed = capsys.readouterr().out
    assert "demo-green-villages 2026 + demo-green-villages-province 2026 + demo-green-villages-city 2026" in printed


def test_the_address_covers_what_is_adopted(tmp_path: Path) -> None:
    before = {each.id: each.ref for each in loaded(tmp_path).programmes()}
    changed = TEXTS["nation"].replace("green >= 0.3", "green >= 0.31", 1)
    after = {each.id: each.ref for each in loaded(tmp_path, nation=changed).programmes()}
    assert set(before) == set(after)
    assert not set(before.values()) & set(after.values())


CITY_TEXT, PROVINCE_TEXT = "city.yaml", "province.yaml"


@pytest.mark.parametrize(
    ("name", "old", "new", "file", "path", "remedy"),
    [
        ("city", "demo-green-villages-province,", "demo-green-vilages-province,", CITY_TEXT, "adopts", "to adopt"),
        (
            "province",
            "demo-green-villages, version: '2026'",
            "demo-green-villages, version: '2025'",
            PROVINCE_TEXT,
            "adopts",
            "to adopt",
        ),
        (
            "city",
            "drop: [conditions/G3]",
            "drop: [conditions/G9]",
            CITY_TEXT,
            "adopts.drop",
            "did you mean conditions/G",
        ),
        ("city", "drop: [conditions/G3]", "drop: [G3]", CITY_TEXT, "adopts.drop", "write <list>/<id>"),
        ("city", "region: '990100'", "region: '110100'", CITY_TEXT, "region", "does not lie in 990000"),
        ("province", "id: G4,", "id: G2,", PROVINCE_TEXT, "conditions[G2]", "use another id"),
        (
            "province",
            "households >= 150",
            "households >= 99",
            PROVINCE_TEXT,
            "conditions[G1].expression",
            "only be made stricter",
        ),
        (
            "province",
            "households >= 150",
            "households > 99",
            PROVINCE_TEXT,
            "conditions[G1].expression",
            "(households >= 100) and",
        ),
        (
            "province",
            "households >= 150",
            "households >= 150 or green >= 0.5",
            PROVINCE_TEXT,
            "conditions[G1].expression",
            "stricter",
        ),
        (
            "province",
            "expression: households >= 150",
            "decided: judged, expression: households >= 150",
            PROVINCE_TEXT,
            "conditions[G1].expression",
            "stricter",
        ),
        (
            "province",
            "version: '2026', source",
            "version: '2026', drop: [conditions/G1], source",
            PROVINCE_TEXT,
            "conditions[G1]",
            "title",
        ),
    ],
)
def test_what_a_lower_text_may_not_do(
    tmp_path: Path, name: str, old: str, new: str, file: str, path: str, remedy: str
) -> None:
    faults = refusal(tmp_path, name, old, new)
    if remedy == "title":  # dropped and not written anew as a whole
        assert any(fault.path.startswith(path) for fault in faults), [str(fault) for fault in faults]
    else:
        told(faults, file, path, remedy)


def test_a_lower_text_may_not_relax_what_only_gets_stricter(tmp_path: Path) -> None:
    relaxing = TEXTS["province"] + (
        "relaxations:\n  - {id: X1, title: {zh: 放宽, en: relax}, relaxes: [G1], when: lies_in('990300'), "
        "party: department, source: {clause: 第九条}}\n"
    )
    with pytest.raises(BadDefinition) as refused:
        loaded(tmp_path, province=relaxing)
    told(refused.value.faults, PROVINCE_TEXT, "relaxations[X1].relaxes", "only be made stricter")


def test_a_circle_of_three_is_refused(tmp_path: Path) -> None:
    text = "id: {0}\nversion: '1'\nregion: '990000'\nadopts: {{programme: {1}, version: '1'}}\n"
    for one, two in (("aaa", "bbb"), ("bbb", "ccc"), ("ccc", "aaa")):
        (tmp_path / f"{one}.yaml").write_text(text.format(one, two), "utf-8")
    with pytest.raises(BadDefinition, match="never in a circle"):
        Catalogue.load(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a >= 10", "a >= 10", True),
        ("a >= 10", "a >= 10.0", True),
        ("a >= 10", "a >= 11", True),
        ("a >= 10", "a > 10", True),
        ("a >= 10", "a >= 9.99", False),
        ("a > 10", "a >= 10", False),
        ("a > 10", "a >= 11", True),
        ("a < 10", "a <= 9", True),
        ("a < 10", "a <= 10", False),
        ("a <= 10", "a <= 9", True),
        ("a <= 10", "a < 10", True),
        ("a <= 10", "a <= 11", False),
        ("a == 10", "a == 11", False),
        ("a >= 10", "b >= 11", False),
        ("a >= 10", "a >= 10 and b >= 1", True),
        ("a >= 10", "b >= 1 and a >= 12", True),
        ("a >= 10", "a >= 10 or b >= 1", False),
        ("a >= 10 and b >= 1", "a >= 11 and b >= 1", True),
        ("a >= 10 and b >= 1", "a >= 11", False),
        ("a >= 10 or b >= 1", "a >= 11 or b >= 2", True),
        ("a / b >= 0.6", "a / b >= 0.7", True),
    ],
)
def test_stricter_is_what_can_be_shown_to_be(old: str, new: str, expected: bool) -> None:
    assert stricter(parse(old), parse(new)) is expected


def test_the_shipped_text_that_adopts_another_says_so() -> None:
    (child,) = library().versions("yancheng-sci-platform")
    parent = "js-sci-platform-2006 2006-102"
    assert child.origin("conditions[P2]") == (parent, "yancheng-sci-platform seed")
    assert any(each.texts == (parent,) for each in child.adopted)

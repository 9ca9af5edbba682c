"""The table of regions: what the lists say of well-known changes, how long each list is, what is said of a code that
cannot be given, and how a table that contradicts itself is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from shared.identifiers import (
    NATION,
    Region,
    RegionTableWrong,
    known_regions,
    read_regions,
    region_fault,
    region_level,
)
from shared.programmes.catalogue import Catalogue
from shared.programmes.workbench import LIBRARY

KNOWN = known_regions()


def listed(year: int) -> list[Region]:
    """The codes of the list of this year: in the year of a change the lists have the new one only."""
    counts = [each for each in KNOWN.by_code.values() if not each.source]
    return [each for each in counts if (each.since or 0) <= year and (each.until is None or year < each.until)]


# ── what the lists say ───────────────────────────────────────────────────────────────────────────────────────────

CHANGES = [
    # code, name, first list with it, first list without it, where it went
    ("500000", "重庆市", 1997, None, []),
    ("810000", "香港特别行政区", 1997, None, []),
    ("820000", "澳门特别行政区", 1999, None, []),
    ("341400", "巢湖市", 1999, 2011, ["340100", "340200", "340500"]),
    ("371200", "莱芜市", 1992, 2018, ["370100"]),
    ("370116", "莱芜区", 2018, None, []),
    ("460300", "三沙市", 2012, None, []),
    ("469031", "西沙群岛", 2001, 2012, ["460300"]),
    ("460400", "儋州市", 2015, None, []),
    ("419001", "济源市", 1996, None, []),
    ("429004", "仙桃市", 1994, None, []),
    ("520500", "毕节市", 2011, None, []),
    ("522400", "毕节地区", None, 2011, ["520500"]),
    ("542100", "昌都地区", None, 2014, ["540300"]),
    ("542300", "日喀则地区", None, 2014, ["540200"]),
    ("542600", "林芝地区", None, 2015, ["540400"]),
    ("542200", "山南地区", None, 2016, ["540500"]),
    ("542400", "那曲地区", None, 2017, ["540600"]),
    ("632100", "海东地区", None, 2013, ["630200"]),
    ("654100", "伊犁地区", 1984, 2001, ["654000"]),
    ("652100", "吐鲁番地区", None, 2015, ["650400"]),
    ("652200", "哈密地区", None, 2016, ["650500"]),
    ("659006", "铁门关市", 2012, None, []),
    ("659012", "白杨市", 2023, None, []),
    ("653228", "和康县", 2024, None, []),
    ("320982", "大丰市", 1996, 2015, ["320904"]),
    ("350822", "永定县", 1996, 2014, ["350803"]),
    ("510124", "郫县", None, 2016, ["510117"]),
    ("512081", "简阳市", 2000, 2016, ["510185"]),
    ("350205", "海沧区", None, None, []),
    ("500105", "江北区", 1997, 2025, ["500157"]),
]


@pytest.mark.parametrize(("code", "zh", "since", "until", "successors"), CHANGES, ids=lambda value: str(value)[:12])
def test_a_change_is_dated_by_the_lists(
    code: str, zh: str, since: int | None, until: int | None, successors: list[str]
) -> None:
    found = KNOWN.by_code[code]
    assert (found.zh, found.since, found.until, list(found.successors)) == (zh, since, until, successors)


RENAMED = [
    ("420600", "襄樊市", "襄阳市", 2010),
    ("530800", "思茅市", "普洱市", 2007),
    ("320800", "淮阴市", "淮安市", 2000),
    ("513225", "南坪县", "九寨沟县", None),
    ("350205", "杏林区", "海沧区", 2003),
    ("500110", "万盛区", "綦江区", 2011),
]


@pytest.mark.parametrize(("code", "before", "after", "year"), RENAMED, ids=lambda value: str(value))
def test_a_code_keeps_its_time_through_a_new_name(code: str, before: str, after: str, year: int | None) -> None:
    found = KNOWN.by_code[code]
    if year is None:  # renamed before the table begins
        assert (found.zh, found.former) == (after, ())
        return
    assert found.names_on(date(year - 1, 6, 1)) == (before,)
    assert found.names_on(date(year, 6, 1)) == (before, after), "both in the year of the change"
    assert found.names_on(date(year + 1, 6, 1)) == (after,)


LENGTHS = {
    2000: 36_581,
    2001: 36_573,
    2004: 36_607,
    2008: 36_577,
    2013: 36_473,
    2015: 36_451,
    2016: 36_468,
    2017: 36_468,
    2018: 36_463,
    2019: 36_406,
    2020: 36_385,
    2024: 36_409,
    2025: 36_399,
}
"""Year -> characters of the list as the source keeps it: a line of code, space and name for each region."""


@pytest.mark.parametrize("year", LENGTHS)
def test_the_lists_come_out_of_the_table_as_long_as_they_are(year: int) -> None:
    def name(region: Region) -> str:
        return region.names_on(date(year, 12, 31))[-1]

    assert sum(len(f"{each.code} {name(each)}\n") for each in listed(year)) == LENGTHS[year]


def test_the_list_of_2025_has_every_province_prefecture_and_county() -> None:
    levels = [region_level(each.code) for each in listed(2025)]
    assert {level: levels.count(level) for level in set(levels)} == {"province": 34, "prefecture": 333, "county": 2845}
    assert KNOWN.lists_until == 2025 and "民政部" in KNOWN.source


def test_the_shipped_table_has_two_codes_of_its_own_and_says_so() -> None:
    assert {each.code for each in KNOWN.by_code.values() if each.source} == {NATION, "XPCC"}


# ── what follows what ────────────────────────────────────────────────────────────────────────────────────────────

DAY = date(2026, 1, 1)


def codes(regions: Iterable[Region]) -> list[str]:
    return [each.code for each in regions]


def test_a_code_that_was_given_up_leads_on_and_back() -> None:
    assert KNOWN.get("652100", DAY) is None and KNOWN.get("652100", date(2010, 1, 1)) is not None
    assert codes(KNOWN.following("652100", DAY)) == ["650400"]
    assert codes(KNOWN.following("460003", DAY)) == ["460400"], "over two changes"
    assert codes(KNOWN.following("500112", DAY)) == ["500109", "500157"], "divided"
    assert codes(KNOWN.following("650400", DAY)) == ["650400"], "still itself"
    assert KNOWN.following("650400", date(2010, 1, 1)) == () == KNOWN.following("990000", DAY)
    assert codes(KNOWN.preceding("650400", date(2010, 1, 1))) == ["652100"]
    assert codes(KNOWN.preceding("460400", date(2000, 1, 1))) == ["460003"]
    assert KNOWN.preceding("659012", date(2010, 1, 1)) == ()


def test_in_the_year_of_a_change_both_codes_count() -> None:
    year = date(2015, 3, 1)
    assert KNOWN.get("652100", year) is not None and KNOWN.get("650400", year) is not None
    assert KNOWN.get("650400", date(2014, 12, 31)) is None and KNOWN.get("652100", date(2016, 1, 1)) is None


def test_names_and_listing() -> None:
    assert KNOWN.full_name("653201") == "新疆维吾尔自治区和田地区和田市"
    assert KNOWN.full_name("350200") == "福建省厦门市"
    assert KNOWN.full_name("110108") == "北京市海淀区"
    assert KNOWN.full_name("419001") == "河南省济源市"
    assert KNOWN.full_name("XPCC") == "新疆生产建设兵团"
    assert KNOWN.full_name("999999") == "999999"
    assert codes(KNOWN.within("653200", DAY))[:3] == ["653200", "653201", "653221"]
    assert len([each for each in KNOWN.within("210000", DAY) if region_level(each.code) == "prefecture"]) == 14


def test_every_code_of_the_shipped_programmes_is_in_the_table() -> None:
    provinces = {each.code[:2] for each in KNOWN.by_code.values()}
    written = {
        (path.name, code)
        for path in LIBRARY.rglob("*.yaml")
        for code in re.findall(r"'([0-9]{6})'", path.read_text("utf-8"))
        if code[:2] in provinces
    }
    assert {code for _, code in written} >= {"320000", "350800", "653200", "510100", "350203"}
    assert [(name, code) for name, code in written if code not in KNOWN.by_code] == []
    assert Catalogue.load(LIBRARY).programmes(), "and none is refused for its regions"


# ── a code that somebody gives ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("320102", DAY),
        ("652101", date(2015, 12, 31)),
        ("650402", date(2015, 1, 1)),
        ("320802", date(2006, 5, 1)),
        ("000000", DAY),
        ("XPCC", DAY),
        ("ABCD", DAY),
        ("990101", DAY),
        ("290000", DAY),
        ("320899", date(1999, 12, 31)),
        ("", DAY),
    ],
)
def test_what_counts_or_cannot_be_judged_is_no_fault(code: str, day: date) -> None:
    assert region_fault(code, day) is None


@pytest.mark.parametrize(
    ("code", "day", "said", "instead"),
    [
        ("652101", DAY, "the list of 2015 no longer has it", ("650402",)),
        ("371200", date(2019, 1, 1), "the list of 2018 no longer has it", ("370100",)),
        ("500112", DAY, "the list of 2025 no longer has it", ("500109", "500157")),
        ("650402", date(2014, 12, 31), "only in the lists since 2015", ("652101",)),
        ("659012", date(2022, 1, 1), "only in the lists since 2023", ()),
        ("119100", DAY, "no list up to 2025 has this code", ()),
        ("320199", DAY, "no list up to 2025 has this code", ()),
    ],
)
def test_a_code_that_cannot_be_given_is_told_with_the_one_that_can(
    code: str, day: date, said: str, instead: tuple[str, ...]
) -> None:
    fault = region_fault(code, day)
    assert fault is not None
    assert said in fault.en and fault.instead == instead
    assert all(each in fault.do_zh and each in fault.do_en for each in instead)
    if "no list" in said:
        place = "320100" if code.startswith("32") else "110000"
        assert place in fault.do_en and place in fault.do_zh, "it says where to look"
        assert code not in fault.zh + fault.en + fault.do_zh + fault.do_en


# ── a table that contradicts itself ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", ["110100", "310100", "419000", "500200", "659000"])
def test_a_code_that_gathers_what_a_province_has_directly_below_it_counts(code: str) -> None:
    assert region_fault(code, DAY) is None


HEAD = {"source": "a list", "meaning": "years", "complete_since": 2000, "lists_until": 2025}
PROVINCE = {"code": "320000", "zh": "甲省"}
CITY = {"code": "320100", "zh": "甲市", "since": 1996}
OLD = {"code": "320102", "zh": "旧区", "since": 1996, "until": 2010, "successors": ["320103"]}
NEW = {"code": "320103", "zh": "新区", "since": 2010}


def table(*rows: Any) -> str:
    return json.dumps({**HEAD, "regions": [PROVINCE, CITY, *rows]})


def test_a_table_without_fault_is_read() -> None:
    read = read_regions(table(OLD, {**NEW, "former": [{"zh": "中区", "until": 2012}]}))
    assert list(read.by_code) == ["320000", "320100", "320102", "320103"]
    assert read.by_code["320102"].valid_from == date(1996, 1, 1)
    assert read.by_code["320102"].valid_to == date(2010, 12, 31)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([OLD, OLD, NEW], "320102 stands twice"),
        ([{**OLD, "until": 2008}, {**OLD, "zh": "别区", "since": 2005}, NEW], "320102 stands twice"),
        ([NEW, OLD], "320102 stands after 320103"),
        ([OLD], "its successor 320103 is not in the table"),
        ([{**OLD, "successors": []}, NEW], "name its successors"),
        ([{**OLD, "successors": ["320103", "320103"]}, NEW], "a successor stands twice"),
        ([{**OLD, "successors": ["320102"]}], "it is its own successor"),
        ([OLD, {**NEW, "since": 2011}], "its successor 320103 does not count after 2010"),
        ([OLD, {**OLD, "code": "320103"}], "its successor 320103 does not count after 2010"),
        ([{**NEW, "successors": ["320100"]}], "no last year"),
        ([{**NEW, "since": 2026}], "since 2026 is not between"),
        ([{**OLD, "since": 2010}, NEW], "until 2010 is not after since 2010"),
        ([{**OLD, "until": 1999}, {**NEW, "since": 1999}], "leave it out"),
        ([{**NEW, "since": 1990}], "reach beyond those of 320100"),
        ([{**NEW, "code": "330103"}], "the province 330000 is not in the table"),
        ([{**NEW, "former": [{"zh": "中区", "until": 2012}, {"zh": "小区", "until": 2012}]}], "for one time"),
        ([{**NEW, "former": [{"zh": "中区", "until": 2014}, {"zh": "小区", "until": 2012}]}], "for one time"),
        ([{**NEW, "former": [{"zh": "新区", "until": 2012}]}], "a former name is the next one"),
        ([{**NEW, "former": [{"zh": "中区", "until": 2010}]}], "the code does not count"),
        ([{**NEW, "former": [{"zh": "中区"}]}], "former is unknown or written wrongly"),
        ([{**NEW, "since": "2010"}], "since is unknown or written wrongly"),
        ([{**NEW, "since": True}], "since is unknown or written wrongly"),
        ([{**NEW, "valid_from": "2010-01-01"}], "valid_from is unknown"),
        ([{**NEW, "zh": " "}], "write its name"),
        ([{**NEW, "source": "somewhere"}], "source is for rows that no list has"),
        ([{"code": "LOCAL", "zh": "某局"}], "source is for rows that no list has"),
        ([{"code": "3201", "zh": "甲市", "source": "x"}], "a code is six digits"),
        ([{"zh": "无码"}], "row 3: write its code"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused_with_what_to_do(rows: list[Any], said: str) -> None:
    with pytest.raises(RegionTableWrong) as refused:
        read_regions(table(*rows))
    assert said in str(refused.value)


def test_all_faults_are_told_at_once_and_a_strange_shape_too() -> None:
    with pytest.raises(RegionTableWrong) as refused:
        read_regions(table(OLD, {**NEW, "code": "320105", "since": 2026}))
    assert len(refused.value.faults) == 2
    with pytest.raises(RegionTableWrong, match="complete_since, lists_until"):
        read_regions(json.dumps({"regions": []}))

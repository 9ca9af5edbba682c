"""Authorities follow each other without a circle, a gap or an overlap; who acts on a day is who exists on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from shared.programmes.loader import SourceFile, load
from shared.programmes.model import Authority, InForce, Party, Programme, Text
from shared.programmes.reading.faults import BadDefinition
from tests.programmes.test_bad_definitions import GOOD
from tests.support.regulation import PROGRAMME

A, B, C = (
    Authority(id="a", name=Text(zh="甲委", en="A"), level="region", region="990000", successor="b",
              existed=InForce(since=date(2000, 1, 1), until=date(2018, 10, 31))),
    Authority(id="b", name=Text(zh="乙厅", en="B"), level="region", region="990000", successor="c",
              existed=InForce(since=date(2018, 11, 1), until=date(2024, 2, 29))),
    Authority(id="c", name=Text(zh="丙局", en="C"), level="region", region="990100",
              existed=InForce(since=date(2024, 3, 1))),
)  # fmt: skip
RENAMED: Programme = replace(PROGRAMME, authorities=(A, B, C))
PARTY = Party(id="p", title=Text(zh="甲", en="p"), role="officer", level="region", authorities=("a",))


@pytest.mark.parametrize(
    ("day", "acting"),
    [
        (date(1999, 1, 1), "a"),
        (date(2018, 10, 31), "a"),
        (date(2018, 11, 1), "b"),
        (date(2024, 2, 29), "b"),
        (date(2024, 3, 1), "c"),
        (date(2099, 1, 1), "c"),
    ],
)
def test_who_exists_on_the_day_acts(day: date, acting: str) -> None:
    assert RENAMED.authority_on("a", day).id == acting
    assert [authority.id for authority in RENAMED.authorities_on(PARTY, day)] == [acting]


def test_two_that_were_merged_are_one_from_then_on() -> None:
    both = replace(PARTY, authorities=("a", "b"))
    assert [x.id for x in RENAMED.authorities_on(both, date(2018, 10, 31))] == ["a", "b"]
    assert [x.id for x in RENAMED.authorities_on(both, date(2018, 11, 1))] == ["b"]


def line(name: str, existed: str, successor: str) -> str:
    head = f"  - {{id: {name}, name: {{zh: 机关{name}, en: {name}}}, level: province, "
    return f"{head}{existed}{successor}source: {{clause: 一}}}}\n"


def text(*lines: str) -> SourceFile:
    return SourceFile("f.yaml", GOOD.replace("parties:\n", "authorities:\n" + "".join(lines) + "parties:\n", 1))


OLD, NEW = "existed: {since: 2000-01-01, until: 2018-10-31}, ", "existed: {since: 2018-11-01}, "


def test_a_chain_that_joins_is_good() -> None:
    load(text(line("a", OLD, "successor: b, "), line("b", NEW, "")))


@pytest.mark.parametrize(
    ("first", "second", "field", "remedy"),
    [
        ((OLD, "successor: b, "), (NEW, "successor: a, "), "successor", "lead back"),
        ((OLD, "successor: a, "), (NEW, ""), "successor", "lead back"),
        (("existed: {since: 2000-01-01}, ", "successor: b, "), (NEW, ""), "existed", "last day"),
        (("", "successor: b, "), (NEW, ""), "existed", "last day"),
        ((OLD, "successor: b, "), ("existed: {since: 2018-11-02}, ", ""), "existed", "join them"),
        ((OLD, "successor: b, "), ("existed: {since: 2018-10-31}, ", ""), "existed", "overlaps"),
    ],
)
def test_a_circle_a_gap_and_an_overlap_are_refused(
    first: tuple[str, str], second: tuple[str, str], field: str, remedy: str
) -> None:
    with pytest.raises(BadDefinition) as refused:
        load(text(line("a", *first), line("b", *second)))
    faults = [fault for fault in refused.value.faults if remedy in fault.en]
    assert faults and faults[0].path.startswith("authorities[a]") and faults[0].path.endswith(field)
    assert faults[0].zh

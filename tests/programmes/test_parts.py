"""A figure that is a part of another (其中): never more than it, over the same years, and never of itself."""

from __future__ import annotations

import pytest

from shared.programmes.loader import SourceFile, load
from shared.programmes.model import Metric, Programme, Text
from shared.programmes.model.answering import answer_faults, overdrawn
from shared.programmes.reading.faults import BadDefinition
from tests.programmes.test_bad_definitions import GOOD

STAFF = "  - {id: staff_count, title: {zh: 人数, en: staff}, type: count}\n"
PART = "  - {id: skilled, title: {zh: 专业人员, en: skilled}, type: count, part_of: staff_count}\n"


def programme(*metrics: str) -> Programme:
    return load(SourceFile("parts.yaml", GOOD.replace(STAFF, STAFF + "".join(metrics))))


@pytest.mark.parametrize(
    ("answers", "known"),
    [
        ({"skilled": "15", "staff_count": "15"}, True),
        ({"skilled": "16", "staff_count": "15"}, False),
        ({"skilled": "0", "staff_count": "0"}, True),
        ({"skilled": "16"}, True),
        ({"skilled[last]": "16", "staff_count": "15"}, False),
        ({"skilled": "16", "staff_count[last]": "15"}, False),
    ],
)
def test_more_than_its_whole_is_no_answer(answers: dict[str, str], known: bool) -> None:
    text = programme(PART)
    values = text.typed(answers)
    assert ("skilled" in values) is known
    assert ("skilled[last]" in values) is known
    faults = answer_faults(text.metrics, answers)
    assert [fault.key for fault in faults] == ([] if known else [next(iter(answers))])
    assert all("人数" in fault.zh and "staff" in fault.en for fault in faults)


def test_each_year_is_held_to_its_own() -> None:
    title = Text(zh="户", en="firms")
    metrics = (
        Metric(id="served", title=title, type="count", as_of="each_year", years=2),
        Metric(id="small", title=title, type="count", as_of="each_year", years=2, part_of="served"),
    )
    answers = {"served[last]": "60", "served[last-1]": "70", "small[last]": "61", "small[last-1]": "61"}
    assert [fault.key for fault in overdrawn(metrics, answers)] == ["small[last]"]


@pytest.mark.parametrize(
    ("metrics", "remedy"),
    [
        (("  - {id: a, title: {zh: 甲, en: a}, type: count, part_of: stuff_count}\n",), "did you mean staff_count?"),
        (("  - {id: a, title: {zh: 甲, en: a}, type: amount, part_of: staff_count}\n",), "differ in type"),
        (("  - {id: a, title: {zh: 甲, en: a}, type: count, years: 2, part_of: staff_count}\n",), "differ in type"),
        (("  - {id: a, title: {zh: 甲, en: a}, type: count, unit: firm, part_of: staff_count}\n",), "differ in type"),
        (("  - {id: a, title: {zh: 甲, en: a}, type: boolean, part_of: b}\n", PART), "there is no metric b"),
        (
            (
                "  - {id: a, title: {zh: 甲, en: a}, type: count, part_of: b}\n",
                "  - {id: b, title: {zh: 乙, en: b}, type: count, part_of: a}\n",
            ),
            "round in a circle",
        ),
    ],
)
def test_what_cannot_be_a_part_is_refused(metrics: tuple[str, ...], remedy: str) -> None:
    with pytest.raises(BadDefinition) as refused:
        programme(*metrics)
    assert any(remedy in fault.en for fault in refused.value.faults), refused.value.faults

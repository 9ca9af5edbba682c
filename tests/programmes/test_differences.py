"""Every part of a definition, changed alone, is told in words that a person can read; none is passed over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shared.programmes.catalogue import Catalogue
from shared.programmes.diff import Change, differences
from shared.programmes.model import Programme, Source
from shared.programmes.model.words import UNSET
from shared.programmes.reading.hints import Field, fields_of
from tests.programmes.library import library

DEMO = Catalogue.load(Path(__file__).with_name("demo"))
EVERY = (*library().programmes(), *DEMO.programmes())
RAW = re.compile(
    r"<[a-z_]+ |<class|Decimal\(|Unset|Text\(|datetime|MappingProxy|frozenset|\bNone[,)」]|: None$|[a-z]=[A-Z'(]"
)
NOT_RULES = ("digest", "supplied", "adopted", "facts", "id")
"""What is no rule: what the loader fills in, ids of the catalogue of facts; another id is another element."""
Variant = tuple[str, Any]


def variants(value: Any, path: str, field: Field | None = None) -> Iterator[Variant]:
    """The value with one thing changed, for every thing in it."""
    if is_dataclass(value) and not isinstance(value, type):
        known = fields_of(type(value))
        for each in fields(value):
            if each.name not in NOT_RULES:
                part = getattr(value, each.name)
                for where, other in variants(part, f"{path}.{each.name}", known.get(each.name)):
                    yield where, replace(value, **{each.name: other})
    elif isinstance(value, tuple):
        yield from _of_list(value, path)
    elif isinstance(value, Mapping):
        for key in value:
            yield f"{path}.{key}", {name: item for name, item in value.items() if name != key}
            yield f"{path}.{key}", {**value, key: f"{value[key]}_2"}
    elif (other := another(value, field)) is not None:
        yield path, other


def _of_list(value: tuple[Any, ...], path: str) -> Iterator[Variant]:
    for number, item in enumerate(value):
        here = f"{path}[{getattr(item, 'id', number)}]"
        yield here, value[:number] + value[number + 1 :]
        for where, other in variants(item, here):
            yield where, (*value[:number], other, *value[number + 1 :])


def another(value: Any, field: Field | None) -> Any:
    """Some other value of the same kind; None where there is none to speak of."""
    words = [word for shape in (field.shapes if field else ()) if shape.kind == "word" for word in shape.of]
    if words:
        return next((word for word in words if word != value), None)
    match value:
        case bool():
            return not value
        case int() | Decimal():
            return value + 1
        case date():
            return value + timedelta(days=1)
        case time():
            return time((value.hour + 1) % 24, value.minute)
        case str() if field is not None and (field.expression or field.name == "guard"):
            return f"({value}) and true"
        case str():
            return f"{value}改 changed"
        case _:
            return (
                date(2030, 1, 1)
                if value is UNSET and any(s.kind == "date" for s in getattr(field, "shapes", ()))
                else None
            )


def told(one: Programme, two: Programme) -> tuple[Change, ...]:
    found = differences(one, two)
    for change in found:
        assert re.search(r"[一-鿿]", change.zh), change
        assert re.search(r"[a-z]{2}", change.en), change
        for words in (change.zh, change.en, change.before, change.after):
            assert not RAW.search(words), change
        assert change.path.strip("."), change
        assert not change.path.startswith("."), change
    return found


@pytest.mark.parametrize("programme", EVERY, ids=lambda each: each.id)
def test_every_part_that_changes_is_told(programme: Programme) -> None:
    silent = [where for where, other in variants(programme, "") if not told(programme, other)]
    assert silent == []


def test_every_field_and_outcome_has_a_name_in_both_languages() -> None:
    from shared.programmes.elements import _fields, _kinds
    from shared.programmes.field_names import FIELD_NAMES
    from shared.programmes.model import OUTCOMES

    written = {each.name for kind in _kinds() for each in _fields(kind)} | {
        o for each in OUTCOMES.values() for o in each
    }
    assert sorted(name for name in written if name != "id" and name not in FIELD_NAMES) == []


SHOP = next(each for each in DEMO.programmes() if each.id == "demo-craft-workshops")


def test_there_is_much_to_change() -> None:
    paths = {where for where, _ in variants(SHOP, "")}
    for part in ("conditions", "steps", "notices", "rubrics", "materials", "rounds", "awards", "fee", "legal"):
        assert any(part in where for where in paths), part
    assert len(paths) > 300


@pytest.mark.parametrize(
    ("old", "new", "section", "zh", "en"),
    [
        ("length: 2, unit: week", "length: 3, unit: week", "deadlines", "3周", "now 3 weeks"),
        ("at_most: 3, extra", "at_most: 4, extra", "rounds", "由「3」改为「4」", "was 3, now 4"),
        ("pass_mark: 80", "pass_mark: 81", "rubrics", "由「80」改为「81」", "was 80, now 81"),
        ("at_least: 3}", "at_least: 4}", "materials", "由「3」改为「4」", "was 3, now 4"),
        ("craftsmen >= choose", "craftsmen > choose", "conditions", "条件 W2", "craftsmen > choose"),
        ("average(sales) >= 300000", "average(sales) >= 350000", "conditions", "300000 → 350000", "300000 → 350000"),
        ("charged: false", "charged: true", "fee", "由「否」改为「是」", "was no, now yes"),
    ],
)
def test_what_an_officer_reads(old: str, new: str, section: str, zh: str, en: str) -> None:
    from shared.programmes.loader import SourceFile, load

    text = (Path(__file__).with_name("demo") / "craft-workshops.yaml").read_text("utf-8")
    assert old in text
    found = told(SHOP, load(SourceFile("new.yaml", text.replace(old, new, 1))))
    assert any(each.section == section and zh in each.zh and en in each.en for each in found), found


def test_another_order_of_procedures_is_another_main_one() -> None:
    long = next(each for each in EVERY if len(each.procedures) > 1)
    (change,) = told(long, replace(long, procedures=tuple(reversed(long.procedures))))
    assert change.section == "procedures"
    assert "order" in change.en


def test_a_rule_that_is_only_cited_differently_is_told_as_such() -> None:
    fee = replace(SHOP.fee, source=Source(clause="第九十九条"))
    (change,) = told(SHOP, replace(SHOP, fee=fee))
    assert change.path == "fee.source"
    assert "第九十九条" in change.zh

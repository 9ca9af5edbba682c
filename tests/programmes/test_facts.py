"""Every fact of every regulation is encoded in its definition or listed as undecidable with the reason."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import yaml

from shared.programmes.model import Source
from tests.programmes.library import library

TABLE = yaml.safe_load(Path(__file__).with_name("facts.yaml").read_text(encoding="utf-8"))


def sources(value: Any) -> Iterator[Source]:
    if isinstance(value, Source):
        yield value
    elif is_dataclass(value):
        for each in fields(value):
            yield from sources(getattr(value, each.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from sources(item)


def encoded() -> dict[str, set[str]]:
    """Fact ids by programme, in the text alone: what a supplement says is no part of the regulation."""
    return {
        edition.text.id: {fact for source in sources(edition.text) for fact in source.facts}
        for edition in library().editions
    }


def test_the_table_holds_all_facts_of_all_fifteen() -> None:
    assert len(TABLE["facts"]) == 15
    assert sum(len(ids) for ids in TABLE["facts"].values()) == 253


def test_every_fact_is_encoded_or_listed_with_its_reason() -> None:
    found = encoded()
    listed = TABLE["not_machine_checkable"]
    lacking = [
        fact
        for programme, ids in TABLE["facts"].items()
        for fact in ids
        if fact not in found[programme] and fact not in listed
    ]
    assert lacking == []
    assert all(reason["zh"] and reason["en"] for reason in listed.values())


def test_no_definition_claims_a_fact_that_does_not_exist_or_is_listed_as_undecidable() -> None:
    known = {fact for ids in TABLE["facts"].values() for fact in ids}
    claimed = {fact for ids in encoded().values() for fact in ids}
    assert claimed <= known
    assert not claimed & set(TABLE["not_machine_checkable"])


def test_a_text_without_supplements_carries_none() -> None:
    for edition in library().editions:
        assert not edition.text.supplied
        assert not any(source.supplied for source in sources(edition.text))
        assert any(source.supplied for source in sources(edition.supplied)), edition.file

"""Shipped definitions, torn apart at random: whatever is left is refused readably within a second, or still sound."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import lru_cache
from time import process_time
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.programmes.diff import differences
from shared.programmes.loader import SourceFile, load
from shared.programmes.model import Programme
from shared.programmes.reading.faults import BadDefinition
from tests.programmes.library import DEFINITIONS
from tests.programmes.readable import SOON_SECONDS, readable
from tests.programmes.test_telling import EditorsLoader

ODD: tuple[Any, ...] = (
    *("", " ", "unset", "null", "true", "0", "-1", "1e9", "9" * 30, "2026-02-30", "x" * 300, "\u202e", "a, b: c"),
    *("'", "第一条", "applicant", "done", "close", "review", "staff_count", "count(", "[last]", "\x85", "{}", "所"),
    *(None, True, 0, -1, 10**30, [], {}, [[]], [{}], {"id": "x"}, {"zh": "甲"}, ["a", {"b": "c"}]),
)


@lru_cache(maxsize=1)
def shipped() -> tuple[tuple[str, Any], ...]:
    """Every definition that stands alone, as plain data."""
    paths = [p for p in sorted(DEFINITIONS.rglob("*.yaml")) if len(p.suffixes) == 1]
    trees = [(path.name, yaml.load(path.read_text("utf-8"), Loader=EditorsLoader)) for path in paths]
    return tuple((name, tree) for name, tree in trees if "adopts" not in tree)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) below a value."""
    todo = [value]
    while todo:
        here = todo.pop()
        keys = list(here) if isinstance(here, dict) else range(len(here))
        for key in keys:
            yield here, key
            if isinstance(here[key], dict | list):
                todo.append(here[key])


def torn(draw: st.DrawFn, value: Any) -> None:
    """One change somewhere: taken out, renamed, given another value, twice, or put where something else stood."""
    spots = list(places(value))
    here, key = draw(st.sampled_from(spots))
    how = draw(st.sampled_from(["delete", "odd", "odd", "twice", "swap", "rename"]))
    if how == "delete":
        del here[key]
    elif how == "odd":
        here[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
    elif how == "twice" and isinstance(here, list):
        here.append(copy.deepcopy(here[key]))
    elif how == "rename" and isinstance(here, dict):
        here[draw(st.sampled_from(["", "id", "titel", "unset", "<<", f"{key}s", "x y"]))] = here.pop(key)
    else:
        other, at = draw(st.sampled_from(spots))
        here[key] = copy.deepcopy(other[at] if at in other or (isinstance(other, list) and at < len(other)) else None)


@st.composite
def torn_apart(draw: st.DrawFn) -> tuple[str, str]:
    name, tree = draw(st.sampled_from(shipped()))
    tree = copy.deepcopy(tree)
    for _ in range(draw(st.integers(1, 4))):
        torn(draw, tree)
    return name, yaml.dump(tree, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=200)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(torn_apart())
def test_a_shipped_definition_torn_apart_is_refused_readably_or_still_sound(case: tuple[str, str]) -> None:
    name, text = case
    begin = process_time()
    try:
        programme = load(SourceFile(name, text))
    except BadDefinition as found:
        readable(found.faults)
    else:
        sound(programme)
    assert process_time() - begin < SOON_SECONDS


def sound(programme: Programme) -> None:
    """Whatever was accepted can be walked, told and compared with itself."""
    assert programme.missing_for_activation() is not None
    assert differences(programme, programme) == ()
    for procedure in programme.procedures:
        assert programme.procedure_of(procedure.steps[0].id) is procedure

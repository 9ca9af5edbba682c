"""Understands the language's own types: what each field of each dataclass may hold. Reader and JSON Schema share it."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from msgspec import Meta

from shared.programmes.model.words import UNSET, Unset

_OF_AN_ID = "Id, unique among its kind in the programme."
_NAMED: Mapping[str, str] = {
    "levels": "a level",
    "forms": "a form",
    "opinion": "a form or a material",
    "programme": "the other programme",
    "skip": "steps of this procedure",
    "then": "the step that follows instead",
    "uses": "what it is spent on",
    "duties": "what it does",
}
"""What an id names where the field's own name does not say it: field -> thing."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One alternative that a field may hold. ``kind`` is one of dataclass, list, mapping, word, bool, int, decimal,
    date, time, text; ``limits`` are the constraints from outermost to innermost."""

    kind: str
    of: Any = None
    limits: tuple[Meta, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a dataclass, as it may be written."""

    name: str
    shapes: tuple[Shape, ...]
    required: bool
    default: Any
    may_be_unset: bool
    may_be_null: bool
    description: str
    expression: bool


def fields_of(kind: Any) -> Mapping[str, Field]:
    """The fields that may be written for this dataclass (what the loader fills itself is left out)."""
    return _fields_of(kind)


@lru_cache(maxsize=256)
def _fields_of(kind: Any) -> Mapping[str, Field]:
    hints = get_type_hints(kind, include_extras=True)
    found = {each.name: _field(each, hints[each.name]) for each in fields(kind)}
    return {name: each for name, each in found.items() if each is not None}


def _field(each: Any, hint: Any) -> Field | None:
    limits, _ = _unwrap(hint)
    if any((limit.extra or {}).get("loaded") for limit in limits):
        return None
    alternatives = _flatten(hint, ())
    default = each.default if each.default is not MISSING else None
    shapes = tuple(shape for shape in alternatives if shape.kind not in ("unset", "null"))
    kinds = {shape.kind for shape in alternatives}
    everywhere = [limit for shape in shapes for limit in shape.limits]
    return Field(
        name=each.name,
        shapes=shapes,
        required=each.default is MISSING and each.default_factory is MISSING,
        default=default,
        may_be_unset="unset" in kinds,
        may_be_null="null" in kinds,
        description=_said(
            # Python lists what is annotated last last: it is said of this field, what comes before of its type.
            each.name,
            next((limit.description for limit in (*reversed(limits), *everywhere) if limit.description), ""),
        ),
        expression=any((limit.extra or {}).get("parse") == "expression" for limit in everywhere),
    )


def _said(name: str, description: str) -> str:
    """A field that holds another thing's id says which thing it names."""
    if description != _OF_AN_ID or name == "id":
        return description
    return f"Id of {_NAMED.get(name) or ('an ' if name[0] in 'aeiou' else 'a ') + name.replace('_', ' ')}."


def _unwrap(hint: Any) -> tuple[tuple[Meta, ...], Any]:
    if get_origin(hint) is Annotated:
        first, *extras = get_args(hint)
        inner, bare = _unwrap(first)
        return tuple(each for each in extras if isinstance(each, Meta)) + inner, bare
    return (), hint


def shapes_of(hint: Any) -> tuple[Shape, ...]:
    """The alternatives of a type that stands inside a list or a mapping."""
    return tuple(shape for shape in _flatten(hint, ()) if shape.kind not in ("unset", "null"))


def _flatten(hint: Any, outer: tuple[Meta, ...]) -> tuple[Shape, ...]:
    limits, bare = _unwrap(hint)
    limits = outer + limits
    if get_origin(bare) in (Union, types.UnionType):
        return tuple(shape for part in get_args(bare) for shape in _flatten(part, limits))
    return (_shape(bare, limits),)


def _shape(bare: Any, limits: tuple[Meta, ...]) -> Shape:
    origin = get_origin(bare)
    if bare is Unset or bare is UNSET:
        return Shape("unset")
    if bare is type(None):
        return Shape("null")
    if origin is Literal:
        return Shape("word", get_args(bare), limits)
    if origin is tuple:
        return Shape("list", get_args(bare)[0], limits)
    if origin is Mapping:
        return Shape("mapping", get_args(bare), limits)
    if is_dataclass(bare):
        return Shape("dataclass", bare, limits)
    kinds = {"bool": "bool", "int": "int", "Decimal": "decimal", "date": "date", "time": "time", "str": "text"}
    return Shape(kinds[bare.__name__], bare, limits)

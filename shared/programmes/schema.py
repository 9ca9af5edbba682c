"""Understands the language as JSON Schema (draft 2020-12), so that an editor completes and checks a definition.

The schema is made from the same types that the loader reads by; whatever the loader takes for its shape, it takes too.
What goes beyond shape (names that must meet, the graph, sums) only ``shifan programmes check`` can tell.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.programmes.expressions import FUNCTIONS
from shared.programmes.model.programme import Programme
from shared.programmes.model.steps import OPTIONAL_OUTCOMES, OUTCOMES, PARAMETERS, Step
from shared.programmes.model.words import UNSET, Source, Supplement
from shared.programmes.reading.hints import Field, Shape, fields_of, shapes_of

COMMITTED = Path(__file__).with_name("definition.schema.json")
"""The copy that editors point at; a test compares it with :func:`json_schema`."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"
IDENTITY = "urn:shifan:programme-definition:1"
PARTIAL = "Partial"
"""Prefix of the definitions for files that need not say everything: supplements, and texts that adopt another."""

Json = dict[str, Any]
_UNSET: Json = {"const": UNSET.value, "description": "The regulation leaves it open. 条文未规定。"}
_NUMBER = r"^-?[0-9]{1,18}(\.[0-9]{1,18})?$"


def json_schema() -> Json:
    """The whole language in one document: a definition, a definition that adopts another, or a supplement file."""
    parts: Json = {}
    whole, partial = _object(Programme, False, parts), _object(Programme, True, parts)
    parts["SupplementFile"] = _supplement_file(partial, parts)
    return {
        "$schema": DIALECT,
        "$id": IDENTITY,
        "title": "办法定义 / Definition of a regulation",
        "if": {"type": "object", "required": ["supplement"]},
        "then": {"$ref": "#/$defs/SupplementFile"},
        "else": {"if": {"type": "object", "required": ["adopts"]}, "then": partial, "else": whole},
        "$defs": dict(sorted(parts.items())),
    }


def as_file() -> bytes:
    """The document as it is committed and printed."""
    return (json.dumps(json_schema(), ensure_ascii=False, indent=1) + "\n").encode()


def _supplement_file(partial: Json, parts: Json) -> Json:
    named: Json = parts[partial["$ref"].rpartition("/")[2]]
    properties = {"supplement": _object(Supplement, False, parts), **named["properties"]}
    return {**named, "properties": properties, "required": ["supplement", "id", "version"]}


# ── dataclasses ──────────────────────────────────────────────────────────────────────────────────────────────────


def _object(kind: Any, partial: bool, parts: Json) -> Json:
    """A reference to the definition of a dataclass, which is added to ``parts`` when it is met first."""
    name = (PARTIAL if partial else "") + kind.__name__
    if name not in parts:
        parts[name] = {}  # holds the name while its own parts are described
        known = {each: field for each, field in fields_of(kind).items() if (kind, each) != (Source, "supplement")}
        parts[name] = {
            "type": "object",
            "description": _said(kind),
            "properties": {each.name: _property(kind, each, partial, parts) for each in known.values()},
            "required": [each.name for each in known.values() if _required(kind, each, partial)],
            "additionalProperties": False,
        }
        if kind is Step:
            parts[name] |= {"allOf": [_by_type(each, partial, parts) for each in PARAMETERS]}
    return {"$ref": f"#/$defs/{name}"}


def _said(kind: Any) -> str:
    return " ".join((inspect.getdoc(kind) or "").split())


def _required(kind: Any, field: Field, partial: bool) -> bool:
    if kind is Step and field.name in ("parameters", "outcomes"):
        return False  # depends on the type of step, see _by_type
    return field.required and (not partial or field.name == "id")


def _property(kind: Any, field: Field, partial: bool, parts: Json) -> Json:
    if kind is Step and field.name == "parameters":
        return {"type": "object", "description": field.description}
    ways = [_shape(shape, partial, parts) for shape in field.shapes]
    ways += [_UNSET] if field.may_be_unset else []
    ways += [{"type": "null"}] if field.may_be_null else []
    found: Json = dict(ways[0]) if len(ways) == 1 else {"anyOf": ways}
    said = f"{field.description} {_vocabulary()}" if field.expression else field.description
    if said:
        found["description"] = said
    if isinstance(field.default, bool | int) or (isinstance(field.default, str) and field.default):
        found["default"] = field.default
    return found


def _vocabulary() -> str:
    return (
        "Names are ids of metrics, or applicant.region, applicant.level, applicant.kind, applicant.category; in the "
        "guard of a step and the when of a route or reward also <step>.score and <step>.band. "
        "Operators: and or not, >= <= > < == !=, in, not in, + - * /. Words in 'quotes'. "
        f"Functions: {', '.join(FUNCTIONS)}."
    )


def _by_type(name: str, partial: bool, parts: Json) -> Json:
    """What a step of this type says: its own parameters, and where each of its outcomes leads."""
    chosen: Any = PARAMETERS[name]
    optional = OPTIONAL_OUTCOMES.get(name, frozenset())
    steps = {"type": "string", "description": "Id of the step that follows."}
    outcomes: Json = {
        "type": "object",
        "description": f"Where {', '.join(OUTCOMES[name]) or 'nothing'} leads; the first means: go on.",
        "properties": dict.fromkeys(OUTCOMES[name], steps),
        "additionalProperties": False,
    }
    required = []
    if not partial:
        outcomes["required"] = [each for each in OUTCOMES[name] if each not in optional]
        required = ["outcomes"] if OUTCOMES[name] else []
        if any(field.required for field in fields_of(chosen).values()):
            required.append("parameters")
    described = {"parameters": _object(chosen, partial, parts), "outcomes": outcomes}
    return {
        "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
        "then": {"properties": described, "required": required},
    }


# ── single values ────────────────────────────────────────────────────────────────────────────────────────────────


def _shape(shape: Shape, partial: bool, parts: Json) -> Json:
    match shape.kind:
        case "dataclass":
            return _object(shape.of, partial, parts)
        case "list":
            return {"type": "array", "items": _any_of(shape.of, partial, parts)}
        case "mapping":
            return {"type": "object", "additionalProperties": _any_of(shape.of[1], partial, parts)}
        case "word":
            return {"enum": list(shape.of)}
        case _:
            return _SCALARS[shape.kind] | _limits(shape)


_SCALARS: Mapping[str, Json] = {
    "bool": {"type": "boolean"},
    "int": {"type": "integer"},
    "decimal": {"type": ["number", "string"], "pattern": _NUMBER},
    "date": {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    "time": {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"},
    "text": {"type": "string"},
}


def _any_of(hint: Any, partial: bool, parts: Json) -> Json:
    ways = [_shape(shape, partial, parts) for shape in shapes_of(hint)]
    return ways[0] if len(ways) == 1 else {"anyOf": ways}


def _limits(shape: Shape) -> Json:
    found: Json = {}
    for limit in reversed(shape.limits):  # the outermost, which stands first, has the last word
        named = {"minimum": limit.ge, "maximum": limit.le, "pattern": limit.pattern}
        named |= {"minLength": limit.min_length, "maxLength": limit.max_length}
        found |= {key: value for key, value in named.items() if value is not None}
        if limit.description is not None:
            found["description"] = limit.description
    return found

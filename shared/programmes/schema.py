"""Understands the language as JSON Schema (2020-12), made from the same dataclasses that the reader uses.

An editor completes definitions and supplements from it. What spans two fields (names that must exist, sums, the graph)
is checked by the loader only.
"""

from __future__ import annotations

from inspect import getdoc
from typing import Any, Literal

from msgspec import Meta

from shared.programmes.expressions import FUNCTIONS
from shared.programmes.model.programme import Programme
from shared.programmes.model.steps import OPTIONAL_OUTCOMES, OUTCOMES, PARAMETERS, Step
from shared.programmes.model.words import Source, Supplement
from shared.programmes.reading.hints import Field, Shape, fields_of, shapes_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_EXPRESSION = (
    "Names are ids of metrics, or applicant.region, applicant.level, applicant.kind, applicant.category. Operators: "
    f"and or not, >= <= > < == !=, in, not in, + - * /. Functions: {', '.join(FUNCTIONS)}. Words in 'single quotes'."
)
_UNSET = {"const": "unset", "description": "The regulation leaves it open; a supplement must fill it."}


def json_schema(of: Literal["definition", "supplement"] = "definition") -> dict[str, Any]:
    """The schema of a definition file, or of a supplement file (the same fields, none of them required)."""
    maker = _Maker(partial=of == "supplement")
    root = maker.object_of(Programme)
    if of == "supplement":
        root["properties"]["supplement"] = _Maker(partial=False).object_of(Supplement)
        root["required"] = ["supplement", "id", "version"]
    else:
        root["required"] = [name for name in root["required"] if name != "adopts"]
        root["anyOf"] = [{"required": root.pop("required")}, {"required": ["id", "version", "adopts"]}]
    title = f"Shifan programme {of}"
    return {"$schema": DIALECT, "title": title, **root, "$defs": dict(sorted(maker.definitions.items()))}


class _Maker:
    def __init__(self, partial: bool) -> None:
        self._partial = partial
        self.definitions: dict[str, Any] = {}

    def object_of(self, kind: Any) -> dict[str, Any]:
        known = {name: field for name, field in fields_of(kind).items() if not _loaders_own(kind, name)}
        required = [name for name, field in known.items() if self._required(kind, field)]
        found: dict[str, Any] = {
            "type": "object",
            "description": (getdoc(kind) or "").split("\n\n")[0].replace("\n", " "),
            "properties": {name: self._field(field) for name, field in known.items()},
            "required": required,
            "additionalProperties": False,
        }
        if kind is Step:
            found["allOf"] = [self._by_type(name) for name in OUTCOMES]
        return found

    def _required(self, kind: Any, field: Field) -> bool:
        if self._partial or (kind is Step and field.name in ("parameters", "outcomes")):
            return field.name == "id" and field.required
        return field.required

    def _by_type(self, name: str) -> dict[str, Any]:
        """What a step of this type takes: its own parameters and its own outcomes."""
        needed = [each for each in OUTCOMES[name] if each not in OPTIONAL_OUTCOMES.get(name, frozenset())]
        outcomes: dict[str, Any] = {
            "type": "object",
            "properties": {each: {"type": "string"} for each in OUTCOMES[name]},
            "additionalProperties": False,
        }
        then: dict[str, Any] = {"properties": {"parameters": self._reference(PARAMETERS[name]), "outcomes": outcomes}}
        if not self._partial and needed:
            outcomes["required"] = needed
            then["required"] = ["outcomes"]
        return {"if": {"properties": {"type": {"const": name}}, "required": ["type"]}, "then": then}

    def _field(self, field: Field) -> dict[str, Any]:
        alternatives = [self._shape(shape) for shape in field.shapes]
        if field.name == "parameters" and len(alternatives) > 2:
            alternatives = [{"type": "object"}]
        if field.may_be_unset:
            alternatives.append(_UNSET)
        if field.may_be_null:
            alternatives.append({"type": "null"})
        found = dict(alternatives[0]) if len(alternatives) == 1 else {"anyOf": alternatives}
        words = f"{field.description} {_EXPRESSION}" if field.expression else field.description
        return {**found, "description": words} if words else found

    def _shape(self, shape: Shape) -> dict[str, Any]:
        if shape.kind == "dataclass":
            return self._reference(shape.of)
        if shape.kind == "list":
            return {"type": "array", "items": self._any(shapes_of(shape.of))}
        if shape.kind == "mapping":
            return {"type": "object", "additionalProperties": self._any(shapes_of(shape.of[1]))}
        return _plain(shape)

    def _any(self, shapes: tuple[Shape, ...]) -> dict[str, Any]:
        found = [self._shape(shape) for shape in shapes]
        return found[0] if len(found) == 1 else {"anyOf": found}

    def _reference(self, kind: Any) -> dict[str, Any]:
        name = str(kind.__name__)
        if name not in self.definitions:
            self.definitions[name] = {}
            self.definitions[name] = self.object_of(kind)
        return {"$ref": f"#/$defs/{name}"}


def _loaders_own(kind: Any, name: str) -> bool:
    return kind is Source and name == "supplement"


def _plain(shape: Shape) -> dict[str, Any]:
    match shape.kind:
        case "word":
            return {"enum": list(shape.of)}
        case "bool":
            return {"type": "boolean"}
        case "int":
            return {"type": "integer", **_range(shape.limits)}
        case "decimal":
            decimal = {"type": "string", "pattern": r"^-?[0-9]{1,18}(\.[0-9]{1,18})?$"}
            return {"anyOf": [{"type": "number", **_range(shape.limits)}, decimal]}
        case "date":
            return {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
        case "time":
            return {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
        case _:
            return {"type": "string", **_lengths(shape.limits)}


def _range(limits: tuple[Meta, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for limit in limits:
        found |= {"minimum": limit.ge} if limit.ge is not None else {}
        found |= {"maximum": limit.le} if limit.le is not None else {}
    return found


def _lengths(limits: tuple[Meta, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for limit in limits:
        found |= {"pattern": limit.pattern} if limit.pattern is not None and "pattern" not in found else {}
        found |= {"minLength": limit.min_length} if limit.min_length is not None else {}
        found |= {"maxLength": limit.max_length} if limit.max_length is not None else {}
    return found

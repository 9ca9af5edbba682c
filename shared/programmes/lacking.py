"""Understands what would fill each place that a programme leaves unset: what may be written there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from shared.programmes.model.words import UNSET, Text
from shared.programmes.reading.hints import Field, fields_of
from shared.programmes.reading.scalars import expected


def fillings(value: Any, path: str = "") -> Iterator[tuple[str, Text]]:
    """Every unset place below a part of the language with what may be written there, as ``list[id].field`` paths."""
    if isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from fillings(item, f"{path}[{getattr(item, 'id', number)}]")
    elif is_dataclass(value):
        known = fields_of(type(value))
        for each in fields(value):
            held, here = getattr(value, each.name), f"{path}.{each.name}" if path else each.name
            if held is UNSET and each.name in known:
                yield here, _wanted(known[each.name])
            else:
                yield from fillings(held, here)


def _wanted(field: Field) -> Text:
    words = [expected(shape) for shape in field.shapes]
    if field.may_be_null:
        words.append(("null(没有)", "null (none)"))
    return Text(zh=" 或 ".join(zh for zh, _ in words), en=" or ".join(en for _, en in words))

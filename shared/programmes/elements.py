"""Understands every element of the language as tables for people who write regulations; made from the types themselves.

``python -m shared.programmes.elements`` renews the last part of WRITING.md (part of ``make schemas``).
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shared.programmes.model.programme import Programme, unset_paths
from shared.programmes.model.steps import OUTCOMES, PARAMETERS, Step
from shared.programmes.model.words import Source, Supplement
from shared.programmes.reading.hints import Field, Shape, fields_of, shapes_of

PAGE = Path(__file__).with_name("WRITING.md")
MARK = "<!-- Everything below this line is made by `make schemas` from the types of the language. -->\n"
_KINDS = {
    "bool": "true, false",
    "int": "whole number",
    "decimal": "decimal",
    "date": "YYYY-MM-DD",
    "time": "'HH:MM'",
    "text": "text",
}


def page(written: str) -> str:
    """The page with its last part renewed."""
    head, _, _ = written.partition(MARK)
    return f"{head}{MARK}\n{tables()}"


def tables() -> str:
    """One section for every element, in the order in which a definition meets them."""
    return "\n".join("\n".join(_section(kind)) for kind in _kinds())


def _kinds() -> tuple[Any, ...]:
    found: dict[Any, None] = {}
    todo: list[Any] = [Programme, Supplement]
    while todo:
        kind = todo.pop(0)
        if kind not in found:
            found[kind] = None
            todo[:0] = [each for field in _fields(kind) for each in _parts(field.shapes)]
    return tuple(found)


def _fields(kind: Any) -> Iterator[Field]:
    return (each for name, each in fields_of(kind).items() if (kind, name) != (Source, "supplement"))


def _parts(shapes: tuple[Shape, ...]) -> Iterator[Any]:
    for shape in shapes:
        if shape.kind == "dataclass":
            yield shape.of
        elif shape.kind == "list":
            yield from _parts(shapes_of(shape.of))


def _section(kind: Any) -> Iterator[str]:
    types = [name for name, parameters in PARAMETERS.items() if parameters is kind]
    yield f"### {kind.__name__}" + (f" (parameters of `{types[0]}`)" if types else "") + "\n"
    yield f"{' '.join((inspect.getdoc(kind) or '').split())}\n"
    fields = tuple(_fields(kind))
    if fields:
        yield "| field | written as | needed | meaning |\n|---|---|---|---|"
        yield from (_row(kind, each) for each in fields)
    yield ""
    if kind is Step:
        listed = "; ".join(f"`{name}`: {', '.join(OUTCOMES[name]) or 'none'}" for name in OUTCOMES)
        yield f"Outcomes of each type of step, the first of which means go on: {listed}.\n"


def _row(kind: Any, field: Field) -> str:
    if kind is Step and field.name == "parameters":
        ways = ["the parameters of its type"]
    else:
        ways = [_written(shape) for shape in field.shapes]
    ways += ["`unset`"] if field.may_be_unset else []
    ways += ["`null`"] if field.may_be_null else []
    return f"| `{field.name}` | {' or '.join(ways)} | {_needed(kind, field)} | {_meaning(field)} |"


def _needed(kind: Any, field: Field) -> str:
    if kind is Step and field.name in ("parameters", "outcomes"):
        return "as its type says"
    if field.required:
        return "yes"
    return "to activate" if any(True for _ in unset_paths(field.default)) else "no"


def _meaning(field: Field) -> str:
    """What it means, and what it is where it is left out."""
    absent = field.default
    if isinstance(absent, bool) or (isinstance(absent, str | int) and absent != ""):
        word = str(absent).lower() if isinstance(absent, bool) else absent
        return f"{_clean(field.description)} Absent: `{word}`.".strip()
    return _clean(field.description)


def _written(shape: Shape) -> str:
    match shape.kind:
        case "dataclass":
            return f"[{shape.of.__name__}](#{_anchor(shape.of)})"
        case "list":
            return f"list of {' or '.join(_written(each) for each in shapes_of(shape.of))}"
        case "mapping":
            return "mapping"
        case "word":
            return ", ".join(f"`{word}`" for word in shape.of)
        case _:
            return _KINDS[shape.kind] + _limits(shape)


def _anchor(kind: Any) -> str:
    types = [name for name, parameters in PARAMETERS.items() if parameters is kind]
    return str(kind.__name__).lower() + (f"-parameters-of-{types[0]}" if types else "")


def _limits(shape: Shape) -> str:
    least = next((limit.ge for limit in shape.limits if limit.ge is not None), None)
    most = next((limit.le for limit in shape.limits if limit.le is not None), None)
    longest = next((limit.max_length for limit in shape.limits if limit.max_length is not None), None)
    if least is not None or most is not None:
        return f" {'' if least is None else least}–{'' if most is None else most}"
    return f" (at most {longest})" if longest is not None else ""


def _clean(words: str) -> str:
    return " ".join(words.split()).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")

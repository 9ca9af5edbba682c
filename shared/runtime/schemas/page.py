"""Understands the published language as a page that a person reads: who says what, and with which fields."""

from __future__ import annotations

from typing import Any

from shared.events import FOR_PARTNERS
from shared.runtime.schemas.words import EVENTS, file_of, json_schema, meaning_of, speaker_of, version_of

HEAD = """# The published language

Generated from `shared/events.py` by `make schemas`; do not edit. What the services say to each other, in the order of a
case's life. The channels, and the headers that every record has, are described in [asyncapi.yaml](asyncapi.yaml).
A field is never renamed, removed or given another meaning: a change makes a new version.
"""


def page() -> str:
    """Markdown: one table of all events, then one table of fields per event and per type that they share."""
    rows = [
        f"| [{event.__name__}](#{event.__name__.lower()}) | {version_of(event)} | {channels_of(event)} |"
        for event in EVENTS
    ]
    table = ["| event | version | channels |", "|---|---|---|", *rows]
    parts: dict[str, Any] = {}
    sections = []
    for event in EVENTS:
        schema = json_schema(event)
        parts |= schema.get("definitions", {})
        note = f"{meaning_of(event)} Schema: [{file_of(event)}]({file_of(event)})."
        sections.append(section(event.__name__, note, schema))
    sections += [section(name, part.get("description", ""), part) for name, part in parts.items()]
    return "\n".join([HEAD, *table, "", *sections])


def channels_of(event: type) -> str:
    """Where it is said."""
    own = f"`{speaker_of(event)}.events.v1`"
    return f"{own}, `certifications.v1`" if event in FOR_PARTNERS else own


def section(name: str, note: str, schema: dict[str, Any]) -> str:
    """A heading, a sentence, a table of fields."""
    rows = [
        f"| `{field}` | {type_of(about)} | {escaped(about.get('description', ''))} |"
        for field, about in schema.get("properties", {}).items()
    ]
    return "\n".join([f"## {name}", "", note, "", "| field | type | meaning |", "|---|---|---|", *rows, ""])


def type_of(about: dict[str, Any]) -> str:
    """A JSON Schema type in a few words."""
    if "$ref" in about:
        return str(about["$ref"].rpartition("/")[2])
    if "anyOf" in about:
        return " or ".join(type_of(each) for each in about["anyOf"])
    if about.get("type") == "array":
        return f"list of {type_of(about.get('items', {}))}"
    if about.get("type") == "object":
        return f"map to {type_of(about.get('additionalProperties', {}))}"
    return str(about.get("format") or about.get("type") or "anything")


def escaped(text: str) -> str:
    """As a table's cell: no bar, and no angle bracket that a reader would take for a tag."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;")

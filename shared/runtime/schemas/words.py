"""Understands a public event as a JSON Schema: every field with its meaning, every version under its own name."""

from __future__ import annotations

from typing import Any, get_args

import msgspec

from shared.events import SPEAKERS, PublicEvent

DIALECT = "http://json-schema.org/draft-07/schema#"
"""The newest dialect that AsyncAPI 3.0 obliges its tools to read."""

EVENTS: tuple[type, ...] = get_args(PublicEvent)


def version_of(event: type) -> int:
    """The version that the word is spoken in now."""
    version: int = event.SCHEMA  # type: ignore[attr-defined]  # every word of the published language has one
    return version


def urn_of(event: type) -> str:
    """What an event's ``ce_dataschema`` says."""
    return f"urn:shifan:schema:{event.__name__}:{version_of(event)}"


def file_of(event: type) -> str:
    """The file name of its schema."""
    return f"{event.__name__}.{version_of(event)}.json"


def meaning_of(event: type) -> str:
    """The event's docstring on one line."""
    return " ".join((event.__doc__ or "").split())


def speaker_of(event: type) -> str:
    """The one service that publishes it. Raises ``LookupError`` where ``SPEAKERS`` names none, or several."""
    speakers = [service for service, words in SPEAKERS.items() if event in words]
    if len(speakers) != 1:
        raise LookupError(f"{event.__name__}: name in shared.events.SPEAKERS the one service that publishes it")
    return speakers[0]


def json_schema(event: type) -> dict[str, Any]:
    """A document of its own: the event at the top, what it is made of under ``definitions``.

    Fields that it does not name are allowed: a newer publisher may add some.
    """
    _, parts = msgspec.json.schema_components([event], ref_template="#/definitions/{name}")
    top = parts.pop(event.__name__)
    head = {"$schema": DIALECT, "$id": urn_of(event), "title": top.pop("title"), "description": meaning_of(event)}
    top.pop("description", None)
    return {**head, **top, **({"definitions": parts} if parts else {})}


def undocumented(schema: dict[str, Any]) -> list[str]:
    """Fields without a description, as ``Type.field``."""
    types = {schema["title"]: schema, **schema.get("definitions", {})}
    return [
        f"{name}.{field}"
        for name, each in types.items()
        for field, about in each.get("properties", {}).items()
        if not about.get("description")
    ]

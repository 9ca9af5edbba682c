"""Understands the conversation as an AsyncAPI 3.0 document: channels, messages with CloudEvents headers, operations.

Sources: AsyncAPI 3.0.0; CloudEvents 1.0.2, Kafka protocol binding 3.2 (binary mode: attributes are ``ce_*`` headers).
"""

from __future__ import annotations

from typing import Any

from shared.events import FOR_PARTNERS, SPEAKERS
from shared.runtime.schemas.words import EVENTS, file_of, meaning_of, speaker_of, urn_of

DRAFT_07 = "application/schema+json;version=draft-07"
PARTNERS = "certifications"

HEADERS: dict[str, tuple[str, bool]] = {
    "ce_specversion": ("Always 1.0.", True),
    "ce_id": ("Stream and version of the fact, <stream>/<version>: the same whenever it is published again.", True),
    "ce_source": ("The service that says it: /shifan/<service>.", True),
    "ce_type": ("Name of the event; on an audit channel the stored name of the fact.", True),
    "ce_subject": ("The case, or the round where no case belongs to it yet; the key of the record, too.", True),
    "ce_time": ("When it happened, an instant in UTC (RFC 3339).", True),
    "ce_dataschema": ("urn:shifan:schema:<type>:<version>.", True),
    "content-type": ("Always application/json.", True),
    "ce_position": ("Where the fact stands in its service's log: <transaction>.<number>.", True),
    "ce_actor": ("Who did it: the subject of a token, or machine:<name>.", True),
    "ce_actorrole": ("The role that the actor acted in.", True),
    "ce_actororganisation": ("Unified social credit code of the actor's organisation, where it has one.", False),
    "ce_actorregion": ("GB/T 2260 code of the actor's region, where it has one.", False),
    "ce_command": ("The command that decided it.", False),
    "ce_causedby": ("The id of the event that it answers, where a machine answered one.", False),
    "ce_reason": ("What the actor wrote where a reason was required; control characters percent-encoded.", False),
    "traceparent": ("W3C Trace Context, where the command carried one.", False),
}
"""Header -> its meaning, and whether every record has it."""


def document() -> dict[str, Any]:
    """The whole conversation. Raises ``LookupError`` where an event has no speaker."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Shifan: the published language",
            "version": "1.0.0",
            "description": "Past-tense events over Kafka; the key of every record is its case, order is kept per case. "
            "Delivery is at least once: refuse what you have seen by ce_id. An unknown newer type or version is "
            "no error; keep it and go on.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": channels(),
        "operations": operations(),
        "components": {
            "messages": {**{event.__name__: message(event) for event in EVENTS}, "Fact": fact()},
            "messageTraits": {"cloudEvent": trait()},
        },
    }


def channels() -> dict[str, Any]:
    """Two streams leave each service, and one more goes to the other regions."""
    found: dict[str, Any] = {}
    for service, events in SPEAKERS.items():
        says = (
            f"What {service} says to the other services." if events else f"Kept for {service}, which says nothing yet."
        )
        found[f"{service}Events"] = channel(f"{service}.events.v1", says, [event.__name__ for event in events])
        told = f"Every fact that {service} stored, for the registry's audit trail only; it may hold personal data."
        found[f"{service}Audit"] = channel(f"{service}.audit.v1", told, ["Fact"])
    public = "Titles conferred and revoked, for other regions and the public: no personal data."
    found[PARTNERS] = channel("certifications.v1", public, [event.__name__ for event in FOR_PARTNERS])
    return found


def channel(address: str, description: str, messages: list[str]) -> dict[str, Any]:
    return {
        "address": address,
        "description": description,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
    }


def operations() -> dict[str, Any]:
    """Who sends on which channel; of the receivers only those that the house's design fixes: the audit trail's."""
    found: dict[str, Any] = {}
    for service, events in SPEAKERS.items():
        if events:
            found[f"{service}Publishes"] = operation("send", f"{service}Events", f"{service} publishes its words.")
        audit = f"{service}Audit"
        found[f"{service}Reports"] = operation("send", audit, f"{service} hands every stored fact to the audit trail.")
        found[f"registryAudits{service.capitalize()}"] = operation("receive", audit, "The registry keeps the fact.")
    found["registryInforms"] = operation("send", PARTNERS, "The registry tells other regions.")
    return found


def operation(action: str, channel_id: str, summary: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel_id}"}, "summary": summary}


def message(event: type) -> dict[str, Any]:
    """One event; its payload stands in the schema file beside the document."""
    fixed = {"ce_type": event.__name__, "ce_source": f"/shifan/{speaker_of(event)}", "ce_dataschema": urn_of(event)}
    return {
        "name": event.__name__,
        "title": event.__name__,
        "summary": meaning_of(event),
        "contentType": "application/json",
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "headers": {"type": "object", "properties": {name: {"const": value} for name, value in fixed.items()}},
        "payload": {"schemaFormat": DRAFT_07, "schema": {"$ref": f"./{file_of(event)}"}},
    }


def fact() -> dict[str, Any]:
    """A stored fact of any kind: its reader keeps it whole and needs no schema."""
    return {
        "name": "Fact",
        "title": "Fact",
        "summary": "One stored fact of a service, as it stands in the log.",
        "contentType": "application/json",
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "headers": {
            "type": "object",
            "properties": {"ce_type": {"pattern": r"^[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*\.[1-9][0-9]*$"}},
        },
        "payload": {"type": "object", "description": "The fact's fields under their stored names."},
    }


def trait() -> dict[str, Any]:
    """What every record has in common: CloudEvents in binary mode, keyed by the case."""
    return {
        "headers": {
            "type": "object",
            "required": [name for name, (_, always) in HEADERS.items() if always],
            "properties": {name: {"type": "string", "description": about} for name, (about, _) in HEADERS.items()},
        },
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "The case, or the round: ce_subject."},
                "bindingVersion": "0.5.0",
            }
        },
    }

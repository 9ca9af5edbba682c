"""Understands that the published language is shown as it is spoken: schemas, AsyncAPI document and page are current."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, get_type_hints

import jsonschema
import pytest
import yaml
from msgspec import Meta

from shared import events
from shared.envelope import Actor, CaseId, Envelope, Origin, Position
from shared.runtime.records import to_record
from shared.runtime.schemas.__main__ import main
from shared.runtime.schemas.asyncapi import HEADERS, document
from shared.runtime.schemas.files import FOLDER, drift
from shared.runtime.schemas.words import DIALECT, EVENTS, file_of, json_schema, speaker_of, undocumented, urn_of
from shared.runtime.topics import all_topics

STRUCTURE = json.loads(Path(__file__).with_name("asyncapi.schema.json").read_text("utf-8"))


def committed() -> dict[str, Any]:
    text = (FOLDER / "asyncapi.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def misshapen(candidate: dict[str, Any]) -> list[str]:
    """What does not fit the parts of AsyncAPI 3.0 that we use."""
    return [error.message for error in jsonschema.Draft7Validator(STRUCTURE).iter_errors(candidate)]


def references(node: object) -> Iterator[str]:
    """Every ``$ref`` in a document."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


def dangling(candidate: dict[str, Any], folder: Path) -> list[str]:
    """References that lead nowhere: inside the document, or to a file beside it."""
    found = []
    for reference in references(candidate):
        if not reference.startswith("#/"):
            found += [] if (folder / reference).is_file() else [reference]
            continue
        node: Any = candidate
        for part in reference.removeprefix("#/").split("/"):
            node = node.get(part) if isinstance(node, dict) else None
        found += [] if node else [reference]
    return found


# ── the files are current ────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_drifted() -> None:
    assert drift() == []


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "schemas"))


def test_drift_is_seen_and_mended(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "Scored.1.json").write_text((copy / "Scored.1.json").read_text("utf-8").replace("sealed", "open"), "utf-8")
    (copy / "Revoked.1.json").unlink()
    (copy / "Unsaid.1.json").write_text("{}", "utf-8")
    assert [sentence.split()[0] for sentence in drift(copy)] == ["Revoked.1.json", "Scored.1.json", "Unsaid.1.json"]
    assert main(["check", "--folder", str(copy)]) == 1
    assert "make schemas" in capsys.readouterr().out
    (copy / "Unsaid.1.json").unlink()
    assert main(["write", "--folder", str(copy)]) == 0
    assert sorted(capsys.readouterr().out.split()[1::2]) == ["Revoked.1.json", "Scored.1.json"]
    assert main(["check", "--folder", str(copy)]) == 0


def test_a_changed_event_is_drift(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events.Scored, "__doc__", "Something else.")
    assert {sentence.split()[0] for sentence in drift()} == {"Scored.1.json", "asyncapi.yaml", "README.md"}


# ── the schemas say what each field means ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("event", EVENTS, ids=file_of)
def test_every_field_is_documented(event: type) -> None:
    schema = json_schema(event)
    jsonschema.Draft7Validator.check_schema(schema)
    assert (schema["$schema"], schema["$id"]) == (DIALECT, urn_of(event))
    assert undocumented(schema) == []
    assert len(schema["description"]) > 20


def naive(event: type) -> list[str]:
    """Fields that would take an instant without a zone."""
    shown = json_schema(event)["properties"]
    hints = get_type_hints(event)
    return [name for name, hint in hints.items() if hint is datetime and shown[name].get("format") != "date-time"]


@pytest.mark.parametrize("event", EVENTS, ids=file_of)
def test_every_instant_has_a_zone(event: type) -> None:
    assert naive(event) == []


def test_a_naive_instant_is_seen() -> None:
    @dataclass(frozen=True)
    class PlaqueReturned:
        """The plaque came back."""

        SCHEMA: ClassVar[int] = 1
        returned_at: Annotated[datetime, Meta(description="When.")]

    assert naive(PlaqueReturned) == ["returned_at"]


def test_a_silent_field_is_seen() -> None:
    schema = json_schema(events.ApplicationSubmitted)
    del schema["properties"]["revision"]["description"]
    schema["definitions"]["Applicant"]["properties"]["name"]["description"] = ""
    assert undocumented(schema) == ["ApplicationSubmitted.revision", "Applicant.name"]


def test_every_event_has_one_speaker() -> None:
    assert sorted(event.__name__ for words in events.SPEAKERS.values() for event in words) == sorted(
        event.__name__ for event in EVENTS
    )
    assert {speaker_of(event) for event in EVENTS} == {"intake", "review", "registry"}


def test_an_event_without_a_speaker_is_refused() -> None:
    with pytest.raises(LookupError, match="SPEAKERS"):
        speaker_of(type("PlaqueReturned", (), {}))


# ── the AsyncAPI document ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_document_has_the_shape_of_asyncapi() -> None:
    jsonschema.Draft7Validator.check_schema(STRUCTURE)
    assert misshapen(committed()) == []
    assert dangling(committed(), FOLDER) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("asyncapi",), "2.6.0"),
        (("channels", "intakeEvents", "adress"), "intake.events.v1"),
        (("channels", "intakeEvents", "address"), "intake/events"),
        (("operations", "intakePublishes", "action"), "publish"),
        (("operations", "intakePublishes", "channel"), "intakeEvents"),
        (("components", "messages", "Scored", "payload"), {"$ref": "./Scored.1.json"}),
        (("components", "messages", "Scored", "headers"), {"ce_type": "Scored"}),
    ],
)
def test_another_shape_is_seen(path: tuple[str, ...], value: object) -> None:
    broken = document()
    node = broken
    for part in path[:-1]:
        node = node[part]
    node[path[-1]] = value
    assert misshapen(broken)


def test_a_reference_into_nothing_is_seen(tmp_path: Path) -> None:
    broken = document()
    broken["operations"]["intakePublishes"]["channel"]["$ref"] = "#/channels/intakeEvent"
    assert "#/channels/intakeEvent" in dangling(broken, FOLDER)
    assert len(dangling(document(), tmp_path)) == len(EVENTS)


def test_every_event_is_on_its_channels() -> None:
    found: dict[str, set[str]] = {}
    for channel in committed()["channels"].values():
        for message in channel["messages"]:
            found.setdefault(message, set()).add(channel["address"])
    public = {event.__name__ for event in events.FOR_PARTNERS}
    for event in EVENTS:
        partners = {"certifications.v1"} if event.__name__ in public else set()
        assert found.pop(event.__name__) == {f"{speaker_of(event)}.events.v1"} | partners
    assert found == {"Fact": {f"{service}.audit.v1" for service in events.SPEAKERS}}


def test_the_headers_are_those_that_records_have() -> None:
    """The document promises what the runtime writes: with every attribute present none is missing, none is unknown."""
    actor = Actor("demo-officer", "officer", "91650100MA00000120", "650000")
    origin = Origin(actor, datetime(2026, 3, 2, tzinfo=UTC), "command", "case:1/1", "0" * 31 + "1", "a reason")
    whole = Envelope("case:1/2", "review", "Scored", 1, Position(1, 2), CaseId("1"), origin, {})
    assert set(to_record(whole, "review.events.v1").headers) == set(HEADERS)
    machine = Origin(Actor("machine:relay", "machine"), origin.occurred_at, "")
    bare = Envelope("case:1/2", "review", "Scored", 1, Position(1, 2), CaseId("1"), machine, {})
    always = {name for name, (_, required) in HEADERS.items() if required}
    assert set(to_record(bare, "review.events.v1").headers) == always


def test_every_channel_is_a_topic() -> None:
    names = {topic.name for topic in all_topics() if not topic.name.endswith(".dlq")}
    assert {channel["address"] for channel in committed()["channels"].values()} == names

"""Understands that whatever was published once can be read for ever: one sample of every event and version.

A golden file never changes, however the code does: its digest stands in SHA256SUMS. A new event or version gets a new
file and a new line (``sha256sum Event.2.json >> SHA256SUMS`` in the folder); nothing else in the folder is touched. A
version whose part gained a field that is left out where it has nothing to say gets one more sample beside its first,
``Event.1.<what>.json``: what has the field and what lacks it are both read, and said again byte for byte.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from pathlib import Path

import jsonschema
import msgspec
import pytest

from shared.events import CaseRef, Instant
from shared.runtime.schemas.words import EVENTS, file_of, json_schema

GOLDEN = Path(__file__).parent / "golden"


def sums(folder: Path) -> dict[str, str]:
    """File name -> digest, as listed."""
    lines = (folder / "SHA256SUMS").read_text("utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def faults(folder: Path, events: tuple[type, ...]) -> list[str]:
    """What is wrong between the files, their digests and the language spoken today."""
    listed = sums(folder)
    there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.json")}
    spoken = {file_of(event) for event in events}
    found = [f"{name}: no golden file for this event and version" for name in sorted(spoken - set(there))]
    found += [
        f"{name}: no event reads this any more; what was published stays readable"
        for name in sorted(there)
        if version_in(name) not in spoken
    ]
    found += [f"{name}: is not listed in SHA256SUMS" for name in sorted(set(there) - set(listed))]
    found += [f"{name}: was published and is gone" for name in sorted(set(listed) - set(there))]
    return found + [f"{name}: changed" for name in sorted(set(there) & set(listed)) if there[name] != listed[name]]


def version_in(name: str) -> str:
    """The first sample of the event and version that a file is a sample of."""
    return ".".join(name.split(".")[:2]) + ".json"


def misread(text: bytes, event: type) -> list[str]:
    """Whether today's code reads a sample and says the same again, and the published schema agrees."""
    sample = json.loads(text)
    schema = json_schema(event)
    checker = jsonschema.Draft7Validator(schema, format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER)
    wrong = [error.message for error in checker.iter_errors(sample)]
    unread = sorted(set(sample) - set(schema["properties"]))
    wrong += [f"{field} is in the sample and in no field" for field in unread]
    again = json.loads(msgspec.json.encode(msgspec.json.decode(text, type=event)))
    return wrong if again == sample else [*wrong, f"was {sample}, became {again}"]


def test_every_event_and_version_has_its_sample() -> None:
    assert faults(GOLDEN, EVENTS) == []


@pytest.mark.parametrize("event", EVENTS, ids=file_of)
def test_todays_code_reads_it_and_says_the_same(event: type) -> None:
    samples = [file for file in GOLDEN.glob("*.json") if version_in(file.name) == file_of(event)]
    assert [misread(file.read_bytes(), event) for file in samples] == [[] for _ in samples]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOLDEN, tmp_path / "golden"))


def test_a_missing_sample_is_seen(copy: Path) -> None:
    (copy / "Scored.1.json").unlink()
    assert faults(copy, EVENTS) == [
        "Scored.1.json: no golden file for this event and version",
        "Scored.1.json: was published and is gone",
    ]


def test_a_changed_sample_is_seen(copy: Path) -> None:
    text = (copy / "Scored.1.json").read_text("utf-8")
    (copy / "Scored.1.json").write_text(text.replace("86.50", "86.51"), "utf-8")
    assert faults(copy, EVENTS) == ["Scored.1.json: changed"]


def test_an_event_that_was_taken_out_is_seen(copy: Path) -> None:
    assert faults(copy, [event for event in EVENTS if event.__name__ != "ApplicationSubmitted"]) == [
        "ApplicationSubmitted.1.declared.json: no event reads this any more; what was published stays readable",
        "ApplicationSubmitted.1.json: no event reads this any more; what was published stays readable",
    ]


def test_a_new_event_without_a_sample_is_seen(copy: Path) -> None:
    @dataclasses.dataclass(frozen=True)
    class PlaqueReturned:
        """The plaque came back."""

        SCHEMA = 2
        case_id: CaseRef

    assert faults(copy, (*EVENTS, PlaqueReturned)) == [
        "PlaqueReturned.2.json: no golden file for this event and version"
    ]


def test_a_lost_or_renamed_field_is_seen() -> None:
    @dataclasses.dataclass(frozen=True)
    class ApplicationWithdrawn:
        """As published, with one field renamed and one lost."""

        SCHEMA = 1
        case_id: CaseRef
        withdrawn_on: Instant | None = None

    text = (GOLDEN / "ApplicationWithdrawn.1.json").read_bytes()
    assert "reason is in the sample and in no field" in misread(text, ApplicationWithdrawn)
    assert any(fault.startswith("was {") for fault in misread(text, ApplicationWithdrawn))

"""Understands which files show the published language, and whether those that are committed still say what is true."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from shared.runtime.schemas.asyncapi import document
from shared.runtime.schemas.page import page
from shared.runtime.schemas.words import EVENTS, file_of, json_schema

FOLDER = Path(__file__).resolve().parents[2] / "schemas"


def generated() -> dict[str, str]:
    """File name -> text of everything under ``shared/schemas``."""
    files = {file_of(event): json.dumps(json_schema(event), indent=2, ensure_ascii=False) + "\n" for event in EVENTS}
    head = "# Generated from shared/events.py by `make schemas`; do not edit.\n"
    files["asyncapi.yaml"] = head + yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=110)
    files["README.md"] = page()
    return files


def write(folder: Path = FOLDER) -> list[str]:
    """Writes what differs and answers its names; leaves a file alone that has no event any more, see :func:`drift`."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in generated().items():
        path = folder / name
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            written.append(name)
    return written


def drift(folder: Path = FOLDER) -> list[str]:
    """What is missing, differs, or has no event any more, one sentence each. Empty: all is well."""
    wanted = generated()
    there = {path.name: path.read_text("utf-8") for path in folder.iterdir()} if folder.is_dir() else {}
    missing = [f"{name} is missing: run `make schemas`" for name in wanted if name not in there]
    changed = [
        f"{name} differs from shared/events.py: run `make schemas`; a changed meaning needs a new version"
        for name, text in wanted.items()
        if name in there and there[name] != text
    ]
    stray = [
        f"{name} has no event: a published version stays in the language; put the event back"
        for name in sorted(there)
        if name not in wanted
    ]
    return missing + changed + stray

"""Understands where the texts of messages are kept: one YAML file per event in ``wording/``, checked when read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import yaml

from services.notifications.domain.wording import PARTS, Text, Wording

FOLDER = Path(__file__).parent.parent / "wording"
NAMES = tuple(field.name for field in fields(Text))


class WordingUnreadable(Exception):
    """A file of texts is not as it must be; the message says which, where, and what to write instead."""


def read_wording(folder: Path = FOLDER) -> Wording:
    """Event -> part -> text. Raises :class:`WordingUnreadable`."""
    return {path.stem: _event(path) for path in sorted(folder.glob("*.yaml"))}


def _event(path: Path) -> Mapping[str, Text]:
    try:
        parts = yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as fault:
        raise WordingUnreadable(f"{path}: {fault}") from fault
    if not isinstance(parts, dict) or not parts:
        raise WordingUnreadable(f"{path}: write at least one of {', '.join(PARTS)} with its texts")
    return {part: _text(path, part, texts) for part, texts in parts.items()}


def _text(path: Path, part: object, texts: object) -> Text:
    if part not in PARTS:
        raise WordingUnreadable(f"{path}: {part!r} is nobody we tell; use one of {', '.join(PARTS)}")
    if not isinstance(texts, dict) or sorted(texts) != sorted(NAMES):
        raise WordingUnreadable(f"{path}, {part}: write exactly {', '.join(NAMES)}")
    for name, text in texts.items():
        if not isinstance(text, str) or not text.strip():
            raise WordingUnreadable(f"{path}, {part}, {name}: write a sentence (in quotes where YAML wants them)")
    return Text(**texts)

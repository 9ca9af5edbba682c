"""Understands where the made-up regulations lie, and the examples beside those whose conditions have expressions."""

from pathlib import Path
from typing import Any

import yaml

from shared.programmes.catalogue import Catalogue
from shared.programmes.model import Programme

FOLDER = Path(__file__).with_name("demo")
SHELF = Catalogue.load(FOLDER)


def file_of(programme: Programme) -> Path:
    return FOLDER / next(edition.file for edition in SHELF.editions if edition.text.id == programme.id)


def examples(programme: Programme) -> dict[str, Any]:
    path = file_of(programme).with_suffix(".examples.yaml")
    return yaml.safe_load(path.read_text("utf-8")) if path.exists() else {}

"""Understands where the library of regulations lies; loads it once for all tests."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

import shared.programmes
from shared.programmes.catalogue import Catalogue

DEFINITIONS = Path(shared.programmes.__file__).parent / "definitions"


@lru_cache(maxsize=1)
def library() -> Catalogue:
    return Catalogue.load(DEFINITIONS)


def examples_of(file: str) -> dict[str, Any]:
    """The examples beside a definition, by condition; empty where the file does not exist."""
    path = DEFINITIONS / file.replace(".yaml", ".examples.yaml")
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}

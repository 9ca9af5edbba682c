"""Understands the first page that somebody sees: what runs here, where, and where to read on; Chinese first.

It is plain text and one style sheet: no script, nothing from elsewhere, readable on a screen of 320 dots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_HERE = Path(__file__).parent
STYLES_PATH = "/start_page.css"


@dataclass(frozen=True)
class Running:
    """One thing that runs. Addresses are links on this origin or whole URLs; ``ill`` is None where nobody asked,
    empty when well, else one sentence."""

    name_zh: str
    name_en: str
    about_zh: str
    about_en: str
    address: str
    health: str = ""
    description: str = ""
    ill: str | None = None


def start_page(runs: Sequence[Running], *, version: str, demo: bool, reading: str = "") -> str:
    """The page as HTML. ``demo`` shows the banner that nothing here is real; ``reading`` links to the manual."""
    template = _environment().get_template("start_page.html")
    return template.render(runs=runs, version=version, demo=demo, reading=reading, styles=STYLES_PATH)


def styles() -> bytes:
    """The style sheet that the page names at :data:`STYLES_PATH`."""
    return (_HERE / "start_page.css").read_bytes()


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )

"""Understands what is wrong with a definition: file, line, field, and what to write instead, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MOST_FAULTS = 100
_LINE_BREAK = "\n"


def unseen(letter: str) -> bool:
    """Whether a letter is a control character or turns the direction of what follows; a line break is neither."""
    return letter != _LINE_BREAK and not letter.isprintable()


def visible(words: str) -> str:
    """The words with everything unseen written out."""
    if not any(unseen(letter) for letter in words):
        return words
    return "".join(ascii(letter)[1:-1] if unseen(letter) else letter for letter in words)


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands: file name, line and column, both counted from 1."""

    file: str
    line: int
    column: int = 1


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, at its place; ``path`` names the field, ``zh`` and ``en`` the remedy.

    A fault may repeat words of the file: what would move a terminal's cursor or turn its letters is made visible."""

    place: Place
    path: str
    zh: str
    en: str

    def __post_init__(self) -> None:
        for name in ("path", "zh", "en"):
            object.__setattr__(self, name, visible(getattr(self, name)))

    def __str__(self) -> str:
        return f"{self.place.file}:{self.place.line}: {self.path or '(file)'}: {self.zh} / {self.en}"


class BadDefinition(Exception):
    """A definition is refused; ``faults`` lists everything that was found, at most a hundred."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class TooManyFaults(Exception):
    """Reading stops here: there are a hundred faults already."""


@dataclass
class Findings:
    """Collects faults while reading and remembers the place of every field by its path."""

    faults: list[Fault] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)

    def add(self, place: Place, path: str, zh: str, en: str) -> None:
        self.faults.append(Fault(place, path, zh, en))
        if len(self.faults) >= MOST_FAULTS:
            raise TooManyFaults

    def at(self, path: str, zh: str, en: str) -> None:
        """Report a fault at a path that was read before; its nearest known parent gives the line."""
        self.add(nearest(self.places, path), path, zh, en)

    def refuse(self) -> None:
        """Raise what was found, in the order of the lines; do nothing when all is well."""
        if self.faults:
            raise BadDefinition(tuple(sorted(self.faults, key=lambda fault: fault.place)))


def nearest(places: Mapping[str, Place], path: str) -> Place:
    """The place of a path, or of the nearest part around it that has one."""
    while path and path not in places:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return places.get(path) or next(iter(places.values()), Place("?", 1))

"""Understands what one regulation says of another: an overlap names programmes, and each of them must be there."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator

from shared.programmes.loader import SourceFile
from shared.programmes.model import Programme
from shared.programmes.reading.faults import Fault, Place
from shared.programmes.reading.tree import Mapping, Node, Scalar, Sequence, read_tree

_LISTED = 20


def unknown_programmes(
    programme: Programme, sources: Iterable[SourceFile], known: Collection[str]
) -> tuple[Fault, ...]:
    """Every programme that an overlap names and that is not there, at its line. ``sources`` are the definition and its
    supplements, ``known`` the ids of all regulations; the programme itself is always there."""
    wrong = [
        (overlap.id, name)
        for overlap in programme.overlaps
        for name in overlap.programmes
        if name != programme.id and name not in known
    ]
    files = tuple(sources) if wrong else ()
    return tuple(_fault(overlap, name, files, known) for overlap, name in wrong)


def _fault(overlap: str, name: str, sources: tuple[SourceFile, ...], known: Collection[str]) -> Fault:
    close = difflib.get_close_matches(name, known, n=1)
    listed = ", ".join(sorted(known)[:_LISTED]) or "-"
    zh = f"没有办法 {name};" + (f"是否应为 {close[0]}?" if close else f"现有:{listed}")
    en = f"there is no programme {name}; " + (f"did you mean {close[0]}?" if close else f"there are {listed}")
    return Fault(_place(overlap, name, sources), f"overlaps[{overlap}].programmes", zh, en)


def _place(overlap: str, name: str, sources: tuple[SourceFile, ...]) -> Place:
    """Where the name is written; the file's first line where it came down from an adopted text."""
    for source in sources:
        for item in _items(read_tree(source.text, source.name).entries.get("overlaps")):
            written = item.entries.get("id") if isinstance(item, Mapping) else None
            if isinstance(item, Mapping) and isinstance(written, Scalar) and written.text == overlap:
                for each in _items(item.entries.get("programmes")):
                    if isinstance(each, Scalar) and each.text == name:
                        return each.place
    return Place(sources[0].name, 1)


def _items(node: Node | None) -> Iterator[Node]:
    yield from node.items if isinstance(node, Sequence) else ()

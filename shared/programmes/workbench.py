"""Understands the workbench of somebody who writes regulations: a file alone, its supplements, its neighbours, a name.

Everything is read within the language's limits; nothing that a file says is ever run or followed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import shared.programmes
from shared.programmes.between import unknown_programmes
from shared.programmes.catalogue import ARCHIVE, MOST_FILES, SUPPLEMENT, Catalogue, Edition, overlaps, read_source
from shared.programmes.example_rows import SUFFIX, check_examples
from shared.programmes.loader import Higher, SourceFile, identity, load
from shared.programmes.model import Programme
from shared.programmes.reading.faults import BadDefinition, Fault, Place
from shared.programmes.reading.tree import read_tree

LIBRARY = Path(shared.programmes.__file__).parent / "definitions"
MOST_NEIGHBOURS = 50
_ASIDE = (SUPPLEMENT, SUFFIX)
_FEWEST_DIGITS = 8


class NoSuchName(LookupError):
    """Nothing has this name; ``zh`` and ``en`` say what there is."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True)
class Checked:
    """What became of a file: the text alone and with its supplements, or what is wrong with it."""

    file: str
    faults: tuple[Fault, ...]
    text: Programme | None = None
    supplied: Programme | None = None


def check_file(path: Path, library: Path = LIBRARY) -> Checked:
    """Read a definition, or a supplement with the definition beside it; never raises for what the file says."""
    try:
        definition, overlays = _belonging(path)
        higher = _higher(definition, library)
        text = load(_source(definition), (), higher)
        supplied = load(_source(definition), [_source(each) for each in overlays], higher) if overlays else text
        faults = overlaps([*_neighbours(definition, text, library, higher), Edition(text, supplied, str(definition))])
        if any(each.programmes for each in supplied.overlaps):
            sources = [_source(each) for each in (definition, *overlays)]
            faults += unknown_programmes(supplied, sources, _names(definition, library))
        faults = [*faults, *_examples(definition, supplied)]
    except BadDefinition as refused:
        return Checked(str(path), refused.faults)
    return Checked(str(path), tuple(faults), text, supplied)


def _examples(definition: Path, programme: Programme) -> tuple[Fault, ...]:
    """What is wrong with the examples beside the definition, where there are any."""
    beside = definition.with_name(f"{definition.stem}{SUFFIX}")
    if not beside.is_file():
        return ()
    source = _source(beside)
    return check_examples(programme, source.text, source.name)


def _source(path: Path) -> SourceFile:
    return replace(read_source(path, path.parent), name=str(path))


def _refuse(path: Path, zh: str, en: str) -> BadDefinition:
    return BadDefinition((Fault(Place(str(path), 1), "", zh, en),))


def _belonging(path: Path) -> tuple[Path, list[Path]]:
    """The definition that the path names or belongs to, and the supplements that lie beside it."""
    if not path.is_file():  # neither a folder nor a device that never ends
        raise _refuse(path, "没有这个文件,或不是普通文件", "there is no such file, or it is not a plain one")
    if path.name.endswith(SUFFIX):
        path = path.with_name(path.name.removesuffix(SUFFIX) + ".yaml")
        if not path.is_file():
            raise _refuse(
                path, "例子旁边没有这个定义文件", "the definition that the examples belong to is not beside them"
            )
    if path.name.endswith(SUPPLEMENT):
        owners = [each for each in _definitions(path.parent) if path.name.startswith(f"{each.stem}.")]
        if not owners:
            zh, en = (
                "旁边没有它所补充的定义文件 <版本>.yaml",
                "the definition that it supplements, <version>.yaml, is not beside it",
            )
            raise _refuse(path, zh, en)
        path = max(owners, key=lambda each: len(each.stem))
    beside = sorted(each for each in path.parent.glob(f"*{SUPPLEMENT}") if each.name.startswith(f"{path.stem}."))
    return path, beside[:MOST_NEIGHBOURS]


def _definitions(folder: Path) -> list[Path]:
    found = sorted(each for each in folder.glob("*.yaml") if not each.name.endswith(_ASIDE) and each.is_file())
    return found[:MOST_NEIGHBOURS]


def _higher(definition: Path, library: Path) -> Higher:
    """Texts that the definition may adopt: only read where it adopts one."""
    source = _source(definition)
    if "adopts" not in read_tree(source.text, source.name).entries:
        return {}
    found = {}
    for path in (*sorted(library.rglob("*.yaml"))[:MOST_FILES], *_definitions(definition.parent)):
        if path.name.endswith(_ASIDE) or path.resolve() == definition.resolve() or _put_away(path, definition):
            continue
        try:
            source = _source(path)
            root = read_tree(source.text, source.name)
        except BadDefinition:
            continue  # its own fault: it is told when that file is checked
        found[identity(root)] = root
    return found


def _names(definition: Path, library: Path) -> set[str]:
    """Ids of all regulations in the library and in the definition's own folder."""
    found = set()
    for path in (*sorted(library.rglob("*.yaml"))[:MOST_FILES], *_definitions(definition.parent)):
        if path.name.endswith(_ASIDE):
            continue
        try:
            found.add(identity(read_tree(_source(path).text, str(path)))[0])
        except BadDefinition:
            continue  # its own fault: it is told when that file is checked
    return found


def _put_away(path: Path, definition: Path) -> bool:
    """Whether it lies in an archive: only what lies in the same one may be adopted from there."""
    return path.parent.name == ARCHIVE and path.parent.resolve() != definition.parent.resolve()


def _neighbours(definition: Path, text: Programme, library: Path, higher: Higher) -> Iterable[Edition]:
    """Other versions of the same regulation, in the same folder and in the library."""
    for path in dict.fromkeys((*_definitions(definition.parent), *_same_in(library, text))):
        if path.resolve() == definition.resolve() or definition.parent.name == ARCHIVE:
            continue
        try:
            source = _source(path)
            if identity(read_tree(source.text, source.name))[0] == text.id:
                other = load(source, (), higher)
                yield Edition(other, other, str(path))
        except BadDefinition:
            continue  # its own fault: it is told when that file is checked


def _same_in(library: Path, text: Programme) -> list[Path]:
    """The library's versions, unless the file is a copy of one of them that somebody works on."""
    found = [path for folder in library.glob(f"*/{text.id}") for path in _definitions(folder)]
    return [path for path in found if path.stem != text.version]


# ── by name ──────────────────────────────────────────────────────────────────────────────────────────────────────


def find(catalogue: Catalogue, name: str, day: date, *, text_only: bool = False) -> Programme:
    """A programme by ``id`` (the version in force on the day, else the latest), ``id@version``, ``id@sha256:<hex>``
    (eight digits are enough), or the path of a file. Raises :class:`NoSuchName` or :class:`BadDefinition`."""
    if name.endswith(".yaml"):
        checked = check_file(Path(name))
        if checked.text is None or checked.supplied is None:
            raise BadDefinition(checked.faults)
        return checked.text if text_only else checked.supplied
    identity_, _, rest = name.partition("@")
    editions = [each for each in catalogue.editions if each.text.id == identity_]
    if not editions:
        raise _nothing(name, sorted({each.text.id for each in catalogue.editions}))
    if rest.startswith("sha256:"):
        return _addressed(catalogue, name, rest)
    chosen = _of_version(editions, name, rest) if rest else _current(editions, day)
    return chosen.text if text_only else chosen.supplied


def _addressed(catalogue: Catalogue, name: str, rest: str) -> Programme:
    found = [each for ref, each in catalogue.by_ref.items() if ref.startswith(name)]
    if len(rest.removeprefix("sha256:")) < _FEWEST_DIGITS or len(found) != 1:
        raise _nothing(name, sorted(catalogue.by_ref))
    return found[0]


def _of_version(editions: list[Edition], name: str, version: str) -> Edition:
    for each in editions:
        if each.text.version == version:
            return each
    raise _nothing(name, [f"{each.text.id}@{each.text.version}" for each in editions])


def _current(editions: list[Edition], day: date) -> Edition:
    return next((each for each in reversed(editions) if each.text.legal.in_force.covers(day)), editions[-1])


def _nothing(name: str, known: list[str]) -> NoSuchName:
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return NoSuchName(
            f"没有办法 {name};是否应为 {close[0]}?", f"there is no programme {name}; did you mean {close[0]}?"
        )
    listed = "\n".join(f"  {each}" for each in known[:30])
    return NoSuchName(f"没有办法 {name};现有:", f"there is no programme {name}; there are:\n{listed}")

"""Understands the library of regulations: which there are, which was in force on a day, which one a case pins.

A folder holds ``<programme>/<version>.yaml`` and beside it ``<version>.<name>.supplement.yaml``. Every definition is
kept twice: as the text alone, and with its supplements laid over; a case may pin either. What lies in a folder named
``archive`` is only found by its address: earlier wordings of a file that old cases still pin. It takes no new case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from shared.programmes.between import unknown_programmes
from shared.programmes.life import closed_because, life_on
from shared.programmes.loader import Higher, SourceFile, identity, load
from shared.programmes.model.programme import Programme
from shared.programmes.reading.faults import BadDefinition, Fault, Place
from shared.programmes.reading.tree import MOST_BYTES, read_tree

MOST_FILES = 1_000
ARCHIVE = "archive"
SUPPLEMENT = ".supplement.yaml"
Switch = Literal["all", "none"]


class NoSuchProgramme(LookupError):
    """Nothing in the library has this id or address."""


@dataclass(frozen=True)
class Edition:
    """One version of one regulation: the text alone, and with its supplements (the same where there are none)."""

    text: Programme
    supplied: Programme
    file: str


@dataclass(frozen=True)
class Catalogue:
    """All editions, by programme id in the order of their versions' beginning."""

    editions: tuple[Edition, ...]
    by_ref: Mapping[str, Programme]
    supplements: Switch = "all"

    @classmethod
    def load(cls, directory: Path, supplements: Switch = "all") -> Catalogue:
        """Read and check every definition below the directory; raises :class:`BadDefinition` with all faults of all."""
        definitions, overlays = _files(directory)
        current = {path: source for path, source in definitions.items() if not _archived(path, directory)}
        higher = _higher(current.values())
        faults: list[Fault] = []
        editions: list[Edition] = []
        known = {name for name, _ in higher}
        archived: list[Edition] = []
        for path, source in definitions.items():
            above = higher if path in current else {**higher, **_higher(_beside(path, definitions))}
            belonging = _belonging(path, overlays)
            try:
                edition = _edition(source, belonging, above)
            except BadDefinition as refused:
                faults.extend(refused.faults)
                continue
            (editions if path in current else archived).append(edition)
            faults.extend(unknown_programmes(edition.supplied, (source, *belonging), known))
        faults.extend(overlaps(editions))
        if faults:
            raise BadDefinition(tuple(faults))
        both = (programme for edition in (*archived, *editions) for programme in (edition.text, edition.supplied))
        return cls(tuple(editions), MappingProxyType({programme.ref: programme for programme in both}), supplements)

    def get(self, ref: str) -> Programme:
        """The programme with exactly this address, with or without supplements; raises :class:`NoSuchProgramme`."""
        if ref not in self.by_ref:
            raise NoSuchProgramme(ref)
        return self.by_ref[ref]

    def programmes(self) -> tuple[Programme, ...]:
        """Every edition once, with supplements where they are switched on."""
        return tuple(self._shown(edition) for edition in self.editions)

    def versions(self, programme_id: str) -> tuple[Programme, ...]:
        """All editions of one regulation, oldest first; raises :class:`NoSuchProgramme`."""
        found = [programme for programme in self.programmes() if programme.id == programme_id]
        if not found:
            raise NoSuchProgramme(programme_id)
        return tuple(sorted(found, key=_beginning))

    def in_force(self, programme_id: str, day: date) -> Programme | None:
        """The version whose text was in force on this day, or None."""
        for programme in reversed(self.versions(programme_id)):
            if programme.legal.in_force.covers(day) and programme.legal.status in (
                "in_force",
                "superseded",
                "repealed",
            ):
                return programme
        return None

    def open_for_cases(self, programme_id: str, day: date, *, sandbox: bool) -> Programme | None:
        """What a new case pins. In production only a text in force without anything unset; in a sandbox also drafts and
        texts that are not in force, once their supplement has filled what is unset; the one in force on the day first,
        else the newest. A repealed text takes none, nor does one whose last day is over."""
        newest = reversed(self.versions(programme_id))
        taking = [each for each in newest if closed_because(each, day, sandbox=sandbox) is None]
        current = [each for each in taking if life_on(each, day) == "in_force"]
        for programme in current:
            if not programme.sandbox_only and not programme.missing_for_activation():
                return programme
        ready = (each for each in (*current, *taking) if sandbox and not each.missing_for_sandbox())
        return next(ready, None)

    def _shown(self, edition: Edition) -> Programme:
        return edition.supplied if self.supplements == "all" else edition.text


def _beginning(programme: Programme) -> tuple[date, str]:
    since = programme.legal.in_force.since
    return (since if isinstance(since, date) else date.min, programme.version)


def _archived(path: Path, directory: Path) -> bool:
    return ARCHIVE in path.relative_to(directory).parts[:-1]


def _beside(path: Path, definitions: Mapping[Path, SourceFile]) -> Iterable[SourceFile]:
    """What an archived text may adopt: what was put into the same archive, before what stands outside."""
    return (source for at, source in definitions.items() if at.parent == path.parent)


def _files(directory: Path) -> tuple[dict[Path, SourceFile], dict[Path, SourceFile]]:
    paths = sorted(directory.rglob("*.yaml"))
    if len(paths) > MOST_FILES:
        place = Place(str(directory), 1)
        raise BadDefinition((Fault(place, "", f"文件不得超过 {MOST_FILES} 个", f"keep at most {MOST_FILES} files"),))
    found = {path: read_source(path, directory) for path in paths if not path.name.endswith(".examples.yaml")}
    overlays = {path: source for path, source in found.items() if path.name.endswith(SUPPLEMENT)}
    return {path: source for path, source in found.items() if path not in overlays}, overlays


def read_source(path: Path, directory: Path) -> SourceFile:
    """One file within the language's limits, named relative to the directory; raises :class:`BadDefinition`."""
    name = str(path.relative_to(directory))
    if path.stat().st_size > MOST_BYTES:
        zh, en = f"文件不得超过 {MOST_BYTES // 1024} KiB", f"keep the file below {MOST_BYTES // 1024} KiB"
        raise BadDefinition((Fault(Place(name, 1), "", zh, en),))
    try:
        return SourceFile(name, path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise BadDefinition((Fault(Place(name, 1), "", "请用 UTF-8 保存文件", "save the file as UTF-8"),)) from error


def _belonging(path: Path, overlays: Mapping[Path, SourceFile]) -> list[SourceFile]:
    stem = path.name.removesuffix(".yaml") + "."
    return [source for at, source in overlays.items() if at.parent == path.parent and at.name.startswith(stem)]


def _higher(sources: Iterable[SourceFile]) -> Higher:
    trees = {}
    for source in sources:
        try:
            root = read_tree(source.text, source.name)
        except BadDefinition:
            continue  # reported when the file itself is loaded
        trees[identity(root)] = root
    return trees


def _edition(source: SourceFile, overlays: list[SourceFile], higher: Higher) -> Edition:
    text = load(source, (), higher)
    return Edition(text, load(source, overlays, higher) if overlays else text, source.name)


def overlaps(editions: Iterable[Edition]) -> list[Fault]:
    """Two versions of one regulation cannot be in force on the same day, nor bear the same name."""
    faults: list[Fault] = []
    seen: list[Edition] = []
    for edition in editions:
        for other in seen:
            if other.text.id == edition.text.id:
                faults.extend(_between(other, edition))
        seen.append(edition)
    return faults


def _between(one: Edition, two: Edition) -> list[Fault]:
    place = Place(two.file, 1)
    if one.text.version == two.text.version:
        return [Fault(place, "version", f"与 {one.file} 版本相同,请改名", f"same version as {one.file}: rename one")]
    first, second = one.text.legal.in_force, two.text.legal.in_force
    if not isinstance(first.since, date) or not isinstance(second.since, date):
        return []
    latest, earliest = max(first.since, second.since), min(first.until or date.max, second.until or date.max)
    if latest > earliest:
        return []
    zh = f"施行期间与 {one.file} 重叠,请在旧版本写 until"
    return [Fault(place, "legal.in_force", zh, f"in force at the same time as {one.file}: give the older one an until")]

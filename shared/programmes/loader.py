"""Understands how a definition becomes a checked programme: read strictly, overlay, build, check, address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from shared.programmes.address import digest
from shared.programmes.adoption import Adopting, Origins, adopted, joined_origins, own_origins, word
from shared.programmes.checks import check
from shared.programmes.model.document import Adopted, Adoption
from shared.programmes.model.programme import Programme
from shared.programmes.model.words import Supplement
from shared.programmes.reading import tree
from shared.programmes.reading.faults import BadDefinition, Fault, Findings, Place, TooManyFaults
from shared.programmes.reading.overlay import lay_over
from shared.programmes.reading.reader import Reader


@dataclass(frozen=True)
class SourceFile:
    """A definition or a supplement as text; ``name`` is shown in faults."""

    name: str
    text: str


HIGHEST = 5
Higher = Mapping[tuple[str, str], tree.Mapping]
"""Trees of the texts that others adopt, by (programme id, version)."""


def load(definition: SourceFile, supplements: Sequence[SourceFile] = (), higher: Higher | None = None) -> Programme:
    """The checked programme. Raises :class:`BadDefinition` with every fault, each with file, line, field and remedy."""
    findings = Findings()
    try:
        root, origins = _adopted(tree.read_tree(definition.text, definition.name), higher or {}, findings)
        own = " ".join(identity(root))
        for supplement in supplements:
            root = lay_over(root, read_supplement(supplement, root), findings, replace=False)
        programme = _build(root, adopted(origins, own), findings)
    except TooManyFaults:
        programme = None
    findings.refuse()
    assert programme is not None, "a definition without faults is a programme"
    return programme


def _build(root: tree.Mapping, elsewhere: tuple[Adopted, ...], findings: Findings) -> Programme | None:
    reader = Reader(findings)
    programme = reader.whole(Programme, root)
    if programme is None:
        return None
    programme = replace(programme, supplied=tuple(reader.supplied), adopted=elsewhere)
    check(programme, findings)
    return replace(programme, digest=digest(programme))


def _adopted(root: tree.Mapping, higher: Higher, findings: Findings, depth: int = 0) -> tuple[tree.Mapping, Origins]:
    node, own = root.entries.get("adopts"), " ".join(identity(root))
    if not isinstance(node, tree.Mapping):
        return root, own_origins(root, own)
    adoption = Reader(findings).whole(Adoption, node)
    if adoption is None:
        return root, {}
    if depth > HIGHEST:
        zh, en = f"承继不得超过 {HIGHEST} 层,也不得循环", f"adopt through at most {HIGHEST} levels, never in a circle"
        findings.add(node.place, "adopts", zh, en)
        return root, {}
    above = higher.get((adoption.programme, adoption.version))
    if above is None:
        known = ", ".join(f"{name} {version}" for name, version in higher) or "-"
        findings.add(
            node.place,
            "adopts",
            f"没有办法 {adoption.programme} {adoption.version};现有:{known}",
            f"there is no {adoption.programme} {adoption.version} to adopt; there are {known}",
        )
        return root, {}
    whole, origins = _adopted(above, higher, findings, depth + 1)
    adopting = Adopting(adoption, whole, root, findings)
    adopting.check()
    kept = lay_over(_without(whole, adoption.drop), root, findings, replace=True)
    return kept, joined_origins(origins, adopting, own)


def _without(root: tree.Mapping, drop: Sequence[str]) -> tree.Mapping:
    """The tree without the elements named ``<list>/<id>``."""
    entries = dict(root.entries)
    for name in {each.partition("/")[0] for each in drop}:
        listed = entries.get(name)
        if isinstance(listed, tree.Sequence):
            gone = {each.partition("/")[2] for each in drop if each.startswith(f"{name}/")}
            kept = [item for item in listed.items if _id_of(item) not in gone]
            entries[name] = tree.Sequence(kept, listed.place, listed.supplement)
    return tree.Mapping(entries, root.place, dict(root.keys), root.supplement)


def _id_of(node: tree.Node) -> str:
    return word(node, "id") if isinstance(node, tree.Mapping) else ""


def identity(root: tree.Mapping) -> tuple[str, str]:
    """Programme id and version as written, before anything is checked."""
    return word(root, "id"), word(root, "version")


# ── supplements ──────────────────────────────────────────────────────────────────────────────────────────────────


def read_supplement(source: SourceFile, of: tree.Mapping | None = None) -> tree.Mapping:
    """The overlay's tree, every node of it marked with its supplement. ``of`` is the definition that it belongs to."""
    bare = tree.read_tree(source.text, source.name)
    head = bare.entries.get("supplement")
    if not isinstance(head, tree.Mapping):
        _refuse(source.name, 1, "supplement", "请在文件开头写 supplement: …", "open the file with supplement: …")
    findings = Findings()
    label = Reader(findings).whole(Supplement, head)  # type: ignore[arg-type]
    findings.refuse()
    marked = tree.read_tree(source.text, source.name, label)
    if of is not None and identity(marked) != identity(of):
        name, version = identity(of)
        _refuse(
            source.name,
            1,
            "id",
            f"补充文件应属于 {name} {version},请写 id 与 version",
            f"this supplement must name its definition: write id: {name} and version: {version}",
        )
    entries = {key: node for key, node in marked.entries.items() if key not in ("supplement", "id", "version")}
    return tree.Mapping(entries, marked.place, dict(marked.keys), label)


def _refuse(file: str, line: int, path: str, zh: str, en: str) -> None:
    raise BadDefinition((Fault(Place(file, line), path, zh, en),))

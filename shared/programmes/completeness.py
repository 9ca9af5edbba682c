"""Understands whether everything was handed in: all of it, one of several, or as applicable, and how many of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.programmes.expressions import Scope, holds
from shared.programmes.model import Document, Material, Programme


@dataclass(frozen=True)
class Missing:
    """A material that is not complete; ``zh`` and ``en`` say what to add."""

    material: str
    zh: str
    en: str


def filed(programme: Programme, documents: Iterable[str]) -> dict[str, int]:
    """How many papers are filed under each id. A file may be filed under its document or under the whole material:
    the first counts for the material too, the second for each of the material's documents."""
    papers: dict[str, int] = {}
    related, known = programme.related_papers, papers.get
    for paper in documents:
        for each in related.get(paper) or (paper,):
            papers[each] = known(each, 0) + 1
    return papers


def missing(
    programme: Programme, documents: Iterable[str], scope: Scope, materials: Iterable[str] | None = None
) -> tuple[Missing, ...]:
    """What is still to be handed in; ``materials`` narrows it to those that a step asks for."""
    papers = filed(programme, documents)
    wanted = set(materials) if materials is not None else {material.id for material in programme.materials}
    asked = (each for each in programme.materials if each.id in wanted and _applies(each, scope))
    return tuple(fault for material in asked for fault in _incomplete(material, papers))


def _applies(material: Material, scope: Scope) -> bool:
    return material.rule != "as_applicable" and (material.when is None or holds(material.when, scope) is not False)


def _incomplete(material: Material, papers: Mapping[str, int]) -> tuple[Missing, ...]:
    short = [document for document in material.documents if papers.get(document.id, 0) < document.at_least]
    if material.rule == "any_of":
        if len(short) < len(material.documents):
            return ()
        zh, en = "、".join(each.title.zh for each in short), ", ".join(each.title.en for each in short)
        return (Missing(material.id, f"请提交其中之一:{zh}", f"hand in one of: {en}"),)
    return tuple(Missing(material.id, *_words(document, papers.get(document.id, 0))) for document in short)


def _words(document: Document, there: int) -> tuple[str, str]:
    if document.at_least == 1:
        return f"请提交{document.title.zh}", f"hand in: {document.title.en}"
    return (
        f"请提交{document.title.zh},至少 {document.at_least} 份,现有 {there} 份",
        f"hand in {document.at_least} of: {document.title.en} (there are {there})",
    )

"""Understands whether everything was handed in: all of it, one of several, or as applicable, and how many of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.programmes.expressions import Scope, holds
from shared.programmes.model import Document, Filing, Material, Programme, Step, Text


@dataclass(frozen=True)
class Missing:
    """A material or a form that is not complete; ``zh`` and ``en`` say what to add. ``paper`` is the id to file it
    under: the document's, or the material's where one of several is enough; ``title`` is that paper's name."""

    material: str
    zh: str
    en: str
    paper: str
    title: Text


def filed(programme: Programme, documents: Iterable[str]) -> dict[str, int]:
    """How many papers are filed under each id (see :meth:`Programme.papers`)."""
    return programme.papers(documents)


def missing(
    programme: Programme,
    documents: Iterable[str],
    scope: Scope,
    materials: Iterable[str] | None = None,
    forms: Iterable[str] = (),
) -> tuple[Missing, ...]:
    """What is still to be handed in; ``materials`` narrows it to those that a step asks for, ``forms`` are the forms
    that it wants filled in."""
    papers = programme.papers(documents)
    wanted = set(materials) if materials is not None else {material.id for material in programme.materials}
    asked = (each for each in programme.materials if each.id in wanted and _applies(each, scope))
    unfilled = (programme.form(each) for each in forms if not papers.get(each))
    return (
        *(fault for material in asked for fault in _incomplete(material, papers)),
        *(Missing(f.id, f"请填写{f.title.zh}", f"fill in: {f.title.en}", f.id, f.title) for f in unfilled),
    )


def asked_at(step: Step) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """Materials (None: all of them) and forms that a filing step asks for."""
    parameters = step.parameters
    if not isinstance(parameters, Filing):
        return None, ()
    return None if parameters.materials == "all" else parameters.materials, parameters.forms


def _applies(material: Material, scope: Scope) -> bool:
    return material.rule != "as_applicable" and (material.when is None or holds(material.when, scope) is not False)


def _incomplete(material: Material, papers: Mapping[str, int]) -> tuple[Missing, ...]:
    short = [document for document in material.documents if papers.get(document.id, 0) < document.at_least]
    if material.rule == "any_of":
        if len(short) < len(material.documents):
            return ()
        zh, en = "、".join(each.title.zh for each in short), ", ".join(each.title.en for each in short)
        return (Missing(material.id, f"请提交其中之一:{zh}", f"hand in one of: {en}", material.id, material.title),)
    return tuple(
        Missing(material.id, *_words(document, papers.get(document.id, 0)), document.id, document.title)
        for document in short
    )


def _words(document: Document, there: int) -> tuple[str, str]:
    if document.at_least == 1:
        return f"请提交{document.title.zh}", f"hand in: {document.title.en}"
    return (
        f"请提交{document.title.zh},至少 {document.at_least} 份,现有 {there} 份",
        f"hand in {document.at_least} of: {document.title.en} (there are {there})",
    )

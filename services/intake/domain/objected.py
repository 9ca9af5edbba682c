"""Understands what an authority objected to in something that is being corrected, and what was changed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.intake.domain.parts import Answer, Document, Objection

Paper = tuple[str, str]
"""Under which material, and which content."""


@dataclass(frozen=True)
class Held:
    """Answers and papers as they stood at one moment."""

    answers: Mapping[str, Answer]
    documents: tuple[Document, ...]

    def papers(self) -> frozenset[Paper]:
        return frozenset((document.material, document.sha256) for document in self.documents)


@dataclass(frozen=True)
class Objected:
    """One objection, with the papers (SHA-256) and answers that stand under its subject now, and whether any of them
    was changed, added or taken out since it was filed. A subject in other words than the programme's names none."""

    subject: str
    fault: str
    papers: tuple[str, ...]
    answers: tuple[str, ...]
    changed: bool


NOTHING_HELD = Held({}, ())


def objected(objections: Iterable[Objection], before: Held, now: Held) -> tuple[Objected, ...]:
    """Every objection, in the authority's order."""
    return tuple(_objected(each, before, now) for each in objections)


def _objected(objection: Objection, before: Held, now: Held) -> Objected:
    subject = objection.subject
    papers = [sha256 for material, sha256 in _papers(subject, now)]
    answers = _answers(subject, now)
    changed = set(_papers(subject, before)) != set(_papers(subject, now)) or _answers(subject, before) != answers
    return Objected(subject, objection.fault, tuple(papers), tuple(answers), changed)


def _papers(subject: str, held: Held) -> list[Paper]:
    return [(d.material, d.sha256) for d in held.documents if d.material == subject]


def _answers(subject: str, held: Held) -> dict[str, Answer]:
    """A figure of a year is named after its metric and the year."""
    return {key: value for key, value in held.answers.items() if subject in (key, key.partition("[")[0])}


def dropped(before: Held, now: Held) -> tuple[Document, ...]:
    """Papers of before that stand here no more."""
    there = now.papers()
    return tuple(d for d in before.documents if (d.material, d.sha256) not in there)


def cleared(before: Held, now: Held) -> tuple[str, ...]:
    """Keys of answers of before that are given no more."""
    return tuple(key for key in before.answers if key not in now.answers)

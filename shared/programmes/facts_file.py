"""Understands one applicant's facts written down in YAML or JSON, to be judged by a programme: read as strictly as a
definition, nothing executed, every fault with its line.

Either only answers (``staff_count: 15``), or the parts named in :class:`Facts`.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Annotated

from msgspec import Meta

from shared.programmes.model import Programme
from shared.programmes.model.answering import answer_faults, answer_keys
from shared.programmes.model.words import Id, Line, RegionCode
from shared.programmes.reading import tree
from shared.programmes.reading.faults import Fault, Findings, Place
from shared.programmes.reading.reader import Reader

MOST_ANSWERS = 2_000
Copies = Annotated[int, Meta(ge=0, le=1_000)]


@dataclass(frozen=True, kw_only=True)
class JudgedFact:
    """What a named person found about a judged condition."""

    met: bool
    by: Line
    reason: Line


@dataclass(frozen=True, kw_only=True)
class RelaxedFact:
    """An exception that a named officer used for a condition."""

    relaxation: Id
    by: Line
    reason: Line
    accepted_value: Line


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One applicant: standing, answers by metric, filed papers, what persons judged."""

    region: Annotated[RegionCode | None, Meta(description="Region code in quotes.")] = None
    level: Id | None = None
    kind: Id | None = None
    category: Id | None = None
    day: Annotated[date | None, Meta(description="Day that years are counted to.")] = None
    answers: Mapping[Line, Line | tuple[Line, ...]] = field(default_factory=dict)
    documents: Annotated[
        tuple[Id, ...] | Mapping[Id, Copies],
        Meta(description="Ids of filed papers, one entry per paper; or id and how many."),
    ] = ()
    judged: Mapping[Id, JudgedFact] = field(default_factory=dict)
    relaxed: Mapping[Id, RelaxedFact] = field(default_factory=dict)

    @property
    def papers(self) -> tuple[str, ...]:
        """One entry per filed paper."""
        if isinstance(self.documents, tuple):
            return self.documents
        return tuple(name for name, copies in self.documents.items() for _ in range(copies))


@dataclass(frozen=True)
class FactsRead:
    """The facts, and where each answer stands, for faults that only the programme can find."""

    facts: Facts
    file: str
    places: Mapping[str, Place]


def read_facts(text: str, file: str) -> FactsRead:
    """Raises :class:`BadDefinition` with every fault at its line."""
    root = tree.read_tree(text, file)
    if not root.entries.keys() & {each.name for each in fields(Facts)}:
        root = tree.Mapping({"answers": root}, root.place, {"answers": root.place})
    findings = Findings()
    facts = Reader(findings).whole(Facts, root)
    answers = root.entries.get("answers")
    if isinstance(answers, tree.Mapping) and len(answers.entries) > MOST_ANSWERS:
        findings.add(answers.place, "answers", f"最多 {MOST_ANSWERS} 项", f"write at most {MOST_ANSWERS} answers")
    findings.refuse()
    assert facts is not None, "facts without faults are facts"
    return FactsRead(facts, file, answers.keys if isinstance(answers, tree.Mapping) else {})


def misfits(programme: Programme, read: FactsRead) -> tuple[Fault, ...]:
    """What the programme does not know or cannot read, with the nearest name that it knows."""
    facts, known = read.facts, answer_keys(programme.metrics)
    place = Place(read.file, 1)
    found = [
        Fault(read.places.get(each.key, place), f"answers.{each.key}", *_remedy(each.key, each.zh, each.en, known))
        for each in dict.fromkeys(answer_faults(programme.metrics, facts.answers))
    ]
    conditions = {condition.id for condition in programme.conditions}
    papers = {m.id for m in programme.materials} | {d.id for m in programme.materials for d in m.documents}
    levels = {level.id for level in programme.levels}
    found += [_unknown(place, "judged", each, conditions) for each in facts.judged if each not in conditions]
    found += [_unknown(place, "relaxed", each, conditions) for each in facts.relaxed if each not in conditions]
    found += [_unknown(place, "documents", each, papers) for each in dict.fromkeys(facts.papers) if each not in papers]
    found += [_unknown(place, "level", facts.level, levels)] if facts.level and facts.level not in levels else []
    who = programme.applicants
    for part, stated, known_words in (("kind", facts.kind, who.kinds), ("category", facts.category, who.categories)):
        found += [_unknown(place, part, stated, set(known_words))] if stated and stated not in known_words else []
    return tuple(found)


def _remedy(key: str, zh: str, en: str, known: Mapping[str, object]) -> tuple[str, str]:
    close = difflib.get_close_matches(key, known, n=1)
    if key in known or not close:
        return zh, en
    return f"{zh};是否应为 {close[0]}?", f"{en}; did you mean {close[0]}?"


def _unknown(place: Place, path: str, name: str, known: set[str]) -> Fault:
    close = difflib.get_close_matches(name, known, n=1)
    listed = ", ".join(sorted(known)[:20]) or "-"
    zh, en = (
        (f"是否应为 {close[0]}?", f"did you mean {close[0]}?") if close else (f"现有:{listed}", f"there are {listed}")
    )
    return Fault(place, f"{path}.{name}", f"本办法没有 {name};{zh}", f"this programme has no {name}; {en}")

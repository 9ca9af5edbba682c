"""Understands a regulation as a document: its identity and status, its principles, who watches, what it adopts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from shared.programmes.model.times import UNKNOWN_TIME, InForce
from shared.programmes.model.words import NOWHERE, UNSET, Id, Line, Source, Text, Unset

Kind = Annotated[
    Literal["recognition", "project", "funding", "operations"],
    Meta(description="Recognition of a title, a built project, money, or the running of a service."),
]
TextStatus = Annotated[
    Literal["in_force", "draft_for_comment", "repealed", "superseded", "non_authoritative"],
    Meta(description="Everything but in_force runs in a sandbox only."),
]


@dataclass(frozen=True, kw_only=True)
class Legal:
    """The regulation's identity as a document."""

    title: Text
    status: Annotated[TextStatus | Unset, Meta(description="unset: nobody has verified it; sandbox only.")]
    issued_by: Annotated[tuple[Line, ...], Meta(description="Issuing bodies in the text's words.")]
    number: Annotated[Line | Unset | None, Meta(description="Document number; null: it has none.")] = UNSET
    issued: date | Unset | None = UNSET
    in_force: InForce = UNKNOWN_TIME
    basis: Annotated[tuple[Line, ...], Meta(description="Higher texts that it rests on.")] = ()
    succeeds: Annotated[Line | None, Meta(description="Text that it replaced.")] = None
    superseded_by: Line | None = None
    banner: Annotated[Text | None, Meta(description="Shown on every page where the text is not in force.")] = None
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class Principle:
    """A sentence that guides everything and decides nothing by itself."""

    id: Id
    text: Text
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class Supervision:
    """Who watches whom over what, beyond the steps: observers read everything and write nothing."""

    id: Id
    title: Text
    by: Annotated[tuple[Id, ...], Meta(description="Parties that supervise.")] = ()
    topics: tuple[Text, ...] = ()
    dynamic: Annotated[bool, Meta(description="动态管理: titles may end between reviews.")] = False
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """Inheritance: this text adopts a higher one and adds to it or replaces parts, element by element."""

    programme: Id
    version: Line
    drop: Annotated[tuple[Line, ...], Meta(description="Elements not taken over, as <list>/<id>.")] = ()
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class Adopter:
    """Who may run a recognition of its own by reference to this text (可参照本办法)."""

    id: Id
    level: Id
    only_stricter: Annotated[
        tuple[Line, ...],
        Meta(description="Conditions, as conditions/<id>, that an adopting text may keep or make stricter, no more."),
    ] = ()
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class Adopted:
    """One element that a higher text wrote: its path, and the texts that had a part in it, the highest first."""

    path: str
    texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Supplied:
    """One value that a supplement put where the regulation says nothing: its path and who supplied it."""

    path: str
    source: Source

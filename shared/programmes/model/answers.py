"""Understands what an applicant is asked: typed metrics, materials, forms with typed fields and row limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from shared.programmes.model.words import NOWHERE, Count, Expression, Id, Line, Number, Source, Text, Unset

AnswerType = Annotated[
    Literal["count", "amount", "ratio", "area", "years", "boolean", "choice", "set", "date", "text", "uscc", "region"],
    Meta(description="count whole number; amount money; ratio 0 to 1; choice one of options; set several of options."),
]


@dataclass(frozen=True, kw_only=True)
class Option:
    """One value that a choice or a set may take."""

    id: Id
    title: Text


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One typed figure or fact about the applicant, with its unit and the day that it is taken at."""

    id: Id
    title: Text
    type: AnswerType
    unit: Annotated[str, Meta(max_length=32, description="CNY, person, m2, firm, year …; empty for pure numbers.")] = ""
    as_of: Annotated[
        Literal[
            "application", "round_close", "last_fy_end", "last_fy", "last_year", "each_year", "service", "unspecified"
        ],
        Meta(description="The day or period that the figure belongs to."),
    ] = "application"
    years: Annotated[
        int,
        Meta(ge=1, le=10, description="How many past years are asked; the metric then reads name[last], name[last-1]."),
    ] = 1
    options: tuple[Option, ...] = ()
    evidence: Annotated[tuple[Id, ...], Meta(description="Materials that prove it.")] = ()
    part_of: Annotated[
        Id | None, Meta(description="其中: the metric that this one is a part of, and can never be more than.")
    ] = None
    least: Number | None = None
    most: Number | None = None
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class FormField:
    """One field of a form, or one column where the form has rows."""

    id: Id
    title: Text
    type: AnswerType
    required: bool = True
    unit: Annotated[str, Meta(max_length=32)] = ""
    options: tuple[Option, ...] = ()
    metric: Annotated[Id | None, Meta(description="The metric that this field fills.")] = None
    max_length: Annotated[int, Meta(ge=1, le=20_000)] = 500
    least: Number | None = None
    most: Number | None = None


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form that the programme prescribes. ``rows`` 0 means single fields, else a table of at most so many rows."""

    id: Id
    title: Text
    fields: Annotated[tuple[FormField, ...] | Unset, Meta(description="unset where the text leaves the form out.")]
    rows_min: Annotated[int, Meta(ge=0, le=10_000)] = 0
    rows_max: Annotated[int, Meta(ge=0, le=10_000)] = 0
    signed: Annotated[bool, Meta(description="Whether a signature or seal is required on it.")] = False
    source: Source = NOWHERE


@dataclass(frozen=True, kw_only=True)
class Document:
    """One paper of a material; a form's id stands in ``form`` where the paper is a form of the programme."""

    id: Id
    title: Text
    form: Id | None = None
    at_least: Annotated[Count, Meta(description="How many of it, e.g. opinions of ten firms.")] = 1
    sections: Annotated[tuple[Text, ...], Meta(description="Parts that the paper must contain.")] = ()
    covers: Annotated[Line | None, Meta(description="Period that it must cover, e.g. last_fy, last_2_years.")] = None


@dataclass(frozen=True, kw_only=True)
class Material:
    """What has to be handed in: all of the documents, any one of them, or as applicable (根据实际情况提供)."""

    id: Id
    title: Text
    rule: Literal["all_of", "any_of", "as_applicable"] = "all_of"
    documents: tuple[Document, ...]
    media: Annotated[
        tuple[Literal["pdf", "ofd", "image", "sheet", "text"], ...],
        Meta(description="Kinds of file accepted."),
    ] = ("pdf", "ofd", "image")
    when: Annotated[Expression | None, Meta(description="Expression: only asked for where it is true.")] = None
    source: Source = NOWHERE

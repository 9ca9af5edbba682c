"""Understands what several events have in common: references, the applicant, a document, whoever files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

CaseRef = Annotated[str, Meta(description="The case: one application and everything that follows from it.")]
ProgrammeRef = Annotated[
    str,
    Meta(
        description="The regulation that the case began under: <programme id>@sha256:<digest of its definition>.",
        pattern=r"^[a-z0-9-]+@sha256:[0-9a-f]{64}$",
    ),
]
Region = Annotated[str, Meta(description="GB/T 2260 code of the region, six characters.")]
Uscc = Annotated[str, Meta(description="Unified social credit code (GB 32100-2015), 18 characters.")]
Instant = Annotated[datetime, Meta(description="An instant in UTC.", tz=True)]


class Applicant(Struct, frozen=True, omit_defaults=True):
    """The organisation that asks for the title. What its programme does not distinguish is left out."""

    uscc: Uscc
    name: Annotated[str, Meta(description="Registered name.")]
    region: Region
    level: Annotated[str, Meta(description="Level that the organisation belongs to, in the programme's words.")]
    kind: Annotated[str, Meta(description="Kind of applicant, e.g. enterprise, in the programme's words.")] = ""
    category: Annotated[str, Meta(description="Category applied for, e.g. comprehensive, in its words.")] = ""


@dataclass(frozen=True)
class Document:
    """One file of the application, by content."""

    material: Annotated[str, Meta(description="Id of the material in the programme that this file is filed under.")]
    name: Annotated[str, Meta(description="File name as the applicant gave it.")]
    media_type: Annotated[str, Meta(description="Media type as found by opening the file.")]
    sha256: Annotated[str, Meta(description="SHA-256 of the bytes, lower-case hexadecimal.")]
    size: Annotated[int, Meta(description="Size in bytes.")]


@dataclass(frozen=True)
class Objection:
    """One thing that has to be corrected."""

    subject: Annotated[str, Meta(description="What is wrong: id of a material, a paper, a form or an answer.")]
    fault: Annotated[str, Meta(description="What is wrong with it, in the authority's words.")]


@dataclass(frozen=True)
class Filer:
    """Who handed something in, and by which right: an applicant for the organisation, or a party of the programme."""

    id: Annotated[str, Meta(description="Subject id of the person.")]
    role: Annotated[str, Meta(description="Role that the person acted in.")]
    region: Annotated[str, Meta(description="GB/T 2260 code of the person's region; empty where there is none.")]
    organisation: Annotated[str, Meta(description="USCC of the person's organisation; empty where there is none.")]

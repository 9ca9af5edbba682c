"""Understands what an application looks like from outside, and who may see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from services.intake.domain.application import Application, Entry
from services.intake.domain.commands import Person
from services.intake.domain.drafting import ensure_own
from services.intake.domain.errors import ApplicationUnknown
from services.intake.domain.objected import Held, Objected, objected
from services.intake.domain.parts import Answer, Applicant, Document
from services.intake.handlers import APPLICATION, Write
from shared.envelope import Actor
from shared.runtime.http import Command
from shared.runtime.ports import Loaded, Receipt, Streams


@dataclass(frozen=True)
class Shown:
    """An application as its applicant sees it; ``version`` is the ETag's number. ``forms`` are those that were filled
    in, each with the SHA-256 of the document that holds its rows. ``objections`` take ``to_correct`` apart;
    ``correct_by`` is the last instant to correct it, null where there is none."""

    case_id: str
    version: int
    status: str
    programme: str
    round_id: str
    applicant: Applicant
    answers: Mapping[str, Answer]
    documents: tuple[Document, ...]
    forms: Mapping[str, str]
    declared: bool
    declared_by: str
    revision: int
    to_correct: tuple[str, ...]
    objections: tuple[Objected, ...]
    correct_by: datetime | None
    correct_by_provisional: bool
    number: str
    valid_to: date | None
    timeline: tuple[Entry, ...]


def shown(loaded: Loaded[Application]) -> Shown:
    """The whole application; raises :class:`ApplicationUnknown` where there is none."""
    a = loaded.state
    if a.applicant is None:
        raise ApplicationUnknown()
    return Shown(
        case_id=a.case_id,
        version=loaded.version,
        status=a.status,
        programme=a.programme,
        round_id=a.round_id,
        applicant=a.applicant,
        answers=dict(a.answers),
        documents=a.documents,
        forms={name: form.document.sha256 for name, form in a.filled.items()},
        declared=a.declared,
        declared_by=a.declared_by,
        revision=a.revision,
        to_correct=a.to_correct,
        objections=objected(a.objections, a.filed, Held(a.answers, a.documents)),
        correct_by=a.correct_by,
        correct_by_provisional=a.correct_by_provisional,
        number=a.number,
        valid_to=a.valid_to,
        timeline=a.timeline,
    )


def person(actor: Actor) -> Person:
    """The caller in the domain's words."""
    return Person(actor.id, actor.organisation)


async def visible(streams: Streams, case_id: str, actor: Actor) -> Loaded[Application]:
    """The application, when the caller may see it: own organisation, or discipline inspection."""
    loaded = await streams.load(APPLICATION, case_id)
    if actor.role != "inspector":
        ensure_own(loaded.state, person(actor))
    return loaded


def writing(
    command: Command, status: int = 200, location: Callable[[str], str] | None = None, reason: str = ""
) -> Write:
    """What a handler needs of an HTTP command; the answer to remember is the application after the change."""
    return Write(command.origin(reason), command.expected, lambda after: receipt(command, after, status, location))


def receipt(
    command: Command, after: Loaded[Application], status: int = 200, location: Callable[[str], str] | None = None
) -> Receipt:
    """The answer to remember: the application after the change, with its new ETag."""
    body = shown(after)
    where = location(body.case_id) if location else ""
    return command.receipt(status, body, version=after.version, location=where)

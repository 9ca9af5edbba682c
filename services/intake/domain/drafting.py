"""Understands how an application is drawn up: begun in an open round, answered, furnished with files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from services.intake.domain import commands as c
from services.intake.domain import errors
from services.intake.domain import events as e
from services.intake.domain.application import EDITABLE, Application
from services.intake.domain.materials import known_material
from services.intake.domain.parts import Answer, Applicant, Document
from services.intake.domain.rounds import SHANGHAI, Round, ensure_open
from shared.identifiers import region_fault, uscc_fault
from shared.programmes.admission import bars
from shared.programmes.model import Programme, Text
from shared.programmes.model.answering import answer_faults, keys_of

MOST_DOCUMENTS = 200
MOST_MEGABYTES = 500
_NAMED = 20
Closed = tuple[Text, Text]
"""Why a text takes no new case, and which text follows it."""


def decide_draft(
    command: c.DraftApplication,
    a: Application,
    round_: Round,
    programme: Programme,
    now: datetime,
    closed: Closed | None = None,
) -> tuple[e.Fact, ...]:
    """Begin an application. The round names the text; the case keeps it for life. ``closed``: it takes none now."""
    if a.status != "none":
        raise errors.ApplicationExists()
    applicant = command.applicant
    if command.by.organisation != applicant.uscc:
        raise errors.OtherOrganisation()
    if uscc_fault(applicant.uscc) is not None:
        raise errors.UsccInvalid()
    announced = ensure_open(round_, now)
    if closed is not None:
        why, after = closed
        raise errors.ProgrammeClosed(why_zh=why.zh, why_en=why.en, next_zh=after.zh, next_en=after.en)
    ensure_region(applicant.region, now.astimezone(SHANGHAI).date())
    ensure_admitted(applicant, programme)
    return (
        e.ApplicationDrafted(
            case_id=command.case_id,
            programme=announced.programme,
            round_id=announced.round_id,
            applicant=applicant,
            drafted_by=command.by.id,
            drafted_at=now,
        ),
    )


def ensure_region(code: str, day: date) -> None:
    """The region's code counts on this day; else the refusal names the one that does. Only what begins is held to it:
    a code that is given up later stays the case's own."""
    fault = region_fault(code, day)
    if fault is not None:
        raise errors.RegionNotInUse(zh=fault.zh, en=fault.en, do_zh=fault.do_zh, do_en=fault.do_en)


def ensure_admitted(applicant: Applicant, programme: Programme) -> None:
    """The text admits this applicant by region, level, kind and category."""
    found = bars(
        programme,
        region=applicant.region,
        level=applicant.level,
        kind=applicant.kind,
        category=applicant.category,
    )
    for bar in found:
        refusal = errors.ADMISSION[bar.field]
        raise refusal(admitted=", ".join(bar.admitted) or "-", zh=bar.zh, en=bar.en)


def decide_answers(command: c.GiveAnswers, a: Application, programme: Programme, now: datetime) -> tuple[e.Fact, ...]:
    """Set or take back answers; what changes nothing is no fact."""
    ensure_editable(a, command.by)
    _ensure_answerable(command.given, programme)
    given = {key: value for key, value in command.given.items() if a.answers.get(key) != value}
    cleared = tuple(key for key in command.cleared if key in a.answers and key not in command.given)
    return (e.AnswersGiven(given, cleared),) if given or cleared else ()


def _ensure_answerable(given: Mapping[str, Answer], programme: Programme) -> None:
    """Refuses what is no answer to one of the programme's metrics; only the programme's own words are repeated."""
    faults = answer_faults(programme.metrics, given)
    if faults:
        known = {key for metric in programme.metrics for key in keys_of(metric)}
        affected = [f"{fault.key}: {fault.en}" for fault in faults if fault.key in known][:_NAMED]
        raise errors.AnswerUnknown(count=len(faults), known="; ".join(affected) or "-")


def decide_attach(command: c.AttachDocument, a: Application, programme: Programme, now: datetime) -> tuple[e.Fact, ...]:
    """Add a file under one of the programme's materials."""
    ensure_editable(a, command.by)
    document = command.document
    if not known_material(programme, document.material):
        raise errors.MaterialUnknown(materials=", ".join(m.id for m in programme.materials))
    if any((d.material, d.sha256) == (document.material, document.sha256) for d in a.documents):
        raise errors.DocumentExists()
    ensure_room(a.documents, document)
    return (e.DocumentAttached(document),)


def ensure_room(there: tuple[Document, ...], document: Document) -> None:
    """One more file still fits."""
    size = sum(d.size for d in there) + document.size
    if len(there) >= MOST_DOCUMENTS or size > MOST_MEGABYTES * 1_000_000:
        raise errors.TooMuch(documents=MOST_DOCUMENTS, megabytes=MOST_MEGABYTES)


def decide_remove(command: c.RemoveDocument, a: Application, now: datetime) -> tuple[e.Fact, ...]:
    """Take a file out again."""
    ensure_editable(a, command.by)
    if not any((d.material, d.sha256) == (command.material, command.sha256) for d in a.documents):
        raise errors.DocumentUnknown()
    return (e.DocumentRemoved(command.material, command.sha256),)


def ensure_own(a: Application, by: c.Person) -> Applicant:
    """The applicant, when the person acts for it. Others' applications are unknown, not forbidden: no hint leaks."""
    if a.applicant is None or a.applicant.uscc != by.organisation:
        raise errors.ApplicationUnknown()
    return a.applicant


def ensure_editable(a: Application, by: c.Person) -> None:
    """The person's own application, while it is a draft or was returned."""
    ensure_own(a, by)
    if a.status not in EDITABLE:
        raise errors.NotEditable()

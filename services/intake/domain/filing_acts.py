"""Understands how a filing is drawn up, handed in and taken back, and what review's answer does to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from services.intake.domain import corrected, errors, filed, filing_errors
from services.intake.domain import events as e
from services.intake.domain.application import Application
from services.intake.domain.drafting import MOST_DOCUMENTS, MOST_MEGABYTES, ensure_region
from services.intake.domain.filing_lacks import forms_of, is_filled, lacking, wants_declaration
from services.intake.domain.filings import EDITABLE, Awaited, Filing, filing_of
from services.intake.domain.form_rows import FORM_TYPE, Rows, ensure_fitting
from services.intake.domain.forms import fills_of, unanswerable
from services.intake.domain.materials import Lack, known_material
from services.intake.domain.objected import Held, cleared, dropped
from services.intake.domain.parts import Answer, Applicant, Document, Filer
from services.intake.domain.rounds import SHANGHAI
from shared.identifiers import region_contains, uscc_fault
from shared.programmes.filling import form_faults
from shared.programmes.model import Procedure, Programme, Step
from shared.programmes.model.answering import answer_faults, keys_of

_NAMED = 20
_LACKS_NAMED = 100


@dataclass(frozen=True)
class BeginFiling:
    """Begin what begins a case: a procedure's first step, about an organisation, perhaps about its title."""

    case_id: str
    procedure: str
    applicant: Applicant
    title: str
    by: Filer


# ── beginning ────────────────────────────────────────────────────────────────────────────────────────────────────


def decide_begin(
    command: BeginFiling, f: Filing, programme: Programme, titled: Application, now: datetime
) -> tuple[e.Fact, ...]:
    """Begin it under the text of today. ``titled`` is the application whose title it is about, where one is named."""
    if f.status != "none":
        raise filing_errors.FilingExists()
    procedure, by = _procedure(command.procedure, programme), command.by
    ensure_region(command.applicant.region, _day(now))
    _ensure_fitting(command.applicant, programme)
    first = programme.first_step(command.applicant, procedure.id, day=_day(now))
    _ensure_no_application(procedure, first, programme)
    _ensure_opener(by, procedure, first, command.applicant, programme)
    holds = titled.applicant is not None and titled.applicant.uscc == command.applicant.uscc
    if command.title and not (holds and titled.status == "titled"):
        raise filing_errors.TitleNotHeld()
    return (
        filed.FilingDrafted(
            filing_id=command.case_id,
            case_id=command.case_id,
            programme=programme.ref,
            procedure=procedure.id,
            step=first.id,
            visit=0,
            title=command.title,
            applicant=command.applicant,
            filer=by,
            drafted_at=now,
        ),
    )


def _day(now: datetime) -> date:
    return now.astimezone(SHANGHAI).date()


def _procedure(name: str, programme: Programme) -> Procedure:
    found = next((each for each in programme.procedures if each.id == name), None)
    if found is None:
        raise filing_errors.ProcedureUnknown(procedures=", ".join(each.id for each in programme.procedures))
    return found


def _ensure_fitting(about: Applicant, programme: Programme) -> None:
    levels = [level.id for level in programme.levels]
    inside = region_contains(programme.region, about.region)
    if not inside or about.level not in levels or uscc_fault(about.uscc) is not None:
        raise filing_errors.SubjectWrong(levels=", ".join(levels))


def _ensure_no_application(procedure: Procedure, first: Step, programme: Programme) -> None:
    applies = first.type == "file" and programme.party(first.actor).role == "applicant"
    if applies and procedure.id == programme.procedure().id and programme.rounds is not None:
        raise filing_errors.AppliesInRound()


def _ensure_opener(by: Filer, procedure: Procedure, first: Step, about: Applicant, programme: Programme) -> None:
    """Whoever acts in the first step, or the party that the procedure names where the first step takes no filing."""
    opens = programme.party(procedure.opened_by)
    if by.role != opens.role or first.type in ("file", "rectify"):
        ensure_filer(by, first, about, programme)
    elif by.role == "applicant" and by.organisation != about.uscc:
        raise errors.OtherOrganisation()


def ensure_filer(by: Filer, step: Step, about: Applicant, programme: Programme) -> None:
    """The person acts in the role of the step's party, an applicant for the own organisation. How far an authority
    reaches is review's to judge."""
    party = programme.party(step.actor)
    if by.role != party.role:
        raise filing_errors.WrongFiler(zh=party.title.zh, en=party.title.en)
    if by.role == "applicant" and by.organisation != about.uscc:
        raise errors.OtherOrganisation()


def decide_answer_case(
    case_id: str, by: Filer, f: Filing, awaited: Awaited, former: Filing, programme: Programme, now: datetime
) -> tuple[e.Fact, ...]:
    """Begin what the case waits for; a correction begins with what ``former``, which is to be corrected, held. Nobody
    learns of a case that is not theirs."""
    owed = awaited.now
    if owed is None or not _concerns(owed, by):
        raise filing_errors.NothingAwaited()
    if f.status != "none":
        raise filing_errors.FilingExists()
    _ensure_not_closed(f, owed.due_at)
    step = programme.step(owed.step)
    ensure_filer(by, step, owed.applicant, programme)
    due = (corrected.FilingDueSet(owed.due_at, owed.due_provisional, now),) if owed.due_at else ()
    return (
        filed.FilingDrafted(
            filing_id=filing_of(case_id, owed.visit),
            case_id=case_id,
            programme=owed.programme,
            procedure=owed.procedure,
            step=owed.step,
            visit=owed.visit,
            title="",
            applicant=owed.applicant,
            filer=by,
            drafted_at=now,
        ),
        *_begun_with(former, awaited, step, by),
        *due,
    )


def _begun_with(former: Filing, awaited: Awaited, step: Step, by: Filer) -> tuple[corrected.CorrectionBegun, ...]:
    """What was objected to, and everything that stood in the filing before; only its own party gets that. What is put
    right at a step of that type is shown anew."""
    if not awaited.objections:
        return ()
    if not _filed_by_ones_own(former, by) or step.type != "file":
        return (corrected.CorrectionBegun("", {}, (), "", awaited.objections),)
    held = (former.filing_id, dict(former.answers), former.documents, former.statement)
    return (corrected.CorrectionBegun(*held, awaited.objections),)


def _filed_by_ones_own(former: Filing, by: Filer) -> bool:
    """Whoever may not read what was filed gets it into no draft either: an authority is one in its region only."""
    same = former.filer.role == by.role and (by.role == "applicant" or former.filer.region == by.region)
    return former.status == "taken" and same


def _ensure_not_closed(f: Filing, due_at: datetime | None) -> None:
    """A year that was published since may have given more time than what was closed."""
    if f.closed is not None and (due_at is None or due_at <= f.closed.due_at):
        raise filing_errors.FilingTooLate(due=f"{f.closed.due_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}")


def _concerns(owed: filed.FilingAwaited, by: Filer) -> bool:
    if by.role == "applicant":
        return by.organisation == owed.applicant.uscc
    return region_contains(by.region, owed.applicant.region)


# ── drawing up ───────────────────────────────────────────────────────────────────────────────────────────────────


def ensure_own(f: Filing, by: Filer) -> Applicant:
    """The organisation that it is about, when the person may act in the filing: colleagues of an applicant, and those
    of the same role and region in an authority. Others' filings are unknown, not forbidden: no hint leaks."""
    about = f.applicant
    own = by.organisation == (about and about.uscc) if by.role == "applicant" else by.region == f.filer.region
    if about is None or by.role != f.filer.role or not own:
        raise filing_errors.FilingUnknown()
    return about


def ensure_editable(f: Filing, by: Filer) -> None:
    ensure_own(f, by)
    if f.status not in EDITABLE:
        raise filing_errors.FilingNotEditable()


def decide_answers(
    given: dict[str, Answer], cleared: tuple[str, ...], by: Filer, f: Filing, programme: Programme
) -> tuple[e.Fact, ...]:
    """Set or take back answers; what changes nothing is no fact."""
    ensure_editable(f, by)
    faults = answer_faults(programme.metrics, given)
    if faults:
        known = {key for metric in programme.metrics for key in keys_of(metric)}
        affected = [f"{fault.key}: {fault.en}" for fault in faults if fault.key in known][:_NAMED]
        raise errors.AnswerUnknown(count=len(faults), known="; ".join(affected) or "-")
    fresh = {key: value for key, value in given.items() if f.answers.get(key) != value}
    gone = tuple(key for key in cleared if key in f.answers and key not in given)
    return (e.AnswersGiven(fresh, gone),) if fresh or gone else ()


def decide_state(text: str, by: Filer, f: Filing) -> tuple[e.Fact, ...]:
    """Say something along with the papers."""
    ensure_editable(f, by)
    return (filed.StatementWritten(text.strip()),) if text.strip() != f.statement else ()


def decide_attach(document: Document, by: Filer, f: Filing, programme: Programme) -> tuple[e.Fact, ...]:
    """Add a file under a material of the programme, under a form that has to be signed, or under the step itself."""
    ensure_editable(f, by)
    signed = {form.id for form in forms_of(programme, programme.step(f.step)) if form.signed}
    if not known_material(programme, document.material) and document.material not in {f.step, *signed}:
        raise errors.MaterialUnknown(materials=", ".join((*(m.id for m in programme.materials), *signed, f.step)))
    if any((d.material, d.sha256) == (document.material, document.sha256) for d in f.documents):
        raise errors.DocumentExists()
    _ensure_room(f.documents, document)
    return (e.DocumentAttached(document),)


def _ensure_room(there: tuple[Document, ...], document: Document) -> None:
    size = sum(d.size for d in there) + document.size
    if len(there) >= MOST_DOCUMENTS or size > MOST_MEGABYTES * 1_000_000:
        raise errors.TooMuch(documents=MOST_DOCUMENTS, megabytes=MOST_MEGABYTES)


def decide_remove(material: str, sha256: str, by: Filer, f: Filing) -> tuple[e.Fact, ...]:
    """Take a file out again."""
    ensure_editable(f, by)
    if not any((d.material, d.sha256) == (material, sha256) for d in f.documents):
        raise errors.DocumentUnknown()
    return (e.DocumentRemoved(material, sha256),)


def ensure_form(name: str, rows: Rows, f: Filing, programme: Programme) -> Mapping[str, Answer]:
    """The step asks for the form, and all rows fit it and the figures that it answers, by their keys; nothing that was
    sent is repeated in a refusal."""
    forms = forms_of(programme, programme.step(f.step))
    form = next((each for each in forms if each.id == name), None)
    if form is None:
        raise errors.FormUnknown(forms=", ".join(each.id for each in forms) or "-")
    ensure_fitting(form, form_faults(form, rows) or tuple(unanswerable(form, rows, programme)))
    return fills_of(form, rows, programme)


def decide_form(
    document: Document, by: Filer, f: Filing, fills: Mapping[str, Answer] | None = None
) -> tuple[e.Fact, ...]:
    """Put the form as it was filled in where it stood before, and the figures that it answers (``fills``); the same
    content again is nothing."""
    ensure_editable(f, by)
    assert document.media_type == FORM_TYPE
    fresh = {key: value for key, value in (fills or {}).items() if f.answers.get(key) != value}
    answered = (e.AnswersGiven(fresh, ()),) if fresh else ()
    before = next((d for d in f.documents if is_filled(d, document.material)), None)
    if before is not None and before.sha256 == document.sha256:
        return answered
    removed = (e.DocumentRemoved(before.material, before.sha256),) if before else ()
    _ensure_room(tuple(d for d in f.documents if d != before), document)
    return (*removed, e.DocumentAttached(document), *answered)


# ── handing in ───────────────────────────────────────────────────────────────────────────────────────────────────


def decide_declare(by: Filer, f: Filing, now: datetime) -> tuple[e.Fact, ...]:
    """Declare that what stands here now is true."""
    ensure_editable(f, by)
    return () if f.declared and f.declared_by == by.id else (e.TruthDeclared(by.id, now, f.content),)


def decide_submit(by: Filer, f: Filing, awaited: Awaited, programme: Programme, now: datetime) -> tuple[e.Fact, ...]:
    """Hand it in: complete, declared where the step asks, and still waited for where it answers a case."""
    ensure_editable(f, by)
    about = ensure_own(f, by)
    _ensure_not_closed(f, f.due_at)
    if f.visit and (awaited.now is None or awaited.now.visit != f.visit):
        raise filing_errors.NothingAwaited()
    _ensure_complete(lacking(f, programme, _day(now)))
    if wants_declaration(programme.step(f.step)) and not f.declared:
        raise errors.NotDeclared()
    return (
        filed.FilingSubmitted(
            filing_id=f.filing_id,
            case_id=f.case_id,
            programme=f.programme,
            procedure=f.procedure,
            step=f.step,
            visit=f.visit,
            title=f.title,
            applicant=about,
            filer=by,
            answers=dict(f.answers),
            documents=f.documents,
            statement=f.statement,
            declared_by=f.declared_by if f.declared else "",
            submitted_at=now,
            revision=f.revision + 1,
            corrects=f.corrects,
            dropped=dropped(f.former, Held(f.answers, f.documents)),
            cleared=cleared(f.former, Held(f.answers, f.documents)),
        ),
    )


def _ensure_complete(lacks: tuple[Lack, ...]) -> None:
    if lacks:
        raise filing_errors.FilingIncomplete(
            count=len(lacks),
            zh="；".join(f"{lack.zh}（{lack.id}）" for lack in lacks[:_LACKS_NAMED]),
            en="; ".join(f"{lack.en} ({lack.id})" for lack in lacks[:_LACKS_NAMED]),
        )


def decide_withdraw(reason: str, by: Filer, f: Filing, now: datetime) -> tuple[e.Fact, ...]:
    """Give up what was to begin a case, or take it back before a decision; the case ends with it. What a running case
    waits for is not taken back: as a draft it may be left, and once it is handed in it is with the authority."""
    ensure_own(f, by)
    if f.visit or f.decided or f.status not in {*EDITABLE, "submitted", "taken"}:
        raise filing_errors.FilingNotWithdrawable()
    if not reason.strip():
        raise errors.ReasonMissing()
    return (filed.FilingWithdrawn(f.filing_id, f.case_id, reason.strip(), now),)


# ── what review says ─────────────────────────────────────────────────────────────────────────────────────────────


def decide_told(told: filed.FilingTaken | filed.FilingRefused, f: Filing) -> tuple[e.Fact, ...]:
    """Review's answer to the revision that it has; a case that was withdrawn meanwhile stays withdrawn."""
    current = f.status == "submitted" and told.revision == f.revision
    return (told,) if current else ()


def decide_awaited(told: filed.FilingAwaited, known: Awaited) -> tuple[e.Fact, ...]:
    """Remember what a case waits for; the same word twice is one."""
    return () if known.now == told else (told,)


def decide_due(told: filed.FilingAwaited, f: Filing) -> tuple[e.Fact, ...]:
    """What was begun already has another end, because its deadline was counted again."""
    moved = told.due_at is not None and (f.due_at, f.due_provisional) != (told.due_at, told.due_provisional)
    if f.status == "none" or not moved or told.due_at is None:
        return ()
    return (corrected.FilingDueSet(told.due_at, told.due_provisional, told.awaited_at),)


def decide_wait_ended(told: filed.WaitEnded, known: Awaited) -> tuple[e.Fact, ...]:
    return (told,) if known.now is not None and known.now.step == told.step else ()

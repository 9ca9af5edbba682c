"""Understands where a filing stands, and what a case waits for: everything that is handed in besides an application.

A filing that begins a case has the case's id. One that answers what a case waits for is named after the case and the
visit of the step (``<case>.<visit>``): so there is one for each time that something is owed, whoever begins it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from services.intake.domain import corrected, filed
from services.intake.domain import events as e
from services.intake.domain.application import Entry, digest
from services.intake.domain.objected import NOTHING_HELD, Held
from services.intake.domain.parts import Answer, Applicant, Document, Filer, Objection

Status = Literal["none", "draft", "submitted", "taken", "refused", "withdrawn"]

EDITABLE: frozenset[Status] = frozenset({"draft", "refused"})


NOBODY = Filer("", "")


@dataclass(frozen=True)
class Filing:
    """Everything that is handed in at once. ``visit`` is 0 where it begins a case; ``refusal`` is the last one;
    ``decided`` says that the case that it began was decided."""

    filing_id: str = ""
    case_id: str = ""
    status: Status = "none"
    programme: str = ""
    procedure: str = ""
    step: str = ""
    visit: int = 0
    title: str = ""
    applicant: Applicant | None = None
    filer: Filer = NOBODY
    answers: Mapping[str, Answer] = field(default_factory=dict)
    documents: tuple[Document, ...] = ()
    statement: str = ""
    declared_by: str = ""
    declared_content: str = ""
    revision: int = 0
    submitted_by: str = ""
    submitted_at: datetime | None = None
    refusal: filed.FilingRefused | None = None
    corrects: str = ""
    """The filing that it corrects, which it began with (``former``); empty where it began empty."""
    former: Held = NOTHING_HELD
    objections: tuple[Objection, ...] = ()
    due_at: datetime | None = None
    due_provisional: bool = False
    closed: corrected.FilingTimeClosed | None = None
    """Review was told all that came: it can be handed in no more."""
    decided: bool = False
    timeline: tuple[Entry, ...] = ()

    @property
    def content(self) -> str:
        """SHA-256 of what a declaration covers."""
        return digest({**self.answers, "": self.statement}, self.documents)

    @property
    def declared(self) -> bool:
        """Whether somebody declared exactly what stands here now."""
        return bool(self.declared_by) and self.declared_content == self.content


NONE = Filing()


def filing_of(case_id: str, visit: int) -> str:
    """The name of the filing that answers what the case waits for at this visit."""
    return f"{case_id}.{visit}"


def evolve(f: Filing, fact: e.Fact) -> Filing:
    """Fold one fact into the filing."""
    match fact:
        case filed.FilingDrafted():
            return replace(
                _noted(f, "drafted", fact.drafted_at, fact.filer.id),
                filing_id=fact.filing_id,
                case_id=fact.case_id,
                status="draft",
                programme=fact.programme,
                procedure=fact.procedure,
                step=fact.step,
                visit=fact.visit,
                title=fact.title,
                applicant=fact.applicant,
                filer=fact.filer,
            )
        case e.AnswersGiven():
            kept = {key: value for key, value in f.answers.items() if key not in fact.cleared}
            return replace(f, answers={**kept, **fact.given})
        case e.DocumentAttached():
            return replace(f, documents=(*f.documents, fact.document))
        case e.DocumentRemoved():
            rest = tuple(d for d in f.documents if (d.material, d.sha256) != (fact.material, fact.sha256))
            return replace(f, documents=rest)
        case filed.StatementWritten():
            return replace(f, statement=fact.text)
        case e.TruthDeclared():
            return replace(f, declared_by=fact.declared_by, declared_content=fact.content)
        case corrected.CorrectionBegun():
            return replace(
                f,
                corrects=fact.corrects,
                former=Held(fact.answers, fact.documents),
                answers=dict(fact.answers),
                documents=fact.documents,
                statement=fact.statement,
                objections=fact.objections,
            )
        case corrected.FilingDueSet():
            moved = f if f.due_at is None else _noted(f, "due_moved", fact.set_at)
            return replace(moved, due_at=fact.due_at, due_provisional=fact.provisional)
        case corrected.FilingTimeClosed():
            return replace(f, closed=fact)
        case _:
            return _moved(f, fact)


def _moved(f: Filing, fact: e.Fact) -> Filing:
    """Handed in, taken back, and what review said."""
    match fact:
        case filed.FilingSubmitted():
            return replace(
                _noted(f, "submitted", fact.submitted_at, fact.filer.id),
                status="submitted",
                revision=fact.revision,
                submitted_by=fact.filer.id,
                submitted_at=fact.submitted_at,
                refusal=None,
            )
        case filed.FilingWithdrawn():
            return replace(_noted(f, "withdrawn", fact.withdrawn_at, fact.reason), status="withdrawn")
        case filed.FilingTaken():
            return replace(_noted(f, "taken", fact.taken_at), status="taken")
        case filed.FilingRefused():
            said = f"{fact.code}: {fact.zh} {fact.en}"
            return replace(_noted(f, "refused", fact.refused_at, said), status="refused", refusal=fact)
        case e.RefusalReceived():
            return replace(_noted(f, "case_refused", fact.refused_at, fact.reason), decided=True)
        case e.CompletionReceived():
            return replace(_noted(f, "completed", fact.completed_at, fact.result), decided=True)
        case e.MilestoneReached():
            entry = Entry(fact.milestone, fact.reached_at, "", fact.since, fact.until)
            decided = f.decided or fact.milestone == "recognition_approved"
            return replace(f, timeline=(*f.timeline, entry), decided=decided)
        case _:
            return f


def _noted(f: Filing, what: str, at: datetime, text: str = "") -> Filing:
    return replace(f, timeline=(*f.timeline, Entry(what, at, text)))


# ── what a case waits for ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Awaited:
    """What review said that a case waits for; nothing where it waits for nothing. ``to_correct`` says what was wrong
    with the filing before, in one sentence each, ``objections`` the same taken apart; ``corrects`` is that filing."""

    now: filed.FilingAwaited | None = None
    to_correct: tuple[str, ...] = ()
    objections: tuple[Objection, ...] = ()
    corrects: str = ""


NOTHING = Awaited()


def evolve_awaited(known: Awaited, fact: e.Fact) -> Awaited:
    """Fold one fact of the stream ``awaited:<case>``."""
    match fact:
        case filed.FilingAwaited():
            same = known.now is None or known.now.visit == fact.visit
            return replace(known if same else NOTHING, now=fact)
        case filed.CorrectionsAsked():
            return replace(known, to_correct=fact.items, objections=fact.objections, corrects=fact.filing)
        case filed.WaitEnded():
            return NOTHING
        case _:
            return known

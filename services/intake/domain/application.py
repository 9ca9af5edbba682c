"""Understands where an application stands: drafted, submitted, returned, withdrawn, or ended by a decision."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from services.intake.domain import corrected
from services.intake.domain import events as e
from services.intake.domain.objected import NOTHING_HELD, Held
from services.intake.domain.parts import Answer, Applicant, Document, Objection

Status = Literal[
    "none", "draft", "submitted", "returned", "withdrawn", "refused", "completed", "titled", "revoked", "lapsed"
]

OPEN: frozenset[Status] = frozenset({"submitted", "returned"})
"""An application in one of these is before the authority; a second one in the same programme would be a double."""

EDITABLE: frozenset[Status] = frozenset({"draft", "returned"})


@dataclass(frozen=True)
class Entry:
    """One line of the timeline that the applicant sees."""

    what: str
    at: datetime
    text: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Application:
    """Everything that the applicant asked for and filed, and how far it came."""

    case_id: str = ""
    status: Status = "none"
    programme: str = ""
    round_id: str = ""
    applicant: Applicant | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    documents: tuple[Document, ...] = ()
    filled: Mapping[str, e.FormFilled] = field(default_factory=dict)
    declared_by: str = ""
    declared_content: str = ""
    revision: int = 0
    to_correct: tuple[str, ...] = ()
    objections: tuple[Objection, ...] = ()
    filed: Held = NOTHING_HELD
    """What was filed last."""
    correct_by: datetime | None = None
    correct_by_provisional: bool = False
    closed: corrected.FilingTimeClosed | None = None
    """Review was told all that came: what is returned can be corrected no more."""
    decided: bool = False
    number: str = ""
    valid_to: date | None = None
    timeline: tuple[Entry, ...] = ()

    @property
    def refused_at(self) -> datetime | None:
        """When it was refused; None where it was not."""
        if self.status != "refused":
            return None
        return next((entry.at for entry in reversed(self.timeline) if entry.what == "recognition_refused"), None)

    @property
    def declared(self) -> bool:
        """Whether somebody declared exactly what stands here now."""
        return bool(self.declared_by) and self.declared_content == digest(self.answers, self.documents)


def digest(answers: Mapping[str, Answer], documents: tuple[Document, ...]) -> str:
    """SHA-256 over answers and documents in a fixed order: what a declaration covers."""
    papers = sorted([document.material, document.sha256, document.name] for document in documents)
    text = json.dumps([dict(answers), papers], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


NONE = Application()


def evolve(a: Application, fact: e.Fact) -> Application:
    """Fold one fact into the application; facts of other streams do not concern it."""
    match fact:
        case e.ApplicationDrafted():
            return replace(
                _noted(a, "drafted", fact.drafted_at),
                case_id=fact.case_id,
                status="draft",
                programme=fact.programme,
                round_id=fact.round_id,
                applicant=fact.applicant,
            )
        case e.AnswersGiven():
            kept = {key: value for key, value in a.answers.items() if key not in fact.cleared}
            return replace(a, answers={**kept, **fact.given})
        case e.DocumentAttached():
            return replace(a, documents=(*a.documents, fact.document))
        case e.DocumentRemoved():
            rest = tuple(d for d in a.documents if (d.material, d.sha256) != (fact.material, fact.sha256))
            forms = {name: form for name, form in a.filled.items() if form.document in rest}
            return replace(a, documents=rest, filled=forms)
        case e.FormFilled():
            return _filled(a, fact)
        case e.TruthDeclared():
            return replace(a, declared_by=fact.declared_by, declared_content=fact.content)
        case e.ApplicationSubmitted():
            return replace(
                _noted(a, "submitted", fact.submitted_at),
                filed=Held(fact.answers, fact.documents),
                status="submitted",
                revision=fact.revision,
                to_correct=(),
                objections=(),
                correct_by=None,
                correct_by_provisional=False,
            )
        case e.ApplicationWithdrawn():
            return replace(_noted(a, "withdrawn", fact.withdrawn_at, fact.reason), status="withdrawn")
        case _:
            return _evolve_by_authority(a, fact)


def _filled(a: Application, fact: e.FormFilled) -> Application:
    """What stands in the form now takes the place of what stood in it before."""
    before = a.filled.get(fact.form)
    rest = tuple(d for d in a.documents if before is None or d != before.document)
    return replace(
        a,
        documents=(*rest, fact.document),
        answers={**a.answers, **fact.fills},
        filled={**a.filled, fact.form: fact},
    )


def _evolve_by_authority(a: Application, fact: e.Fact) -> Application:
    """What the reviewing authority and the registry did, as the applicant is told."""
    match fact:
        case e.ApplicationReturned():
            return _returned(a, fact)
        case corrected.CorrectionDueMoved():
            said = _noted(a, "correction_due_moved", fact.moved_at, fact.because)
            return replace(said, correct_by=fact.due_at, correct_by_provisional=fact.provisional)
        case corrected.FilingTimeClosed():
            return replace(a, closed=fact)
        case e.TextReplaced():
            entry = Entry(
                "moved_to_text", fact.replaced_at, f"{fact.before} → {fact.after}\n{fact.rule}\n{fact.reason}"
            )
            return replace(a, programme=fact.after, timeline=(*a.timeline, entry))
        case e.MilestoneReached():
            entry = Entry(fact.milestone, fact.reached_at, "", fact.since, fact.until)
            decided = a.decided or fact.milestone == "recognition_approved"
            return replace(a, timeline=(*a.timeline, entry), decided=decided)
        case e.RefusalReceived():
            said = _noted(a, "recognition_refused", fact.refused_at, fact.reason)
            return replace(said, status="refused", decided=True)
        case e.CompletionReceived():
            # A title that was conferred on the way stays what the applicant has.
            status: Status = a.status if a.status in ("titled", "revoked") else "completed"
            return replace(_noted(a, "completed", fact.completed_at, fact.result), status=status, decided=True)
        case e.TitleReceived():
            entry = Entry("certified", fact.certified_at, fact.number, fact.valid_from, fact.valid_to)
            return replace(
                a,
                status="titled",
                decided=True,
                number=fact.number,
                valid_to=fact.valid_to,
                timeline=(*a.timeline, entry),
            )
        case e.TitleLost():
            return replace(_noted(a, "revoked", fact.revoked_at, fact.reason), status="revoked")
        case e.TitleLapsed():
            return replace(_noted(a, "lapsed", fact.ended_at, fact.reason), status="lapsed")
        case e.TitleExtended():
            entry = Entry("renewed", fact.extended_at, fact.number, fact.valid_from, fact.valid_to)
            return replace(a, status="titled", valid_to=fact.valid_to, timeline=(*a.timeline, entry))
        case _:
            return a


def _returned(a: Application, fact: e.ApplicationReturned) -> Application:
    """To be corrected; what was closed before was another correction."""
    return replace(
        _noted(a, "returned", fact.returned_at, "\n".join(fact.items)),
        status="returned",
        to_correct=fact.items,
        objections=fact.objections,
        correct_by=fact.due_at,
        correct_by_provisional=fact.due_provisional,
        closed=None,
    )


def _noted(a: Application, what: str, at: datetime, text: str = "") -> Application:
    return replace(a, timeline=(*a.timeline, Entry(what, at, text)))

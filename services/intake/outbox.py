"""Understands which public word each private fact of intake becomes, and whose case it is about."""

from __future__ import annotations

from typing import assert_never

from msgspec import UNSET

from services.intake.domain import corrected, filed, parts
from services.intake.domain import events as e
from shared.envelope import CaseId
from shared.events import (
    Applicant,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    Document,
    Filer,
    FilingSubmitted,
    FilingTimeClosed,
    FilingWithdrawn,
    Replaced,
)
from shared.runtime.ports import Recorded


def case_of(recorded: Recorded) -> CaseId:
    """The key of every record about a fact: its case; a round's id for what is about a round."""
    fact: e.Fact = recorded.fact
    if isinstance(fact, e.PlaceClaimed | e.TitleHeld | e.TitleEnded | e.TitleProlonged | e.FundsReceived):
        return CaseId(fact.case_id)
    # A filing is named after its case: <case>, or <case>.<visit>.
    return CaseId(recorded.stream.partition(":")[2].partition(".")[0])


def to_public(
    recorded: Recorded,
) -> ApplicationSubmitted | ApplicationWithdrawn | FilingSubmitted | FilingWithdrawn | FilingTimeClosed | None:
    """The published word for a fact; None for what only intake needs to know."""
    fact: e.Fact = recorded.fact
    match fact:
        case e.ApplicationSubmitted():
            return _submitted(fact)
        case e.ApplicationWithdrawn():
            return ApplicationWithdrawn(fact.case_id, fact.reason, fact.withdrawn_at)
        case filed.FilingSubmitted():
            return _filed(fact)
        case corrected.FilingTimeClosed():
            return FilingTimeClosed(fact.case_id, fact.step, fact.visit, fact.asked, fact.closed_at)
        case filed.FilingWithdrawn():
            return FilingWithdrawn(fact.case_id, fact.filing_id, fact.reason, fact.withdrawn_at)
        case (
            e.RoundAnnounced()
            | e.PlaceClaimed()
            | e.TitleHeld()
            | e.TitleEnded()
            | e.FundsReceived()
            | e.ApplicationDrafted()
            | e.AnswersGiven()
            | e.DocumentAttached()
            | e.DocumentRemoved()
            | e.FormFilled()
            | e.TruthDeclared()
            | e.ApplicationReturned()
            | e.TextReplaced()
            | e.MilestoneReached()
            | e.RefusalReceived()
            | e.CompletionReceived()
            | e.TitleReceived()
            | e.TitleLost()
            | e.TitleLapsed()
            | e.TitleProlonged()
            | e.TitleExtended()
            | filed.FilingDrafted()
            | filed.StatementWritten()
            | filed.FilingTaken()
            | filed.FilingRefused()
            | filed.FilingAwaited()
            | filed.WaitEnded()
            | filed.CorrectionsAsked()
            | corrected.CorrectionBegun()
            | corrected.FilingDueSet()
            | corrected.CorrectionDueMoved()
        ):
            return None
        case _:
            assert_never(fact)


def _submitted(fact: e.ApplicationSubmitted) -> ApplicationSubmitted:
    return ApplicationSubmitted(
        case_id=fact.case_id,
        programme=fact.programme,
        round_id=fact.round_id,
        applicant=_applicant(fact.applicant),
        answers=fact.answers,
        documents=_documents(fact.documents),
        declared_by=fact.declared_by,
        submitted_at=fact.submitted_at,
        revision=fact.revision,
    )


def _filed(fact: filed.FilingSubmitted) -> FilingSubmitted:
    by = fact.filer
    return FilingSubmitted(
        case_id=fact.case_id,
        filing_id=fact.filing_id,
        programme=fact.programme,
        procedure=fact.procedure,
        step=fact.step,
        visit=fact.visit,
        title=fact.title,
        applicant=_applicant(fact.applicant),
        filer=Filer(by.id, by.role, by.region, by.organisation),
        answers=fact.answers,
        documents=_documents(fact.documents),
        statement=fact.statement,
        declared_by=fact.declared_by,
        submitted_at=fact.submitted_at,
        revision=fact.revision,
        replaces=Replaced(fact.corrects, _documents(fact.dropped), fact.cleared) if fact.corrects else UNSET,
    )


def _applicant(asks: parts.Applicant) -> Applicant:
    return Applicant(asks.uscc, asks.name, asks.region, asks.level, asks.kind, asks.category)


def _documents(documents: tuple[parts.Document, ...]) -> tuple[Document, ...]:
    return tuple(Document(d.material, d.name, d.media_type, d.sha256, d.size) for d in documents)

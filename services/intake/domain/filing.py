"""Understands how an application is filed: declared true, complete, in time; withdrawn; returned and filed again."""

from __future__ import annotations

from datetime import date, datetime

from services.intake.domain import commands as c
from services.intake.domain import corrected, errors
from services.intake.domain import events as e
from services.intake.domain.application import OPEN, Application, digest
from services.intake.domain.drafting import ensure_admitted, ensure_editable, ensure_own
from services.intake.domain.materials import Content, Lack, lacking
from services.intake.domain.parts import Applicant
from services.intake.domain.rounds import SHANGHAI, Round, ensure_open
from shared.programmes.model import Programme

_NAMED = 100


def decide_declare(command: c.DeclareTruth, a: Application, now: datetime) -> tuple[e.Fact, ...]:
    """Declare that what stands here now is true."""
    ensure_editable(a, command.by)
    if a.declared and a.declared_by == command.by.id:
        return ()
    return (e.TruthDeclared(command.by.id, now, digest(a.answers, a.documents)),)


def decide_submit(
    command: c.SubmitApplication, a: Application, round_: Round, programme: Programme, now: datetime
) -> tuple[e.Fact, ...]:
    """File it. The round's window and who may apply bind the first submission only: a correction has a clock of its
    own, and is not turned away for what was accepted before."""
    ensure_editable(a, command.by)
    applicant = ensure_own(a, command.by)
    more = a.closed is None or (a.correct_by is not None and a.correct_by > a.closed.due_at)
    if a.status == "returned" and a.closed is not None and not more:
        raise errors.CorrectionTooLate(due=f"{a.closed.due_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}")
    if a.status == "draft":
        ensure_open(round_, now)
        ensure_admitted(applicant, programme)
    ensure_complete(lacking(programme, content_of(a, applicant), local_day(now)))
    if not a.declared:
        raise errors.NotDeclared()
    return (
        e.ApplicationSubmitted(
            case_id=a.case_id,
            programme=a.programme,
            round_id=a.round_id,
            applicant=applicant,
            answers=dict(a.answers),
            documents=a.documents,
            declared_by=a.declared_by,
            submitted_at=now,
            revision=a.revision + 1,
        ),
    )


def content_of(a: Application, applicant: Applicant) -> Content:
    """What the application holds now."""
    return Content(applicant, a.answers, a.documents, a.filled)


def local_day(now: datetime) -> date:
    """The local day that years are counted to."""
    return now.astimezone(SHANGHAI).date()


def ensure_complete(lacks: tuple[Lack, ...]) -> None:
    """Raises :class:`errors.Incomplete` with every missing item named at once."""
    if lacks:
        raise errors.Incomplete(
            count=len(lacks),
            zh="、".join(f"{lack.zh}（{lack.id}）" for lack in lacks[:_NAMED]),
            en="; ".join(f"{lack.en} ({lack.id})" for lack in lacks[:_NAMED]),
        )


def decide_withdraw(command: c.WithdrawApplication, a: Application, now: datetime) -> tuple[e.Fact, ...]:
    """Take it back, before a decision and with a reason."""
    ensure_own(a, command.by)
    if a.status not in OPEN or a.decided:
        raise errors.NotWithdrawable()
    if not command.reason.strip():
        raise errors.ReasonMissing()
    return (e.ApplicationWithdrawn(a.case_id, command.reason.strip(), now),)


def decide_return(command: c.ReturnApplication, a: Application, now: datetime) -> tuple[e.Fact, ...]:
    """The authority returns it for correction; one that was withdrawn meanwhile stays withdrawn."""
    if a.status != "submitted":
        return ()
    return (e.ApplicationReturned(command.items, now, command.objections, command.due_at, command.due_provisional),)


def decide_due_moved(told: corrected.CorrectionDueMoved, a: Application) -> tuple[e.Fact, ...]:
    """There is more time to correct it; the same word twice is one."""
    same = (a.correct_by, a.correct_by_provisional) == (told.due_at, told.provisional)
    return () if same or a.status != "returned" else (told,)


def decide_progress(told: e.Fact, a: Application) -> tuple[e.Fact, ...]:
    """What review and the registry said about the case; the applicant is told it in the order of their events."""
    return (told,) if a.status not in ("none", "draft") else ()

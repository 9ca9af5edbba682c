"""Understands what a procedure on a title does to it: what a report meets, a re-review renews, a revocation takes away.

The graph says how a procedure ends; here stands what each end means for the title that it was opened on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from services.review.domain import duties, errors, expiry
from services.review.domain.holding import (
    Fact,
    FindingRecorded,
    ProcedureBegun,
    ProcedureEnded,
    ReviewDayPassed,
    RevocationOrdered,
    Title,
    evolve,
)
from services.review.domain.people import Person
from services.review.domain.proof import finding_name, ground_of
from services.review.domain.steps import decide
from services.review.domain.steps.shape import SHANGHAI
from services.review.domain.subject import Case
from services.review.domain.title import ensure_ground
from shared.calendar import Calendar
from shared.programmes.model import Deciding, Procedure, Programme

GOOD = frozenset({"completed", "published", "awarded"})
BAD = frozenset({"failed", "insufficient", "refused", "not_confirmed", "overdue", "upheld", "late", "stopped"})
"""Outcomes of a last step after which nobody says that it went well, whatever the end is called."""


def needs_title(procedure: Procedure) -> bool:
    """Whether a case of this procedure runs on a title that is on record."""
    return procedure.needs_title or procedure.subject == "title"


def concerns_title(procedure: str, programme: Programme) -> bool:
    """Whether the end of such a case can mean something for a title: it meets a duty, reviews, or renews."""
    named = {obligation.procedure for obligation in programme.obligations}
    named |= {review.procedure for review in programme.re_reviews if isinstance(review.procedure, str)}
    return procedure in named or needs_title(programme.procedure(procedure))


def ensure_title(procedure: Procedure, title: Title, programme: Programme, now: datetime, calendar: Calendar) -> None:
    """Refuses to open a procedure that runs on a title where there is none, or none that is valid today."""
    if not needs_title(procedure):
        return
    if title.entered is None:
        raise errors.TitleNeeded(zh=procedure.title.zh, en=procedure.title.en)
    if not title.valid_on(now.astimezone(SHANGHAI).date()):
        raise errors.TitleNotValid(zh=procedure.title.zh, en=procedure.title.en)
    expiry.ensure_renewal_open(procedure.id, title, programme, now, calendar)


def ensure_basis(
    command: decide.ProposeDecision, case: Case, title: Title, programme: Programme, now: datetime, calendar: Calendar
) -> None:
    """A decision to revoke in a procedure rests on a proved ground, as one by two officers does."""
    parameters = programme.step(case.step).parameters
    if case.title and command.approve and isinstance(parameters, Deciding) and parameters.basis:
        ground = ground_of(command.ground, programme)
        if any(case.types[ended.step] == "rectify" and ended.outcome == "overdue" for ended in case.history):
            ground = replace(ground, rectify_first=False)  # the time to put it right passed in this very procedure
        ensure_ground(ground, title, now, calendar, (), command.no_excuse)


def decide_begun(case: Case, title: Title, now: datetime) -> tuple[Fact, ...]:
    """The procedure is under way; twice is once."""
    if title.entered is None or case.case_id in title.running or case.case_id in title.ended:
        return ()
    return (ProcedureBegun(case.case_id, case.procedure, now),)


def decide_ended(
    case: Case, title: Title, programme: Programme, by: Person, now: datetime, calendar: Calendar
) -> tuple[Fact, ...]:
    """What the end of the procedure means; twice is once. ``programme`` is the text that the title rests on."""
    if title.entered is None or case.case_id in title.ended:
        return ()
    facts: list[Fact] = [ProcedureEnded(case.case_id, case.procedure, case.result, passed(case), now)]
    for effect in (_ending, _meeting, _reviewing, _renewing):
        facts += effect(case, folded(title, facts), programme, by, now, calendar)
    return tuple(facts)


def folded(title: Title, facts: Iterable[Fact]) -> Title:
    """The title after these facts."""
    for fact in facts:
        title = evolve(title, fact)
    return title


def passed(case: Case) -> bool:
    """Whether it ended well: by its result, and by the outcome of the last step that anybody decided."""
    return case.result in GOOD and not (case.history and case.history[-1].outcome in BAD)


def _reason(case: Case) -> str:
    said = [ended.reason for ended in case.history if ended.reason]
    return said[-1] if said else case.result


def _clause(case: Case, programme: Programme) -> str:
    """The clause of the step that ended it, else of the procedure, else the procedure's name in the text."""
    procedure = next((p for p in programme.procedures if p.id == case.procedure), None)
    if procedure is None:
        return case.procedure
    steps = {step.id: step for step in procedure.steps}
    last = [steps[ended.step].source.clause for ended in case.history if ended.step in steps]
    return next((clause for clause in (*reversed(last), procedure.source.clause) if clause), procedure.title.zh)


def _ending(
    case: Case, title: Title, programme: Programme, by: Person, now: datetime, calendar: Calendar
) -> Iterator[Fact]:
    if title.status in expiry.ENDED or not _ends_titles(case, programme):
        return
    if case.result == "lapsed":
        yesterday = now.astimezone(SHANGHAI).date() - timedelta(days=1)
        clause = _clause(case, programme)
        yield expiry.lapse(title, "procedure", case.procedure, clause, _reason(case), yesterday, now)
    elif case.result == "revoked":
        yield _order(case, title, programme, by, now)


def _ends_titles(case: Case, programme: Programme) -> bool:
    """Only a procedure that runs on the title ends it; a report on it does not, whatever its end is called."""
    procedure = next((p for p in programme.procedures if p.id == case.procedure), None)
    return procedure is None or needs_title(procedure)


def _order(case: Case, title: Title, programme: Programme, by: Person, now: datetime) -> RevocationOrdered:
    """Who proposed and who approved in the procedure's decision; the machine where a deadline led there."""
    assert title.entered is not None, "a procedure on a title has one"
    proposals = [s.proposal for s in case.states.values() if isinstance(s, decide.State) and s.proposal is not None]
    approved = [act.person for act in case.acts if act.duty == "approve"]
    ground = proposals[-1].ground if proposals else ""
    clauses = {known.id: known.source.clause for known in programme.revocation}
    return RevocationOrdered(
        proposed_by=proposals[-1].by if proposals else by.id,
        confirmed_by=approved[-1] if approved else by.id,
        programme=title.entered.programme,
        number=title.entered.number,
        ground=ground or case.procedure,
        clause=clauses.get(ground, "") or _clause(case, programme),
        reason=_reason(case),
        ordered_at=now,
    )


def _meeting(
    case: Case, title: Title, programme: Programme, by: Person, now: datetime, calendar: Calendar
) -> Iterator[Fact]:
    """A report that was taken in meets what was owed."""
    if title.status in expiry.ENDED or case.result not in GOOD:
        return
    for obligation in programme.obligations:
        if obligation.procedure == case.procedure:
            yield from duties.meet(obligation, title, now, calendar, by=by.id, reason=_reason(case), case=case.case_id)


def _reviewing(
    case: Case, title: Title, programme: Programme, by: Person, now: datetime, calendar: Calendar
) -> Iterator[Fact]:
    """A re-review that was held counts from today; one that was failed proves the ground of that name; one that was
    given up after its day leaves the title as if nobody had asked."""
    if title.status in expiry.ENDED:
        return
    for review in programme.re_reviews:
        if review.procedure != case.procedure:
            continue
        if case.result in ("withdrawn", "refused"):
            missed = [one for one in title.reviews if isinstance(one, ReviewDayPassed) and one.review == review.id]
            if missed and f"review/{review.id}" not in title.dates:
                yield from expiry.no_application(review, by, title, missed[-1].due_on, now)
            continue
        good = passed(case)
        yield from expiry.reviewed(review, title, case.case_id, good, now)
        if not good:
            yield _failed(case, title, by, now)


def _failed(case: Case, title: Title, by: Person, now: datetime) -> FindingRecorded:
    return FindingRecorded(
        finding=finding_name(title, "failed_review"),
        kind="failed_review",
        ground="",
        happened_on=now.astimezone(SHANGHAI).date(),
        by=by.id,
        reason=_reason(case),
        paper="",
        recorded_at=now,
        case=case.case_id,
    )


def _renewing(
    case: Case, title: Title, programme: Programme, by: Person, now: datetime, calendar: Calendar
) -> Iterator[Fact]:
    """A good end begins a new term, also of a title that lapsed while the procedure was under way."""
    late = title.status == "lapsed" and title.lapsed is not None and title.lapsed.why == "validity_ended"
    standing = title.status in ("held", "proposed") or late
    if standing and passed(case) and case.procedure in expiry.renewing(title, programme):
        yield from expiry.renew(title, programme, case.case_id, now, calendar)

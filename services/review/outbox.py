"""Understands which public word each private fact of review becomes, and whose case it is about."""

from __future__ import annotations

from typing import assert_never

from msgspec import UNSET

from services.review.domain import awaiting, filings, sums
from services.review.domain.budgets import (
    BudgetPlanned,
    BudgetReleased,
    BudgetReserved,
    BudgetReturned,
    BudgetSumSettled,
)
from services.review.domain.case import (
    CaseOpened,
    CaseWithdrawn,
    StepConcluded,
    StepDueCounted,
    StepDueRecounted,
    StepEntered,
)
from services.review.domain.events import Fact
from services.review.domain.gathering import ListDrawnUp, NoticePostedTogether
from services.review.domain.holding import (
    FindingRecorded,
    ObligationIncurred,
    ObligationMet,
    ObligationMissed,
    ProcedureBegun,
    ProcedureEnded,
    RectificationOrdered,
    RectificationSettled,
    ReminderSpared,
    ReviewDayPassed,
    ReviewHeld,
    RevocationDismissed,
    RevocationOrdered,
    RevocationProposed,
    TitleDated,
    TitleDateSet,
    TitleEntered,
    TitleLapsed,
    TitleReminded,
    TitleRenewed,
    TitleRevoked,
    ValidityPassed,
)
from services.review.domain.moves import CaseMoved, MoveDismissed, MoveProposed
from services.review.domain.old_cases import CaseTakenOver
from services.review.domain.quotas import QuotaPlaceReleased, QuotaPlaceTaken
from services.review.domain.rounds import RoundOpened
from services.review.domain.steps import (
    assess,
    assessors,
    award,
    check,
    close,
    decide,
    endorse,
    file,
    inspect,
    pay,
    publish,
    rectify,
    visit,
)
from services.review.domain.steps import list as listing
from services.review.domain.steps import notice_acts as notice
from services.review.domain.steps import score_acts as score
from services.review.domain.time_up import FilingTimePassed
from services.review.domain.years import YearPublished
from shared import events as said
from shared.envelope import CaseId
from shared.runtime.ports import Recorded

UNPUBLISHED_RESULTS = frozenset({"awarded", "withdrawn"})
"""Ends of which another event tells already."""

LAPSED = frozenset({"late", "overdue"})
"""Outcomes of the steps that wait for something to be handed in: the case went on without it."""


OF_A_CASE = QuotaPlaceTaken | QuotaPlaceReleased | BudgetReserved | BudgetReleased | BudgetReturned | BudgetSumSettled
"""Facts of other streams that are about one case."""


def case_of(recorded: Recorded) -> CaseId:
    """The key of every record about a fact: its case, whose place or payment it may be (a filing is named after its
    case); else its stream's own id."""
    fact: Fact = recorded.fact
    if isinstance(fact, OF_A_CASE):
        return CaseId(fact.case_id)
    identity = recorded.stream.partition(":")[2]
    return CaseId(identity.partition(".")[0] if recorded.stream.startswith("filing:") else identity)


def to_public(recorded: Recorded) -> said.PublicEvent | None:
    """The published word for a fact; None for what only review needs to know."""
    fact: Fact = recorded.fact
    case_id = case_of(recorded)
    match fact:
        case check.CorrectionRequested():
            return _correction(case_id, fact)
        case awaiting.CorrectionDueMoved():
            return said.CorrectionDueMoved(case_id, fact.due_at, fact.provisional, fact.because, fact.moved_at)
        case FilingTimePassed():
            return said.FilingTimePassed(
                case_id, fact.step, fact.of_application, fact.visit, fact.due_at, fact.asked, fact.passed_at
            )
        case awaiting.FilingAwaited():
            return _awaited(case_id, fact)
        case filings.FilingTaken():
            return said.FilingTaken(case_id, fact.filing, fact.revision, fact.step, fact.taken_at)
        case filings.FilingRefused():
            return said.FilingRefused(case_id, fact.filing, fact.revision, fact.code, fact.zh, fact.en, fact.refused_at)
        case file.FilingReceived() if fact.straight:
            return said.FilingTaken(case_id, "", fact.revision, fact.step, fact.filed_at)
        case rectify.RectificationAccepted() if not fact.filing:
            return said.FilingTaken(case_id, "", 0, fact.step, fact.accepted_at)
        case StepConcluded() if fact.outcome in LAPSED and fact.reason != file.FILED_LATE:
            return said.FilingLapsed(case_id, fact.step, fact.concluded_at)
        case assess.AssessmentConcluded():
            return _preliminary(case_id, fact)
        case score.ScoresOpened():
            return _scored(case_id, fact)
        case notice.NoticePosted():
            return _publicized(case_id, fact)
        case notice.NoticeRecounted():
            return _publicized(case_id, fact)
        case award.TitleConferred():
            return _approved(case_id, fact)
        case close.CaseClosed():
            return _ended(case_id, fact)
        case pay.InstalmentPaid():
            return _paid(case_id, fact)
        case CaseTakenOver():
            return _taken_over(case_id, fact)
        case sums.SumApproved() | sums.SumReclaimed():
            return _sum(case_id, fact)
        case CaseMoved():
            return said.CaseMoved(case_id, fact.before, fact.after, fact.rule, fact.reason, fact.moved_at)
        case RoundOpened():
            return said.RoundOpened(
                fact.round_id, fact.programme, fact.title, fact.opens_at, fact.closes_at, fact.issuer_region
            )
        case RevocationOrdered():
            return said.RevocationOrdered(
                case_id, fact.programme, fact.number, fact.ground, fact.clause, fact.reason, fact.ordered_at
            )
        case ObligationMissed() | RectificationOrdered() | TitleLapsed() | TitleRenewed():
            return _titled(case_id, fact)
        case ObligationIncurred() | TitleReminded():
            return _owed(case_id, fact)
        case (
            CaseOpened()
            | awaiting.FilingEnclosed()
            | StepEntered()
            | StepDueCounted()
            | StepDueRecounted()
            | StepConcluded()
            | CaseWithdrawn()
            | MoveProposed()
            | MoveDismissed()
            | file.FilingReceived()
            | check.ApplicationAccepted()
            | check.AcceptanceRefused()
            | assess.VerdictRecorded()
            | endorse.EndorsementGiven()
            | score.ExpertPoolFixed()
            | score.PanelDrawn()
            | score.PanelClosed()
            | score.ExpertsAssigned()
            | score.ConflictDeclared()
            | score.ScoreSealed()
            | visit.VisitRecorded()
            | visit.VisitWaived()
            | listing.ListingDecided()
            | notice.ObjectionReceived()
            | notice.ObjectionAnswered()
            | notice.NoticeClosed()
            | decide.DecisionProposed()
            | decide.DecisionApproved()
            | decide.ProposalReturned()
            | award.EntryRecorded()
            | publish.ContentPublished()
            | publish.ContentWithdrawn()
            | pay.PaymentStopped()
            | inspect.InspectionRecorded()
            | assessors.AssessorsNamed()
            | rectify.RectificationAccepted()
            | TitleEntered()
            | RevocationProposed()
            | RevocationDismissed()
            | TitleRevoked()
            | ListDrawnUp()
            | NoticePostedTogether()
            | QuotaPlaceTaken()
            | QuotaPlaceReleased()
            | BudgetPlanned()
            | BudgetReserved()
            | BudgetReleased()
            | BudgetReturned()
            | BudgetSumSettled()
            | sums.SumReleased()
            | TitleDateSet()
            | TitleDated()
            | ReminderSpared()
            | FindingRecorded()
            | ObligationMet()
            | RectificationSettled()
            | ProcedureBegun()
            | ProcedureEnded()
            | ReviewHeld()
            | ReviewDayPassed()
            | ValidityPassed()
            | YearPublished()
        ):
            return None
        case _:
            assert_never(fact)


def _titled(
    case_id: CaseId, fact: ObligationMissed | RectificationOrdered | TitleLapsed | TitleRenewed
) -> said.PublicEvent:
    """What the holder is told about a title's life."""
    match fact:
        case ObligationMissed():
            owed = (fact.obligation, fact.title_zh, fact.title_en, fact.by_holder, fact.due_on, fact.missed_at)
            return said.ObligationMissed(case_id, fact.programme, fact.number, *owed)
        case RectificationOrdered():
            return said.RectificationOrdered(
                case_id=case_id,
                programme=fact.programme,
                number=fact.number,
                ground=fact.ground,
                title_zh=fact.title_zh,
                title_en=fact.title_en,
                clause=fact.clause,
                reason=fact.reason,
                due_on=fact.due_on,
                ordered_at=fact.ordered_at,
            )
        case TitleLapsed():
            return said.TitleLapsed(
                case_id, fact.programme, fact.number, fact.why, fact.clause, fact.reason, fact.lapsed_on, fact.lapsed_at
            )
        case TitleRenewed():
            return said.TitleRenewed(
                case_id, fact.programme, fact.number, fact.valid_from, fact.valid_to, fact.renewed_at
            )


def _owed(case_id: CaseId, f: ObligationIncurred | TitleReminded) -> said.PublicEvent:
    """What somebody is told before it is late."""
    match f:
        case ObligationIncurred():
            return said.ObligationIncurred(
                *(case_id, f.programme, f.number, f.obligation, f.event, f.title_zh, f.title_en, f.owed_by_holder),
                f.reason, f.happened_on, f.due_at, f.provisional, f.recorded_at,
            )  # fmt: skip
        case TitleReminded():
            return said.TitleReminded(
                *(case_id, f.programme, f.number, f.what, f.name, f.title_zh, f.title_en, f.owed_by_holder),
                f.due_on, f.provisional, f.renewable, f.reminded_at,
            )  # fmt: skip


def _correction(case_id: CaseId, fact: check.CorrectionRequested) -> said.CorrectionRequested:
    """What it does not know is left out."""
    return said.CorrectionRequested(
        case_id=case_id,
        items=tuple(f"{item.subject}: {item.fault}" for item in fact.items),
        requested_at=fact.requested_at,
        objections=tuple(said.Objection(item.subject, item.fault) for item in fact.items),
        filing_id=fact.filing or UNSET,
        due_at=fact.due_at or UNSET,
        due_provisional=fact.due_provisional or UNSET,
    )


def _awaited(case_id: CaseId, fact: awaiting.FilingAwaited) -> said.FilingAwaited:
    asks = fact.applicant
    return said.FilingAwaited(
        case_id=case_id,
        programme=fact.programme,
        procedure=fact.procedure,
        step=fact.step,
        visit=fact.visit,
        step_zh=fact.step_zh,
        step_en=fact.step_en,
        party_zh=fact.party_zh,
        party_en=fact.party_en,
        role=fact.role,
        applicant=said.Applicant(asks.uscc, asks.name, asks.region, asks.level, asks.kind, asks.category),
        due_at=fact.due_at,
        due_provisional=fact.due_provisional,
        awaited_at=fact.awaited_at,
    )


def _taken_over(case_id: CaseId, fact: CaseTakenOver) -> said.CaseTakenOver:
    asks, paper = fact.applicant, fact.paper
    return said.CaseTakenOver(
        case_id=case_id,
        programme=fact.programme,
        applicant=said.Applicant(asks.uscc, asks.name, asks.region, asks.level, asks.kind, asks.category),
        begun_on=paper.begun_on,
        record=paper.record,
        reason=paper.reason,
        banner_zh=paper.banner_zh,
        banner_en=paper.banner_en,
        taken_over_at=fact.taken_over_at,
    )


def _preliminary(case_id: CaseId, fact: assess.AssessmentConcluded) -> said.PreliminaryApproved | None:
    """An insufficient assessment is told by the end that it leads to."""
    if not fact.sufficient:
        return None
    return said.PreliminaryApproved(case_id, fact.programme, fact.authority_region, fact.verdicts, fact.concluded_at)


def _scored(case_id: CaseId, fact: score.ScoresOpened) -> said.Scored:
    return said.Scored(case_id, fact.programme, fact.score, fact.max_score, fact.experts, fact.passed, fact.opened_at)


def _publicized(case_id: CaseId, fact: notice.NoticePosted | notice.NoticeRecounted) -> said.Publicized:
    at = fact.posted_at if isinstance(fact, notice.NoticePosted) else fact.recounted_at
    return said.Publicized(
        case_id=case_id,
        programme=fact.programme,
        applicant_name=fact.applicant_name,
        posted_on=fact.posted_on,
        closes_on=fact.closes_on,
        provisional=fact.provisional,
        channel=fact.channel,
        publicized_at=at,
    )


def _approved(case_id: CaseId, fact: award.TitleConferred) -> said.RecognitionApproved:
    asks = fact.applicant
    return said.RecognitionApproved(
        case_id=case_id,
        programme=fact.programme,
        applicant=said.Applicant(asks.uscc, asks.name, asks.region, asks.level, asks.kind, asks.category),
        title_zh=fact.title_zh,
        title_en=fact.title_en,
        issuer_region=fact.issuer_region,
        issuer_name=fact.issuer_name,
        valid_from=fact.valid_from,
        valid_to=fact.valid_to,
        decided_at=fact.conferred_at,
    )


def _ended(case_id: CaseId, fact: close.CaseClosed) -> said.RecognitionRefused | said.CaseCompleted | None:
    if fact.result in UNPUBLISHED_RESULTS:
        return None
    match fact.result:
        case "completed" | "published" as result:
            return said.CaseCompleted(case_id, fact.programme, result, fact.closed_at)
    return said.RecognitionRefused(case_id, fact.programme, fact.ended_by, fact.reason, fact.closed_at)


def _paid(case_id: CaseId, fact: pay.InstalmentPaid) -> said.FundsPaid | None:
    """The first payments of this log do not say to whom; they were published as nothing and stay so."""
    if not fact.payee:
        return None
    return said.FundsPaid(
        case_id=case_id,
        programme=fact.programme,
        payee_uscc=fact.payee,
        budget=fact.budget,
        instalment=fact.instalment,
        direction="back" if fact.direction == "back" else "out",
        amount=fact.amount,
        paid_at=fact.paid_at,
    )


def _sum(case_id: CaseId, fact: sums.SumApproved | sums.SumReclaimed) -> said.SumDecided:
    approved = isinstance(fact, sums.SumApproved)
    return said.SumDecided(
        case_id=case_id,
        programme=fact.programme,
        payee_uscc=fact.payee,
        budget=fact.budget,
        direction="out" if approved else "back",
        amount=fact.amount,
        decided_at=fact.approved_at if isinstance(fact, sums.SumApproved) else fact.reclaimed_at,
    )

"""Understands what can happen in review: the facts of cases with all their steps, of rounds and of titles.

The facts of a step stand beside its rules in ``steps``; here they are gathered, because the log knows them all.
"""

from __future__ import annotations

from services.review.domain import (
    awaiting,
    budgets,
    case,
    filings,
    gathering,
    moves,
    old_cases,
    quotas,
    rounds,
    sums,
    time_up,
    title,
    years,
)
from services.review.domain.steps import (
    assess,
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

Fact = (
    case.CaseOpened
    | old_cases.CaseTakenOver
    | case.StepEntered
    | case.StepDueCounted
    | case.StepDueRecounted
    | case.StepConcluded
    | case.CaseWithdrawn
    | awaiting.FilingAwaited
    | awaiting.FilingEnclosed
    | awaiting.CorrectionDueMoved
    | time_up.FilingTimePassed
    | filings.Fact
    | moves.Fact
    | sums.Fact
    | file.FilingReceived
    | check.Fact
    | assess.Fact
    | endorse.EndorsementGiven
    | score.Fact
    | visit.Fact
    | listing.ListingDecided
    | notice.Fact
    | decide.Fact
    | award.Fact
    | publish.Fact
    | pay.Fact
    | inspect.Fact
    | rectify.RectificationAccepted
    | close.CaseClosed
    | rounds.RoundOpened
    | gathering.Fact
    | quotas.Fact
    | budgets.Fact
    | title.Fact
    | years.YearPublished
)

FACTS: tuple[type, ...] = (
    *case.FACTS,
    *filings.FACTS,
    *rounds.FACTS,
    *quotas.FACTS,
    *budgets.FACTS,
    *title.FACTS,
    *years.FACTS,
)

"""Understands how the cases of a round are listed together, and how one notice is posted over many of them.

A list is closed when it is drawn up. Who comes later is on the next list of the round, for the places that are left; a
place that was given stays given. Nothing is decided about a case here: it follows what its round says, in its own
stream, once, by the same rules as if somebody had acted on it alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.review.domain import errors
from services.review.domain.desks import ANY_LEVEL, desk_of
from services.review.domain.gathering import (
    Candidate,
    DrawUpList,
    ListDrawnUp,
    NoticePostedTogether,
    PostTogether,
)
from services.review.domain.people import Person
from services.review.domain.ranking import entries
from services.review.domain.rounds import Round, RoundOpened
from services.review.domain.steps import list as list_step
from services.review.domain.steps import notice as notice_step
from services.review.domain.steps import score
from services.review.domain.steps.list import DecideListing
from services.review.domain.steps.notice_acts import Posted, PostNotice
from services.review.domain.steps.shape import SHANGHAI
from services.review.domain.subject import Case
from shared.calendar import Calendar
from shared.programmes.model import Listing, Noticing, Programme, Step

MOST_GATHERED = 1000
"""More cases than this stand on no list and in no notice at once: a fact has a largest size."""


def known(round_: Round) -> RoundOpened:
    """The call; refuses where there is none."""
    if round_.opened is None:
        raise errors.RoundUnknown()
    return round_.opened


def gathering_step(programme: Programme, step_id: str, kind: str) -> Step:
    """A step of this type by its id; refuses any other."""
    steps = [step for procedure in programme.procedures for step in procedure.steps if step.type == kind]
    found = next((step for step in steps if step.id == step_id), None)
    if found is None:
        raise errors.RoundStepUnknown(steps=", ".join(step.id for step in steps) or "-")
    return found


def ways_to(programme: Programme, step_id: str) -> frozenset[str]:
    """The steps from which a case can still come to this one, itself excepted."""
    steps = programme.procedure_of(step_id).steps
    found = {step_id}
    for _ in steps:
        found |= {step.id for step in steps if found & set(step.outcomes.values())}
    return frozenset(found - {step_id})


def authority_of(step: Step, by: Person, programme: Programme) -> str:
    """Whose list it is: empty where the step's party is one, else the region of the level's authority that acts."""
    desk = desk_of(step.actor, programme)
    return "" if desk.regions or desk.digits == ANY_LEVEL else by.region


def candidate(case: Case) -> Candidate:
    """A case as a list sees it, with the score that was opened last."""
    opened = [s.opened for s in case.states.values() if isinstance(s, score.State) and s.opened is not None]
    last = max(opened, key=lambda each: each.opened_at, default=None)
    visit, asks = case.entered[case.step], case.applicant
    scores = (last.score, last.max_score) if last else ("", "")
    return Candidate(case.case_id, visit, asks.name, asks.region, *scores)


# ── lists ────────────────────────────────────────────────────────────────────────────────────────────────────────


def waiting_for_list(round_: Round, step: str, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Those whom no list of the round has named yet."""
    return tuple(each for each in candidates if round_.listing(each.case_id, step, each.visit) is None)


def places_left(round_: Round, step: Step, authority: str) -> int | None:
    """How many places the earlier lists of this authority left; None for no limit."""
    limit = list_step.limit(step.parameters, step.id)
    given = sum(1 for drawn in _lists(round_, step.id, authority) for entry in drawn.entries if entry.listed)
    return None if limit is None else max(limit - given, 0)


def _lists(round_: Round, step: str, authority: str) -> list[ListDrawnUp]:
    return [drawn for drawn in round_.lists if (drawn.step, drawn.authority) == (step, authority)]


def decide_list(
    command: DrawUpList,
    round_: Round,
    programme: Programme,
    candidates: Sequence[Candidate],
    on_the_way: int,
    now: datetime,
) -> tuple[ListDrawnUp, ...]:
    """Draw up the list over these candidates, the best first as far as the programme ranks them."""
    call, step = known(round_), gathering_step(programme, command.step, list_step.TYPE)
    parameters = step.parameters
    assert isinstance(parameters, Listing)
    fresh = waiting_for_list(round_, step.id, candidates)
    _ensure_somebody(fresh, step)
    if on_the_way and not command.reason.strip():
        raise errors.CasesOnTheWay(waiting=on_the_way, zh=step.title.zh, en=step.title.en)
    authority = authority_of(step, command.by, programme)
    places = places_left(round_, step, authority)
    drawn = ListDrawnUp(
        round_id=call.round_id,
        programme=programme.ref,
        step=step.id,
        number=len([drawn for drawn in round_.lists if drawn.step == step.id]) + 1,
        authority=authority,
        officer=command.by,
        order=parameters.order,
        places=places,
        on_the_way=on_the_way,
        reason=command.reason.strip(),
        entries=entries(fresh, parameters.order, places, command),
        drawn_at=now,
    )
    return (drawn,)


def _ensure_somebody(fresh: Sequence[Candidate], step: Step) -> None:
    if not fresh:
        raise errors.NobodyToGather(zh=step.title.zh, en=step.title.en)
    if len(fresh) > MOST_GATHERED:
        raise errors.TooMany(most=MOST_GATHERED)


# ── notices ──────────────────────────────────────────────────────────────────────────────────────────────────────


def waiting_for_notice(round_: Round, step: str, cases: Mapping[str, Case]) -> tuple[Candidate, ...]:
    """Those over whom no notice was posted yet, alone or together."""
    return tuple(
        candidate(case)
        for case in cases.values()
        if case.states[step].posted is None and round_.posting(case.case_id, step, case.entered[step]) is None
    )


def decide_notice(
    command: PostTogether,
    round_: Round,
    programme: Programme,
    cases: Mapping[str, Case],
    now: datetime,
    calendar: Calendar,
) -> tuple[NoticePostedTogether, ...]:
    """Post one notice over all of these cases, with the same days for each."""
    call, step = known(round_), gathering_step(programme, command.step, notice_step.TYPE)
    parameters = step.parameters
    assert isinstance(parameters, Noticing)
    notice = programme.notice(parameters.notice)
    fresh = waiting_for_notice(round_, step.id, cases)
    _ensure_somebody(fresh, step)
    number = len(round_.notices) + 1
    days = notice_step.announced(notice, now.astimezone(SHANGHAI).date(), calendar, number)
    posted = NoticePostedTogether(
        round_id=call.round_id,
        programme=programme.ref,
        step=step.id,
        number=number,
        notice=notice.id,
        officer=command.by,
        posted_on=days.posted_on,
        closes_on=days.closes_on,
        provisional=days.provisional,
        channel=notice_step.channel(notice),
        address=command.address.strip(),
        cases=fresh,
        posted_at=now,
    )
    return (posted,)


# ── following ────────────────────────────────────────────────────────────────────────────────────────────────────


def follows(case: Case, round_: Round) -> DecideListing | PostNotice | None:
    """What the round says about the case where it stands now; None where it says nothing, or it was followed."""
    visit = case.entered.get(case.step, 0)
    listed = round_.listing(case.case_id, case.step, visit)
    if listed is not None:
        drawn, entry = listed
        return DecideListing(case.step, drawn.officer, entry.listed, entry.reason, drawn.number, entry.rank)
    noticed = round_.posting(case.case_id, case.step, visit)
    if noticed is not None and case.states[case.step].posted is None:
        posted, _ = noticed
        days = Posted(posted.number, posted.posted_on, posted.closes_on, posted.provisional)
        return PostNotice(case.step, posted.officer, posted.address, days)
    return None

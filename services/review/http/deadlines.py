"""Understands how anybody who takes part in a case sees why its present step is due when it is, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter

from services.review.domain.days import notice_end
from services.review.domain.limits import limits
from services.review.domain.steps import notice
from services.review.domain.subject import Case
from services.review.http.shown import PARTIES, READERS, Id, visible
from services.review.kinds import Programmes, calendar_at, text_at
from shared.calendar import Calendar, Due
from shared.programmes.model import Noticing, Programme, Text
from shared.programmes.phrases import EVENTS, said
from shared.runtime.clock import Clock
from shared.runtime.http import Allow, Caller, router
from shared.runtime.ports import Streams

ROLES = tuple(dict.fromkeys((*PARTIES, *READERS)))


@dataclass(frozen=True)
class Counted:
    """One limit of the step: ``kind`` is own, correction, cascade or notice. Without ``counted_from`` the event that it
    is counted from has not happened yet. ``days`` is every day that was looked at, in both languages."""

    kind: str
    rule_zh: str
    rule_en: str
    clause: str
    starts_zh: str
    starts_en: str
    counted_from: datetime | None
    due_at: datetime | None
    provisional: bool
    days: list[str]


@dataclass(frozen=True)
class Explained:
    """``due_at`` is what holds: the first of the limits, or later where it was granted later and is not shortened.
    ``because`` names the notices of the years that moved it, or the end of the public notice; empty: nothing did."""

    case_id: str
    step: str
    due_at: datetime | None
    provisional: bool
    because: str
    limits: list[Counted]


def deadline_routes(streams: Streams, programmes: Programmes, clock: Clock) -> APIRouter:
    """Explaining."""
    routes = router(tags=["cases"])

    @routes.get("/cases/{case_id}/deadline")
    @Allow(roles=ROLES, note="whoever may see the case; applicants of the own organisation")
    async def explained(case_id: Id, actor: Caller) -> Explained:
        case = (await visible(streams, case_id, actor)).state
        calendar = await calendar_at(streams, clock.now(), case.opened_at)
        found = _limits(case, text_at(programmes, case.programme), calendar) if case.status == "open" else []
        why = "; ".join(dict.fromkeys(each for each in (case.due_because, _noticed(case)) if each))
        return Explained(case.case_id, case.step, case.due_at, case.due_provisional, why, found)

    return routes


def _noticed(case: Case) -> str:
    state = case.states.get(case.step)
    return state.because if isinstance(state, notice.State) else ""


def _limits(case: Case, programme: Programme, calendar: Calendar) -> list[Counted]:
    step = programme.step(case.step)
    found = [
        _counted(one.kind, said(one.rule), one.clause, one.starts, one.start.at if one.start else None, one.end)
        for one in limits(step, case, programme, calendar, case.due_at)
    ]
    state = case.states[step.id]
    if isinstance(step.parameters, Noticing) and isinstance(state, notice.State) and state.posted:
        rules = programme.notice(step.parameters.notice)
        end = notice_end(rules.duration, state.posted.posted_on, rules.id, calendar)
        found.append(
            _counted("notice", said(rules.duration), rules.source.clause, "posted", state.posted.posted_at, end)
        )
    return found


def _counted(kind: str, rule: Text, clause: str, starts: str, since: datetime | None, end: Due | None) -> Counted:
    zh, en = EVENTS[starts]
    return Counted(
        kind=kind,
        rule_zh=rule.zh,
        rule_en=rule.en,
        clause=clause,
        starts_zh=zh,
        starts_en=en,
        counted_from=since,
        due_at=end.instant if end else None,
        provisional=end.provisional if end else False,
        days=list(end.explain()) if end else [],
    )

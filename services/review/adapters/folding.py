"""Understands what each fact changes in the lists of review: pure, a batch at a time, no SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.review.domain.case import (
    CaseOpened,
    CaseWithdrawn,
    StepConcluded,
    StepDueCounted,
    StepDueRecounted,
    StepEntered,
)
from services.review.domain.desks import Desk
from services.review.domain.holding import (
    RevocationDismissed,
    RevocationOrdered,
    RevocationProposed,
    TitleEntered,
    TitleLapsed,
    TitleRenewed,
    TitleRevoked,
)
from services.review.domain.moves import CaseMoved, MoveDismissed, MoveProposed
from services.review.domain.steps import assessors, award, close, decide, file, inspect
from services.review.domain.steps import notice_acts as notice
from services.review.domain.steps import score_acts as score
from shared.runtime.ports import Recorded

ENDED = {"step": "", "step_type": "", "step_zh": "", "step_en": "", "party": "", "waiting": False, "due_at": None}


@dataclass
class Batch:
    """What a batch of facts comes to: new and changed cases, errands begun and done, titles."""

    cases: dict[str, dict[str, Any]] = field(default_factory=dict)
    cleared: set[str] = field(default_factory=set)
    errands: dict[tuple[str, str], dict[str, Any] | None] = field(default_factory=dict)
    titles: dict[str, dict[str, Any]] = field(default_factory=dict)

    def patch(self, case_id: str, changes: Mapping[str, Any]) -> None:
        self.cases.setdefault(case_id, {"case_id": case_id}).update(changes)

    def clear(self, case_id: str) -> None:
        """No errand of this case is left."""
        self.cleared.add(case_id)
        self.errands = {key: row for key, row in self.errands.items() if key[0] != case_id}

    def errand(self, case_id: str, name: str, row: Mapping[str, Any]) -> None:
        self.errands[case_id, name] = {"case_id": case_id, "errand": name, "person": "", **row}

    def done(self, case_id: str, name: str) -> None:
        self.errands[case_id, name] = None


def fold(batch: Iterable[Recorded]) -> Batch:
    """All of a batch's changes, the last word counting."""
    found = Batch()
    for recorded in batch:
        kind, _, identity = recorded.stream.partition(":")
        if kind == "case":
            found.patch(identity, {"moved_at": recorded.origin.occurred_at.isoformat()})
            _case(found, identity, recorded.fact)
            _errands(found, identity, recorded.fact)
        elif kind == "title":
            found.titles.setdefault(identity, {"case_id": identity}).update(_title(recorded.fact))
    return found


def _case(found: Batch, case_id: str, fact: Any) -> None:
    match fact:
        case CaseOpened():
            found.patch(case_id, _opened(fact))
        case StepEntered():
            found.patch(case_id, _entered(fact))
        case StepDueCounted() | StepDueRecounted():
            found.patch(case_id, {"due_at": fact.due_at.isoformat(), "due_provisional": fact.provisional})
        case StepConcluded():
            found.patch(case_id, {"waiting": False, "due_at": None})
            found.clear(case_id)
        case file.FilingReceived():
            found.patch(case_id, {"revision": fact.revision})
        case score.ScoresOpened():
            found.patch(case_id, {"score": f"{fact.score}/{fact.max_score}"})
        case notice.NoticePosted() | notice.NoticeRecounted():
            found.patch(case_id, _noticed(fact))
        case notice.NoticeClosed():
            found.patch(case_id, {"notice_provisional": False})
        case award.EntryRecorded():
            found.patch(case_id, {"number": fact.number})
        case CaseMoved():
            found.patch(case_id, _moved(fact))
        case CaseWithdrawn():
            found.patch(case_id, ENDED | {"status": "withdrawn", "result": "withdrawn"})
            found.clear(case_id)
        case close.CaseClosed():
            found.patch(case_id, ENDED | {"status": "closed", "result": fact.result})
            found.clear(case_id)


def _opened(fact: CaseOpened) -> dict[str, Any]:
    asks = fact.applicant
    return {
        "programme": fact.programme,
        "round_id": fact.round_id,
        "uscc": asks.uscc,
        "name": asks.name,
        "region": asks.region,
        "level": asks.level,
        "status": "open",
        "opened_at": fact.opened_at.isoformat(),
    }


def _moved(fact: CaseMoved) -> dict[str, Any]:
    """The new text; where the case stays at its step, what the step is called there and on whose desk it lies."""
    return {
        "programme": fact.after,
        "step_zh": fact.title_zh,
        "step_en": fact.title_en,
        "party": fact.desk.party,
        "role": fact.desk.role,
        "digits": fact.desk.digits,
        "regions": list(fact.desk.regions),
    }


def _noticed(fact: notice.NoticePosted | notice.NoticeRecounted) -> dict[str, Any]:
    address = {"notice_address": fact.address} if isinstance(fact, notice.NoticePosted) else {}
    return {
        "notice_posted_on": fact.posted_on.isoformat(),
        "notice_closes_on": fact.closes_on.isoformat(),
        "notice_provisional": fact.provisional,
        "notice_channel": fact.channel,
        **address,
    }


def _entered(fact: StepEntered) -> dict[str, Any]:
    return {
        "step": fact.step,
        "step_type": fact.type,
        "step_zh": fact.title_zh,
        "step_en": fact.title_en,
        "party": fact.desk.party,
        "role": fact.desk.role,
        "digits": fact.desk.digits,
        "regions": list(fact.desk.regions),
        "waiting": fact.type not in ("award", "close"),  # the registry or nobody acts there
        "due_at": fact.due_at and fact.due_at.isoformat(),
        "due_provisional": fact.due_provisional,
        "since": fact.entered_at.isoformat(),
    }


def _errands(found: Batch, case_id: str, fact: Any) -> None:
    """Who waits for whom inside a step."""
    match fact:
        case decide.DecisionProposed():
            found.patch(case_id, {"waiting": False})
            for desk in fact.desks:
                found.errand(case_id, f"approve:{desk.party}", _desk(desk) | {"since": fact.proposed_at})
        case decide.DecisionApproved():
            found.done(case_id, f"approve:{fact.party}")
        case decide.ProposalReturned():
            found.patch(case_id, {"waiting": True})
            found.clear(case_id)
        case score.ExpertsAssigned():
            found.patch(case_id, {"waiting": False})
            for expert in fact.experts:
                row = {"role": "expert", "person": expert.id, "digits": -1, "regions": (), "since": fact.assigned_at}
                found.errand(case_id, f"score:{expert.id}", row)
        case score.ConflictDeclared():
            found.patch(case_id, {"waiting": True})
            found.done(case_id, f"score:{fact.by}")
        case score.ScoreSealed():
            found.done(case_id, f"score:{fact.by}")
        case assessors.AssessorsNamed():  # the step stays on its actor's desk: parties of offices may assess too
            for one in fact.assessors:
                row = {"role": one.role, "person": one.id, "digits": -1, "regions": (), "since": fact.named_at}
                found.errand(case_id, f"inspect:{one.party}", row)
        case inspect.InspectionRecorded():
            found.done(case_id, f"inspect:{fact.party}")
        case notice.NoticePosted():
            found.patch(case_id, {"waiting": False})
        case notice.ObjectionReceived():
            row = _desk(fact.desk) | {"since": fact.received_at}
            found.errand(case_id, f"investigate:{fact.objection}", row)
        case notice.ObjectionAnswered():
            found.done(case_id, f"investigate:{fact.objection}")
        case MoveProposed():
            for desk in fact.desks:
                found.errand(case_id, f"move:{desk.party}", _desk(desk) | {"since": fact.proposed_at})
        case MoveDismissed() | CaseMoved():
            _move_answered(found, case_id, fact)


def _move_answered(found: Batch, case_id: str, fact: MoveDismissed | CaseMoved) -> None:
    """Nobody has to answer the proposal any more; where the step begins anew, all its errands are gone."""
    if isinstance(fact, CaseMoved) and fact.anew:
        found.clear(case_id)
        return
    for party in fact.asked:
        found.done(case_id, f"move:{party}")


def _desk(desk: Desk) -> dict[str, Any]:
    return {"role": desk.role, "digits": desk.digits, "regions": desk.regions}


def _title(fact: Any) -> dict[str, Any]:
    match fact:
        case TitleEntered():
            return {
                "number": fact.number,
                "programme": fact.programme,
                "holder_uscc": fact.holder_uscc,
                "holder_name": fact.holder_name,
                "holder_region": fact.holder_region,
                "status": "held",
                "ground": "",
                "valid_from": fact.valid_from.isoformat(),
                "valid_to": fact.valid_to and fact.valid_to.isoformat(),
                "entered_at": fact.entered_at.isoformat(),
            }
        case RevocationProposed():
            return {"status": "proposed", "ground": fact.ground}
        case RevocationDismissed():
            return {"status": "held", "ground": ""}
        case RevocationOrdered():
            return {"status": "ordered"}
        case TitleRevoked():
            return {"status": "revoked"}
        case TitleLapsed():
            return {"status": "lapsed", "ground": ""}
        case TitleRenewed():
            return {"status": "held", "valid_to": fact.valid_to and fact.valid_to.isoformat()}
        case _:
            return {}

"""Understands a case that was begun on paper, over HTTP: an authority takes it over, and it goes like any other."""

from __future__ import annotations

import itertools
from typing import Any

import httpx

from services.review.domain.deciders import deciders_of
from shared.programmes.model import Programme, Step
from tests.journeys.graph import Standing, Walk, ok
from tests.support.house import Somebody

RECORDS = itertools.count(1)
REASON = "the bureau moves to this system with its running cases"


def is_old(programme: Programme) -> bool:
    """Whether nobody begins a new case under the text any more."""
    return not programme.accepts_new_cases


class OldWalk(Walk):
    """Begins by being taken over."""

    record = ""

    def old_case(self) -> dict[str, Any]:
        """What an officer states of it."""
        since = self.programme.legal.in_force.since
        self.record = self.record or f"示例档〔2005〕第{next(RECORDS)}号"
        standing = {"region": self.region, "level": self.level, "kind": self.kind, "category": self.category}
        return {
            "programme": self.programme.id,
            "procedure": self.procedure.id,
            "subject": {"uscc": self.uscc, "name": self.name, **standing},
            "begun_on": str(since),
            "record": self.record,
            "reason": REASON,
        }

    def officer(self) -> Somebody:
        """Somebody of the party that opens the procedure or acts first; where applicants do, of those who decide."""
        standing = Standing(self.region, self.level, self.kind, self.category)
        first = self.programme.first_step(standing, self.procedure.id)
        named = [self.procedure.opened_by, first.actor]
        offices = [name for name in named if self.programme.party(name).role not in ("applicant", "expert")]
        return self.person((offices or deciders_of(self.programme, self.procedure))[0])

    async def take_over(self, **changed: Any) -> httpx.Response:
        return await self.house.post(self.officer(), "/review/cases/taken-over", {**self.old_case(), **changed})

    async def begin(self) -> None:
        self.case_id = ok(await self.take_over())["case_id"]

    async def listed_together(self, step: Step, body: object) -> None:
        """Its round was called on paper: it is listed alone."""
        await self.act(self.person(step.actor), step, "listing", {"listed": True, "reason": "on the list of its round"})

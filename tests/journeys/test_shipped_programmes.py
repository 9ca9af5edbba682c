"""One case of every shipped recognition, from filing to title, in both topologies: each act by the party that the text
names. What other kinds of programme do stands in test_every_programme.py."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import shared.programmes
from services.review.domain.desks import desk_of
from services.story import Story
from shared.programmes.catalogue import Catalogue
from shared.programmes.model import Deciding, Endorsing, Inspecting, Level, Programme, Step, Visiting
from shared.programmes.model.answering import keys_of
from shared.runtime.clock import local_day
from shared.runtime.issuer.people import Account
from tests.journeys.people import People, applicant, ok, somebody, version
from tests.journeys.walk import Walk, opened_round
from tests.support.places import place_in

CATALOGUE = Catalogue.load(Path(shared.programmes.__file__).parent / "definitions")
RUNNABLE = [p for p in CATALOGUE.programmes() if p.accepts_new_cases and not p.missing_for_sandbox()]


RECOGNITIONS = [p for p in RUNNABLE if p.kind == "recognition"]
NUMBERS = itertools.count(500)
MOST_MISSING = 60


def region_of(programme: Programme, level: Level) -> str:
    """A region of the level where the text admits applicants."""
    return place_in((programme.applicants.regions or (programme.region,))[0], level.region_digits)


class Filed:
    """A case of any programme: every step is done by a fresh person of the right party."""

    def __init__(self, walk: Walk, programme: Programme) -> None:
        self.walk, self.programme, self._numbers = walk, programme, itertools.count(1)

    def person(self, party: str) -> Account:
        desk = desk_of(party, self.programme)
        inner = self.walk.region
        region = desk.regions[0] if desk.regions else inner[: desk.digits].ljust(6, "0") if desk.digits > 0 else inner
        return somebody(f"{self.walk.who.login}-{party}-{next(self._numbers)}", desk.role, region)  # type: ignore[arg-type]

    async def act(self, step: Step, party: str, act: str, body: object = None) -> None:
        await self.walk.act(self.person(party), step.id, act, body)

    async def furnish(self, at: int) -> int:
        """Whatever the self-check still misses, one after the other; answers the version."""
        walk, path = self.walk, self.walk.application
        values = answers(self.programme)
        given = await walk.people.patch(walk.who, f"{path}/answers", {"given": values}, at) if values else None
        at = at if given is None else version(given)
        for number in range(MOST_MISSING):
            missing = ok(await walk.people.get(walk.who, f"{path}/self-check"))["missing"]
            if not missing:
                return at
            for lack in missing:
                text = f"{walk.case_id} {lack['id']} {number}\n".encode()
                added = await walk.people.upload(walk.who, f"{path}/documents", lack["id"], "a.txt", text, at)
                ok(added, 201)
                at = version(added)
        raise AssertionError(f"still missing: {missing}")

    async def to_its_end(self) -> dict[str, Any]:
        for _ in range(50):
            case = await self.walk.until(
                lambda case: case["status"] != "open" or case["step_type"] != "award",
                "the registry does not enter the title",
            )
            if case["status"] != "open" or case["step_type"] == "file":
                return case
            step = self.programme.step(case["step"])
            await WAYS[step.type](self, step)
        raise AssertionError(f"the case goes round in circles at {case['step']}")


def answers(programme: Programme) -> dict[str, str | bool]:
    """Good figures that grow from year to year, under every key that is asked for."""
    given: dict[str, str | bool] = {}
    for metric in programme.metrics:
        for back, key in enumerate(keys_of(metric)[: metric.years]):
            options = [option.id for option in metric.options]
            most = Decimal(1000 - 100 * back) if metric.most is None else min(metric.most, Decimal(1000 - 100 * back))
            plain: dict[str, str | bool] = {
                "boolean": True,
                "choice": options[0] if options else "",
                "set": ",".join(options),
                "date": "2020-01-02",
                "ratio": "0.95",
                "text": "示例",
                "uscc": "示例",
                "region": "示例",
            }
            given[key] = plain.get(metric.type, str(most))
    return given


async def _assess(filed: Filed, step: Step) -> None:
    walk, by = filed.walk, filed.person(step.actor)
    lines = ok(await walk.people.get(by, f"/review/cases/{walk.case_id}/conditions"))["items"]
    asked = step.parameters.conditions  # type: ignore[union-attr]
    for line in lines:
        if asked == "all" or line["condition"] in asked:
            verdict = "not_applicable" if line["computed"] == "not_applicable" else "met"
            body = {"condition": line["condition"], "verdict": verdict, "reason": "已核对"}
            await walk.act(by, step.id, "verdicts", body)
    await walk.act(by, step.id, "conclusion", {"opinion": "符合条件"})


async def _endorse(filed: Filed, step: Step) -> None:
    assert isinstance(step.parameters, Endorsing)
    for party in step.parameters.by or (step.actor,):
        if (await filed.walk.case())["step"] == step.id:
            await filed.act(step, party, "endorsement", {"agrees": True, "reason": "同意推荐", "party": party})


async def _score(filed: Filed, step: Step) -> None:
    programme, parameters = filed.programme, step.parameters
    size = programme.panel(parameters.panel).size if programme.panels else 3  # type: ignore[union-attr]
    region = filed.walk.region
    experts = [
        somebody(f"{filed.walk.who.login}-expert-{n}", "expert", region)
        for n in range(size if isinstance(size, int) else 3)
    ]
    officer = next(party.id for party in programme.parties if party.role == "officer")
    by = officer if programme.party(step.actor).role == "expert" else step.actor
    await filed.act(step, by, "panel", {"experts": [{"id": e.login, "name": e.name} for e in experts]})
    points = {head.id: str(head.most) for head in programme.rubric(parameters.rubric).heads}  # type: ignore[union-attr,arg-type]
    for expert in experts:
        await filed.walk.act(expert, step.id, "score", {"points": points, "remark": "已阅"})


async def _inspect(filed: Filed, step: Step) -> None:
    parameters = step.parameters
    assert isinstance(parameters, Inspecting)
    rubric = filed.programme.rubric(parameters.rubric) if isinstance(parameters.rubric, str) else None
    body: dict[str, object] = {
        "passes": True,
        "opinion": "合格",
        "findings": ["正常" for _ in parameters.topics],
        "points": {head.id: str(head.most) for head in rubric.heads} if rubric else {},
        "verdicts": {c.id: "met" for c in filed.programme.conditions} if parameters.conditions == "all" else {},
    }
    for party in parameters.assessors or (step.actor,):
        await filed.act(step, party, "inspection", body | {"party": party})


async def _visit(filed: Filed, step: Step) -> None:
    parameters = step.parameters
    assert isinstance(parameters, Visiting)
    visitors = [f"考察员 {n}" for n in range(parameters.visitors if isinstance(parameters.visitors, int) else 1)]
    today = local_day(filed.walk.people.running.clock.now()).isoformat()
    body = {"visited_on": today, "visitors": visitors, "confirms": True, "opinion": "与材料相符"}
    await filed.act(step, step.actor, "visit", body)


async def _notice(filed: Filed, step: Step) -> None:
    await filed.act(step, step.actor, "posting", {"address": "https://notice.example/1"})
    await filed.walk.wait_out(step.id, filed.person(step.actor))
    await filed.walk.until(lambda case: case["step"] != step.id, "the notice does not end")


async def _decide(filed: Filed, step: Step) -> None:
    parameters = step.parameters
    assert isinstance(parameters, Deciding)
    await filed.act(step, step.actor, "proposal", {"approve": True, "reason": "拟予认定"})
    for party in (parameters.approver, *parameters.jointly):
        assert isinstance(party, str)
        await filed.act(step, party, "approval", {"party": party, "reason": "同意"})


WAYS: dict[str, Callable[[Filed, Step], Awaitable[None]]] = {
    "check": lambda filed, step: filed.act(step, step.actor, "acceptance"),
    "assess": _assess,
    "endorse": _endorse,
    "score": _score,
    "visit": _visit,
    "inspect": _inspect,
    "list": lambda filed, step: filed.act(step, step.actor, "listing", {"listed": True}),
    "notice": _notice,
    "decide": _decide,
    "publish": lambda filed, step: filed.act(step, step.actor, "publication", {"address": "https://notice.example/2"}),
}


def test_there_is_something_to_walk() -> None:
    assert len(RECOGNITIONS) >= 7


async def filed_under(people: People, story: Story, programme: Programme) -> Filed:
    """A complete application in a round of its own, accepted by intake."""
    wanted = programme.applicants.levels
    level = next(level for level in reversed(programme.levels) if not wanted or level.id in wanted)
    region = region_of(programme, level)
    opener = somebody(f"opener-of-{programme.id}", "officer", programme.region)
    who = programme.applicants
    declared = {"kind": next(iter(who.kinds), ""), "category": next(iter(who.categories), "")}
    own = replace(story, programme=programme.id, applying=replace(story.applying, **declared))
    walk = Walk(people, own, applicant(next(NUMBERS), region), level=level.id, region=region)
    filed = Filed(walk, programme)
    at = await filed.furnish(await walk.draft(await opened_round(people, own, opener)))
    await walk.declare_and_submit(at)
    return filed


@pytest.mark.parametrize("programme", RECOGNITIONS, ids=[programme.id for programme in RECOGNITIONS])
async def test_from_filing_to_title(people: People, story: Story, programme: Programme) -> None:
    filed = await filed_under(people, story, programme)
    case = await filed.to_its_end()
    assert (case["status"], case["result"], case["programme"]) == ("closed", "awarded", programme.ref)
    number = await filed.walk.number()
    title = ok(await people.get(None, f"/registry/titles/{number}"))
    assert (title["status"], title["programme"]) == ("active", programme.ref)

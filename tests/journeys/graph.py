"""Understands a case over HTTP by the graph of its steps alone: filings to intake, acts to review."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import httpx

from services.review.domain.desks import desk_of
from services.review.domain.effects import needs_title
from services.review.domain.steps.assessors import OUTSIDE
from shared.identifiers.uscc import check_uscc
from shared.programmes.model import Metric, Party, Procedure, Programme, Step
from shared.programmes.model.answering import keys_of
from tests.journeys.handing_in import HandingIn
from tests.journeys.money import due, sum_to_decide
from tests.programmes.library import examples_of, library
from tests.support.house import House, Somebody
from tests.support.papers import pdf
from tests.support.places import place_in
from tests.support.waiting import eventually_asked

INSPECTOR = Somebody("inspector", "inspector", "000000")
NUMBERS = itertools.count(1)

Examples = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Condition -> way that it is decided -> answers, as a file of examples has it."""


def shipped_examples(programme: Programme) -> Examples:
    """The examples beside a regulation of the library."""
    return examples_of(next(e.file for e in library().editions if e.text.id == programme.id))


def answers_of(programme: Programme, examples: Examples) -> dict[str, str | bool]:
    """What the regulation's own examples say of an applicant that fulfils everything, and all else answered."""
    given: dict[str, str | bool] = {}
    known = {key for metric in programme.metrics for key in (*keys_of(metric), metric.id)}
    for rows in examples.values():
        given |= {k: v if isinstance(v, bool) else str(v) for k, v in rows["met"].items() if k in known}
    for metric in programme.metrics:
        for key in () if any(key in given for key in (*keys_of(metric), metric.id)) else keys_of(metric)[:1]:
            given[key] = plain(metric)
    return given


def ok(answer: httpx.Response) -> Any:
    assert answer.status_code in (200, 201), f"{answer.request.url}: {answer.text}"
    return answer.json()


def version(answer: httpx.Response) -> int:
    return int(answer.headers["ETag"].strip('"'))


@dataclass(frozen=True)
class Standing:
    """What the first step depends on."""

    region: str
    level: str
    kind: str = ""
    category: str = ""


def plain(metric: Metric) -> str | bool:
    """Some answer that can be read."""
    if metric.type == "boolean":
        return True
    ways = {"date": "2015-01-01", "text": "text", "uscc": "0" * 18, "region": "000000", "ratio": "1"}
    if metric.type in ("choice", "set"):
        return metric.options[0].id
    return ways.get(metric.type, "1")


class Walk:
    """One case, every step by a fresh person of the party that the regulation names."""

    def __init__(
        self, house: House, programme: Programme, procedure: Procedure, examples: Examples | None = None
    ) -> None:
        self.house, self.programme, self.procedure = house, programme, procedure
        self.examples = shipped_examples(programme) if examples is None else examples
        number = next(NUMBERS)
        stem = f"91110000MAEX{number:05d}"
        self.uscc, self.name = stem + check_uscc(stem), f"Example Organisation {number}"
        self.region, self.level = place_in(programme.region), programme.levels[-1].id
        self.kind = next(iter(programme.applicants.kinds), "")
        self.category = next(iter(programme.applicants.categories), "")
        self.people = itertools.count(1)
        self.case_id = self.title = self.filed_at = ""

    @property
    def applicant(self) -> Somebody:
        return Somebody(f"applicant-{self.uscc}", "applicant", self.region, self.uscc)

    def person(self, party_id: str) -> Somebody:
        party: Party = self.programme.party(party_id)
        if party.role == "applicant":
            return self.applicant
        desk = desk_of(party.id, self.programme)
        digits = self.region[: desk.digits].ljust(6, "0") if desk.digits > 0 else self.region
        return Somebody(f"{party.role}-{next(self.people)}", party.role, desk.regions[0] if desk.regions else digits)

    async def case(self) -> dict[str, Any]:
        shown: dict[str, Any] = ok(await self.house.get(INSPECTOR, f"/review/cases/{self.case_id}"))
        return shown

    async def act(self, who: Somebody, step: Step, path: str, body: object = None) -> None:
        at = int((await self.case())["version"])
        ok(await self.house.post(who, f"/review/cases/{self.case_id}/steps/{step.id}/{path}", body, at))

    async def run(self) -> dict[str, Any]:
        if needs_title(self.procedure):
            await self.hold()
        await self.begin()
        for _ in range(100):
            case = await self.case()
            if case["status"] != "open":
                return case
            step = self.programme.step(case["step"])
            await getattr(self, f"do_{step.type}")(step)
        raise AssertionError("the case does not end")

    # ── beginning ────────────────────────────────────────────────────────────────────────────────────────────────

    async def begin(self) -> None:
        standing_as = {"region": self.region, "level": self.level, "kind": self.kind, "category": self.category}
        subject = {"uscc": self.uscc, "name": self.name, **standing_as}
        opening = {"programme": self.programme.id, "procedure": self.procedure.id, "subject": subject}
        standing = Standing(self.region, self.level, self.kind, self.category)
        first = self.programme.first_step(standing, self.procedure.id)
        by, opens = self.person(first.actor), self.person(self.procedure.opened_by)
        if opens.roles != "applicant" and (by.roles == "applicant" or first.type != "file" or not self.files_first):
            answer = await self.house.post(opens, "/review/cases", opening)
            if answer.json().get("code") == "renewal_too_early":
                self.wait_for_renewal(answer.json()["detail_en"])
                answer = await self.house.post(opens, "/review/cases", opening)
            self.case_id = ok(answer)["case_id"]
            return
        if by.roles == "applicant":
            straight = await self.house.post(by, "/review/cases", opening)
            known = ("opens_through_intake", "text_closed", "title_required", "title_not_valid", "renewal_too_early")
            assert straight.json()["code"] in known, straight.text
        answer = await self.house.post(by, "/intake/filings", {**opening, "title": self.title})
        if answer.json().get("code") == "applies_in_round":
            await self.apply()
            return
        filing = self.handing_in(by)
        self.case_id, self.filed_at = filing.begun(answer)["case_id"], filing.path
        await self.hand_in(filing)

    @property
    def files_first(self) -> bool:
        """Whether what the first step waits for comes with the opening, where an authority could also open it empty."""
        return True

    def handing_in(self, by: Somebody) -> HandingIn:
        return HandingIn(self.house, self.programme, by, self.answers())

    async def hand_in(self, filing: HandingIn) -> None:
        await filing.furnish()
        await filing.submit()
        seen = await filing.answered()
        if seen["status"] == "refused" and seen["refused_code"] == "renewal_too_early":
            self.wait_for_renewal(seen["refused_en"])
            await filing.again()
            seen = await filing.answered()
        assert seen["status"] == "taken", seen

    def wait_for_renewal(self, said: str) -> None:
        """The clock goes on to the day from which a new term may be applied for."""
        opens = date.fromisoformat(re.findall(r"Apply from ([0-9-]+) on", said)[0])
        self.house.clock.advance(timedelta(days=(opens - self.house.clock.now().date()).days))

    async def titles(self) -> str:
        """The list, once it is kept: it is being made when a service first starts."""
        found: list[str] = []

        async def there() -> bool:
            answer = await self.house.get(INSPECTOR, "/review/titles")
            found[:] = [answer.text]
            return answer.status_code == 200

        await eventually_asked(there, "titles are not listed")
        return found[0]

    async def hold(self) -> None:
        """The organisation is recognised first, by the programme's main procedure."""
        main = Walk(self.house, self.programme, self.programme.procedure(), self.examples)
        main.uscc, main.name, main.people = self.uscc, self.name, self.people
        case = await main.run()
        assert case["result"] == "awarded"
        self.title = main.case_id

        async def listed() -> bool:
            return self.title in await self.titles()

        await eventually_asked(listed, "the title is not listed")

    async def apply(self) -> None:
        standing = {"region": self.region, "level": self.level, "kind": self.kind, "category": self.category}
        body = {"round_id": await self.round(), "name": self.name, **standing}
        answer = await self.house.post(self.applicant, "/intake/applications", body)
        self.case_id = ok(answer)["case_id"]
        path = self.filed_at = f"/intake/applications/{self.case_id}"
        answer = await self.house.patch(self.applicant, f"{path}/answers", {"given": self.answers()}, version(answer))
        ok(answer)
        for number in range(200):
            missing = ok(await self.house.get(self.applicant, f"{path}/self-check"))["missing"]
            if not missing:
                break
            paper = pdf(trailer=b"/Number %d" % number)
            answer = await self.house.upload(
                self.applicant, f"{path}/documents", "paper.pdf", paper, missing[0]["id"], version(answer)
            )
            ok(answer)
        answer = await self.house.post(self.applicant, f"{path}/declaration", {"true": True}, version(answer))
        ok(await self.house.post(self.applicant, f"{path}/submission", None, version(answer)))
        await self.until(lambda answer: answer.status_code == 200 and answer.json()["revision"] == 1)

    async def round(self) -> str:
        now = self.house.clock.now()
        window = {"opens_at": now.isoformat(), "closes_at": (now + timedelta(days=30)).isoformat()}
        call = {"programme": self.programme.id, "title": "call", **window}
        officer = Somebody(f"caller-{next(NUMBERS)}", "officer", self.programme.region)
        round_id = str(ok(await self.house.post(officer, "/review/rounds", call))["round_id"])

        async def heard() -> bool:
            listed = await self.house.get(None, "/intake/rounds?limit=200")
            return listed.status_code == 200 and round_id in listed.text

        await eventually_asked(heard, "intake did not hear of the round")
        return round_id

    def answers(self) -> dict[str, str | bool]:
        return answers_of(self.programme, self.examples)

    async def until(self, condition: Any) -> dict[str, Any]:
        """The case as it is when the condition holds."""
        shown: dict[str, Any] = {}

        async def there() -> bool:
            answer = await self.house.get(INSPECTOR, f"/review/cases/{self.case_id}")
            if not condition(answer):
                return False
            shown.update(answer.json())
            return True

        await eventually_asked(there, "the case did not move on")
        return shown

    async def left(self, step: Step) -> dict[str, Any]:
        return await self.until(lambda answer: answer.json()["step"] != step.id)

    # ── steps ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def do_file(self, step: Step) -> None:
        filing = self.handing_in(self.person(step.actor))
        await filing.answer(self.case_id, step.id)
        await self.hand_in(filing)

    async def do_check(self, step: Step) -> None:
        await self.act(self.person(step.actor), step, "acceptance")

    async def do_assess(self, step: Step) -> None:
        by, parameters = self.person(step.actor), step.parameters
        lines = ok(await self.house.get(INSPECTOR, f"/review/cases/{self.case_id}/conditions"))["items"]
        wanted = parameters.conditions  # type: ignore[union-attr]
        for line in lines:
            if wanted == "all" or line["condition"] in wanted:
                verdict = "not_applicable" if line["computed"] == "not_applicable" else "met"
                body = {"condition": line["condition"], "verdict": verdict, "reason": "seen"}
                await self.act(by, step, "verdicts", body)
        await self.act(by, step, "conclusion", {"opinion": "sufficient"})

    async def do_endorse(self, step: Step) -> None:
        for party in step.parameters.by or (step.actor,):  # type: ignore[union-attr]
            if (await self.case())["step"] == step.id:
                body = {"agrees": True, "reason": "recommended", "party": party}
                await self.act(self.person(party), step, "endorsement", body)

    def experts(self, step: Step) -> list[Somebody]:
        programme, parameters = self.programme, step.parameters
        size = programme.panel(parameters.panel).size if programme.panels else 3  # type: ignore[union-attr]
        return [Somebody(f"expert-{n}", "expert") for n in range(size if isinstance(size, int) else 3)]

    async def assigned(self, step: Step) -> None:
        """The panel is named by the step's authority, or by an officer where the experts are the step's party."""
        by = self.programme.party(step.actor)
        officer = next(p.id for p in self.programme.parties if p.role == "officer") if by.role == "expert" else by.id
        panel = {"experts": [{"id": e.id, "name": e.id} for e in self.experts(step)]}
        await self.act(self.person(officer), step, "panel", panel)

    async def do_score(self, step: Step) -> None:
        await self.assigned(step)
        heads = self.programme.rubric(str(step.parameters.rubric)).heads  # type: ignore[union-attr]
        for expert in self.experts(step):
            await self.act(expert, step, "score", {"points": {h.id: str(h.most) for h in heads}, "remark": "read"})

    async def do_visit(self, step: Step) -> None:
        least = step.parameters.visitors  # type: ignore[union-attr]
        visitors = [f"visitor {n}" for n in range(least if isinstance(least, int) else 1)]
        body = {"visited_on": "2026-03-02", "visitors": visitors, "confirms": True, "opinion": "as described"}
        await self.act(self.person(step.actor), step, "visit", body)

    async def do_list(self, step: Step) -> None:
        if step.parameters.at_most is None:  # type: ignore[union-attr]
            await self.act(self.person(step.actor), step, "listing", {"listed": True})
        else:
            await self.listed_together(step, {})

    async def listed_together(self, step: Step, body: object) -> None:
        """Places are limited: the round's list says who is on it, and the case follows."""
        path = f"/review/rounds/{(await self.case())['round_id']}"
        who = self.person(step.actor)
        at = version(await self.house.get(who, path))
        ok(await self.house.post(who, f"{path}/steps/{step.id}/list", body, at))
        await self.left(step)

    async def do_notice(self, step: Step) -> None:
        await self.act(self.person(step.actor), step, "posting", {"address": "https://example.org/1"})
        closes = date.fromisoformat((await self.case())["states"][step.id]["closes_on"])
        self.house.clock.advance(timedelta(days=(closes - self.house.clock.now().date()).days + 1))
        await self.left(step)

    async def do_decide(self, step: Step) -> None:
        parameters = step.parameters
        grounds = parameters.basis if self.title else ()  # type: ignore[union-attr]
        body = {"approve": True, "reason": "good work", "ground": await self.proved(grounds[0]) if grounds else ""}
        body |= (money := sum_to_decide(step, self.programme, await self.case()))
        await self.act(self.person(step.actor), step, "proposal", body)
        for party in (parameters.approver, *parameters.jointly):  # type: ignore[union-attr]
            await self.act(self.person(str(party)), step, "approval", {"party": party, **money})

    async def proved(self, ground: str) -> str:
        """Something on the title's record that proves it."""
        rule, today = self.programme.revocation_ground(ground), self.house.clock.now().date()
        officer = Somebody(f"finder-{next(NUMBERS)}", "officer", self.programme.region)
        for number in range(rule.count if isinstance(rule.count, int) else 1):
            happened = (today - timedelta(days=number)).isoformat()
            finding = {"kind": rule.needs, "happened_on": happened, "reason": f"established {number}"}
            at = version(await self.house.get(officer, f"/review/titles/{self.title}"))
            ok(await self.house.post(officer, f"/review/titles/{self.title}/findings", finding, at))
        return ground

    async def do_award(self, step: Step) -> None:
        await self.left(step)

    async def do_inspect(self, step: Step) -> None:
        parameters = step.parameters
        lines = ok(await self.house.get(INSPECTOR, f"/review/cases/{self.case_id}/conditions"))["items"]
        wanted = parameters.conditions  # type: ignore[union-attr]
        verdicts = {x["condition"]: "met" for x in lines if wanted == "all" or x["condition"] in wanted}
        rubric = str(parameters.rubric or "")  # type: ignore[union-attr]
        points = {h.id: str(h.most) for h in self.programme.rubric(rubric).heads} if rubric else {}
        findings = ["in order" for _ in parameters.topics]  # type: ignore[union-attr]
        body = {"passes": True, "opinion": "good", "findings": findings, "points": points, "verdicts": verdicts}
        outside = await self.name_assessors(step)
        for party in parameters.assessors or (step.actor,):  # type: ignore[union-attr]
            by = outside.get(party) or self.person(party)
            await self.act(by, step, "inspection", {**body, "party": party})

    async def name_assessors(self, step: Step) -> dict[str, Somebody]:
        """Whoever comes from outside, an expert or an applicant who assesses another, is named by the step's actor,
        or by an officer where the actor comes from outside itself."""
        parties = step.parameters.assessors or (step.actor,)  # type: ignore[union-attr]
        roles = {name: self.programme.party(name).role for name in parties}
        people = {
            name: Somebody(f"assessor-{next(NUMBERS)}", role, "", "9" * 18 if role == "applicant" else "")
            for name, role in roles.items()
            if role == "expert" or (role == "applicant" and name != step.actor)
        }
        if people:
            named = [{"party": name, "id": one.id, "name": one.id} for name, one in people.items()]
            outside = self.programme.party(step.actor).role in OUTSIDE
            officer = next(p.id for p in self.programme.parties if p.role == "officer") if outside else step.actor
            await self.act(self.person(officer), step, "assessors", {"assessors": named})
        return people

    async def do_rectify(self, step: Step) -> None:
        await self.do_file(step)

    async def do_pay(self, step: Step) -> None:
        while money := due(step, self.programme, await self.case()):
            await self.act(self.person(step.actor), step, "payment", money)

    async def do_publish(self, step: Step) -> None:
        await self.act(self.person(step.actor), step, "publication", {"address": "https://example.org/2"})

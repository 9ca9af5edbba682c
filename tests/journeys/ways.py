"""Understands the ways through a procedure, and how a case is led along one of them over HTTP: every outcome of every
step at least once, to every kind of end. It knows types of steps and nothing of any regulation."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.review.adapters.due import HEARD
from services.review.domain.effects import needs_title
from shared.programmes.model import Procedure, Programme, Step
from shared.programmes.model.programme import Standing
from tests.journeys.graph import INSPECTOR, Examples, Walk, ok, version
from tests.support.house import House, Somebody
from tests.support.waiting import eventually_asked

Edge = tuple[str, str]


@dataclass(frozen=True)
class Way:
    """Outcomes one after the other, and the step of type close that they lead to."""

    outcomes: tuple[Edge, ...]
    end: str

    @property
    def name(self) -> str:
        return f"{'-'.join(outcome for _, outcome in self.outcomes)}-{self.end}"


@dataclass(frozen=True)
class _Here:
    step: str
    visits: tuple[tuple[str, int], ...]


class Map:
    """The graph as one applicant meets it, with its repeats."""

    def __init__(self, programme: Programme, procedure: Procedure, applicant: Standing, answers: Mapping[str, object]):
        self.programme, self.procedure = programme, procedure
        self.applicant, self.answers = applicant, answers
        # What an applicant begins is handed in with the opening; nobody can be late with it.
        self.begins_with_it = programme.party(procedure.opened_by).role == "applicant"

    def start(self) -> _Here:
        first = self.programme.first_step(self.applicant, self.procedure.id, self.answers)
        return self._entered(first.id, {})

    def after(self, here: _Here, outcome: str) -> _Here:
        visits = dict(here.visits)
        step = self.programme.next_step(here.step, outcome, self.applicant, self.answers, visits)
        return self._entered(step.id, visits)

    def _entered(self, step: str, visits: Mapping[str, int]) -> _Here:
        return _Here(step, tuple(sorted({**visits, step: visits.get(step, 0) + 1}.items())))

    def outcomes(self, here: _Here) -> tuple[str, ...]:
        """What can be made to happen in the step, the outcome that goes on first."""
        step = self.programme.step(here.step)
        return tuple(outcome for outcome in step.outcomes if self._can_be(step, outcome, dict(here.visits)))

    def _can_be(self, step: Step, outcome: str, visits: Mapping[str, int]) -> bool:
        if step.type == "file" and outcome == "withdrawn":
            return False  # whoever takes an application back ends the case wherever it stands
        first = self.programme.first_step(self.applicant, self.procedure.id, self.answers)
        filing = self.begins_with_it and step.id == first.id and visits[step.id] == 1
        if step.type == "file" and outcome == "late":
            return not filing and step.deadline is not None
        if outcome == "to_correct":
            allowed = getattr(step.parameters, "corrections", 0)
            return visits[step.id] <= (allowed if isinstance(allowed, int) else 1)
        return True

    def ways(self) -> tuple[Way, ...]:
        """Few ways that have every edge that can be reached in one of them, and every end."""
        done: set[Edge] = set()
        found = []
        for edge in self._edges():
            if edge not in done:
                way = self._way_over(edge, done)
                done |= set(way.outcomes)
                found.append(way)
        return tuple(found)

    def _edges(self) -> Iterator[Edge]:
        """Every edge, in the order in which they are met."""
        seen, met = {self.start()}, dict[Edge, None]()
        todo = deque(seen)
        while todo:
            here = todo.popleft()
            for outcome in self.outcomes(here):
                met[(here.step, outcome)] = None
                there = self.after(here, outcome)
                if there not in seen:
                    seen.add(there)
                    todo.append(there)
        return iter(met)

    def _way_over(self, edge: Edge, done: set[Edge]) -> Way:
        here, path = self._to(edge)
        while self.programme.step(here.step).type != "close":
            options = self.outcomes(here)
            outcome = next(
                (each for each in options if (here.step, each) not in done and (here.step, each) not in path), ""
            )
            outcome = outcome or options[0]
            path.append((here.step, outcome))
            here = self.after(here, outcome)
        return Way(tuple(path), here.step)

    def _to(self, edge: Edge) -> tuple[_Here, list[Edge]]:
        """The shortest path over the edge, and where it leads."""
        start = self.start()
        todo: deque[tuple[_Here, list[Edge]]] = deque([(start, [])])
        seen = {start}
        while todo:
            here, path = todo.popleft()
            for outcome in self.outcomes(here):
                there, longer = self.after(here, outcome), [*path, (here.step, outcome)]
                if (here.step, outcome) == edge:
                    return there, longer
                if there not in seen:
                    seen.add(there)
                    todo.append((there, longer))
        raise AssertionError(f"nothing leads over {edge}")


class LedWalk(Walk):
    """One case along one way."""

    def __init__(self, house: House, programme: Programme, procedure: Procedure, examples: Examples, way: Way) -> None:
        super().__init__(house, programme, procedure, examples)
        self.way, self.ended = way, 0

    async def lead(self) -> dict[str, Any]:
        """The closed case."""
        if needs_title(self.procedure):
            await self.hold()
        await self.begin()
        case = await self.case()
        for number, (name, outcome) in enumerate(self.way.outcomes):
            self.ended = number
            if len(case["history"]) == number:  # else it went on by itself: filed in a round, entered on the record
                assert case["step"] == name, f"{case['step']} instead of {name} in {self.way.name}"
                step = self.programme.step(name)
                named = "do" if outcome == step.goes_on else step.type
                await getattr(self, f"{named}_{step.type if named == 'do' else outcome}")(step)
                case = await self.left(step)
            found = case["history"][number]
            assert (found["step"], found["outcome"]) == (name, outcome), f"{found} in {self.way.name}"
        return await self.until(lambda answer: answer.json()["status"] != "open")

    async def take_back(self) -> dict[str, Any]:
        """The case after its applicant took the application back."""
        await self.begin()
        path = self.filed_at
        at = version(await self.house.get(self.applicant, path))
        ok(await self.house.post(self.applicant, f"{path}/withdrawal", {"reason": "changed plans"}, at))
        return await self.until(lambda answer: answer.json()["status"] == "withdrawn")

    @property
    def files_first(self) -> bool:
        return self.way.outcomes[0][1] != "late"

    async def left(self, step: Step) -> dict[str, Any]:
        """The case after it; a step that is entered again is left, too."""
        return await self.until(lambda answer: len(answer.json()["history"]) > self.ended)

    # ── what does not go on ──────────────────────────────────────────────────────────────────────────────────────

    async def run_out(self, step: Step) -> None:
        """Until the deadline of the step is over."""
        due = datetime.fromisoformat((await self.case())["due_at"])
        self.house.clock.advance(max(due - self.house.clock.now(), timedelta()) + HEARD + timedelta(seconds=1))

    file_late = rectify_overdue = run_out

    async def check_to_correct(self, step: Step) -> None:
        items = {"items": [{"subject": "form", "fault": "not signed"}]}
        await self.act(self.person(step.actor), step, "correction", items)

    async def check_refused(self, step: Step) -> None:
        await self.act(self.person(step.actor), step, "refusal", {"reason": "not ours"})

    async def assess_insufficient(self, step: Step) -> None:
        by, wanted = self.person(step.actor), step.parameters.conditions  # type: ignore[union-attr]
        lines = ok(await self.house.get(INSPECTOR, f"/review/cases/{self.case_id}/conditions"))["items"]
        chosen = [each for each in lines if wanted == "all" or each["condition"] in wanted]
        worst = next(each for each in chosen if each["computed"] != "not_applicable")
        for line in chosen:
            verdict = "unmet" if line is worst else "met"
            verdict = "not_applicable" if line["computed"] == "not_applicable" else verdict
            body = {"condition": line["condition"], "verdict": verdict, "reason": "seen"}
            await self.act(by, step, "verdicts", body)
        await self.act(by, step, "conclusion", {"opinion": "insufficient"})

    async def endorse_refused(self, step: Step) -> None:
        for party in step.parameters.by or (step.actor,):  # type: ignore[union-attr]
            if (await self.case())["step"] == step.id:
                body = {"agrees": False, "reason": "not recommended", "party": party}
                await self.act(self.person(party), step, "endorsement", body)

    async def score_failed(self, step: Step) -> None:
        sheets = self.programme.rubric(str(step.parameters.rubric)).heads  # type: ignore[union-attr]
        await self.assigned(step)
        for expert in self.experts(step):
            body = {"points": {head.id: "0" for head in sheets}, "remark": "read"}
            await self.act(expert, step, "score", body)

    async def visit_not_confirmed(self, step: Step) -> None:
        least = step.parameters.visitors  # type: ignore[union-attr]
        visitors = [f"visitor {n}" for n in range(least if isinstance(least, int) else 1)]
        day = self.house.clock.now().date().isoformat()
        body = {"visited_on": day, "visitors": visitors, "confirms": False, "opinion": "not as described"}
        await self.act(self.person(step.actor), step, "visit", body)

    async def visit_waived(self, step: Step) -> None:
        await self.act(self.person(step.actor), step, "visit-waiver", {"reason": "seen last year"})

    async def list_not_listed(self, step: Step) -> None:
        if step.parameters.at_most is None:  # type: ignore[union-attr]
            await self.act(self.person(step.actor), step, "listing", {"listed": False, "reason": "no place left"})
        else:
            left_off = [{"case_id": self.case_id, "reason": "no place left"}]
            await self.listed_together(step, {"left_off": left_off})

    async def notice_upheld(self, step: Step) -> None:
        await self.act(self.person(step.actor), step, "posting", {"address": "https://example.org/1"})
        path = f"/review/cases/{self.case_id}/steps/{step.id}/objections"
        objection = {"name": "Somebody", "contact": "0000", "grounds": "not true", "evidence": ["0" * 64]}
        name = ok(await self.house.post(Somebody(f"objector-{self.uscc}", "public"), path, objection))["objection"]
        rules = self.programme.notice(step.parameters.notice).objections  # type: ignore[union-attr]
        investigator = getattr(rules, "investigator", None)
        by = self.person(investigator if isinstance(investigator, str) else step.actor)
        at = int((await self.case())["version"])
        answer = {"upheld": True, "reason": "it is so"}
        ok(await self.house.post(by, f"{path}/{name}/answer", answer, at))
        closes = date.fromisoformat((await self.case())["states"][step.id]["closes_on"])
        self.house.clock.advance(timedelta(days=(closes - self.house.clock.now().date()).days + 1))

    async def decide_refused(self, step: Step) -> None:
        await self.act(self.person(step.actor), step, "proposal", {"approve": False, "reason": "not enough"})
        parameters = step.parameters
        for party in (parameters.approver, *parameters.jointly):  # type: ignore[union-attr]
            if (await self.case())["step"] == step.id:
                await self.act(self.person(str(party)), step, "approval", {"party": party})

    async def pay_stopped(self, step: Step) -> None:
        await self.act(self.person(step.actor), step, "payment-stop", {"reason": "the account is frozen"})

    async def publish_withdrawn(self, step: Step) -> None:
        await self.act(self.person(step.actor), step, "publication-withdrawal", {"reason": "an error was found"})

    async def inspect_failed(self, step: Step) -> None:
        parameters = step.parameters
        lines = ok(await self.house.get(INSPECTOR, f"/review/cases/{self.case_id}/conditions"))["items"]
        wanted = parameters.conditions  # type: ignore[union-attr]
        verdicts = {x["condition"]: "unmet" for x in lines if wanted == "all" or x["condition"] in wanted}
        rubric = str(parameters.rubric or "")  # type: ignore[union-attr]
        points = {h.id: "0" for h in self.programme.rubric(rubric).heads} if rubric else {}
        findings = ["not in order" for _ in parameters.topics]  # type: ignore[union-attr]
        body = {"passes": False, "opinion": "bad", "findings": findings, "points": points, "verdicts": verdicts}
        outside = await self.name_assessors(step)
        for party in parameters.assessors or (step.actor,):  # type: ignore[union-attr]
            by = outside.get(party) or self.person(party)
            await self.act(by, step, "inspection", {**body, "party": party})

    # ── corrections of what was filed in a round go through intake again ─────────────────────────────────────────

    async def do_file(self, step: Step) -> None:
        case = await self.case()
        corrects = case["round_id"] and case["history"] and case["history"][-1]["outcome"] == "to_correct"
        if not corrects:
            await super().do_file(step)
            return
        path = f"/intake/applications/{self.case_id}"

        async def returned() -> bool:
            return bool((await self.house.get(self.applicant, path)).json()["status"] == "returned")

        await eventually_asked(returned, "intake did not hear of the correction")
        answer = await self.house.get(self.applicant, path)
        given = {"given": self.answers()}
        answer = await self.house.patch(self.applicant, f"{path}/answers", given, version(answer))
        ok(answer)
        answer = await self.house.post(self.applicant, f"{path}/declaration", {"true": True}, version(answer))
        ok(await self.house.post(self.applicant, f"{path}/submission", None, version(answer)))

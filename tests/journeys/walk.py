"""Understands how one case is walked through the public APIs, each act as the story's data names it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from services.story import Act, Story
from shared.runtime.clock import local_day
from shared.runtime.issuer.people import Account
from tests.journeys.people import People, ok, version
from tests.support.waiting import eventually_asked

HEARD_SECONDS = 30.0


async def opened_round(people: People, story: Story, officer: Account | None = None) -> str:
    """A call of its own; returns when intake has heard of it."""
    now = people.running.clock.now()
    call = {
        "programme": story.programme,
        "title": f"申报 {now.isoformat()}",
        "opens_at": (now - timedelta(minutes=1)).isoformat(),
        "closes_at": (now + timedelta(days=story.round_days)).isoformat(),
    }
    made = ok(await people.post(officer or people.demo(story.round_opened_by), "/review/rounds", call), 201)
    round_id = str(made["round_id"])

    async def heard() -> bool:
        return round_id in (await people.get(None, "/intake/rounds?limit=200")).text

    await eventually_asked(heard, "intake did not hear of the round", HEARD_SECONDS)
    return round_id


@dataclass
class Walk:
    """One case. ``who`` applies; officials are the story's."""

    people: People
    story: Story
    who: Account
    level: str = "prefecture"
    region: str = ""
    case_id: str = ""

    @property
    def application(self) -> str:
        return f"/intake/applications/{self.case_id}"

    # ── the applicant ────────────────────────────────────────────────────────────────────────────────────────────

    async def draft(self, round_id: str) -> int:
        """Begin it; answers the version."""
        body = {
            "round_id": round_id,
            "name": self.who.name,
            "region": self.region or self.who.region,
            "level": self.level,
            "kind": self.story.applying.kind,
            "category": self.story.applying.category,
        }
        answer = await self.people.post(self.who, "/intake/applications", body)
        self.case_id = str(ok(answer, 201)["case_id"])
        return version(answer)

    async def furnish(self, at: int) -> int:
        """Everything that the story's applicant answers and files; answers the version."""
        applying, path = self.story.applying, self.application
        answer = await self.people.patch(self.who, f"{path}/answers", {"given": dict(applying.answers)}, at)
        ok(answer)
        for material, count in applying.documents.items():
            for number in range(count):
                text = f"{self.case_id} {material} {number}\n".encode()
                name = f"{material}-{number}.txt"
                answer = await self.people.upload(self.who, f"{path}/documents", material, name, text, version(answer))
                ok(answer, 201)
        return version(answer)

    async def declare_and_submit(self, at: int) -> None:
        declared = await self.people.post(self.who, f"{self.application}/declaration", {"true": True}, at)
        ok(declared)
        ok(await self.people.post(self.who, f"{self.application}/submission", None, version(declared)))

    async def submit(self, round_id: str) -> None:
        """From nothing to a case that waits for its first official."""
        await self.declare_and_submit(await self.furnish(await self.draft(round_id)))
        await self.until(lambda case: bool(case["step"]), "the case was not opened")

    async def applied(self) -> dict[str, Any]:
        return ok(await self.people.get(self.who, self.application))

    async def told(self, status: str) -> dict[str, Any]:
        """The application once the applicant sees this status."""
        seen: dict[str, Any] = {}

        async def there() -> bool:
            seen.update(await self.applied())
            return bool(seen["status"] == status)

        await eventually_asked(there, f"the applicant does not see {status}", HEARD_SECONDS)
        return seen

    # ── the officials ────────────────────────────────────────────────────────────────────────────────────────────

    async def case(self) -> dict[str, Any]:
        return ok(await self.people.get(self.people.demo(self.story.reader), f"/review/cases/{self.case_id}"))

    async def until(self, condition: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
        """The case once it fulfils the condition."""
        reader, path = self.people.demo(self.story.reader), f"/review/cases/{self.case_id}"
        seen: dict[str, Any] = {}

        async def there() -> bool:
            answer = await self.people.get(reader, path)
            if answer.status_code == 404:
                return False
            seen.update(ok(answer))
            return condition(seen)

        await eventually_asked(there, f"{self.case_id}: {what}", HEARD_SECONDS)
        return seen

    async def at(self, step: str) -> dict[str, Any]:
        return await self.until(lambda case: case["step"] == step, f"did not come to {step or 'its end'}")

    async def ask(self, who: Account, step: str, act: str, body: object = None) -> Any:
        """The bare answer to one act in the case's present version."""
        case = await self.at(step)
        path = f"/review/cases/{self.case_id}/steps/{step}/{act}"
        return await self.people.post(who, path, body, int(case["version"]))

    async def act(self, who: Account, step: str, act: str, body: object = None) -> dict[str, Any]:
        return ok(await self.ask(who, step, act, body))

    async def play(self, acts: Iterable[Act]) -> None:
        """What the story says, in its order; where it waits, the notice runs out."""
        for act in acts:
            if act.wait_working_days:
                await self.wait_out(act.step)
                continue
            today = local_day(self.people.running.clock.now()).isoformat()
            body = {key: today if value == "today" else value for key, value in act.body.items()}
            await self.act(self.people.demo(act.who), act.step, act.act, body or None)

    async def wait_out(self, step: str, by: Account | None = None) -> None:
        """Move the clock behind the last day of the notice, whichever day that is; ``by`` closes it where its year is
        not published."""
        notice = (await self.at(step))["states"][step]
        closes_on = date.fromisoformat(notice["closes_on"])
        clock = self.people.running.clock
        days = (closes_on - local_day(clock.now())).days + 1
        if days > 0:
            clock.advance(timedelta(days=days))
        if notice["provisional"]:  # nobody published the year: the case waits for a person's word
            await self.act(by or self.people.demo("officer"), step, "closing-as-counted", {"reason": "按工作日计满"})

    async def number(self) -> str:
        """The title's number once the applicant is told of it."""
        return str((await self.told("titled"))["number"])


def acts_of(story: Story, *steps: str) -> Sequence[Act]:
    """The story's acts in these steps, in its order."""
    return [act for act in story.acts if act.step in steps]


def moved(acts: Iterable[Act], step: str, who: str) -> Sequence[Act]:
    """The same acts in another step, by somebody else."""
    return [replace(act, step=step, who=who) for act in acts]

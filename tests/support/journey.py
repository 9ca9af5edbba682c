"""Understands the demonstration's case as a load: many applicants at once, from a draft to a title and its revocation,
each by the people in charge, over HTTP."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx

from services.story import Act, Story, read_story
from shared.calendar import Calendar, Rule, end
from shared.identifiers.uscc import check_uscc
from shared.runtime.clock import DemoClock, local_day
from tests.support.caller import Callers, Refused, version

HEARD_SECONDS = 120.0
ASK_SECONDS = 0.2


class Over(Exception):
    """The load ends here; what was begun stays as it is."""


def applicants(count: int, file: Path) -> list[str]:
    """Makes that many accounts in the first applicant's prefecture, each for an organisation of its own."""
    people = [_applicant(number) for number in range(1, count + 1)]
    file.write_text(json.dumps(people), "utf-8")
    return [str(person["login"]) for person in people]


def _applicant(number: int) -> dict[str, object]:
    stem = f"91650100MALD{number:05d}"
    return {
        "login": f"load{number}",
        "name": f"负载申报人{number}",
        "roles": ["applicant"],
        "organisation": stem + check_uscc(stem),
        "region": "650100",
    }


@dataclass
class Load:
    """What the callers do until :meth:`end`."""

    callers: Callers
    clock: DemoClock
    round_id: str = ""
    story: Story = field(default_factory=read_story)
    finished: int = 0
    certified: int = 0
    refused: list[str] = field(default_factory=list)
    _over: bool = False
    _last_act: dict[str, date] = field(default_factory=dict)

    def end(self) -> None:
        """Everybody stops before the next command."""
        self._over = True

    async def open_round(self) -> None:
        """A call that stays open as long as the rules allow; returns when intake has heard of it."""
        now = self.clock.now()
        body = {
            "programme": self.story.programme,
            "title": f"{self.story.round_title} {now:%H:%M:%S.%f}",
            "opens_at": (now - timedelta(minutes=1)).isoformat(),
            "closes_at": (now + timedelta(days=399)).isoformat(),
        }
        answer = await self.callers.write(self.story.round_opened_by, "review", "/rounds", body)
        self.round_id = str(answer.json()["round_id"])

        async def heard() -> bool:
            listed = await self.callers.read("", "intake", "/rounds?limit=200")
            return any(row["round_id"] == self.round_id for row in listed.json()["items"])

        await self._until(heard)

    # ── what one caller does ─────────────────────────────────────────────────────────────────────────────────────

    async def apply_again_and_again(self, who: str) -> None:
        """One case after the other, each to its revocation, because a title keeps its holder from applying again."""
        await self._shielded(self._cases(who))

    async def draft_again_and_again(self, who: str) -> None:
        """Drafts that are edited and never filed: steady writing that waits for nobody."""
        await self._shielded(self._drafts(who))

    async def case(self, who: str) -> str:
        """One whole case, up to the title; returns its id."""
        case_id = await self.submitted(who)
        for act in self.story.acts:
            await self._act(case_id, act)
        await self._until(lambda: self._shown(who, case_id, "titled"))
        self.certified += 1
        return case_id

    async def draft(self, who: str) -> httpx.Response:
        """An application that is begun."""
        applying = self.story.applying
        standing = {name: getattr(applying, name) for name in ("region", "level", "kind", "category")}
        draft = {"round_id": self.round_id, "name": who, **standing}
        return await self._write(who, "intake", "/applications", draft)

    async def submitted(self, who: str) -> str:
        """An application that is filed."""
        applying = self.story.applying
        answer = await self.draft(who)
        path = f"/applications/{answer.json()['case_id']}"
        given = {"given": dict(applying.answers)}
        answer = await self._write(who, "intake", f"{path}/answers", given, version(answer), method="PATCH")
        for material, count in applying.documents.items():
            for number in range(1, count + 1):
                text = f"演示材料\n{path} {material} {number}\n".encode()
                files = {"file": (f"{material}-{number}.txt", text, "text/plain")}
                answer = await self._write(
                    who, "intake", f"{path}/documents", None, version(answer), data={"material": material}, files=files
                )
        answer = await self._write(who, "intake", f"{path}/declaration", {"true": True}, version(answer))
        await self._write(who, "intake", f"{path}/submission", None, version(answer))
        return path.rpartition("/")[2]

    async def revoked(self, who: str, case_id: str) -> None:
        """The title is taken away by two officers."""
        story, path = self.story.revoking, f"/titles/{case_id}"
        title = await self._found(story.proposed_by, path)
        title = await self._write(
            story.proposed_by, "review", f"{path}/revocation-proposal", dict(story.proposal), version(title)
        )
        confirmation = dict(story.confirmation)
        await self._write(story.confirmed_by, "review", f"{path}/revocation-confirmation", confirmation, version(title))
        await self._until(lambda: self._shown(who, case_id, "revoked"))
        self.finished += 1

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _shielded(self, work: Any) -> None:
        try:
            await work
        except Over:
            return
        except Refused as refused:
            self.refused.append(str(refused))

    async def _cases(self, who: str) -> None:
        while True:
            await self.revoked(who, await self.case(who))

    async def _drafts(self, who: str) -> None:
        while True:
            answer = await self.draft(who)
            path = f"/applications/{answer.json()['case_id']}/answers"
            for number in range(1, 9):
                given = {"given": {"years_operating": str(number)}}
                answer = await self._write(who, "intake", path, given, version(answer), method="PATCH")

    async def _act(self, case_id: str, act: Act) -> None:
        case = await self._standing(case_id, act.step)
        if act.wait_working_days:
            self._let_pass(self._last_act.pop(case_id), act.wait_working_days)
            await self._close_provisional(case_id, act.step)
            return
        today = local_day(self.clock.now()).isoformat()
        body = {key: today if value == "today" else value for key, value in act.body.items()} or None
        await self._write(act.who, "review", f"/cases/{case_id}/steps/{act.step}/{act.act}", body, version(case))
        self._last_act[case_id] = local_day(self.clock.now())

    async def _close_provisional(self, case_id: str, step: str) -> None:
        """The clock may be in a year that nobody published: then whoever posted the notice closes it as counted."""
        case = await self.callers.read(self.story.reader, "review", f"/cases/{case_id}")
        if case.json()["step"] == step and case.json()["states"][step]["provisional"]:
            who = next(act.who for act in self.story.acts if (act.step, act.act) == (step, "posting"))
            path = f"/cases/{case_id}/steps/{step}/closing-as-counted"
            await self._write(who, "review", path, {"reason": "按工作日计满"}, version(case))

    def _let_pass(self, since: date, working_days: int) -> None:
        """The clock is everybody's: it moves only where another case has not moved it far enough already."""
        ahead = end(Calendar(), Rule(since, working_days, "working_day")).day - local_day(self.clock.now())
        if ahead > timedelta():
            self.clock.advance(ahead)

    async def _standing(self, case_id: str, step: str) -> httpx.Response:
        found: list[httpx.Response] = []

        async def there() -> bool:
            try:
                answer = await self.callers.read(self.story.reader, "review", f"/cases/{case_id}")
            except Refused as refused:
                if refused.answer.status_code != 404:
                    raise
                return False
            found.append(answer)
            return bool(answer.json()["step"] == step)

        await self._until(there, f"case {case_id} at {step}")
        return found[-1]

    async def _found(self, who: str, path: str) -> httpx.Response:
        found: list[httpx.Response] = []

        async def there() -> bool:
            try:
                found.append(await self.callers.read(who, "review", path))
            except Refused as refused:
                if refused.answer.status_code != 404:
                    raise
            return bool(found)

        await self._until(there, path)
        return found[-1]

    async def _shown(self, who: str, case_id: str, status: str) -> bool:
        answer = await self.callers.read(who, "intake", f"/applications/{case_id}")
        return bool(answer.json()["status"] == status)

    async def _write(self, who: str, service: str, path: str, *rest: Any, **named: Any) -> httpx.Response:
        if self._over:
            raise Over
        return await self.callers.write(who, service, path, *rest, **named)

    async def _until(self, asked: Callable[[], Any], what: str = "") -> None:
        deadline = time.monotonic() + HEARD_SECONDS
        while not await asked():
            if self._over:
                raise Over
            assert time.monotonic() < deadline, f"not within {HEARD_SECONDS} s: {what or asked}"
            await asyncio.sleep(ASK_SECONDS)

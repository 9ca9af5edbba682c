"""Understands one organisation before the authorities over HTTP, under small regulations of the tests."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from shared.identifiers.uscc import check_uscc
from tests.support.house import House, Somebody
from tests.support.small_texts import COUNTY, PROVINCE
from tests.support.waiting import eventually_asked

OFFICER = Somebody("officer-1", "officer", PROVINCE)
APPROVER = Somebody("approver-1", "approver", PROVINCE)
INSPECTOR = Somebody("inspector-1", "inspector", PROVINCE)
NUMBERS = itertools.count(1)


def ok(answer: httpx.Response) -> Any:
    assert answer.status_code in (200, 201), f"{answer.request.url}: {answer.text}"
    return answer.json()


def version(answer: httpx.Response) -> int:
    return int(answer.headers["ETag"].strip('"'))


@dataclass
class Firm:
    """One organisation before the authorities."""

    house: House
    number: int = field(default_factory=lambda: next(NUMBERS))

    @property
    def uscc(self) -> str:
        stem = f"91110000MAFX{self.number:05d}"
        return stem + check_uscc(stem)

    @property
    def who(self) -> Somebody:
        return Somebody(f"applicant-{self.number}", "applicant", COUNTY, self.uscc)

    async def round(self, programme: str, days: int = 30) -> str:
        now = self.house.clock.now()
        window = {"opens_at": now.isoformat(), "closes_at": (now + timedelta(days=days)).isoformat()}
        call = {"programme": programme, "title": "call", **window}
        round_id = str(ok(await self.house.post(OFFICER, "/review/rounds", call))["round_id"])

        async def heard() -> bool:
            listed = await self.house.get(None, "/intake/rounds?limit=200")
            return listed.status_code == 200 and round_id in listed.text

        await eventually_asked(heard, "intake did not hear of the round")
        return round_id

    async def begin(self, round_id: str, **standing: str) -> httpx.Response:
        body = {"round_id": round_id, "name": "Example", "region": COUNTY, "level": "county"}
        return await self.house.post(self.who, "/intake/applications", body | standing)

    async def answer(self, case_id: str, **given: str) -> None:
        at = version(await self.house.get(self.who, f"/intake/applications/{case_id}"))
        ok(await self.house.patch(self.who, f"/intake/applications/{case_id}/answers", {"given": given}, at))

    async def fill(self, case_id: str, form: str, *rows: Mapping[str, str]) -> httpx.Response:
        path = f"/intake/applications/{case_id}"
        at = version(await self.house.get(self.who, path))
        return await self.house.put(self.who, f"{path}/forms/{form}", {"rows": list(rows)}, at)

    async def upload(self, case_id: str, material: str) -> None:
        path = f"/intake/applications/{case_id}"
        at = version(await self.house.get(self.who, path))
        name, content = f"{material}.txt", f"{case_id} {material}".encode()
        ok(await self.house.upload(self.who, f"{path}/documents", name, content, material, at))

    async def declared(self, case_id: str) -> int:
        path = f"/intake/applications/{case_id}"
        at = version(await self.house.get(self.who, path))
        answer = await self.house.post(self.who, f"{path}/declaration", {"true": True}, at)
        ok(answer)
        return version(answer)

    async def submit(self, case_id: str) -> httpx.Response:
        at = await self.declared(case_id)
        return await self.house.post(self.who, f"/intake/applications/{case_id}/submission", None, at)

    async def applied(self, programme: str, round_id: str = "") -> httpx.Response:
        """A whole application under a text that asks for nothing; the answer to its submission."""
        return await self.submit(await self.drafted(programme, round_id))

    async def drafted(self, programme: str, round_id: str = "") -> str:
        return str(ok(await self.begin(round_id or await self.round(programme)))["case_id"])

    async def self_check(self, case_id: str) -> dict[str, Any]:
        checked: dict[str, Any] = ok(await self.house.get(self.who, f"/intake/applications/{case_id}/self-check"))
        return checked

    async def of_kinds(self, staff: str = "12", patents: str = "", **standing: str) -> str:
        """A complete draft under the text that tells kinds apart."""
        who = {"kind": "university", "category": "comprehensive"} | standing
        case_id = str(ok(await self.begin(await self.round("test-kinds"), **who))["case_id"])
        ok(await self.fill(case_id, "people", {"name": "A", "staff": staff}))
        ok(await self.fill(case_id, "partners_form", {"partner": "B", "year": "2020"}))
        await self.answer(case_id, founded="2020-01-01")
        if who["kind"] == "enterprise":
            await self.answer(case_id, patents=patents)
            await self.upload(case_id, "licence")
        return case_id

    # ── the authorities ──────────────────────────────────────────────────────────────────────────────────────────

    async def case(self, case_id: str, step: str) -> dict[str, Any]:
        found: dict[str, Any] = {}

        async def there() -> bool:
            answer = await self.house.get(INSPECTOR, f"/review/cases/{case_id}")
            found.update(answer.json() if answer.status_code == 200 else {})
            return bool(found.get("step") == step)

        await eventually_asked(there, f"the case did not come to {step or 'its end'}")
        return found

    async def act(self, who: Somebody, case_id: str, step: str, act: str, body: object = None) -> httpx.Response:
        at = int((await self.case(case_id, step))["version"])
        return await self.house.post(who, f"/review/cases/{case_id}/steps/{step}/{act}", body, at)

    async def decided(self, case_id: str) -> None:
        ok(await self.act(OFFICER, case_id, "decide", "proposal", {"approve": True, "reason": "good"}))
        ok(await self.act(APPROVER, case_id, "decide", "approval", {}))

    async def told(self, case_id: str, status: str) -> dict[str, Any]:
        seen: dict[str, Any] = {}

        async def there() -> bool:
            seen.update(ok(await self.house.get(self.who, f"/intake/applications/{case_id}")))
            return bool(seen["status"] == status)

        await eventually_asked(there, f"the applicant does not see {status}")
        return seen

    async def titled(self) -> dict[str, Any]:
        """A title of the text that tells kinds apart, from draft to number."""
        case_id = await self.of_kinds()
        ok(await self.submit(case_id))
        ok(await self.act(OFFICER, case_id, "assess", "computed-verdicts"))
        ok(await self.act(OFFICER, case_id, "assess", "conclusion", {"opinion": "sufficient"}))
        await self.decided(case_id)
        return await self.told(case_id, "titled")


def refused(answer: httpx.Response, status: int, code: str, *words: str) -> None:
    body = answer.json()
    assert (answer.status_code, body.get("code")) == (status, code), answer.text
    for word in words:
        assert word in body["detail_en"] and word in body["detail_zh"], body

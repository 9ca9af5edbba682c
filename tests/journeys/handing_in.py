"""Understands how a filing is drawn up at intake until nothing is missing, declared and handed in, over HTTP."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from shared.programmes.model import Form, FormField, Programme, Unset
from tests.support.house import House, Somebody
from tests.support.papers import pdf
from tests.support.waiting import eventually_asked

NUMBERS = itertools.count(1)
PLAIN: Mapping[str, str | bool] = {
    "boolean": True,
    "date": "2015-01-01",
    "text": "text",
    "uscc": "0" * 18,
    "region": "000000",
}


def ok(answer: httpx.Response) -> Any:
    assert answer.status_code in (200, 201), f"{answer.request.url}: {answer.text}"
    return answer.json()


def version(answer: httpx.Response) -> int:
    return int(answer.headers["ETag"].strip('"'))


def plain(field: FormField) -> str | bool:
    """Some value that can be read."""
    return field.options[0].id if field.type in ("choice", "set") else PLAIN.get(field.type, "1")


def rows(form: Form) -> list[dict[str, str | bool]]:
    """The fewest rows that the form takes, every field filled in."""
    assert not isinstance(form.fields, Unset), f"{form.id} has no fields"
    least = max(form.rows_min, 1) if form.rows_max else 1
    return [{field.id: plain(field) for field in form.fields} for _ in range(least)]


@dataclass
class HandingIn:
    """One filing by one person; ``answers`` is what the person would say of each figure."""

    house: House
    programme: Programme
    who: Somebody
    answers: Mapping[str, str | bool]
    path: str = ""
    at: int = 0

    async def answer(self, case_id: str, step: str) -> dict[str, Any]:
        """What the case waits for at this step, once intake has heard of it."""

        async def heard() -> bool:
            listed = await self.house.get(self.who, "/intake/awaited?limit=200")
            items = listed.json()["items"] if listed.status_code == 200 else []
            return any((item["case_id"], item["step"]) == (case_id, step) for item in items)

        await eventually_asked(heard, f"intake does not show that {step} is awaited")
        return self.begun(await self.house.post(self.who, f"/intake/awaited/{case_id}/filing"))

    def begun(self, answer: httpx.Response) -> dict[str, Any]:
        """It was begun with this answer."""
        made: dict[str, Any] = ok(answer)
        self.path, self.at = f"/intake/filings/{made['filing_id']}", version(answer)
        return made

    async def furnish(self) -> None:
        """Everything that the self-check misses."""
        for _ in range(200):
            check = ok(await self.house.get(self.who, f"{self.path}/self-check"))
            if not check["missing"]:
                break
            await self._supply(check["missing"][0]["id"])
        if check["declaration"]:
            self._moved(await self.house.post(self.who, f"{self.path}/declaration", {"true": True}, self.at))

    async def submit(self) -> dict[str, Any]:
        return self._moved(await self.house.post(self.who, f"{self.path}/submission", None, self.at))

    async def read(self) -> dict[str, Any]:
        shown: dict[str, Any] = ok(await self.house.get(self.who, self.path))
        return shown

    async def again(self) -> dict[str, Any]:
        """Hand in once more what was refused."""
        self.at = version(await self.house.get(self.who, self.path))
        return await self.submit()

    async def answered(self) -> dict[str, Any]:
        """The filing once review has said what became of it."""
        seen: dict[str, Any] = {}

        async def said() -> bool:
            seen.update(await self.read())
            return seen["status"] in ("taken", "refused")

        await eventually_asked(said, "review says nothing of the filing")
        return seen

    async def became(self, status: str) -> dict[str, Any]:
        """The filing once it has this status."""
        seen: dict[str, Any] = {}

        async def there() -> bool:
            seen.update(await self.read())
            return bool(seen["status"] == status)

        await eventually_asked(there, f"the filing does not become {status}")
        return seen

    async def state(self, text: str) -> None:
        self._moved(await self.house.patch(self.who, f"{self.path}/statement", {"text": text}, self.at))

    async def upload(self, material: str, content: bytes | None = None) -> dict[str, Any]:
        paper = content or pdf(trailer=b"/Number %d" % next(NUMBERS))
        return self._moved(
            await self.house.upload(self.who, f"{self.path}/documents", "paper.pdf", paper, material, self.at)
        )

    async def fill(self, form: Form) -> dict[str, Any]:
        body = {"rows": rows(form)}
        return self._moved(await self.house.patch(self.who, f"{self.path}/forms/{form.id}", body, self.at))

    async def _supply(self, name: str) -> None:
        form = next((form for form in self.programme.forms if form.id == name), None)
        if name == "statement":
            await self.state("put right")
        elif name in self.answers:
            body = {"given": {name: self.answers[name]}}
            self._moved(await self.house.patch(self.who, f"{self.path}/answers", body, self.at))
        elif form is not None and not any(d["material"] == name for d in (await self.read())["documents"]):
            await self.fill(form)
        else:
            await self.upload(name)

    def _moved(self, answer: httpx.Response) -> dict[str, Any]:
        moved: dict[str, Any] = ok(answer)
        self.at = version(answer)
        return moved

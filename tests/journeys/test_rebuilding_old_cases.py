"""An old case in a running installation: taken over, its views rebuilt by the command, found well by the doctor."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.journeys.people import People, applicant, ok, somebody
from tests.programmes.library import library
from tests.support.running import Running
from tests.support.waiting import eventually_asked

OLD = "js-tech-platform-2003"
NUMBERS = itertools.count(900)
(TEXT,) = library().versions(OLD)


async def rows(people: People) -> list[dict[str, Any]]:
    answer = await people.get(people.demo("inspector"), f"/review/cases?programme={OLD}&limit=200")
    items: list[dict[str, Any]] = answer.json()["items"] if answer.status_code == 200 else []
    return items


async def row_of(people: People, case_id: str) -> dict[str, Any]:
    return next((row for row in await rows(people) if row["case_id"] == case_id), {})


@pytest.mark.parametrize("view", ["cases", "deadlines"])
async def test_an_old_case_outlives_the_command_that_rebuilds(installation: Running, people: People, view: str) -> None:
    number = next(NUMBERS)
    host, officer = applicant(number, "320100"), somebody(f"old-cases-{number}", "officer", "320000")
    subject = {"uscc": host.organisation, "name": host.name, "region": "320100", "level": "city", "kind": "university"}
    stated = {"begun_on": "2005-09-12", "record": f"档〔2005〕{number}号", "reason": "机构迁入本系统"}
    body = {"programme": OLD, "procedure": "project", "subject": subject, **stated}
    taken = ok(await people.post(officer, "/review/cases/taken-over", body), 201)
    path = f"/review/cases/{taken['case_id']}"
    before = ok(await people.get(officer, path))
    assert (before["programme"], before["on_paper"]["record"]) == (TEXT.ref, stated["record"])

    async def listed() -> bool:
        return bool(await row_of(people, taken["case_id"]))

    await eventually_asked(listed, "the case is not listed")
    row = await row_of(people, taken["case_id"])
    done = await installation.shifan("rebuild", "review", view)
    assert done.code == 0, done.out + done.error
    assert f"review.{view}" in done.out
    assert await row_of(people, taken["case_id"]) == row
    assert ok(await people.get(officer, path)) == before
    seen = (await installation.shifan("doctor", "--json")).json()
    texts = {one["check"]: one["verdict"] for one in seen if one["check"] in ("definitions", "texts:review")}
    assert texts == {"definitions": "well", "texts:review": "well"}

"""Duties that begin with an event, reminders, who is asked first, and a round for holders only; over HTTP through
intake, review and the registry, under regulations of this test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from services.review.domain.holding import TitleReminded
from shared.programmes.loader import SourceFile, load
from tests.journeys.handing_in import HandingIn
from tests.journeys.test_title_life import (
    APPROVER,
    FILE,
    HOLDER,
    INSPECTOR,
    OFFICER,
    REVIEWER,
    STRANGER,
    act,
    come_to,
    ok,
    on_title,
    opened,
    refused,
    seen,
    title_is,
    titled,
    told,
    version,
)
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.house import House, Somebody, standing
from tests.support.regulation import APPLICANT_USCC, COUNTY, OTHER_USCC
from tests.support.waiting import eventually_asked

TEXT = FILE.read_text("utf-8")
EVENTS = """
  - id: change
    title: {zh: 变更报告, en: report of changes}
    party: applicant
    to: city_office
    due: {within: {length: 30, unit: calendar_day}}
    covers: event
    source: {clause: 第九条}
  - id: incident
    title: {zh: 事故报告, en: report of an incident}
    party: applicant
    to: city_office
    due: {within: {length: 24, unit: hour}}
    covers: event
    source: {clause: 第九条}
revocation:"""
OWING = load(SourceFile("duties.yaml", TEXT.replace("\nrevocation:", EVENTS)))


@pytest.fixture
async def house(databases: Databases, tmp_path: Path) -> AsyncIterator[House]:
    clock = FixedClock(datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
    async with standing(databases, tmp_path, OWING, clock) as standing_house:
        yield standing_house


async def duties(house: House, who: Somebody, case_id: str) -> Any:
    return ok(await house.get(who, f"/review/titles/{case_id}/duties"))


async def happened(house: House, who: Somebody, case_id: str, obligation: str, **body: str) -> Any:
    at = version(await house.get(OFFICER, f"/review/titles/{case_id}"))
    return await house.post(who, f"/review/titles/{case_id}/obligations/{obligation}/events", body, at)


async def test_an_event_begins_a_duty_and_several_run_side_by_side(house: House) -> None:
    case_id = await titled(house)
    come_to(house, date(2026, 6, 1))
    moved = {"happened_on": "2026-05-20", "reason": "moved to another street"}
    refused(await happened(house, STRANGER, case_id, "change", **moved), 404, "title_unknown")
    refused(await house.get(STRANGER, f"/review/titles/{case_id}/duties"), 404, "title_unknown")
    refused(await happened(house, HOLDER, case_id, "report", **moved), 422, "obligation_without_events")
    refused(await happened(house, HOLDER, case_id, "incident", **moved), 422, "event_instant_missing")
    ok(await happened(house, HOLDER, case_id, "change", **moved))
    refused(await happened(house, HOLDER, case_id, "change", **moved), 409, "event_recorded_already")
    await told(house, case_id, "obligation_incurred")
    renamed = {"happened_on": "2026-05-28", "reason": "a new name"}
    ok(await happened(house, OFFICER, case_id, "change", **renamed))
    shown = await duties(house, HOLDER, case_id)
    assert [(each["event"], each["due_on"]) for each in shown["events"]] == [
        ("change#1", "2026-06-19"),
        ("change#2", "2026-06-27"),
    ]
    came = {"reason": "came by post"}
    answer = await on_title(house, REVIEWER, case_id, "obligations/change/receipt", came)
    refused(answer, 422, "event_not_named")
    ok(await on_title(house, REVIEWER, case_id, "obligations/change/receipt", came | {"event": "change#2"}))

    come_to(house, date(2026, 6, 19))
    assert not (await duties(house, HOLDER, case_id))["missed"], "the last day is in time"
    come_to(house, date(2026, 6, 20))
    await title_is(house, case_id, lambda title: bool(title["missed"]), "the change is not missed")
    shown = await duties(house, HOLDER, case_id)
    assert [(each["event"], each["due_on"], each["met"]) for each in shown["missed"]] == [
        ("change#1", "2026-06-19", False)
    ]
    await told(house, case_id, "obligation_missed")
    ok(await on_title(house, REVIEWER, case_id, "obligations/change/receipt", came))
    shown = await duties(house, HOLDER, case_id)
    assert [(each["event"], each["met"], each["missed"]) for each in shown["events"]] == [
        ("change#1", True, True),
        ("change#2", True, False),
    ]

    incident = {"happened_at": "2026-06-20T01:30:00Z", "reason": "a fire"}
    ok(await happened(house, HOLDER, case_id, "incident", **incident))
    due = {each["name"]: each["due_at"] for each in (await duties(house, HOLDER, case_id))["due"]}
    assert due["incident#1"] == "2026-06-21T01:30:00Z"
    path = f"/registry/audit?case_id={case_id}&limit=200"
    trail = await seen(house, INSPECTOR, path, lambda page: _arisen(page) == 3, "not on the trail")
    assert {entry["actor_role"] for entry in trail["items"] if "obligation-incurred" in entry["fact"]} == {
        "applicant",
        "officer",
    }


def _arisen(page: Any) -> int:
    return sum("obligation-incurred" in entry["fact"] for entry in page["items"])


async def test_reminders_come_before_the_day_once_and_not_after_what_is_done(house: House) -> None:
    case_id = await titled(house)

    async def reminders() -> list[tuple[str, str, int]]:
        facts = [each.fact for each in await house.services["review"].store.load(f"title:{case_id}")]
        return [(f.what, str(f.due_on), f.days) for f in facts if isinstance(f, TitleReminded)]

    async def reminded(count: int) -> list[tuple[str, str, int]]:
        async def there() -> bool:
            return len(await reminders()) == count

        await eventually_asked(there, f"{count} reminders")
        return await reminders()

    come_to(house, date(2027, 1, 28))
    assert await reminders() == []
    come_to(house, date(2027, 1, 29))
    assert await reminded(1) == [("obligation", "2027-02-28", 30)]
    come_to(house, date(2027, 2, 21))
    assert await reminded(2) == [("obligation", "2027-02-28", 30), ("obligation", "2027-02-28", 7)]
    came = {"reason": "came by post"}
    ok(await on_title(house, REVIEWER, case_id, "obligations/report/receipt", came))
    come_to(house, date(2028, 1, 5))
    ok(await on_title(house, REVIEWER, case_id, "obligations/report/receipt", came))
    come_to(house, date(2028, 3, 1))
    found = await reminded(3)
    assert found[2] == ("review", "2028-03-02", 30), "held up, so as one; the report of that year was in"


async def test_who_may_act_is_asked_before_what_the_organisation_holds(house: House) -> None:
    refused(await opened(house, REVIEWER, "withdrawal_of_title"), 403, "wrong_party")
    refused(await opened(house, REVIEWER, "withdrawal_of_title", OTHER_USCC), 403, "wrong_party")
    refused(await opened(house, HOLDER, "re_review"), 409, "opens_through_intake")
    refused(await opened(house, STRANGER, "re_review"), 403, "wrong_party")
    refused(await opened(house, OFFICER, "withdrawal_of_title"), 409, "title_required")


GRADES = TEXT.replace(
    """procedures:
  - id: recognition
    title: {zh: 认定, en: recognition}
    subject: application
    opened_by: applicant
""",
    """procedures:
  - id: recognition
    title: {zh: 晋级, en: higher grade}
    subject: application
    opened_by: applicant
    needs_title: true
""",
).replace(
    "  - id: annual_report\n",
    """  - id: first_grade
    title: {zh: 初级认定, en: first grade}
    subject: application
    opened_by: applicant
    steps:
      - id: asking_first
        title: {zh: 初级申请, en: application}
        type: file
        actor: applicant
        parameters: {materials: []}
        outcomes: {filed: first_decision}
        source: {clause: 第五条}
      - id: first_decision
        title: {zh: 初级决定, en: decision}
        type: decide
        actor: bureau
        parameters: {approver: head}
        outcomes: {approved: first_award, refused: first_refused}
        source: {clause: 第六条}
      - id: first_award
        title: {zh: 初级授予, en: award}
        type: award
        actor: bureau
        parameters: {award: title}
        outcomes: {awarded: first_awarded}
        source: {clause: 第七条}
      - id: first_awarded
        title: {zh: 已认定, en: recognised}
        type: close
        actor: bureau
        parameters: {result: awarded}
      - id: first_refused
        title: {zh: 未认定, en: not recognised}
        type: close
        actor: bureau
        parameters: {result: refused}
  - id: annual_report
""",
    1,
)
HIGHER = load(SourceFile("grades.yaml", GRADES))


async def test_a_round_for_holders_refuses_whoever_holds_nothing_at_intake(
    databases: Databases, tmp_path: Path
) -> None:
    clock = FixedClock(datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
    async with standing(databases, tmp_path, HIGHER, clock) as house:
        drafted, at = await drafted_higher(house)
        check = ok(await house.get(HOLDER, f"/intake/applications/{drafted}/self-check"))
        assert "title_needed" in str(check), "the self-check says so before"
        refused(await house.post(HOLDER, f"/intake/applications/{drafted}/submission", None, at), 409, "title_needed")
        first = await first_grade(house)
        after = await house.post(HOLDER, f"/intake/applications/{drafted}/submission", None, at)
        ok(after)
        path = f"/review/cases/{drafted}"
        case = await seen(house, OFFICER, path, lambda case: case["step"] == "decision", "not queued")
        assert case["title"] == first, "it runs on the title that it needs"
        await title_is(house, first, lambda title: drafted in title["running"], "the title does not know")


async def drafted_higher(house: House) -> tuple[str, int]:
    """An application of the round, declared and not handed in."""
    window = {"opens_at": "2026-03-02T00:00:00Z", "closes_at": "2026-03-31T00:00:00Z"}
    round_id = ok(await house.post(OFFICER, "/review/rounds", {"programme": HIGHER.id, "title": "call", **window}))
    name = round_id["round_id"]
    await seen(house, None, "/intake/rounds", lambda page: name in str(page), "the round was not heard of")
    body = {"round_id": name, "name": "Example Service Centre", "region": COUNTY, "level": "city"}
    answer = await house.post(HOLDER, "/intake/applications", body)
    case_id = str(ok(answer)["case_id"])
    answer = await house.post(HOLDER, f"/intake/applications/{case_id}/declaration", {"true": True}, version(answer))
    ok(answer)
    return case_id, version(answer)


async def first_grade(house: House) -> str:
    """The first grade, by a filing; answers its case once intake knows of the title."""
    subject = {"uscc": APPLICANT_USCC, "name": "Example Service Centre", "region": COUNTY, "level": "city"}
    filing = HandingIn(house, HIGHER, HOLDER, {})
    body = {"programme": HIGHER.id, "procedure": "first_grade", "subject": subject}
    filing.begun(await house.post(HOLDER, "/intake/filings", body))
    await filing.furnish()
    await filing.submit()
    case_id = str((await filing.became("taken"))["case_id"])
    await act(house, OFFICER, case_id, "first_decision/proposal", {"approve": True, "reason": "good"})
    await act(house, APPROVER, case_id, "first_decision/approval", {})
    await title_is(house, case_id, lambda title: title["status"] == "held", "not on record")

    async def remembered() -> bool:
        known = await house.services["intake"].store.load(f"organisation:{APPLICANT_USCC}")
        return any(type(each.fact).__name__ == "TitleHeld" for each in known)

    await eventually_asked(remembered, "intake does not know of the title")
    await seen(house, OFFICER, "/review/titles", lambda page: case_id in str(page), "not listed")
    return case_id

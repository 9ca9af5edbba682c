"""Filings over HTTP, through intake and review on real databases: drawn up with files and forms, handed in, refused and
mended, owed until a day, taken back; what is refused leaves no file behind."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.intake.domain import errors, filing_errors
from services.review.kinds import TITLE
from shared.envelope import Actor, Origin
from shared.runtime.streams import CommittingStreams, change
from tests.journeys.handing_in import HandingIn, ok, version
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.filing_regulation import CLIENTS, FILED, HELD
from tests.support.house import House, Somebody, standing
from tests.support.papers import pdf
from tests.support.regulation import APPLICANT_USCC, COUNTY, OTHER_PREFECTURE, OTHER_USCC, REGION
from tests.support.waiting import eventually_asked

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
ANN = Somebody("ann", "applicant", COUNTY, APPLICANT_USCC)
BOB = Somebody("bob", "applicant", COUNTY, APPLICANT_USCC)
RIVAL = Somebody("rival", "applicant", COUNTY, OTHER_USCC)
OFFICER = Somebody("officer", "officer", REGION)
STRANGER = Somebody("stranger", "officer", OTHER_PREFECTURE)
APPROVER = Somebody("approver", "approver", REGION)
INSPECTOR = Somebody("inspector", "inspector", "000000")
SUBJECT = {"uscc": APPLICANT_USCC, "name": "Example", "region": COUNTY, "level": "prefecture"}


def opening(procedure: str, **more: Any) -> dict[str, Any]:
    return {"programme": FILED.id, "procedure": procedure, "subject": SUBJECT, **more}


@pytest.fixture(scope="module")
async def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with standing(databases, tmp_path_factory.mktemp("house"), FILED, FixedClock(START)) as standing_house:
        await hold(standing_house)
        yield standing_house


async def hold(house: House) -> None:
    """The applicant has a title on record, so that its renewal can be filed."""
    streams = CommittingStreams(house.services["review"].store)
    origin = Origin(Actor("machine:review", "machine"), HELD.entered_at, "c-0")
    await change(streams, TITLE, HELD.case_id, lambda _: (HELD,), origin)

    async def listed() -> bool:
        return HELD.case_id in (await house.get(OFFICER, "/review/titles")).text

    await eventually_asked(listed, "the title is not listed")


def refused(answer: httpx.Response, code: str) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    assert body["code"] == code, body
    return body


def kept(house: House, content: bytes) -> bool:
    """Whether the file store holds these bytes for good."""
    assert house.folder is not None
    digest = hashlib.sha256(content).hexdigest()
    return (Path(house.folder) / "files" / "sha256" / digest[:2] / digest).exists()


async def begun(house: House, procedure: str, who: Somebody = ANN) -> HandingIn:
    filing = HandingIn(house, FILED, who, {"staff": "15"})
    filing.begun(await house.post(who, "/intake/filings", opening(procedure)))
    return filing


async def act(house: House, who: Somebody, case_id: str, step: str, path: str, body: object = None) -> None:
    case = ok(await house.get(INSPECTOR, f"/review/cases/{case_id}"))
    ok(await house.post(who, f"/review/cases/{case_id}/steps/{step}/{path}", body, int(case["version"])))


async def renewed(house: House) -> str:
    """A renewal that was approved: it waits for what follows."""
    filing = await begun(house, "renewal")
    await filing.furnish()
    await filing.submit()
    case_id = str((await filing.became("taken"))["case_id"])
    await act(house, OFFICER, case_id, "renewal-decision", "proposal", {"approve": True, "reason": "good"})
    await act(house, APPROVER, case_id, "renewal-decision", "approval", {})
    return case_id


async def owed(house: House, who: Somebody, case_id: str) -> dict[str, Any]:
    found: dict[str, Any] = {}

    async def there() -> bool:
        listed = await house.get(who, "/intake/awaited?limit=200")
        rows = listed.json()["items"] if listed.status_code == 200 else []
        found.update(next((row for row in rows if row["case_id"] == case_id), {}))
        return bool(found)

    await eventually_asked(there, "it is not owed")
    return found


async def test_a_filing_is_drawn_up_handed_in_and_taken(house: House) -> None:
    filing = await begun(house, "renewal")
    check = ok(await house.get(ANN, f"{filing.path}/self-check"))
    assert [lack["id"] for lack in check["missing"]] == ["report", "opinion", "clients", "sealed", "sealed"]
    assert (check["declaration"], check["declared"]) == (True, False)
    body = refused(
        await house.post(ANN, f"{filing.path}/submission", None, filing.at), filing_errors.FilingIncomplete.code
    )
    assert "5 items" in body["detail_en"] and "缺少5项" in body["detail_zh"]
    await filing.furnish()
    shown = await filing.submit()
    assert (shown["status"], shown["submitted_by"], shown["declared_by"]) == ("submitted", "ann", "ann")
    shown = await filing.became("taken")
    case = ok(await house.get(OFFICER, f"/review/cases/{shown['case_id']}"))
    assert (case["step"], case["declared_by"]) == ("renewal-decision", "ann")
    assert (case["title"], case["title_number"]) == (HELD.case_id, HELD.number)
    form = next(paper for paper in case["papers"] if paper["material"] == CLIENTS.id)
    content = await house.get(OFFICER, f"/review/cases/{shown['case_id']}/papers/{form['sha256']}")
    assert content.json() == {"form": "clients", "rows": [{"name": "text", "year": "1"}]}

    async def listed() -> bool:
        rows = ok(await house.get(BOB, "/intake/filings?status=taken&limit=200"))["items"]
        return shown["filing_id"] in [row["filing_id"] for row in rows]

    await eventually_asked(listed, "the list does not follow")


async def test_strangers_see_nothing_of_it(house: House) -> None:
    filing = await begun(house, "renewal")
    for stranger in (RIVAL, OFFICER):
        refused(await house.get(stranger, filing.path), filing_errors.FilingUnknown.code)
        refused(
            await house.post(stranger, f"{filing.path}/submission", None, filing.at), filing_errors.FilingUnknown.code
        )
        listed = ok(await house.get(stranger, "/intake/filings?limit=200"))["items"]
        assert filing.path.rpartition("/")[2] not in [row["filing_id"] for row in listed]
    ok(await house.get(INSPECTOR, filing.path))
    stale = await house.post(ANN, f"{filing.path}/declaration", {"true": True}, filing.at + 1)
    assert stale.status_code == 412
    unmodified = await house.get(ANN, filing.path, **{"If-None-Match": f'"{filing.at}"'})
    assert unmodified.status_code == 304
    refused(await house.post(ANN, f"{filing.path}/declaration", {"true": False}, filing.at), errors.NotDeclared.code)


async def test_the_same_key_is_one_filing(house: House) -> None:
    first = await house.post(ANN, "/intake/filings", opening("renewal"), **{"Idempotency-Key": "one-filing"})
    again = await house.post(ANN, "/intake/filings", opening("renewal"), **{"Idempotency-Key": "one-filing"})
    assert first.json() == again.json()
    assert version(first) == version(again)
    unknown = {**opening("renewal"), "programme": "no-such-programme"}
    refused(await house.post(ANN, "/intake/filings", unknown), filing_errors.ProgrammeNotOpen.code)


async def test_what_is_owed_shows_until_when_and_ends_when_it_is_taken(house: House) -> None:
    case_id = await renewed(house)
    row = await owed(house, BOB, case_id)
    assert (row["step"], row["filing_id"], row["party_en"]) == ("follow-up", f"{case_id}.3", "applicant")
    assert datetime.fromisoformat(row["due_at"]) > house.clock.now()
    refused(await house.post(RIVAL, f"/intake/awaited/{case_id}/filing"), filing_errors.NothingAwaited.code)
    filing = HandingIn(house, FILED, BOB, {})
    await filing.answer(case_id, "follow-up")
    refused(await house.post(ANN, f"/intake/awaited/{case_id}/filing"), filing_errors.FilingExists.code)
    withdrawal = await house.post(BOB, f"{filing.path}/withdrawal", {"reason": "no"}, filing.at)
    refused(withdrawal, filing_errors.FilingNotWithdrawable.code)
    await filing.submit()
    await filing.became("taken")

    async def gone() -> bool:
        rows = ok(await house.get(ANN, "/intake/awaited?limit=200"))["items"]
        return case_id not in [row["case_id"] for row in rows]

    await eventually_asked(gone, "it is still owed")
    assert ok(await house.get(INSPECTOR, f"/review/cases/{case_id}"))["result"] == "completed"


async def test_a_day_that_passes_ends_the_waiting(house: House) -> None:
    case_id = await renewed(house)
    filing = HandingIn(house, FILED, ANN, {})
    await filing.answer(case_id, "follow-up")
    house.clock.advance(timedelta(days=30))

    async def gone() -> bool:
        rows = ok(await house.get(ANN, "/intake/awaited?limit=200"))["items"]
        return case_id not in [row["case_id"] for row in rows]

    await eventually_asked(gone, "it is still owed")
    now = version(await house.get(ANN, filing.path))
    refused(await house.post(ANN, f"{filing.path}/submission", None, now), filing_errors.FilingTooLate.code)


async def test_review_says_why_it_does_not_take_a_filing_and_it_can_be_mended(house: House) -> None:
    filing = await begun(house, "plan", STRANGER)
    await filing.submit()
    shown = await filing.became("refused")
    assert (shown["refused_code"], shown["revision"]) == ("outside_region", 1)
    assert shown["refused_zh"] and shown["refused_en"]
    again = await house.post(
        STRANGER, f"{filing.path}/submission", None, version(await house.get(STRANGER, filing.path))
    )
    assert ok(again)["revision"] == 2
    await filing.became("refused")


async def test_what_began_a_case_can_be_given_up(house: House) -> None:
    filing = await begun(house, "renewal")
    answer = await house.post(ANN, f"{filing.path}/withdrawal", {"reason": "wrong year"}, filing.at)
    assert ok(answer)["status"] == "withdrawn"


async def test_a_refused_file_is_not_kept(house: House) -> None:
    filing = await begun(house, "renewal")
    stray, good = pdf(trailer=b"/Stray 1"), pdf(trailer=b"/Good 1")
    path = f"{filing.path}/documents"
    refused(await house.upload(ANN, path, "a.pdf", stray, "clients", filing.at), errors.MaterialUnknown.code)
    stale = await house.upload(ANN, path, "a.pdf", stray, "report", filing.at + 1)
    assert stale.status_code == 412
    assert not kept(house, stray)
    await filing.upload("report", good)
    refused(await house.upload(ANN, path, "b.pdf", good, "report", filing.at), errors.DocumentExists.code)
    assert kept(house, good)  # the refusal of the second copy takes nothing from the first
    form = {"rows": [{"name": "A", "year": "many"}]}
    body = refused(await house.patch(ANN, f"{filing.path}/forms/clients", form, filing.at), errors.FormWrong.code)
    assert "1.year" in body["detail_en"]


async def test_an_application_keeps_no_refused_file_either(house: House) -> None:
    window = {"opens_at": house.clock.now().isoformat(), "closes_at": (house.clock.now() + timedelta(9)).isoformat()}
    call = ok(await house.post(OFFICER, "/review/rounds", {"programme": FILED.id, "title": "call", **window}))

    async def heard() -> bool:
        return call["round_id"] in (await house.get(None, "/intake/rounds?limit=200")).text

    await eventually_asked(heard, "intake did not hear of the round")
    body = {"round_id": call["round_id"], "name": "Example", "region": COUNTY, "level": "prefecture"}
    made = await house.post(ANN, "/intake/applications", body)
    path, stray = f"/intake/applications/{ok(made)['case_id']}/documents", pdf(trailer=b"/Stray 2")
    refused(await house.upload(ANN, path, "a.pdf", stray, "no-such", version(made)), errors.MaterialUnknown.code)
    assert not kept(house, stray)
    ok(await house.upload(ANN, path, "a.pdf", stray, "report", version(made)))
    assert kept(house, stray)


async def test_an_authority_files_here_or_straight_at_review_but_only_files_that_are_kept(house: House) -> None:
    case_id = ok(await house.post(OFFICER, "/review/cases", opening("plan")))["case_id"]
    await owed(house, OFFICER, case_id)
    paper = {"material": "x", "name": "x.pdf", "media_type": "application/pdf", "sha256": "0" * 64, "size": 9}
    answer = await house.post(
        OFFICER, f"/review/cases/{case_id}/steps/plan-draft/filing", {"papers": [paper]}, await at(house, case_id)
    )
    refused(answer, "paper_unknown")
    await act(house, OFFICER, case_id, "plan-draft", "filing", {})

    async def gone() -> bool:
        rows = ok(await house.get(OFFICER, "/intake/awaited?limit=200"))["items"]
        return case_id not in [row["case_id"] for row in rows]

    await eventually_asked(gone, "it is still owed")
    refused(await house.post(ANN, "/review/cases", opening("renewal")), "opens_through_intake")


async def at(house: House, case_id: str) -> int:
    return int(ok(await house.get(INSPECTOR, f"/review/cases/{case_id}"))["version"])

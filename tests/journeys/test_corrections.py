"""Corrections and deadlines over HTTP, through intake and review on real databases: a correction begins with what was
filed and changes only what is wrong; whoever filed in time is in time however late review hears of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.intake.domain import filing_errors
from services.review.adapters.due import HEARD
from services.review.domain.steps.file import FilingReceived
from services.review.domain.time_up import FilingTimePassed
from tests.journeys.handing_in import HandingIn, ok, version
from tests.journeys.test_filings import ANN, BOB, INSPECTOR, OFFICER, act, begun, owed, refused
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.filing_regulation import CLIENTS, FILED
from tests.support.house import House, standing
from tests.support.waiting import eventually_asked

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
FAULTS = {
    "items": [
        {"subject": "clients", "fault": "one client is missing"},
        {"subject": "page 3", "fault": "is not signed"},
    ]
}


@pytest.fixture(scope="module")
async def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with standing(databases, tmp_path_factory.mktemp("house"), FILED, FixedClock(START)) as standing_house:
        yield standing_house


async def returned(house: House) -> tuple[str, HandingIn]:
    """A report that was filed whole, with a word along with it, and that is to be corrected."""
    filing = await begun(house, "yearly_report")
    await filing.state("as every year")
    await filing.furnish()
    await filing.submit()
    case_id = str((await filing.became("taken"))["case_id"])
    await act(house, OFFICER, case_id, "look-over", "correction", FAULTS)
    return case_id, filing


async def correcting(house: House, case_id: str) -> HandingIn:
    correction = HandingIn(house, FILED, BOB, {"staff": "15"})
    await correction.answer(case_id, "hand-in-again")
    return correction


async def of_review(house: House, case_id: str, kind: type) -> list[Any]:
    facts = await house.services["review"].store.load(f"case:{case_id}")
    return [recorded.fact for recorded in facts if isinstance(recorded.fact, kind)]


async def stands_at(house: House, case_id: str, step: str) -> dict[str, Any]:
    case: dict[str, Any] = {}

    async def there() -> bool:
        case.update(ok(await house.get(INSPECTOR, f"/review/cases/{case_id}")))
        return bool((case["step"] or case["result"]) == step)

    await eventually_asked(there, f"the case does not come to {step}")
    return case


def held(shown: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((paper["material"], paper["sha256"]) for paper in shown["documents"])


async def test_a_correction_begins_with_what_was_filed_and_changes_only_what_is_wrong(house: House) -> None:
    case_id, filing = await returned(house)
    before = await filing.read()
    correction = await correcting(house, case_id)
    shown = await correction.read()
    assert (held(shown), shown["answers"], shown["statement"]) == (held(before), before["answers"], "as every year")
    assert (shown["status"], shown["corrects"], shown["declared"]) == ("draft", before["filing_id"], False)
    form = next(paper["sha256"] for paper in before["documents"] if paper["material"] == "clients")
    assert shown["objections"] == [
        {**FAULTS["items"][0], "papers": [form], "answers": [], "changed": False},
        {**FAULTS["items"][1], "papers": [], "answers": [], "changed": False},
    ]
    paper = await house.get(BOB, f"{correction.path}/documents/{form}")
    assert paper.status_code == 200, "the colleague reads it without having uploaded it"

    rows = {"rows": [{"name": "A", "year": "1"}, {"name": "B", "year": "2"}]}
    filled = await house.patch(BOB, f"{correction.path}/forms/{CLIENTS.id}", rows, correction.at)
    assert [each["changed"] for each in ok(filled)["objections"]] == [True, False]
    correction.at = version(filled)
    await correction.furnish()
    await correction.submit()
    after = await correction.became("taken")

    case = await stands_at(house, case_id, "look-over")
    assert sorted((paper["material"], paper["sha256"]) for paper in case["papers"]) == held(after)
    assert form not in [paper["sha256"] for paper in case["papers"]]
    assert held(await filing.read()) == held(before), "what was filed before stays as it was"
    first, _ = await of_review(house, case_id, FilingReceived)
    assert form in [paper.sha256 for paper in first.papers]


async def test_a_draft_shows_until_when_in_one_instant_with_the_list_and_with_review(house: House) -> None:
    case_id, _ = await returned(house)
    row = await owed(house, ANN, case_id)
    shown = await (await correcting(house, case_id)).read()
    case = ok(await house.get(INSPECTOR, f"/review/cases/{case_id}"))
    assert shown["due_at"] == row["due_at"] == case["due_at"] is not None
    assert (shown["due_provisional"], row["to_correct"]) == (
        False,
        ["clients: one client is missing", "page 3: is not signed"],
    )


async def test_who_filed_in_time_is_in_time_though_review_hears_of_it_when_the_time_is_over(house: House) -> None:
    case_id, _ = await returned(house)
    correction = await correcting(house, case_id)
    await correction.furnish()
    due_at = datetime.fromisoformat((await correction.read())["due_at"])
    intake = house.services["intake"]
    await intake.relay.stop()  # what intake has on record reaches nobody
    house.clock.advance(due_at - SECOND - house.clock.now())
    await correction.submit()
    house.clock.advance(HEARD + timedelta(days=3))

    async def asked() -> bool:
        return bool(await of_review(house, case_id, FilingTimePassed))

    await eventually_asked(asked, "review does not ask")
    assert ok(await house.get(INSPECTOR, f"/review/cases/{case_id}"))["step"] == "hand-in-again"
    intake.relay.start()
    await correction.became("taken")
    assert (await stands_at(house, case_id, "look-over"))["status"] == "open"
    assert (await of_review(house, case_id, FilingReceived))[-1].filed_at == due_at - SECOND


async def test_who_did_not_is_late_once_intake_has_said_so_and_hears_why(house: House) -> None:
    case_id, _ = await returned(house)
    correction = await correcting(house, case_id)
    await correction.furnish()
    due_at = datetime.fromisoformat((await correction.read())["due_at"])
    house.clock.advance(due_at + HEARD + SECOND - house.clock.now())
    await stands_at(house, case_id, "refused")
    late = await house.post(BOB, f"{correction.path}/submission", None, version(await house.get(BOB, correction.path)))
    body = refused(late, filing_errors.FilingTooLate.code)
    assert f"{due_at:%Y-%m-%d} 23:59" in body["detail_zh"] and "23:59 (UTC+8)" in body["detail_en"]


async def test_what_was_never_begun_cannot_be_begun_any_more(house: House) -> None:
    case_id, _ = await returned(house)
    row = await owed(house, BOB, case_id)
    due_at = datetime.fromisoformat(row["due_at"])
    house.clock.advance(due_at + HEARD + SECOND - house.clock.now())
    await stands_at(house, case_id, "refused")
    answer = await house.post(BOB, f"/intake/awaited/{case_id}/filing")
    assert answer.status_code == 409
    assert answer.json()["code"] in (filing_errors.FilingTooLate.code, filing_errors.NothingAwaited.code)

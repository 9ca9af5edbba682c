"""What review hears, on a real database: each word takes effect once, and what cannot be is parked alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from services.review.domain.events import FACTS
from services.review.handlers import CASE, TITLE, Handlers
from services.review.inbox import Inbox
from shared.envelope import Actor, CaseId, Envelope, Origin, Position
from shared.events import Applicant, ApplicationSubmitted, ApplicationWithdrawn, Document, PublicEvent, Scored
from shared.runtime.codec import FactCodec
from shared.runtime.consumer import Consumer
from shared.runtime.parking import Parking
from shared.runtime.ports import Delivery, Record
from shared.runtime.postgres.pool import Database
from shared.runtime.records import data_of, schema_of, to_record
from shared.runtime.store import FactStore
from shared.runtime.streams import CommittingStreams
from tests.support.clock import FixedClock
from tests.support.house import Shelf
from tests.support.regulation import APPLICANT_USCC, COUNTY, PROGRAMME
from tests.unit.review.story import nothing_held

NOW = datetime(2026, 4, 27, 2, 0, tzinfo=UTC)
SPEAKER = Origin(Actor("person-1", "applicant", APPLICANT_USCC), NOW, "c-1", trace_id="a" * 32)


def said(event: PublicEvent, case_id: str, version: int) -> Delivery:
    envelope = Envelope(
        id=f"application:{case_id}/{version}",
        source="intake",
        type=type(event).__name__,
        schema=schema_of(event),
        position=Position(1, version),
        case_id=CaseId(case_id),
        origin=SPEAKER,
        data=data_of(event),
    )
    return Delivery(to_record(envelope, "intake.events.v1"))


def submitted(case_id: str = "case-1", version: int = 5, programme: str = PROGRAMME.ref) -> Delivery:
    event = ApplicationSubmitted(
        case_id=case_id,
        programme=programme,
        round_id="round-1",
        applicant=Applicant(APPLICANT_USCC, "Example", COUNTY, "prefecture"),
        answers={"staff": "15", "rules-written": True},
        documents=(Document("report", "report.pdf", "application/pdf", "0" * 64, 100),),
        declared_by="person-1",
        submitted_at=NOW,
        revision=1,
    )
    return said(event, case_id, version)


class Heard:
    """The service's ear, and what is in its log afterwards."""

    def __init__(self, database: Database) -> None:
        self.store = FactStore(database.pool, FactCodec(FACTS))
        self.streams = CommittingStreams(self.store)
        self.inbox = Inbox(self.store, Handlers(Shelf(PROGRAMME), sandbox=True), FixedClock(NOW), nothing_held)
        self.consumer = Consumer(database, self.inbox)
        self.parking = Parking(database, {self.inbox.name: self.inbox})

    async def step(self, case_id: str) -> tuple[str, str]:
        case = (await self.streams.load(CASE, case_id)).state
        return case.status, case.step

    async def length(self, case_id: str) -> int:
        return (await self.streams.load(CASE, case_id)).version


@pytest.fixture
async def heard(database: Database) -> AsyncIterator[Heard]:
    made = Heard(database)
    await made.store.start()
    yield made
    await made.store.stop()


async def test_an_application_opens_a_case_and_files_it_in_one_batch(heard: Heard) -> None:
    await heard.consumer.receive([submitted()])
    assert await heard.step("case-1") == ("open", "check")
    facts = await heard.store.load("case:case-1")
    assert [one.name for one in facts][:3] == [
        *("review.case-opened.1", "review.step-entered.1", "review.filing-received.1")
    ]
    assert {one.origin.actor.id for one in facts} == {"machine:review"}
    assert {one.origin.caused_by for one in facts} == {"application:case-1/5"}
    assert {one.origin.trace_id for one in facts} == {"a" * 32}


async def test_the_same_word_again_changes_nothing(heard: Heard) -> None:
    await heard.consumer.receive([submitted()])
    before = await heard.length("case-1")
    await heard.consumer.receive([submitted()])
    await heard.consumer.receive([submitted(version=6)])  # the same filing under another address
    assert await heard.length("case-1") == before


async def test_submission_and_withdrawal_in_one_batch(heard: Heard) -> None:
    withdrawn = said(ApplicationWithdrawn("case-1", "we moved", NOW), "case-1", 6)
    await heard.consumer.receive([submitted(), withdrawn, submitted("case-2")])
    assert await heard.step("case-1") == ("withdrawn", "")
    assert await heard.step("case-2") == ("open", "check")


async def test_a_withdrawal_of_what_never_came_is_nothing(heard: Heard) -> None:
    await heard.consumer.receive([said(ApplicationWithdrawn("case-9", "we moved", NOW), "case-9", 6)])
    assert await heard.length("case-9") == 0


async def test_an_application_under_an_unknown_regulation_is_parked_and_the_others_go_on(heard: Heard) -> None:
    unknown = "gone-platform@sha256:" + "0" * 64
    await heard.consumer.receive([submitted("case-1", programme=unknown), submitted("case-2")])
    assert await heard.length("case-1") == 0
    assert await heard.step("case-2") == ("open", "check")
    (parked,) = await heard.parking.entries()
    assert "gone-platform" in parked.reason


async def test_words_for_others_and_records_that_are_not_ours_are_passed_by(heard: Heard) -> None:
    scored = said(Scored("case-1", PROGRAMME.ref, "80", "100", 3, True, NOW), "case-1", 7)
    await heard.consumer.receive([scored, Delivery(Record("intake.events.v1", "case-1", {}, b"hello"))])
    assert await heard.length("case-1") == 0
    assert (await heard.streams.load(TITLE, "case-1")).version == 0
    assert await heard.parking.entries() == []

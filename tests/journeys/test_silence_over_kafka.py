"""The question whether anything was filed in time, and its answer, over a real Kafka: two topics and two readers, where
nothing but the order on one case's key says what came first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from services.intake.domain import filing_errors
from services.review.adapters.due import HEARD
from services.review.domain.steps.file import FilingReceived
from services.review.domain.time_up import FIRST_AGAIN, FilingTimePassed
from shared.runtime.kafka_bus import KafkaBus
from shared.runtime.kafka_settings import KafkaSettings
from shared.runtime.topics import ensure_topics
from tests.journeys.handing_in import ok, version
from tests.journeys.test_corrections import SECOND, START, correcting, of_review, returned, stands_at
from tests.journeys.test_filings import BOB, INSPECTOR, refused
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.filing_regulation import FILED
from tests.support.house import House, standing
from tests.support.waiting import eventually_asked


@pytest.fixture(scope="module")
async def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory, kafka: str) -> AsyncIterator[House]:
    folder = tmp_path_factory.mktemp("house")
    settings = KafkaSettings(kafka, f"{folder.name}-silence.", session_seconds=3, backoff_seconds=0.02)
    await ensure_topics(settings)
    async with standing(databases, folder, FILED, FixedClock(START), KafkaBus(settings)) as standing_house:
        yield standing_house


async def due_of(correction_path: str, house: House) -> datetime:
    return datetime.fromisoformat(ok(await house.get(BOB, correction_path))["due_at"])


async def questions(house: House, case_id: str, number: int) -> None:
    async def asked() -> bool:
        return len(await of_review(house, case_id, FilingTimePassed)) >= number

    await eventually_asked(asked, f"review does not ask {number} times")


async def test_who_filed_in_time_is_taken_though_every_question_was_asked_before_it_was_heard_of(house: House) -> None:
    case_id, _ = await returned(house)
    correction = await correcting(house, case_id)
    await correction.furnish()
    due_at, intake = await due_of(correction.path, house), house.services["intake"]
    await intake.relay.stop()
    house.clock.advance(due_at - SECOND - house.clock.now())
    await correction.submit()
    house.clock.advance(HEARD + SECOND)
    await questions(house, case_id, 1)
    house.clock.advance(FIRST_AGAIN + SECOND)
    await questions(house, case_id, 2)
    assert ok(await house.get(INSPECTOR, f"/review/cases/{case_id}"))["step"] == "hand-in-again"
    intake.relay.start()
    await correction.became("taken")
    assert (await stands_at(house, case_id, "look-over"))["status"] == "open"
    assert (await of_review(house, case_id, FilingReceived))[-1].filed_at == due_at - SECOND


async def test_silence_is_late_once_the_answer_came_back_and_each_question_is_answered_once(house: House) -> None:
    case_id, _ = await returned(house)
    correction = await correcting(house, case_id)
    await correction.furnish()
    due_at, review = await due_of(correction.path, house), house.services["review"]
    await review.relay.stop()  # review asks, and nobody hears it
    house.clock.advance(due_at + HEARD + SECOND - house.clock.now())
    await questions(house, case_id, 1)
    house.clock.advance(FIRST_AGAIN + timedelta(minutes=1))
    await questions(house, case_id, 2)
    assert ok(await house.get(INSPECTOR, f"/review/cases/{case_id}"))["step"] == "hand-in-again"
    review.relay.start()
    assert (await stands_at(house, case_id, "refused"))["result"] == "refused"
    late = await house.post(BOB, f"{correction.path}/submission", None, version(await house.get(BOB, correction.path)))
    refused(late, filing_errors.FilingTooLate.code)
    assert [await house.services[name].parking.entries() for name in ("intake", "review")] == [[], []]

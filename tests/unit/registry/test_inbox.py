"""The registry on a real database: what review decides is entered once, what cannot be is parked, the trail has all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256

import msgspec
import pytest

from services.registry.adapters.numbers import SqlNumbers
from services.registry.adapters.trail import SqlTrail
from services.registry.adapters.trail_writer import SqlTrailWriter
from services.registry.domain.events import FACTS, OldCaseNoted, TitleEntered, TitleRevoked
from services.registry.domain.numbering import number_for
from services.registry.handlers import Handlers
from services.registry.inbox import Decisions, Witness
from services.registry.views import EntriesWanted
from shared.envelope import Actor, CaseId, Envelope, Origin, Position
from shared.events import (
    Applicant,
    CaseTakenOver,
    PreliminaryApproved,
    PublicEvent,
    RecognitionApproved,
    RevocationOrdered,
)
from shared.runtime.codec import FactCodec
from shared.runtime.consumer import Consumer
from shared.runtime.parking import Parking
from shared.runtime.ports import Conflict, Delivery, Record, Rejected
from shared.runtime.postgres.pool import Database
from shared.runtime.records import data_of, schema_of, to_record
from shared.runtime.store import FactStore
from tests.support.clock import FixedClock

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
OFFICER = Origin(Actor("p-7", "approver", "", "650000"), NOW, "c-1", trace_id="a" * 32)
PROGRAMME = "generic@sha256:" + "a" * 64
OPERATOR = Actor("p-9", "operator")


def delivery(event: PublicEvent, version: int = 1) -> Delivery:
    envelope = Envelope(
        id=f"case:{event.case_id}/{version}",
        source="review",
        type=type(event).__name__,
        schema=schema_of(event),
        position=Position(1, version),
        case_id=CaseId(event.case_id),
        origin=OFFICER,
        data=data_of(event),
    )
    return Delivery(to_record(envelope, "review.events.v1"))


def approved(case_id: str = "case-1") -> RecognitionApproved:
    return RecognitionApproved(
        case_id=case_id,
        programme=PROGRAMME,
        applicant=Applicant("91650100MA00000120", "示范服务有限公司", "653100", "prefecture"),
        title_zh="示范平台",
        title_en="Demonstration platform",
        issuer_region="650000",
        issuer_name="主管部门",
        valid_from=date(2026, 11, 23),
        valid_to=date(2029, 11, 22),
        decided_at=NOW,
    )


def ordered(case_id: str = "case-1", number: str = "") -> RevocationOrdered:
    number = number or number_for(case_id, "650000", 2026)
    return RevocationOrdered(case_id, PROGRAMME, number, "no_reporting_1y", "第二十条（五）", "未报送", NOW)


@pytest.fixture
async def store(registry: Database) -> AsyncIterator[FactStore]:
    held = FactStore(registry.pool, FactCodec(FACTS))
    await held.start()
    yield held
    await held.stop()


@pytest.fixture
def decisions(registry: Database, store: FactStore) -> Consumer:
    numbers = SqlNumbers(registry.pool)
    return Consumer(registry, Decisions(store, Handlers(numbers), numbers, FixedClock(NOW)))


@pytest.fixture
def witness(registry: Database) -> Consumer:
    return Consumer(registry, Witness(SqlTrailWriter(registry.pool), FixedClock(NOW)))


class Elsewhere(Decisions):
    """The same under another name: its deliveries do not stand behind what the first one parked."""

    name = "elsewhere"


async def reasons(database: Database) -> list[str]:
    return [entry.reason for entry in await Parking(database, {}).entries()]


async def test_an_approved_recognition_is_entered_and_its_number_allotted(
    registry: Database, store: FactStore, decisions: Consumer
) -> None:
    await decisions.receive([delivery(approved())])
    (one,) = await store.load("entry:case-1")
    assert isinstance(one.fact, TitleEntered)
    assert await SqlNumbers(registry.pool).owner(one.fact.number) == "case-1"
    assert (one.origin.actor.id, one.origin.caused_by, one.origin.trace_id) == (
        "machine:registry",
        "case:case-1/1",
        "a" * 32,
    )


async def test_entry_and_revocation_in_one_batch(store: FactStore, decisions: Consumer) -> None:
    await decisions.receive([delivery(approved()), delivery(ordered(), 2)])
    assert [type(one.fact) for one in await store.load("entry:case-1")] == [TitleEntered, TitleRevoked]


async def test_an_old_case_is_noted_before_its_title_and_tells_nobody_more(
    store: FactStore, decisions: Consumer
) -> None:
    asks = approved().applicant
    taken = CaseTakenOver("case-1", PROGRAMME, asks, date(2005, 9, 12), "档17", "we move", "已废止", "repealed", NOW)
    for _ in range(2):
        await decisions.receive([delivery(taken), delivery(approved(), 2)])
    assert [type(one.fact) for one in await store.load("entry:case-1")] == [OldCaseNoted, TitleEntered]


async def test_other_words_ask_nothing_of_the_registry(store: FactStore, decisions: Consumer) -> None:
    await decisions.receive([delivery(PreliminaryApproved("case-1", PROGRAMME, "653100", {"E1": "met"}, NOW))])
    assert await store.read() == []


async def test_the_same_word_again_adds_nothing(store: FactStore, decisions: Consumer) -> None:
    for _ in range(2):
        await decisions.receive([delivery(approved())])
    await decisions.receive([delivery(approved(), 2)])
    assert len(await store.load("entry:case-1")) == 1


async def test_a_revocation_of_nothing_is_parked_and_other_cases_go_on(
    registry: Database, store: FactStore, decisions: Consumer
) -> None:
    await decisions.receive([delivery(ordered("case-x")), delivery(approved())])
    assert await store.load("entry:case-x") == []
    assert len(await store.load("entry:case-1")) == 1
    (reason,) = await reasons(registry)
    assert reason.startswith("title_not_on_record: ")


async def test_a_number_of_another_case_is_refused_and_nothing_is_entered(
    registry: Database, store: FactStore, decisions: Consumer
) -> None:
    number = number_for("case-1", "650000", 2026)
    async with registry.transaction() as connection:
        await SqlNumbers(registry.pool).allot(connection, {number: "another"})
    await decisions.receive([delivery(approved())])
    assert await store.load("entry:case-1") == []
    assert (await reasons(registry))[0].startswith("title_number_taken: ")


async def test_a_parked_revocation_is_recorded_once_its_title_is(
    registry: Database, store: FactStore, decisions: Consumer
) -> None:
    numbers = SqlNumbers(registry.pool)
    subscriber = Decisions(store, Handlers(numbers), numbers, FixedClock(NOW))
    await decisions.receive([delivery(ordered("case-2"))])
    (parked,) = await Parking(registry, {}).entries()
    await Consumer(registry, Elsewhere(store, Handlers(numbers), numbers, FixedClock(NOW))).receive(
        [delivery(approved("case-2"), 2)]
    )
    await Parking(registry, {"registry": subscriber}).retry(parked.id, OPERATOR)
    assert [type(one.fact) for one in await store.load("entry:case-2")] == [TitleEntered, TitleRevoked]


# ── the trail ────────────────────────────────────────────────────────────────────────────────────────────────────


def witnessed(
    version: int,
    stream: str = "case:1",
    source: str = "review",
    topic: str = "",
    n: int = 0,
    case_id: str = "",
    changes: Mapping[str, object] | None = None,
) -> Delivery:
    state = b'{"n":%d}' % n
    envelope = Envelope(
        id=f"{stream}/{version}",
        source=source,
        type=f"{source}.step-taken.1",
        schema=1,
        position=Position(5, version),
        case_id=CaseId(case_id or stream.partition(":")[2]),
        origin=replace(OFFICER, reason="理由\n第二行"),
        data={
            "stream": stream,
            "version": version,
            "name": f"{source}.step-taken.1",
            "sha256": sha256(state).hexdigest(),
            "state": msgspec.Raw(state),
        }
        | dict(changes or {}),
    )
    return Delivery(to_record(envelope, topic or f"{source}.audit.v1"))


async def test_every_fact_is_on_the_trail_with_who_when_and_why(registry: Database, witness: Consumer) -> None:
    await witness.receive([witnessed(1), witnessed(2), witnessed(1, source="intake")])
    rows = await SqlTrail(registry.pool).page(EntriesWanted(), None, 10)
    assert {(row.service, row.stream, row.version) for row in rows} == {
        ("review", "case:1", 1),
        ("review", "case:1", 2),
        ("intake", "case:1", 1),
    }
    one = rows[0]
    assert (one.actor_id, one.actor_role, one.actor_region) == ("p-7", "approver", "650000")
    assert (one.reason, one.trace_id, one.command_id) == ("理由\n第二行", "a" * 32, "c-1")
    assert (one.occurred_at, one.case_id, one.data) == (NOW, "1", b'{"n":0}')


async def test_a_hole_parks_the_case_and_the_others_go_on(registry: Database, witness: Consumer) -> None:
    await witness.receive([witnessed(1), witnessed(3), witnessed(1, "case:2"), witnessed(4)])
    rows = await SqlTrail(registry.pool).page(EntriesWanted(), None, 10)
    assert {(row.stream, row.version) for row in rows} == {("case:1", 1), ("case:2", 1)}
    first, behind = await reasons(registry)
    assert first.startswith("Gap: review case:1: version 3 arrived but 2 is missing")
    assert behind == "an earlier delivery of the same case is parked"


async def test_a_hole_is_mended_as_the_readme_says(registry: Database, witness: Consumer) -> None:
    await witness.receive([witnessed(1), witnessed(3), witnessed(4)])
    parking = Parking(registry, {"registry-audit": Witness(SqlTrailWriter(registry.pool), FixedClock(NOW))})
    while waiting := await parking.entries():
        await parking.skip(waiting[0].id, "version 2 was lost; the stream is published again", OPERATOR)
    await registry.pool.execute(
        "DELETE FROM seen WHERE subscriber = 'registry-audit' AND source = 'review.audit.v1' AND stream = '1 case:1'"
    )
    await witness.receive([witnessed(version) for version in range(1, 5)])
    assert await reasons(registry) == []
    assert await SqlTrail(registry.pool).count(EntriesWanted(), 10) == 4


async def test_facts_that_many_cases_share_may_overtake_each_other(registry: Database, witness: Consumer) -> None:
    def of_round(version: int, case_id: str) -> Delivery:
        return witnessed(version, "round:9", case_id=case_id)

    await witness.receive([of_round(1, "a"), of_round(3, "a")])
    await witness.receive([of_round(5, "b")])
    trail = SqlTrail(registry.pool)
    assert [hole.version for hole in await trail.holes(10)] == [2, 4]
    await witness.receive([of_round(2, "c"), of_round(4, "c")])
    assert await trail.holes(10) == []
    assert (await trail.examine(None, 10)).discrepancies == ()
    assert await reasons(registry) == []


async def test_a_service_that_speaks_for_another_is_parked(registry: Database, witness: Consumer) -> None:
    await witness.receive([witnessed(1, source="intake", topic="review.audit.v1")])
    assert await SqlTrail(registry.pool).count(EntriesWanted(), 10) == 0
    assert "no service speaks for another" in (await reasons(registry))[0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sha256": "0" * 64}, "does not match the digest"),
        ({"sha256": "short"}, "no fact of an audit stream"),
        ({"state": None, "stream": 7}, "no fact of an audit stream"),
        ({"stream": "case:2"}, "headers name another fact"),
        ({"version": 2}, "headers name another fact"),
        ({"name": "review.other.1"}, "headers name another fact"),
    ],
)
async def test_a_fact_that_was_tampered_with_on_its_way_is_parked(
    registry: Database, witness: Consumer, changes: dict[str, object], said: str
) -> None:
    await witness.receive([witnessed(1, changes=changes)])
    assert await SqlTrail(registry.pool).count(EntriesWanted(), 10) == 0
    assert said in (await reasons(registry))[0]


async def test_a_thousand_facts_in_one_batch(registry: Database, witness: Consumer) -> None:
    batch = [witnessed(n // 50 + 1, f"case:{n % 50}", n=n) for n in range(1000)]
    await witness.receive(batch)
    await witness.receive(batch)
    assert await SqlTrail(registry.pool).count(EntriesWanted(), 2000) == 1000


async def test_other_content_under_a_recorded_address_is_refused_even_when_the_consumer_forgot(
    registry: Database, witness: Consumer
) -> None:
    await witness.receive([witnessed(1)])
    await registry.pool.execute("DELETE FROM seen")
    await witness.receive([witnessed(1)])
    assert await reasons(registry) == []
    await registry.pool.execute("DELETE FROM seen")
    await witness.receive([witnessed(1, n=666)])
    assert (await reasons(registry))[0].startswith("Altered: review case:1/1: it was recorded before")


async def test_a_record_that_is_not_ours_stops_nothing(registry: Database, witness: Consumer) -> None:
    await witness.receive([Delivery(Record("review.audit.v1", "1", {}, b"?")), witnessed(1)])
    assert await SqlTrail(registry.pool).count(EntriesWanted(), 10) == 1


async def test_a_number_that_another_case_took_meanwhile_is_decided_again_and_then_refused(
    registry: Database, store: FactStore
) -> None:
    numbers = SqlNumbers(registry.pool)
    subscriber = Decisions(store, Handlers(numbers), numbers, FixedClock(NOW))
    effect = await subscriber.prepare([delivery(approved())])
    async with registry.transaction() as connection:
        await numbers.allot(connection, {number_for("case-1", "650000", 2026): "another"})
    with pytest.raises(Conflict):
        async with registry.transaction() as connection:
            await effect(connection)
    assert await store.load("entry:case-1") == []
    with pytest.raises(Rejected, match="title_number_taken"):
        await subscriber.prepare([delivery(approved())])


async def test_allotting_the_same_number_to_the_same_case_again_changes_nothing(registry: Database) -> None:
    numbers = SqlNumbers(registry.pool)
    for _ in range(2):
        async with registry.transaction() as connection:
            await numbers.allot(connection, {"n-1": "case-1", "n-2": "case-2"})
    assert [await numbers.owner(number) for number in ("n-1", "n-2", "n-3")] == ["case-1", "case-2", None]

"""Records on the real topics that are not ours, newer than we are, or cannot be applied: nothing is lost, nobody else
waits, and an operator sees and settles them with ``shifan parked``."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from services.story import Story
from shared.envelope import CaseId, Envelope, Origin, Position, machine
from shared.runtime.ports import Record
from shared.runtime.records import to_record
from shared.runtime.topics import PARTITIONS
from tests.journeys.people import People, applicant, ok, version
from tests.journeys.test_recognition import eventually, trail_is_whole
from tests.journeys.walk import Walk, acts_of, opened_round
from tests.support.running import Finished, Running

TOPICS = ("intake.events.v1", "review.events.v1", "registry.events.v1", "review.audit.v1")
LISTENERS = {
    "intake.events.v1": {"review", "notifications"},
    "review.events.v1": {"intake", "registry", "notifications"},
    "registry.events.v1": {"intake", "review", "notifications"},
    "review.audit.v1": {"registry-audit"},
}
HOME_OF = {"intake": "intake", "review": "review", "registry": "registry", "registry-audit": "registry"}


@pytest.fixture
def kafka(installation: Running) -> Running:
    if installation.topology != "kafka":
        pytest.skip("one process has no topics that anybody could write to")
    return installation


async def put(running: Running, records: Sequence[Record], partition: int | None = None) -> None:
    """As anybody could who reaches the broker."""
    producer = AIOKafkaProducer(bootstrap_servers=running.kafka)
    await producer.start()
    try:
        for record in records:
            headers = [(name, text.encode()) for name, text in record.headers.items()]
            key = record.key.encode() or None
            await producer.send_and_wait(record.topic, record.value, key, partition, headers=headers)
    finally:
        await producer.stop()


def envelope(source: str, case_id: str, kind: str, data: dict[str, object], schema: int = 1) -> Envelope:
    """A word that no relay published, in a stream of its own."""
    origin = Origin(machine(source), datetime.now(UTC), uuid.uuid4().hex)
    stream = f"forged:{uuid.uuid4().hex}"
    return Envelope(f"{stream}/1", source, kind, schema, Position(1, 1), CaseId(case_id), origin, data)


async def kept(running: Running, service: str, subscriber: str) -> list[tuple[str, str, bytes]]:
    """What the subscriber kept aside: topic, key, content."""
    connection = await asyncpg.connect(running.database_url(service))
    try:
        rows = await connection.fetch("SELECT topic, key, value FROM foreign_events WHERE subscriber = $1", subscriber)
    finally:
        await connection.close()
    return [(row["topic"], row["key"], bytes(row["value"])) for row in rows]


async def waiting(running: Running, service: str, case_id: str) -> list[tuple[str, str]]:
    """Subscriber and kind of what is parked: asked often, and quicker than by a command."""
    connection = await asyncpg.connect(running.database_url(service))
    try:
        rows = await connection.fetch(
            "SELECT subscriber, kind FROM parked WHERE status = 'parked' AND key = $1 ORDER BY id", case_id
        )
    finally:
        await connection.close()
    return [(row["subscriber"], row["kind"]) for row in rows]


async def parked(running: Running, *case_ids: str) -> dict[str, list[dict[str, Any]]]:
    """What the operator sees of these cases, by service."""
    listing = await running.shifan("parked", "list", "--json")
    assert listing.code == 0, listing.error
    return {
        service: found
        for service, rows in listing.json().items()
        if (found := [row for row in rows if row["case"] in case_ids])
    }


async def settled(running: Running, *arguments: object) -> Finished:
    return await running.shifan("parked", *(str(argument) for argument in arguments))


async def test_what_is_not_ours_or_newer_is_kept_aside(kafka: Running, people: People, story: Story) -> None:
    """Every partition of every topic gets some; every listener keeps every one, byte for byte, and goes on."""
    mark = uuid.uuid4().hex
    newer = to_record(envelope("review", mark, "AppealLodged", {"case_id": mark}), "review.events.v1")
    later = to_record(envelope("review", mark, "Scored", {"case_id": mark}, schema=2), "review.events.v1")
    for partition in range(PARTITIONS):
        garbage = [Record(topic, "", {}, b"\xff\x00" + mark.encode()) for topic in TOPICS]
        others = [Record(t, mark, {"ce_specversion": "1.0", "ce_source": "/other"}, mark.encode()) for t in TOPICS]
        await put(kafka, [*garbage, *others], partition)
    await put(kafka, [newer, later])

    for topic, listeners in LISTENERS.items():
        wanted = 2 * PARTITIONS + (2 if topic == "review.events.v1" else 0)
        for listener in listeners:

            async def complete(topic: str = topic, listener: str = listener, wanted: int = wanted) -> bool:
                rows = await kept(kafka, HOME_OF.get(listener, listener), listener)
                mine = [row for row in rows if row[0] == topic and (mark.encode() in row[2] or row[1] == mark)]
                return len(mine) == wanted

            await eventually(complete, f"{listener} does not keep {wanted} of {topic}")
    raw = [value for topic, _, value in await kept(kafka, "intake", "intake") if value.startswith(b"\xff\x00")]
    assert raw == [b"\xff\x00" + mark.encode()] * len(raw)
    assert await parked(kafka, mark, "") == {}
    told = await kafka.shifan("kept", "list", "registry", "--json")
    assert told.code == 0, told.error
    kinds = Counter(row["what"] for row in told.json()["registry"] if row["case"] == mark)
    assert kinds == {"newer": 2, "strange": 2 * PARTITIONS}
    applied = await kafka.shifan("kept", "apply", "registry")
    assert (applied.code, "applied 0, not understood yet" in applied.out) == (0, True), applied.out + applied.error

    walk = Walk(people, story, applicant(201, "650100"))
    await walk.submit(await opened_round(people, story))
    await walk.play(acts_of(story, "completeness_check", "preliminary_review"))
    await walk.until(lambda case: case["step"] == "local_assessment", "the case does not go on")
    await reviewed(walk)
    await trail_is_whole(people)


async def reviewed(walk: Walk) -> None:
    """The applicant sees that the preliminary review was passed."""

    async def told() -> bool:
        return "preliminary_approved" in [entry["what"] for entry in (await walk.applied())["timeline"]]

    await eventually(told, "the applicant is not told of the preliminary review")


async def test_a_record_that_cannot_be_read_stops_its_own_case_only(
    kafka: Running, people: People, story: Story
) -> None:
    round_id = await opened_round(people, story)
    struck, free = Walk(people, story, applicant(202, "650100")), Walk(people, story, applicant(203, "650100"))
    for walk in (struck, free):
        await walk.submit(round_id)
    for topic in ("review.events.v1", "review.audit.v1"):
        good = to_record(envelope("review", struck.case_id, "Scored", {}), topic)
        await put(kafka, [replace(good, value=b'{"case_id": ')])
    for walk in (struck, free):
        await walk.play(acts_of(story, "completeness_check", "preliminary_review"))
    await reviewed(free)

    listeners = {"intake": {"intake"}, "registry": {"registry", "registry-audit"}, "notifications": {"notifications"}}
    for service, subscribers in listeners.items():

        async def held(service: str = service, subscribers: set[str] = subscribers) -> bool:
            rows = set(await waiting(kafka, service, struck.case_id))
            return rows == {(subscriber, kind) for subscriber in subscribers for kind in ("rejected", "behind")}

        await eventually(held, f"{service} does not hold the case back")
    assert "preliminary_approved" not in [entry["what"] for entry in (await struck.applied())["timeline"]]
    seen = await parked(kafka, struck.case_id, free.case_id)
    assert {row["case"] for rows in seen.values() for row in rows} == {struck.case_id}
    heads = [(service, row["number"]) for service, rows in seen.items() for row in rows if row["kind"] == "rejected"]
    assert len(heads) == 4

    (first,) = (number for service, number in heads if service == "intake")
    shown, again = await asyncio.gather(
        settled(kafka, "show", "intake", first), settled(kafka, "retry", "intake", first)
    )
    assert (shown.json()["value"], shown.json()["topic"]) == ('{"case_id": ', "review.events.v1")
    assert (again.code, "DecodeError" in again.out + again.error) == (1, True)
    for service, number in heads:
        skipped = await settled(kafka, "skip", service, number, "--reason", "写入有误，非本系统记录")
        assert skipped.code == 0, skipped.error
    await reviewed(struck)
    assert await parked(kafka, struck.case_id) == {}
    record = (await settled(kafka, "show", "intake", first)).json()
    assert (record["status"], record["resolved_reason"]) == ("skipped", "写入有误，非本系统记录")
    assert record["resolved_by"].startswith("operator:")
    await trail_is_whole(people)


async def test_what_comes_too_early_is_applied_by_a_retry(kafka: Running, people: People, story: Story) -> None:
    """A filing that the case does not wait for is parked; once it does, the operator lets it in, and what is behind."""
    walk = Walk(people, story, applicant(204, "650100"))
    await walk.submit(await opened_round(people, story))
    case = await walk.case()
    filing: dict[str, object] = {
        "case_id": walk.case_id,
        "programme": case["programme"],
        "round_id": case["round_id"],
        "applicant": case["applicant"],
        "answers": case["answers"],
        "documents": case["papers"],
        "declared_by": walk.who.login,
        "submitted_at": datetime.now(UTC).isoformat(),
        "revision": 2,
    }
    await put(kafka, [to_record(envelope("intake", walk.case_id, "ApplicationSubmitted", filing), "intake.events.v1")])

    async def holds(*kinds: str) -> bool:
        return await waiting(kafka, "review", walk.case_id) == [("review", kind) for kind in kinds]

    await eventually(lambda: holds("rejected"), "review does not park the filing")
    items = {"items": [{"subject": "licence", "fault": "不清"}]}
    await walk.act(people.demo("reviewer"), "completeness_check", "correction", items)
    back = await walk.told("returned")
    declared = await people.post(walk.who, f"{walk.application}/declaration", {"true": True}, back["version"])
    ok(await people.post(walk.who, f"{walk.application}/submission", None, version(declared)))
    await eventually(lambda: holds("rejected", "behind"), "the real filing is not parked behind the other")
    assert (await walk.case())["step"] == "correction"

    found = (await parked(kafka, walk.case_id))["review"]
    assert "act_not_for_this_step" in found[0]["reason"]
    first, second = (row["number"] for row in found)
    early = await settled(kafka, "retry", "review", second)
    assert (early.code, str(first) in early.out + early.error) == (1, True)
    done = await settled(kafka, "retry", "review", first)
    assert done.code == 0, done.out + done.error
    assert await waiting(kafka, "review", walk.case_id) == []
    assert (await walk.at("completeness_check"))["revision"] == 2
    await walk.play(acts_of(story, "completeness_check"))
    await walk.at("preliminary_review")
    await trail_is_whole(people)

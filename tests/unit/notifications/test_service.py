"""Notifications as a whole on a real database: who is told what, in the app and by mail, once, and who may see it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.notifications.app import MIGRATIONS, build
from services.notifications.domain.events import MessageComposed, NoticeHeld
from services.notifications.domain.message import WAITS
from shared.envelope import Actor
from shared.events import (
    Applicant,
    ApplicationSubmitted,
    Certified,
    CorrectionRequested,
    PreliminaryApproved,
    PublicEvent,
    RoundOpened,
)
from shared.runtime.http import route_faults
from shared.runtime.http.pages import encode
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.mailserver import MailServer, mail_server
from tests.support.service import Running, record, running
from tests.support.waiting import eventually, eventually_asked

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
FIRM, OTHER = "91650100MA00000120", "91350100M000100Y43"
PROGRAMME = "generic@sha256:" + "a" * 64
SOMEBODY = Actor("p-1", "applicant", FIRM, "653100")

APPLICANT = {"X-Person": f"p-1 applicant 653100 {FIRM}"}
COLLEAGUE = {"X-Person": f"p-2 applicant 653100 {FIRM}"}
STRANGER = {"X-Person": f"p-3 applicant 653100 {OTHER}"}
REVIEWER = {"X-Person": "p-4 reviewer 653100"}
ELSEWHERE = {"X-Person": "p-5 reviewer 653200"}
OFFICER = {"X-Person": "p-6 officer 650000"}
INSPECTOR = {"X-Person": "p-8 inspector 650000"}
OPERATOR = {"X-Person": "p-9 operator"}


def submitted(case_id: str = "1", uscc: str = FIRM) -> ApplicationSubmitted:
    firm = Applicant(uscc, "喀什示范服务有限公司", "653101", "prefecture")
    return ApplicationSubmitted(case_id, PROGRAMME, "round-1", firm, {}, (), "p-1", NOW, 1)


def passed(case_id: str = "1") -> PreliminaryApproved:
    return PreliminaryApproved(case_id, PROGRAMME, "653100", {"E1": "met"}, NOW)


def certified() -> Certified:
    return Certified(
        "1", PROGRAMME, "650000-2026-X", FIRM, "喀什示范服务有限公司", "653101", "示范平台", "Demonstration platform",
        "650000", "主管部门", date(2026, 11, 23), None, NOW,
    )  # fmt: skip


@pytest.fixture
async def at_work(databases: Databases, tmp_path: Path) -> AsyncIterator[Running]:
    async with running("notifications", build, MIGRATIONS, databases, tmp_path, FixedClock(NOW)) as service:
        yield service


@pytest.fixture
async def mailing(databases: Databases, tmp_path: Path) -> AsyncIterator[tuple[Running, MailServer]]:
    with mail_server() as server:
        settings = {"smtp_url": f"smtp://127.0.0.1:{server.port}", "mail_from": "shifan@example.org"}
        clock = FixedClock(NOW)
        async with running("notifications", build, MIGRATIONS, databases, tmp_path, clock, settings) as service:
            yield service, server


async def notices(at_work: Running, who: dict[str, str], **filters: str) -> list[dict[str, Any]]:
    answer = await at_work.client.get("/notices", headers=who, params=filters)
    if answer.status_code == 503:
        return []
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def told(at_work: Running, who: dict[str, str], count: int, **filters: str) -> list[dict[str, Any]]:
    async def there() -> bool:
        return len(await notices(at_work, who, **filters)) == count

    await eventually_asked(there, f"{count} notices for {who}")
    return await notices(at_work, who, **filters)


async def log(at_work: Running, count: int, **filters: str) -> list[dict[str, Any]]:
    async def lines() -> list[dict[str, Any]]:
        answer = await at_work.client.get("/log", headers=INSPECTOR, params=filters)
        return list(answer.json()["items"]) if answer.status_code == 200 else []

    async def there() -> bool:
        return len(await lines()) == count

    await eventually_asked(there, f"{count} lines in the log with {filters}")
    return await lines()


async def composed(at_work: Running) -> list[MessageComposed]:
    return [one.fact for one in await at_work.service.store.read() if isinstance(one.fact, MessageComposed)]


def test_every_route_says_who_may_call_it(at_work: Running) -> None:
    assert route_faults(at_work.service.api) == []


async def test_those_concerned_are_told_and_nobody_else(at_work: Running) -> None:
    await at_work.say("intake", "application:1", 3, submitted(), SOMEBODY)
    (notice,) = await told(at_work, APPLICANT, 1)
    assert (notice["event"], notice["case_id"], notice["read_at"]) == ("ApplicationSubmitted", "1", None)
    assert "喀什示范服务有限公司" in notice["body_zh"] and "submitted on 2026-11-23" in notice["body_en"]
    (queued,) = await told(at_work, REVIEWER, 1)
    assert queued["title_zh"] == "新的申报待初审"
    for who in (STRANGER, ELSEWHERE, OFFICER, {"X-Person": "p-7 reviewer"}, {"X-Person": "p-7 applicant 653100"}):
        assert await notices(at_work, who) == []


async def test_an_event_that_overtook_the_application_is_told_when_the_applicant_is_known(at_work: Running) -> None:
    await at_work.say("review", "case:1", 4, passed(), SOMEBODY)
    assert [type(one.fact) for one in await at_work.service.store.load("matter:1")] == [NoticeHeld]
    await at_work.say("intake", "application:1", 3, submitted(), SOMEBODY)
    events = {notice["event"] for notice in await told(at_work, APPLICANT, 2)}
    assert events == {"PreliminaryApproved", "ApplicationSubmitted"}
    assert [notice["event"] for notice in await told(at_work, OFFICER, 1)] == ["PreliminaryApproved"]


async def test_a_call_for_applications_is_told_to_the_officers_of_its_region(at_work: Running) -> None:
    call = RoundOpened("r-1", PROGRAMME, "2027年度申报通知", NOW, NOW + timedelta(days=30), "650000")
    await at_work.bus.publish([record("review", "round:r-1", 1, call, SOMEBODY, at_work.clock)])
    (notice,) = await told(at_work, OFFICER, 1)
    assert (notice["event"], "2026-12-23 16:00" in notice["body_zh"]) == ("RoundOpened", True)
    assert await at_work.service.store.load("matter:r-1") == []
    assert await notices(at_work, {"X-Person": "p-6 officer 320000"}) == []


async def test_the_same_event_again_tells_nobody_twice_even_when_the_consumer_forgot(at_work: Running) -> None:
    for _ in range(2):
        await at_work.say("intake", "application:1", 3, submitted(), SOMEBODY)
        await at_work.database.pool.execute("DELETE FROM seen")
    assert len(await log(at_work, 2)) == len({one.message_id for one in await composed(at_work)}) == 2


async def test_a_whole_batch_of_one_case_in_one_transaction(at_work: Running) -> None:
    words: list[PublicEvent] = [passed(), CorrectionRequested("1", ("甲", "乙"), NOW)]
    batch = [
        record("review", "case:1", version, word, SOMEBODY, at_work.clock) for version, word in enumerate(words, 1)
    ]
    await at_work.bus.publish([record("intake", "application:1", 1, submitted(), SOMEBODY, at_work.clock), *batch])
    items = {notice["event"]: notice for notice in await told(at_work, APPLICANT, 3)}
    assert "1. 甲\n2. 乙" in items["CorrectionRequested"]["body_zh"]
    assert "共 2 项" in items["CorrectionRequested"]["title_zh"]


async def test_reading_counts_for_the_person_who_read(at_work: Running) -> None:
    await at_work.say("intake", "application:1", 3, submitted(), SOMEBODY)
    (notice,) = await told(at_work, APPLICANT, 1)
    path = f"/notices/{notice['message_id']}/read"
    for _ in range(2):
        answer = await at_work.client.post(path, headers=APPLICANT | {"Idempotency-Key": "k-1"})
        assert (answer.status_code, answer.json()["reader"]) == (200, "p-1")
    again = await at_work.client.post(path, headers=APPLICANT | {"Idempotency-Key": "k-2"})
    assert again.status_code == 200
    assert await told(at_work, APPLICANT, 0, unread="true") == []
    assert len(await notices(at_work, COLLEAGUE, unread="true")) == 1
    counts = [(await at_work.client.get("/notices/unread", headers=who)).json() for who in (APPLICANT, COLLEAGUE)]
    assert counts == [{"unread": 0, "more": False}, {"unread": 1, "more": False}]
    (line,) = await log(at_work, 1, organisation=FIRM)
    assert line["readers"] == 1


async def test_what_may_not_be_read(at_work: Running) -> None:
    await at_work.say("intake", "application:1", 3, submitted(), SOMEBODY)
    (notice,) = await told(at_work, APPLICANT, 1)
    path = f"/notices/{notice['message_id']}/read"
    for who, status in ((STRANGER, 404), (REVIEWER, 404), (INSPECTOR, 403), (OPERATOR, 403), ({}, 401)):
        answer = await at_work.client.post(path, headers=who | {"Idempotency-Key": "k"})
        assert (who, answer.status_code) == (who, status)
    assert (await at_work.client.post(path, headers=APPLICANT)).json()["code"] == "idempotency_key_missing"
    unknown = await at_work.client.post(f"/notices/{'0' * 32}/read", headers=APPLICANT | {"Idempotency-Key": "k"})
    assert unknown.json()["code"] == "notice_not_found"
    assert (await at_work.client.get("/notices", headers=INSPECTOR)).status_code == 403


async def test_pages_show_every_notice_once(at_work: Running) -> None:
    batch = [record("intake", f"application:{n}", 1, submitted(str(n)), SOMEBODY, at_work.clock) for n in range(7)]
    await at_work.bus.publish(batch)
    await told(at_work, APPLICANT, 7)
    seen, path = [], "/notices?limit=3"
    while path:
        answer = await at_work.client.get(path, headers=APPLICANT)
        seen += [notice["case_id"] for notice in answer.json()["items"]]
        path = answer.links.get("next", {}).get("url", "")
    assert sorted(seen) == [str(n) for n in range(7)]
    for cursor in ("x", encode("notices", ("noday", "m")), encode("notices", ("0001-01-01T00:00:00+14:00", "m"))):
        answer = await at_work.client.get(f"/notices?cursor={cursor}", headers=APPLICANT)
        assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")


async def test_the_log_says_who_was_told_what_and_is_not_for_everybody(at_work: Running) -> None:
    await at_work.say("intake", "application:1", 3, submitted(), SOMEBODY)
    lines = await log(at_work, 2, case="1", event="ApplicationSubmitted", channel="in_app", standing="delivered")
    assert {(line["organisation"], line["role"], line["in_app_only"]) for line in lines} == {
        (FIRM, "", True),
        ("", "reviewer", True),
    }
    assert await log(at_work, 0, channel="email") == []
    assert await log(at_work, 0, until="2026-01-01T00:00:00Z") == []
    for query in ("since=2026-01-01", "until=0001-01-01T00:00:00%2B14:00", "channel=pigeon", "standing=lost"):
        assert (await at_work.client.get(f"/log?{query}", headers=INSPECTOR)).status_code == 422
    for who in (APPLICANT, REVIEWER, OFFICER):
        assert (await at_work.client.get("/log", headers=who)).status_code == 403


# ── addresses and mail ───────────────────────────────────────────────────────────────────────────────────────────


async def name_contact(at_work: Running, key: str, **body: str) -> Any:
    return await at_work.client.post("/contacts", headers=OPERATOR | {"Idempotency-Key": key}, json=body)


async def known(at_work: Running, count: int) -> list[dict[str, Any]]:
    async def rows() -> list[dict[str, Any]]:
        answer = await at_work.client.get("/contacts", headers=OPERATOR)
        return list(answer.json()["items"]) if answer.status_code == 200 else []

    async def there() -> bool:
        return len(await rows()) == count

    await eventually_asked(there, f"{count} contacts")
    return await rows()


async def test_an_operator_keeps_addresses(at_work: Running) -> None:
    named = await name_contact(at_work, "k-1", organisation=FIRM, address="office@example.org")
    repeated = await name_contact(at_work, "k-1", organisation=FIRM, address="office@example.org")
    assert (named.status_code, repeated.json()) == (200, named.json())
    await name_contact(at_work, "k-2", role="reviewer", region="653100", address="review@example.org", language="en")
    assert {row["address"] for row in await known(at_work, 2)} == {"office@example.org", "review@example.org"}
    path = f"/contacts/{named.json()['contact_id']}"
    one = await at_work.client.get(path, headers=OPERATOR)
    assert (one.json()["address"], one.headers["etag"]) == ("office@example.org", '"1"')
    headers = OPERATOR | {"Idempotency-Key": "k-3"}
    assert (await at_work.client.delete(path, headers=headers)).status_code == 428
    assert (await at_work.client.delete(path, headers=headers | {"If-Match": '"7"'})).status_code == 412
    assert (await at_work.client.delete(path, headers=headers | {"If-Match": '"1"'})).status_code == 204
    assert (await at_work.client.get(path, headers=OPERATOR)).json()["code"] == "contact_not_found"
    await known(at_work, 1)


async def test_addresses_that_are_refused(at_work: Running) -> None:
    for body, code in (
        ({"organisation": FIRM, "address": "office"}, "contact_address_unreadable"),
        ({"organisation": FIRM, "address": "a@b.org\nBcc: x@y.org"}, "contact_address_unreadable"),
        ({"organisation": FIRM, "role": "reviewer", "region": "653100", "address": "a@b.org"}, "contact_unclear"),
        ({"address": "a@b.org"}, "contact_unclear"),
        ({"organisation": "x", "address": "a@b.org"}, "invalid_input"),
        ({"role": "inspector", "region": "653100", "address": "a@b.org"}, "invalid_input"),
        ({"organisation": FIRM, "address": "a@b.org", "cc": "x@y.org"}, "invalid_input"),
        ({"organisation": FIRM, "address": "x" * 300}, "invalid_input"),
    ):
        answer = await name_contact(at_work, "k", **body)
        assert (body, answer.status_code, answer.json()["code"]) == (body, 422, code)
    for who in (APPLICANT, REVIEWER, INSPECTOR):
        sent = await at_work.client.post(
            "/contacts", headers=who | {"Idempotency-Key": "k"}, json={"address": "a@b.org"}
        )
        assert sent.status_code == 403


async def test_mail_goes_out_once_to_the_nearest_address_in_its_language(mailing: tuple[Running, MailServer]) -> None:
    at_work, server = mailing
    await name_contact(at_work, "k-1", organisation=FIRM, address="office@example.org")
    await name_contact(at_work, "k-2", role="reviewer", region="650000", address="province@example.org")
    await name_contact(at_work, "k-3", role="reviewer", region="653100", address="review@example.org", language="en")
    await known(at_work, 3)
    await at_work.say("intake", "application:1", 3, submitted(), SOMEBODY)
    lines = await log(at_work, 2, channel="email", standing="delivered")
    assert {(line["address"], line["attempts"], line["result"]) for line in lines} == {
        ("o…@example.org", 1, "taken"),
        ("r…@example.org", 1, "taken"),
    }
    mails = {mail["To"]: mail for mail in server.taken}
    assert set(mails) == {"office@example.org", "review@example.org"}
    assert mails["office@example.org"]["Subject"] == "申报已提交"
    assert "喀什示范服务有限公司" in mails["office@example.org"].get_content()
    assert mails["review@example.org"]["Subject"] == "An application awaits preliminary review"
    assert mails["office@example.org"]["Auto-Submitted"] == "auto-generated"
    assert len({mail["Message-ID"] for mail in server.taken}) == len(server.taken) == 2
    assert all(not line["in_app_only"] for line in await log(at_work, 2, channel="in_app"))


async def test_without_an_address_the_log_says_in_app_only(mailing: tuple[Running, MailServer]) -> None:
    at_work, server = mailing
    await at_work.say("registry", "entry:1", 1, certified(), SOMEBODY)
    lines = await log(at_work, 3)
    assert {(line["channel"], line["in_app_only"]) for line in lines} == {("in_app", True)}
    assert server.attempts == 0


async def test_a_busy_server_is_tried_again_after_the_wait(mailing: tuple[Running, MailServer]) -> None:
    at_work, server = mailing
    server.answers = ["451 later", "451 still later"]
    await name_contact(at_work, "k-1", organisation=FIRM, address="office@example.org")
    await known(at_work, 1)
    await at_work.say("intake", "application:1", 3, submitted(), SOMEBODY)
    for attempt, wait in enumerate(WAITS[:2], 1):
        await eventually(lambda attempt=attempt: server.attempts == attempt, f"attempt {attempt}")  # type: ignore[misc]

        async def recorded(attempt: int = attempt) -> bool:
            (line,) = await log(at_work, 1, channel="email")
            return bool(line["attempts"] == attempt)

        await eventually_asked(recorded, f"attempt {attempt} on record")
        (line,) = await log(at_work, 1, channel="email")
        assert (line["standing"], "451" in line["result"]) == ("waiting", True)
        assert (server.attempts, server.taken) == (attempt, [])
        at_work.clock.advance(wait)
    (line,) = await log(at_work, 1, channel="email", standing="delivered")
    assert (line["attempts"], len(server.taken)) == (3, 1)


async def test_a_mailbox_that_does_not_exist_is_given_up_at_once(mailing: tuple[Running, MailServer]) -> None:
    at_work, server = mailing
    await name_contact(at_work, "k-1", organisation=FIRM, address="nobody@example.org")
    await known(at_work, 1)
    await at_work.say("intake", "application:1", 3, submitted(), SOMEBODY)
    (line,) = await log(at_work, 1, channel="email", standing="given_up")
    assert (line["attempts"], line["result"]) == (1, "550 no such mailbox")
    at_work.clock.advance(timedelta(days=30))
    assert (await told(at_work, APPLICANT, 1))[0]["event"] == "ApplicationSubmitted"
    assert server.attempts == 1


async def test_notices_and_log_are_the_same_after_they_were_rebuilt_from_the_facts(
    mailing: tuple[Running, MailServer],
) -> None:
    at_work, server = mailing
    await name_contact(at_work, "k-1", organisation=FIRM, address="office@example.org")
    await known(at_work, 1)
    await at_work.say("intake", "application:1", 3, submitted(), SOMEBODY)
    await log(at_work, 1, channel="email", standing="delivered")
    (notice,) = await told(at_work, APPLICANT, 1)
    path = f"/notices/{notice['message_id']}/read"
    await at_work.client.post(path, headers=APPLICANT | {"Idempotency-Key": "k-2"})
    await told(at_work, APPLICANT, 0, unread="true")
    before = [await log(at_work, 3), await notices(at_work, APPLICANT), await known(at_work, 1)]
    for view in ("messages", "contacts", "outgoing"):
        await at_work.service.projectors[view].rebuild()
    assert [await log(at_work, 3), await notices(at_work, APPLICANT), await known(at_work, 1)] == before
    at_work.clock.advance(timedelta(days=1))
    await at_work.say("intake", "application:2", 1, submitted("2", OTHER), SOMEBODY)
    await told(at_work, STRANGER, 1)
    assert len(server.taken) == 1

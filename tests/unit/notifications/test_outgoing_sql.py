"""Mail that is due on a real PostgreSQL: in one sender's hand at a time, free again when that sender died."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import services.notifications.adapters
from services.notifications.adapters.contacts import ContactsView, SqlContacts
from services.notifications.adapters.mailer import Mailer
from services.notifications.adapters.outgoing import LEASE, LEFT_BEHIND, OutgoingView, SqlOutgoing
from services.notifications.adapters.post import Undelivered
from services.notifications.domain.events import (
    FACTS,
    ContactDropped,
    ContactNamed,
    DeliveryFailed,
    Fact,
    MessageComposed,
    MessageSent,
    Recipient,
)
from services.notifications.handlers import MESSAGE, Handlers, NoAddresses
from services.notifications.views import ContactRow
from shared.envelope import Origin, machine
from shared.runtime.codec import FactCodec
from shared.runtime.forgetting import Forgetting
from shared.runtime.ports import Append, Recorded
from shared.runtime.postgres.pool import Database
from shared.runtime.store import FactStore
from shared.runtime.streams import CommittingStreams
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.views import project

MIGRATIONS = Path(services.notifications.adapters.__file__).parent / "migrations"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
FIRM = Recipient("示范服务有限公司", "653101", organisation="91650100MA00000120")
ORIGIN = Origin(machine("notifications"), NOW, "c")


def mail(number: int) -> MessageComposed:
    return MessageComposed(f"m-{number}", "1", "case:1/9", "Scored", "email", (), FIRM, "标题", "T", "正文", "B", NOW)


def recorded(*facts: Fact) -> list[Recorded]:
    return [Recorded(f"message:{n}", 1, fact.NAME, fact, ORIGIN) for n, fact in enumerate(facts)]


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[Database]:
    made = await databases.create("notifications", MIGRATIONS)
    opened = await Database.open(made.application_url, "test")
    yield opened
    await opened.close()
    await databases.drop(made)


async def test_two_senders_never_have_the_same_mail(database: Database) -> None:
    await project(database, OutgoingView(), recorded(*(mail(number) for number in range(40))))
    outgoing = SqlOutgoing(database.pool)
    claims = await asyncio.gather(*(outgoing.claim(NOW, 10) for _ in range(6)))
    claimed = [message for claim in claims for message in claim]
    assert len(claimed) == len(set(claimed)) > 0
    while more := await outgoing.claim(NOW, 10):
        claimed += more
    assert sorted(claimed) == sorted(f"m-{number}" for number in range(40))


async def test_a_mail_is_free_again_when_its_lease_ends_or_is_released(database: Database) -> None:
    await project(database, OutgoingView(), recorded(mail(1)))
    outgoing = SqlOutgoing(database.pool)
    assert await outgoing.claim(NOW, 5) == ["m-1"]
    assert await outgoing.claim(NOW + LEASE - timedelta(seconds=1), 5) == []
    assert await outgoing.claim(NOW + LEASE, 5) == ["m-1"]
    await outgoing.release("m-1")
    assert await outgoing.claim(NOW, 5) == ["m-1"]


async def test_the_lease_of_a_sender_that_died_is_forgotten_in_time(database: Database) -> None:
    now = datetime.now(UTC)
    leases = [("m-1", now - timedelta(days=31)), ("m-2", now - timedelta(days=1))]
    await database.pool.executemany("INSERT INTO mail_leases (message_id, until) VALUES ($1, $2)", leases)
    assert await Forgetting(database, (LEFT_BEHIND,)).forget() == 1
    assert [row["message_id"] for row in await database.pool.fetch("SELECT message_id FROM mail_leases")] == ["m-2"]


async def test_only_what_is_due_is_handed_out(database: Database) -> None:
    later = NOW + timedelta(minutes=4)
    facts = (
        mail(1),
        mail(2),
        mail(3),
        mail(4),
        MessageSent("m-1", "1", 1, "o…@example.org", "250", NOW),
        DeliveryFailed("m-2", "1", 1, "451", later, NOW),
        DeliveryFailed("m-3", "1", 7, "451", None, NOW),
    )
    await project(database, OutgoingView(), recorded(*facts))
    outgoing = SqlOutgoing(database.pool)
    assert await outgoing.claim(NOW, 5) == ["m-4"]
    assert await outgoing.claim(later, 5) == ["m-2"]


async def test_the_nearest_address_is_found(database: Database) -> None:
    def contact(number: int, organisation: str, role: str, region: str) -> ContactNamed:
        return ContactNamed(f"k-{number}", organisation, role, region, f"{number}@example.org", "zh", NOW)

    named = (
        contact(1, FIRM.organisation, "", ""),
        contact(2, "", "reviewer", "653100"),
        contact(3, "", "reviewer", "650000"),
        contact(4, "", "officer", "000000"),
        contact(5, "", "officer", "653101"),
    )
    await project(database, ContactsView(), recorded(*named, ContactDropped("k-5", NOW)))
    contacts = SqlContacts(database.pool)

    async def nearest(recipient: Recipient) -> str:
        row = await contacts.nearest(recipient)
        return "" if row is None else row.contact_id

    assert await nearest(FIRM) == "k-1"
    assert await nearest(Recipient("", "653101", organisation="91350100M000100Y43")) == ""
    assert await nearest(Recipient("", "653101", role="reviewer")) == "k-2"
    assert await nearest(Recipient("", "653200", role="reviewer")) == "k-3"
    assert await nearest(Recipient("", "320100", role="reviewer")) == ""
    assert await nearest(Recipient("", "653101", role="officer")) == "k-4"
    assert await nearest(Recipient("", "653101", role="approver")) == ""


class CountingPost:
    """A mail server's place: remembers what it was given and answers as it is told."""

    def __init__(self, fault: Undelivered | None = None) -> None:
        self.given: list[str] = []
        self._fault = fault

    async def send(self, message: MessageComposed, contact: ContactRow) -> str:
        self.given.append(message.message_id)
        if self._fault is not None:
            raise self._fault
        return "250 taken"


async def sending(database: Database, post: CountingPost, clock: FixedClock) -> tuple[Mailer, FactStore]:
    store = FactStore(database.pool, FactCodec(FACTS))
    await store.start()
    streams = CommittingStreams(store)
    await streams.save(Append("message:m-1", 0, (mail(1),), ORIGIN))
    named = ContactNamed("k-1", FIRM.organisation, "", "", "office@example.org", "zh", NOW)
    await project(database, ContactsView(), recorded(named))
    await project(database, OutgoingView(), recorded(mail(1)))
    handlers, outgoing, contacts = Handlers({}, NoAddresses()), SqlOutgoing(database.pool), SqlContacts(database.pool)
    return Mailer(handlers, streams, outgoing, contacts, post, clock), store


async def test_a_view_that_lags_behind_does_not_send_twice(database: Database) -> None:
    post = CountingPost()
    mailer, store = await sending(database, post, FixedClock(NOW))
    assert [await mailer.round(), await mailer.round()] == [1, 1], "the view was not told that it went out"
    assert post.given == ["m-1"]
    assert [type(one.fact) for one in await store.load("message:m-1")] == [MessageComposed, MessageSent]
    await store.stop()


async def test_a_view_that_lags_behind_does_not_shorten_the_wait(database: Database) -> None:
    post, clock = CountingPost(Undelivered("451 later", permanent=False)), FixedClock(NOW)
    mailer, store = await sending(database, post, clock)
    await mailer.round()
    await mailer.round()
    assert post.given == ["m-1"]
    clock.advance(timedelta(minutes=1))
    await mailer.round()
    assert post.given == ["m-1", "m-1"]
    state = (await CommittingStreams(store).load(MESSAGE, "m-1")).state
    assert (state.attempts, state.outcome) == (2, "waiting")
    await store.stop()


async def test_an_address_that_was_dropped_meanwhile_ends_the_mail(database: Database) -> None:
    post = CountingPost()
    mailer, store = await sending(database, post, FixedClock(NOW))
    await project(database, ContactsView(), recorded(ContactDropped("k-1", NOW)))
    await mailer.round()
    assert post.given == []
    assert (await CommittingStreams(store).load(MESSAGE, "m-1")).state.outcome == "given_up"
    await store.stop()

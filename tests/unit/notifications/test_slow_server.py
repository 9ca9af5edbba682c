"""A mail server that takes its time: no lease runs out under it, and two replicas never send the same mail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from services.notifications.adapters.contacts import ContactsView, SqlContacts
from services.notifications.adapters.mailer import AT_ONCE, Mailer
from services.notifications.adapters.outgoing import LEASE, OutgoingView, SqlOutgoing
from services.notifications.adapters.post import LIMIT_S, SmtpPost
from services.notifications.app import MIGRATIONS
from services.notifications.domain.events import FACTS, ContactNamed, MessageComposed, Recipient
from services.notifications.handlers import MESSAGE, Handlers, NoAddresses
from services.notifications.settings import MailSettings
from shared.envelope import Origin, machine
from shared.runtime.codec import FactCodec
from shared.runtime.ports import Append, Recorded
from shared.runtime.postgres.pool import Database
from shared.runtime.store import FactStore
from shared.runtime.streams import CommittingStreams
from tests.support.clock import FixedClock
from tests.support.database import Databases
from tests.support.mailserver import MailServer, mail_server
from tests.support.views import project
from tests.support.waiting import eventually

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ORIGIN = Origin(machine("notifications"), NOW, "event-1")
OFFICE = "91650100MA00000120"
MAILS = AT_ONCE * 3


def mail(number: int) -> MessageComposed:
    to = Recipient("某公司", "653101", organisation=OFFICE)
    return MessageComposed(
        f"m-{number:02}", "1", f"e-{number}", "PreliminaryApproved", "email", ("in_app",), to, "题", "t", "文", "b", NOW
    )


@pytest.fixture
async def desk(databases: Databases) -> AsyncIterator[Database]:
    made = await databases.create("notifications", MIGRATIONS)
    database = await Database.open(made.application_url, "test", size=20)
    yield database
    await database.close()
    await databases.drop(made)


@pytest.fixture
async def store(desk: Database) -> AsyncIterator[FactStore]:
    """A dozen mails to one office, all due."""
    store = FactStore(desk.pool, FactCodec(FACTS))
    await store.start()
    mails = [mail(number) for number in range(MAILS)]
    for one in mails:
        await store.append(Append(f"message:{one.message_id}", 0, (one,), ORIGIN))
    await project(desk, OutgoingView(), [Recorded("s", n, "n", one, ORIGIN) for n, one in enumerate(mails)])
    named = ContactNamed("k-1", OFFICE, "", "", "office@example.org", "zh", NOW)
    await project(desk, ContactsView(), [Recorded("s", 1, "n", named, ORIGIN)])
    yield store
    await store.stop()


def replica(desk: Database, store: FactStore, server: MailServer, clock: FixedClock) -> Mailer:
    post = SmtpPost(MailSettings("127.0.0.1", server.port, "none", "shifan@example.org"))
    outgoing, contacts = SqlOutgoing(desk.pool), SqlContacts(desk.pool)
    return Mailer(Handlers({}, NoAddresses()), CommittingStreams(store), outgoing, contacts, post, clock)


async def test_two_replicas_at_a_slow_server_send_each_mail_once(desk: Database, store: FactStore) -> None:
    """Nearly a lease passes while the first four are taken; what waits behind them must not be anybody else's then."""
    clock = FixedClock(NOW)
    with mail_server() as server:
        server.slow = True
        first = asyncio.create_task(replica(desk, store, server, clock).round())
        await eventually(lambda: len(server.begun) == AT_ONCE, "the first replica has its hands full")
        for done in range(AT_ONCE, MAILS, AT_ONCE):
            clock.advance(LEASE - timedelta(seconds=10))
            server.let(AT_ONCE)
            await eventually(lambda done=done: len(server.begun) >= done + AT_ONCE, "the next few are in hand")  # type: ignore[misc]
        clock.advance(timedelta(seconds=20))
        second = asyncio.create_task(replica(desk, store, server, clock).round())
        await eventually(lambda: second.done() or len(server.begun) > MAILS, "the second has looked for work")
        assert len(server.begun) == MAILS, "a mail in the first one's hands was sent by the second"
        server.slow = False
        await asyncio.gather(first, second)
    assert len(server.begun) == len(set(server.begun)) == len(server.taken) == MAILS
    for number in range(MAILS):
        assert (await CommittingStreams(store).load(MESSAGE, f"m-{number:02}")).state.outcome == "delivered"


async def test_what_waits_for_its_turn_is_nobodys_and_another_replica_takes_it(
    desk: Database, store: FactStore
) -> None:
    clock = FixedClock(NOW)
    with mail_server() as server:
        server.slow = True
        both = [asyncio.create_task(replica(desk, store, server, clock).round()) for _ in range(2)]
        await eventually(lambda: len(server.begun) == 2 * AT_ONCE, "both have their hands full at once")
        server.slow = False
        await asyncio.gather(*both)
    assert len(server.taken) == len(set(server.begun)) == MAILS


async def test_many_who_claim_at_once_each_go_away_with_a_mail(desk: Database, store: FactStore) -> None:
    """There are more mails than hands, so that nobody finds all of them in others' hands."""
    outgoing = SqlOutgoing(desk.pool)
    for _ in range(20):
        claims = await asyncio.gather(*(outgoing.claim(NOW, 1) for _ in range(2 * AT_ONCE)))
        assert [len(claim) for claim in claims] == [1] * 2 * AT_ONCE
        assert len({mail for claim in claims for mail in claim}) == 2 * AT_ONCE
        await asyncio.gather(*(outgoing.release(mail) for claim in claims for mail in claim))


def test_a_lease_is_longer_than_one_attempt_may_take() -> None:
    assert LEASE.total_seconds() >= 2 * LIMIT_S

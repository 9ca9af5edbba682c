"""Understands which mails are due and who has them in hand: a view says what is due, a lease says who sends it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import asyncpg

from services.notifications.domain.events import DeliveryFailed, MessageComposed, MessageSent
from shared.runtime.forgetting import by_age
from shared.runtime.ports import AnyConnection, Recorded

LEASE = timedelta(minutes=5)
"""Longer than one attempt may take, so that a mail is in one sender's hand at a time."""

DDL = """
CREATE TABLE outgoing (
    message_id text COLLATE "C" PRIMARY KEY,
    due_at timestamptz NOT NULL
);
CREATE INDEX ON outgoing (due_at);
"""
DUE = """
INSERT INTO outgoing (message_id, due_at) VALUES ($1, $2)
ON CONFLICT (message_id) DO UPDATE SET due_at = excluded.due_at
"""
DONE = "DELETE FROM outgoing WHERE message_id = $1"
# Whoever looked a moment before another claim was committed is shown the same mail as free: the lease itself decides.
CLAIM = """
WITH free AS (
    SELECT message_id FROM view_outgoing.outgoing AS mail
    WHERE due_at <= $1 AND message_id <> ALL ($4::text[]) AND NOT EXISTS (
        SELECT 1 FROM mail_leases AS held WHERE held.message_id = mail.message_id AND held.until > $1
    )
    ORDER BY due_at, message_id LIMIT $3 FOR UPDATE OF mail SKIP LOCKED
), claimed AS (
    INSERT INTO mail_leases AS lease (message_id, until)
    SELECT message_id, $1::timestamptz + $2::interval FROM free
    ON CONFLICT (message_id) DO UPDATE SET until = excluded.until WHERE lease.until <= $1
    RETURNING message_id
)
SELECT free.message_id, claimed.message_id IS NOT NULL AS ours FROM free LEFT JOIN claimed USING (message_id)
"""
TRIES = 20
"""Each try in vain means that another one had its turn; whoever is unlucky so often looks again in the next round."""
RELEASE = "DELETE FROM mail_leases WHERE message_id = $1"
# A sender that died after its mail was put on record leaves its lease behind, and nobody claims that mail again.
LEFT_BEHIND = by_age("leases of senders that died", "mail_leases", key="message_id", column="until", days=30)


class OutgoingView:
    """Mails that are neither taken by a server nor given up, folded from the service's own log."""

    name = "outgoing"
    ddl = DDL

    async def apply(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None:
        due: dict[str, datetime | None] = {}
        for recorded in batch:
            match recorded.fact:
                case MessageComposed(channel="email") as fact:
                    due[fact.message_id] = fact.composed_at
                case DeliveryFailed() as fact:
                    due[fact.message_id] = fact.retry_at
                case MessageSent() as fact:
                    due[fact.message_id] = None
        waiting = [(message, at) for message, at in due.items() if at is not None]
        await connection.executemany(DUE, waiting)
        await connection.executemany(DONE, [(message,) for message, at in due.items() if at is None])


class SqlOutgoing:
    """Hands out what is due."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def claim(self, now: datetime, limit: int, besides: Collection[str] = ()) -> Sequence[str]:
        """Message ids that nobody else sends until the lease ends."""
        for _ in range(TRIES):
            rows = await self._pool.fetch(CLAIM, now, LEASE, limit, list(besides))
            ours = [row["message_id"] for row in rows if row["ours"]]
            if ours or not rows:
                return ours
        return []

    async def release(self, message_id: str) -> None:
        await self._pool.execute(RELEASE, message_id)

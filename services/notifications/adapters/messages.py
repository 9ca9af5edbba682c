"""Understands how messages are kept to be listed: one row each, one row per person who opened it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import asyncpg

from services.notifications.adapters.conditions import Conditions
from services.notifications.domain.events import DeliveryFailed, MessageComposed, MessageRead, MessageSent
from services.notifications.views import Mark, NoticeRow, Reach, Telling, TellingsWanted
from shared.runtime.ports import AnyConnection, Recorded

DDL = """
CREATE TABLE messages (
    message_id text COLLATE "C" PRIMARY KEY,
    case_id text COLLATE "C" NOT NULL,
    event text COLLATE "C" NOT NULL,
    event_id text COLLATE "C" NOT NULL,
    channel text COLLATE "C" NOT NULL,
    in_app_only boolean NOT NULL,
    organisation text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL,
    recipient_name text NOT NULL,
    region text COLLATE "C" NOT NULL,
    title_zh text NOT NULL,
    title_en text NOT NULL,
    body_zh text NOT NULL,
    body_en text NOT NULL,
    composed_at timestamptz NOT NULL,
    standing text NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    result text NOT NULL DEFAULT '',
    address text NOT NULL DEFAULT '',
    settled_at timestamptz
);
CREATE INDEX ON messages (organisation, composed_at, message_id) WHERE organisation <> '' AND channel = 'in_app';
CREATE INDEX ON messages (role, composed_at, message_id) WHERE role <> '' AND channel = 'in_app';
CREATE INDEX ON messages (case_id, composed_at, message_id);
CREATE INDEX ON messages (composed_at, message_id);
CREATE TABLE openings (
    message_id text COLLATE "C" NOT NULL,
    reader text COLLATE "C" NOT NULL,
    read_at timestamptz NOT NULL,
    PRIMARY KEY (message_id, reader)
);
"""

COMPOSED = """
INSERT INTO messages (message_id, case_id, event, event_id, channel, in_app_only, organisation, role, recipient_name,
    region, title_zh, title_en, body_zh, body_en, composed_at, standing, settled_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::text[], $8::text[],
    $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::timestamptz[], $16::text[],
    $17::timestamptz[])
ON CONFLICT (message_id) DO NOTHING
"""
TRIED = """
UPDATE messages SET standing = tried.standing, attempts = tried.attempts, result = tried.result,
    address = tried.address, settled_at = tried.settled_at
FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::timestamptz[])
    AS tried (message_id, standing, attempts, result, address, settled_at)
WHERE messages.message_id = tried.message_id
"""
OPENED = """
INSERT INTO openings (message_id, reader, read_at) SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[])
ON CONFLICT DO NOTHING
"""

PAGE = """
SELECT message_id, case_id, event, event_id, title_zh, title_en, body_zh, body_en, composed_at, (
    SELECT read_at FROM view_messages.openings AS opening WHERE opening.message_id = message.message_id AND reader = $1
) AS read_at
FROM view_messages.messages AS message WHERE <where> ORDER BY composed_at DESC, message_id DESC LIMIT <limit>
"""
UNREAD = """
SELECT count(*) FROM (SELECT 1 FROM view_messages.messages AS message WHERE <where> LIMIT <limit>) AS counted
"""
UNOPENED = """NOT EXISTS (
    SELECT 1 FROM view_messages.openings AS opening WHERE opening.message_id = message.message_id AND reader = $1
)"""
LOG = """
SELECT message_id, case_id, event, event_id, channel, in_app_only, organisation, role, recipient_name, region,
    title_zh, title_en, composed_at, standing, attempts, result, address, settled_at,
    (SELECT count(*) FROM view_messages.openings AS opening WHERE opening.message_id = message.message_id) AS readers
FROM view_messages.messages AS message WHERE <where> ORDER BY composed_at DESC, message_id DESC LIMIT <limit>
"""


class MessagesView:
    """Messages, folded from the service's own log."""

    name = "messages"
    ddl = DDL

    async def apply(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None:
        facts = [one.fact for one in batch]
        await _run(connection, COMPOSED, (_composed(fact) for fact in facts if isinstance(fact, MessageComposed)))
        # Of several attempts at one message in a batch only the last one stands.
        tried = {fact.message_id: _tried(fact) for fact in facts if isinstance(fact, MessageSent | DeliveryFailed)}
        await _run(connection, TRIED, tried.values())
        opened = ((f.message_id, f.reader, f.read_at) for f in facts if isinstance(f, MessageRead))
        await _run(connection, OPENED, opened)


class SqlMessages:
    """Answers what is asked about messages: in-app notices, and the log."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def unread(self, reach: Reach, ceiling: int) -> int:
        query = _within(reach)
        query.fragments.append(UNOPENED)
        statement, *values = query.statement(UNREAD, ceiling)
        return int(await self._pool.fetchval(statement, *values))

    async def page(self, reach: Reach, unread: bool, after: Mark | None, limit: int) -> list[NoticeRow]:
        query = _after(_within(reach), after)
        if unread:
            query.fragments.append(UNOPENED)
        return [NoticeRow(**row) for row in await self._pool.fetch(*query.statement(PAGE, limit))]


class SqlLog:
    """Who was told what."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def page(self, wanted: TellingsWanted, after: Mark | None, limit: int) -> list[Telling]:
        query = _after(Conditions(), after)
        for field in ("case_id", "event", "channel", "standing", "organisation", "role"):
            query.add_if(field + " = {}", getattr(wanted, field))
        query.add_if("composed_at >= {}", wanted.since)
        query.add_if("composed_at < {}", wanted.until)
        return [Telling(**row) for row in await self._pool.fetch(*query.statement(LOG, limit))]


def _within(reach: Reach) -> Conditions:
    """The first parameter is always the person who reads. A reach without organisation and role sees nothing."""
    query = Conditions([reach.reader], ["channel = 'in_app'", "$1::text <> ''"])
    if reach.organisation:
        query.add("organisation = {}", reach.organisation)
    else:
        query.add("role <> '' AND role = {} AND starts_with(region, {})", reach.role, reach.stem)
    return query


def _after(query: Conditions, after: Mark | None) -> Conditions:
    if after is not None:
        query.add("(composed_at, message_id) < ({}, {})", after.composed_at, after.message_id)
    return query


async def _run(connection: AnyConnection, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
    columns = [list(column) for column in zip(*rows, strict=True)]
    if columns:
        await connection.execute(statement, *columns)


def _composed(fact: MessageComposed) -> tuple[object, ...]:
    to, in_app = fact.recipient, fact.channel == "in_app"
    return (
        fact.message_id,
        fact.case_id,
        fact.event,
        fact.event_id,
        fact.channel,
        in_app and not fact.also_by,
        to.organisation,
        to.role,
        to.name,
        to.region,
        fact.title_zh,
        fact.title_en,
        fact.body_zh,
        fact.body_en,
        fact.composed_at,
        "delivered" if in_app else "waiting",
        fact.composed_at if in_app else None,
    )


def _tried(fact: MessageSent | DeliveryFailed) -> tuple[object, ...]:
    if isinstance(fact, MessageSent):
        return fact.message_id, "delivered", fact.attempt, fact.reply, fact.address, fact.sent_at
    over = fact.retry_at is None
    standing = "given_up" if over else "waiting"
    return fact.message_id, standing, fact.attempt, fact.reason, "", fact.failed_at if over else None

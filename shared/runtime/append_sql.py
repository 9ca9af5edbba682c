"""Understands the one statement that appends facts: all facts of an append or none, with its receipt.

A stream stands at version *v* exactly when *v* is stored and *v + 1* is not, because versions are contiguous and rows
are never deleted. So an append on *v* asks that *v* exists and lets the primary key refuse *v + 1*.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import orjson

from shared.runtime.ports import AlreadyAnswered, AnyConnection, Conflict, Receipt

RECEIPT_DAYS = 30


@dataclass(frozen=True)
class Encoded:
    """An append whose facts are bytes already: (version, stored name, state)."""

    stream: str
    expected: int
    facts: tuple[tuple[int, str, bytes], ...]
    receipt: Receipt | None = None

    @cached_property
    def key(self) -> tuple[str, str] | None:
        return None if self.receipt is None else (self.receipt.scope, self.receipt.key)

    @cached_property
    def size(self) -> int:
        return sum(len(state) for _, _, state in self.facts)


class Entangled(Exception):
    """Part of an append could be written and part not: roll back, and write each append of the batch alone."""

    def __init__(self, stream: str, *, by_receipt: bool) -> None:
        super().__init__(f"{stream} was appended to, or its command answered, by somebody else at the same time")
        self.by_receipt = by_receipt


# Rows are inserted in the order of stream and version, so that two writers never wait for each other crosswise.
# (SELECT … LIMIT 1) IS NULL is a look-up in the index for every row; an EXISTS would be planned as a join, once, while
# the table is small, and then scan the whole table. A late append is left out whole where the snapshot shows it, by its
# version or by its key, so that only a true race is ever Entangled.
_FACTS = """
INSERT INTO facts (stream_id, version, name, state)
SELECT w.stream_id, w.version, w.name, w.state
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bytea[], $5::bigint[], $6::text[], $7::text[])
     AS w(stream_id, version, name, state, expected, scope, key)
WHERE (w.expected = 0 OR
       (SELECT 1 FROM facts f WHERE f.stream_id = w.stream_id AND f.version = w.expected LIMIT 1) IS NOT NULL)
  AND (w.version = w.expected + 1 OR
       (SELECT 1 FROM facts f WHERE f.stream_id = w.stream_id AND f.version = w.expected + 1 LIMIT 1) IS NULL)
  AND (w.key IS NULL OR
       (SELECT 1 FROM receipts r WHERE r.scope = w.scope AND r.key = w.key AND r.expires_at >= now() LIMIT 1) IS NULL)
ORDER BY w.stream_id, w.version
ON CONFLICT DO NOTHING
RETURNING stream_id
"""

# What a lone fact without a receipt needs of it: a third of the work in the server.
_ONE = """
INSERT INTO facts (stream_id, version, name, state)
SELECT $1::text, $2::bigint, $3::text, $4::bytea
WHERE (SELECT 1 FROM facts f WHERE f.stream_id = $1::text AND f.version = $5::bigint LIMIT 1) IS NOT NULL
ON CONFLICT DO NOTHING
RETURNING true
"""

# And what the first fact of a stream needs of that: nothing has to stand before it.
_FIRST = """
INSERT INTO facts (stream_id, version, name, state) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING true
"""

# A key that has expired may be used again.
_RECEIPTS = f"""
INSERT INTO receipts AS r (scope, key, digest, status, headers, body, expires_at)
SELECT w.scope, w.key, w.digest, w.status, w.headers, w.body, now() + interval '{RECEIPT_DAYS} days'
FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::jsonb[], $6::bytea[])
     AS w(scope, key, digest, status, headers, body)
ORDER BY w.scope, w.key
ON CONFLICT (scope, key) DO UPDATE
   SET digest = excluded.digest, status = excluded.status, headers = excluded.headers, body = excluded.body,
       expires_at = excluded.expires_at
   WHERE r.expires_at < now()
RETURNING scope, key
"""  # noqa: S608 - the only thing put in is a number of ours


_ANSWERED = "SELECT true FROM receipts WHERE scope = $1 AND key = $2 AND expires_at >= now()"


async def insert(connection: AnyConnection, appends: Sequence[Encoded]) -> list[Exception | None]:
    """Append each or say why not (None: done). Streams and keys of the appends must differ.

    Appends with several facts or with a receipt need a transaction around this: raises :class:`Entangled` when it has
    to be rolled back.
    """
    if len(appends) == 1 and len(appends[0].facts) == 1 and appends[0].receipt is None:
        lone = appends[0]
        if lone.expected:
            done = await connection.fetchval(_ONE, lone.stream, *lone.facts[0], lone.expected)
        else:
            done = await connection.fetchval(_FIRST, lone.stream, *lone.facts[0])
        return [None if done else Conflict(f"{lone.stream} is no longer at version {lone.expected}")]
    rows = [(a.stream, *fact, a.expected, *(a.key or (None, None))) for a in appends for fact in a.facts]
    written: dict[str, int] = {}
    for record in await connection.fetch(_FACTS, *map(list, zip(*rows, strict=True))):
        written[record["stream_id"]] = written.get(record["stream_id"], 0) + 1
    for append in appends:
        if written.get(append.stream, 0) not in (0, len(append.facts)):
            raise Entangled(append.stream, by_receipt=False)
    await _remember(connection, [a for a in appends if a.receipt is not None and a.stream in written])
    return [await _outcome(connection, append, append.stream in written) for append in appends]


async def _remember(connection: AnyConnection, appends: Sequence[Encoded]) -> None:
    receipts = [a.receipt for a in appends if a.receipt is not None]
    if not receipts:
        return
    rows = [(r.scope, r.key, r.digest, r.status, orjson.dumps(dict(r.headers)).decode(), r.body) for r in receipts]
    kept = {(k["scope"], k["key"]) for k in await connection.fetch(_RECEIPTS, *map(list, zip(*rows, strict=True)))}
    for append in appends:
        if append.key not in kept:
            raise Entangled(append.stream, by_receipt=True)


async def answered(connection: AnyConnection, append: Encoded) -> bool:
    """Whether this append's command is answered by now."""
    return append.key is not None and bool(await connection.fetchval(_ANSWERED, *append.key))


async def _outcome(connection: AnyConnection, append: Encoded, written: bool) -> Exception | None:
    if written:
        return None
    # The twin of this command may have moved the stream: then its answer counts, not the conflict that it caused.
    if await answered(connection, append):
        return AlreadyAnswered(f"{append.stream}: this command was answered before")
    return Conflict(f"{append.stream} is no longer at version {append.expected}")

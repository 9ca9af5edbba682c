"""Understands when a fact of another service may be added to the audit trail: complete, in order, unaltered, once.

A stream's facts are numbered 1, 2, 3 … without holes. Whatever breaks that is refused by name; it is never smoothed
over, because a trail with a silent hole proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

StreamKey = tuple[str, str]
"""Service and stream."""


@dataclass(frozen=True)
class Witnessed:
    """One fact as it arrived; the fields are the columns of the trail, in their order."""

    service: str
    stream: str
    version: int
    fact: str
    schema: int
    case_id: str
    actor_id: str
    actor_role: str
    actor_organisation: str
    actor_region: str
    command_id: str
    caused_by: str
    trace_id: str
    reason: str
    occurred_at: datetime
    position: str
    digest: bytes
    data: bytes

    @property
    def key(self) -> StreamKey:
        return self.service, self.stream

    @property
    def address(self) -> tuple[str, str, int]:
        return self.service, self.stream, self.version


class Untrustworthy(Exception):
    """A fact that the trail must not take; the sentence says why and what the operator does."""


class Gap(Untrustworthy):
    """A version of the stream is missing before this one."""


class Altered(Untrustworthy):
    """The same address arrived before with other content, or the content does not match its digest."""


def digest_of(data: bytes) -> bytes:
    """SHA-256 of a fact's JSON, byte for byte as published."""
    return sha256(data).digest()


def admit(
    facts: Sequence[Witnessed], heads: Mapping[StreamKey, int], known: Mapping[tuple[str, str, int], bytes]
) -> tuple[Witnessed, ...]:
    """Those facts that are new, in order. ``known`` holds the digests of facts at or below their stream's head.

    Raises :class:`Gap` or :class:`Altered` for the first fact that cannot be taken.
    """
    reached, digests, new = dict(heads), dict(known), list[Witnessed]()
    for fact in facts:
        head = reached.get(fact.key, 0)
        if fact.version > head + 1:
            raise Gap(_gap(fact, head))
        if digest_of(fact.data) != fact.digest:
            raise Altered(_altered(fact, "its content does not match the digest it travelled with"))
        if fact.version <= head:
            if digests.get(fact.address) != fact.digest:
                raise Altered(_altered(fact, "it was recorded before with other content"))
            continue
        reached[fact.key], digests[fact.address] = fact.version, fact.digest
        new.append(fact)
    return tuple(new)


def _gap(fact: Witnessed, head: int) -> str:
    return (
        f"{fact.service} {fact.stream}: version {fact.version} arrived but {head + 1} is missing; "
        "have the stream published again, see 'A hole in the trail' in services/registry/README.md"
    )


def _altered(fact: Witnessed, what: str) -> str:
    return (
        f"{fact.service} {fact.stream}/{fact.version}: {what}; "
        "compare the service's log with the trail before anything is retried, and keep both"
    )

"""Understands when a fact of another service may be added to the audit trail: complete, in order, unaltered, once.

A stream's facts are numbered 1, 2, 3 … without holes. Facts about one case arrive in order, so a hole in a stream of
its own is refused by name. Facts of a stream that many cases share (a round) arrive by way of their cases, each at its
own speed: there a hole is noted, and closed by the fact that fills it. No hole is ever passed over in silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

StreamKey = tuple[str, str]
"""Service and stream."""

Address = tuple[str, str, int]
"""Service, stream and version."""


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
    received_at: datetime

    @property
    def in_order(self) -> bool:
        """Whether the stream is its case's own (``case:<case id>``): then nothing can overtake anything on its way."""
        return self.stream.partition(":")[2] == self.case_id

    @property
    def key(self) -> StreamKey:
        return self.service, self.stream

    @property
    def address(self) -> Address:
        return self.service, self.stream, self.version


HOLES_AT_ONCE = 10_000
"""A jump over more versions than this is no delay on the way: it is refused."""


@dataclass(frozen=True)
class Admitted:
    """What a batch adds: facts in order, the addresses that they show to be missing, and those that they fill."""

    facts: tuple[Witnessed, ...] = ()
    missing: tuple[Address, ...] = ()
    filled: tuple[Address, ...] = ()


class Untrustworthy(Exception):
    """A fact that the trail must not take; the sentence says why and what the operator does."""


class Gap(Untrustworthy):
    """A version of the stream is missing before this one."""


class Altered(Untrustworthy):
    """The same address arrived before with other content, or the content does not match its digest."""


def digest_of(data: bytes) -> bytes:
    """SHA-256 of a fact's JSON, byte for byte as published."""
    return sha256(data).digest()


def admit(facts: Sequence[Witnessed], heads: Mapping[StreamKey, int], known: Mapping[Address, bytes]) -> Admitted:
    """What is new. ``heads`` are the highest versions on the trail, ``known`` the digests of those of these facts that
    are on it already. Raises :class:`Gap` or :class:`Altered` for the first fact that cannot be taken."""
    reached, digests = dict(heads), dict(known)
    new: list[Witnessed] = []
    missing: dict[Address, None] = {}
    filled: list[Address] = []
    for fact in facts:
        head = reached.get(fact.key, 0)
        if _repeated(fact, digests):
            continue
        if fact.version <= head and fact.in_order:
            raise Altered(_altered(fact, "later versions are on record and this one never was"))
        if fact.version > head + 1:
            missing |= dict.fromkeys(_jumped(fact, head))
        elif fact.address in missing:
            del missing[fact.address]
        elif fact.version <= head:
            filled.append(fact.address)
        reached[fact.key], digests[fact.address] = max(head, fact.version), fact.digest
        new.append(fact)
    return Admitted(tuple(new), tuple(missing), tuple(filled))


def _repeated(fact: Witnessed, digests: Mapping[Address, bytes]) -> bool:
    if digest_of(fact.data) != fact.digest:
        raise Altered(_altered(fact, "its content does not match the digest it travelled with"))
    before = digests.get(fact.address)
    if before not in (None, fact.digest):
        raise Altered(_altered(fact, "it was recorded before with other content"))
    return before is not None


def _jumped(fact: Witnessed, head: int) -> list[Address]:
    if fact.in_order or fact.version - head > HOLES_AT_ONCE:
        raise Gap(_gap(fact, head))
    return [(fact.service, fact.stream, version) for version in range(head + 1, fact.version)]


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

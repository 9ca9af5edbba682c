"""Understands what the parts of the runtime promise each other: a log of facts, a bus of records, an effect.

Ports are small and stand here so that the store, the buses and the consumer know only these words, not each other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from asyncpg import Connection
from asyncpg.pool import PoolConnectionProxy

from shared.envelope import Origin, Position

AnyConnection: TypeAlias = "Connection[Any] | PoolConnectionProxy[Any]"
S = TypeVar("S")


# ── facts ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Recorded:
    """A fact as the log holds it. ``name`` is the stored name and version (``review.score-sealed.1``); ``fact`` is the
    dataclass of the service's domain; ``position`` is None only before it is stored; ``state`` are the bytes as they
    stand in the table (empty before)."""

    stream: str
    version: int
    name: str
    fact: Any
    origin: Origin
    position: Position | None = None
    state: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Receipt:
    """Remembers, in the same transaction as the facts, that a command with this key was answered, and how.

    ``scope`` is the actor's id, so that two callers may use the same key; ``digest`` is the SHA-256 of method, path and
    body: the same key with another digest is refused.
    """

    scope: str
    key: str
    digest: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Append:
    """Facts that were decided on version ``expected`` of one stream (0: the stream must not exist). All or none."""

    stream: str
    expected: int
    facts: tuple[Any, ...]
    origin: Origin
    receipt: Receipt | None = None


@dataclass(frozen=True)
class StreamKind(Generic[S]):
    """How one kind of stream is read: ``initial`` state and ``evolve(state, fact) -> state``.

    A stream's name is ``<prefix>:<id>``. ``snapshot`` names the state's shape and its version
    (``review.round.1``; raise the number when the dataclass changes); where it is empty the stream is always folded
    from its first fact.
    """

    prefix: str
    initial: S
    evolve: Callable[[S, Any], S]
    snapshot: str = ""

    def name(self, identity: str) -> str:
        return f"{self.prefix}:{identity}"


@dataclass(frozen=True)
class Loaded(Generic[S]):
    """A stream's state and the version that it has now (0 where nothing was ever recorded)."""

    state: S
    version: int


class Streams(Protocol):
    """What a handler needs: load a stream, save what was decided on it.

    Two implementations: over HTTP every save commits (through the group commit); in a consumer the saves are collected
    and written together with the offset in one transaction, and a later load in the same batch sees them.
    """

    async def load(self, kind: StreamKind[S], identity: str) -> Loaded[S]: ...

    async def save(self, append: Append) -> None:
        """Raises :class:`Conflict` when the stream is no longer at ``append.expected``."""
        ...


class Conflict(Exception):
    """The stream moved on since it was loaded: load again and decide again."""


class Stale(Exception):
    """The caller decided on a version of the stream that is no longer the newest (HTTP: 412)."""


class AlreadyAnswered(Exception):
    """A receipt for this key exists already: the stored answer counts, nothing was appended."""


# ── records ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Record:
    """What a bus carries: CloudEvents 1.0 in binary mode (``headers`` are the ``ce_*`` ones, ``value`` is JSON)."""

    topic: str
    key: str
    headers: Mapping[str, str]
    value: bytes


@dataclass(frozen=True)
class Delivery:
    """A record handed to a subscriber. ``offset`` is None where the bus keeps no offsets (one process)."""

    record: Record
    partition: int = 0
    offset: int | None = None


Effect = Callable[["AnyConnection"], Awaitable[None]]
"""Writes a prepared batch inside the consumer's transaction. It reads nothing that it has not locked."""


class Subscriber(Protocol):
    """Prepares the effect of a batch: loads and decides, and writes nothing. The consumer runs the returned effect in
    one transaction with the offset. Raises :class:`Rejected` for a delivery that can never succeed."""

    @property
    def name(self) -> str: ...

    @property
    def topics(self) -> tuple[str, ...]: ...

    async def prepare(self, batch: Sequence[Delivery]) -> Effect: ...


class Rejected(Exception):
    """A delivery that will not succeed however often it is tried: it is parked with this reason."""


class Transient(Exception):
    """Something outside is not there just now: roll back, back off, try again."""


class OutcomeUnknown(Transient):
    """The connection was lost while a transaction committed: the facts may stand or not. The same command with the
    same key is safe to send again."""


class NotWritten(Transient):
    """The database was not there, or too slow: nothing was written, and the same command is safe to send again."""


class Overloaded(Transient):
    """Too much is waiting to be written: try again later."""


Receive = Callable[[Sequence[Delivery]], Awaitable[None]]
"""Called by a bus with deliveries in order; it returns when their effects are committed and never raises for a
delivery's sake (parking is the receiver's), only for faults after which the bus must deliver the same again."""


class Inbox(Protocol):
    """What a bus needs from the receiving side, so that a bus knows no database."""

    @property
    def name(self) -> str: ...

    @property
    def topics(self) -> tuple[str, ...]: ...

    async def positions(self, partitions: Sequence[tuple[str, int]]) -> Mapping[tuple[str, int], int]:
        """The next offset to read for each assigned partition that has been read before."""
        ...

    async def receive(self, batch: Sequence[Delivery]) -> None: ...


class Bus(Protocol):
    """Carries records. The contract suite (tests/contracts/test_bus.py) holds both implementations to it."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def publish(self, records: Sequence[Record]) -> None:
        """Returns when every record is durable (Kafka: acks=all) or handled (one process). Order per key is kept.
        Raises on any doubt; the caller then publishes the whole suffix again."""
        ...

    def subscribe(self, inbox: Inbox) -> None:
        """Before :meth:`start`."""
        ...

    def healthy(self) -> str:
        """Empty when well, else one sentence that says what is wrong."""
        ...

    def behind(self) -> Mapping[str, int]:
        """How many records each inbox here has not read yet, as far as is known; nothing where the bus keeps none."""
        ...


# ── views ────────────────────────────────────────────────────────────────────────────────────────────────────────


class View(Protocol):
    """A table of answers, folded from the service's own log; may be dropped and rebuilt at any time.

    Lives in the PostgreSQL schema ``view_<name>``; ``ddl`` and the SQL of ``apply`` name its tables without a schema
    (the projector sets search_path), so that a rebuild can fill a second copy beside it and swap.
    """

    @property
    def name(self) -> str: ...

    @property
    def ddl(self) -> str: ...

    async def apply(self, connection: AnyConnection, batch: Sequence[Recorded]) -> None: ...

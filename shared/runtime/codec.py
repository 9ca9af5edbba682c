"""Understands how a fact becomes bytes and comes back: the eventsourcing library's Mapper over msgspec.

A fact's class carries ``NAME`` (``review.score-sealed.2``: permanent name, then version) and, for every older version,
a static method ``upcast_v1_v2(state)`` that changes the decoded state in place. Names are stored, never Python paths,
so a class may move. The Origin travels beside the fields under ``meta``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar

import msgspec
from eventsourcing.persistence import Cipher, Compressor, Mapper, StoredEvent, Transcoder
from eventsourcing.utils import register_topic

from shared.envelope import Origin, Position
from shared.runtime.ports import Recorded, Rejected, Transient

S = TypeVar("S")

MAX_STATE_BYTES = 512 * 1024
"""A fact larger than this is refused before anything is written: it could not be published either."""


class UnknownFact(Transient):
    """The log holds a fact that this code does not know: a newer release wrote it.

    That says nothing about whatever made us read the log, and it passes when this process is replaced (a rolling
    deployment): whoever meets it waits, parks nothing and lets go of what a newer process could do instead."""

    def __init__(self, name: str, stream: str, version: int) -> None:
        self.where = f"{stream}/{version} ({name})"
        super().__init__(f"{self.where} is of a newer release: start the release that wrote it, or a newer one")


class FactTooLarge(Rejected):
    """A fact's state exceeds :data:`MAX_STATE_BYTES`."""


class JsonTranscoder(Transcoder):
    """JSON by msgspec: dataclasses, decimals (as strings), dates and instants (ISO 8601), tuples, mappings."""

    def encode(self, obj: Any) -> bytes:
        return msgspec.json.encode(obj)

    def decode(self, data: bytes) -> Any:
        return msgspec.json.decode(data)


def version_of(name: str) -> int:
    """The version at the end of a stored name."""
    return int(name.rpartition(".")[2])


_NAME = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+\.[1-9][0-9]*")
_RESERVED = {"meta", "originator_id", "originator_version", "class_version"}


def _checked(fact_class: Any) -> Any:
    """The class, if it can be stored for ever; ``ValueError`` says what it lacks, before anything was written."""
    name = getattr(fact_class, "NAME", "")
    if not is_dataclass(fact_class) or not _NAME.fullmatch(name):
        raise ValueError(f"{fact_class!r}: a fact is a dataclass with a NAME like 'review.score-sealed.1'")
    taken = _RESERVED & {field.name for field in fields(fact_class)}
    if taken:
        raise ValueError(f"{name}: {', '.join(sorted(taken))} belongs to the log; call the field otherwise")
    for old in range(1, version_of(name)):
        if not hasattr(fact_class, f"upcast_v{old}_v{old + 1}"):
            raise ValueError(
                f"{name}: version {old} is in somebody's log; write the static upcast_v{old}_v{old + 1}(state)"
            )
    return fact_class


@cache
def _carrier(fact_class: Any) -> type:
    """The class that the Mapper sees in the fact's place: same topic and upcasts, with a stream and a version.

    The domain's dataclass itself stays free of ``originator_id``; importing the library must not touch a domain.
    """
    name: str = fact_class.NAME
    newest = version_of(name)
    body: dict[str, Any] = {"__annotations__": {"originator_id": str}, "TOPIC": name, "class_version": newest}
    for old in range(1, newest):
        step = f"upcast_v{old}_v{old + 1}"
        body[step] = staticmethod(getattr(fact_class, step))
    carrier = type(f"Stored{fact_class.__name__}", (), body)
    stem = name.rpartition(".")[0]
    for version in range(1, newest + 1):
        register_topic(f"{stem}.{version}", carrier)
    return carrier


class FactCodec:
    """Encodes and decodes the facts of one service. ``compressor`` and ``cipher`` are the library's, optional."""

    def __init__(
        self, facts: Iterable[Any], *, compressor: Compressor | None = None, cipher: Cipher | None = None
    ) -> None:
        self._mapper: Mapper[str] = Mapper(JsonTranscoder(), compressor, cipher)
        self._classes: dict[str, Any] = {}
        self._fields: dict[Any, tuple[str, ...]] = {}
        for fact_class in map(_checked, facts):
            name: str = fact_class.NAME
            stem, newest = name.rpartition(".")[0], version_of(name)
            names = [f"{stem}.{version}" for version in range(1, newest + 1)]
            if self._classes.keys() & set(names):
                raise ValueError(f"two facts are stored as {stem}")
            _carrier(fact_class)
            self._classes |= dict.fromkeys(names, fact_class)
            self._fields[fact_class] = tuple(field.name for field in fields(fact_class))

    def encode(self, stream: str, version: int, fact: Any, origin: Origin) -> StoredEvent:
        """The bytes to store. Raises :class:`FactTooLarge`, and ``ValueError`` for a fact of another service."""
        if type(fact) not in self._fields:
            raise ValueError(f"{fact!r:.80} is not one of this service's facts")
        fact_class: Any = type(fact)
        carried: Any = object.__new__(_carrier(fact_class))
        state = {name: getattr(fact, name) for name in self._fields[fact_class]}
        carried.__dict__.update(state, meta=origin, originator_id=stream, originator_version=version)
        stored = self._mapper.to_stored_event(carried)
        if len(stored.state) > MAX_STATE_BYTES:
            raise FactTooLarge(
                f"{fact.NAME} takes {len(stored.state)} bytes; {MAX_STATE_BYTES} is the limit: "
                "keep large content in a file and its SHA-256 in the fact"
            )
        return stored

    def decode(self, stream: str, version: int, name: str, state: bytes, position: Position | None) -> Recorded:
        """The fact in today's shape, upcast where it was stored in an older one."""
        fact_class = self._classes.get(name)
        if fact_class is None:
            raise UnknownFact(name, stream, version)
        carried: Any = self._mapper.to_domain_event(StoredEvent(stream, version, name, state))
        values = carried.__dict__
        origin = msgspec.convert(values.pop("meta"), Origin)
        fact = msgspec.convert(values, fact_class)
        return Recorded(stream, version, name, fact, origin, position, state)

    def encode_state(self, state: Any) -> bytes:
        """A folded state, through the same compression and encryption as the facts that it sums up."""
        coded = self._mapper.transcoder.encode(state)
        if self._mapper.compressor:
            coded = self._mapper.compressor.compress(coded)
        return self._mapper.cipher.encrypt(coded) if self._mapper.cipher else coded

    def decode_state(self, state: bytes, shape: type[S]) -> S:
        """Raises ``msgspec.DecodeError`` where the state does not have this shape."""
        return msgspec.json.decode(self.plain(state), type=shape)

    def plain(self, state: bytes) -> bytes:
        """The stored state as JSON text, decrypted and decompressed, in the shape it was stored in."""
        if self._mapper.cipher:
            state = self._mapper.cipher.decrypt(state)
        if self._mapper.compressor:
            state = self._mapper.compressor.decompress(state)
        return state

"""A fact comes back as it was, whatever release wrote it and whatever hooks it passed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar

import msgspec
import pytest
from eventsourcing.cipher import AESCipher
from eventsourcing.compressor import ZlibCompressor
from eventsourcing.persistence import StoredEvent
from eventsourcing.utils import Environment

from shared.envelope import Position
from shared.runtime.codec import MAX_STATE_BYTES, FactCodec, FactTooLarge, UnknownFact
from shared.runtime.ports import Recorded
from tests.support.probe import FACTS, Line, Noted, Opened, origin

FACT = Opened(
    "库尔勒某公司",
    date(2026, 2, 28),
    datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=UTC),
    (Line("a", Decimal("1.10")), Line("b", Decimal("-3"))),
    {"declared": True, "kind": "x"},
    Decimal("0.30"),
)


def decoded(codec: FactCodec, stored: StoredEvent) -> Recorded:
    stream, version = str(stored.originator_id), stored.originator_version
    return codec.decode(stream, version, stored.topic, stored.state, Position(5, 7))


def codec_with_hooks() -> FactCodec:
    env = Environment(env={"CIPHER_KEY": AESCipher.create_key(16)})
    return FactCodec(FACTS, compressor=ZlibCompressor(), cipher=AESCipher(env))


@pytest.mark.parametrize("make", [lambda: FactCodec(FACTS), codec_with_hooks])
def test_round_trip(make: Any) -> None:
    codec = make()
    stored = codec.encode("account:1", 4, FACT, origin())
    recorded = decoded(codec, stored)
    assert recorded.fact == FACT
    assert type(recorded.fact.lines[0].amount) is Decimal
    assert recorded.origin == origin()
    assert (recorded.stream, recorded.version, recorded.name) == ("account:1", 4, "probe.opened.1")
    assert str(recorded.position) == "5.7"
    assert msgspec.json.decode(codec.plain(recorded.state))["owner"] == FACT.owner


def test_hooks_hide_the_text() -> None:
    assert FACT.owner.encode() in FactCodec(FACTS).encode("account:1", 1, FACT, origin()).state
    assert FACT.owner.encode() not in codec_with_hooks().encode("account:1", 1, FACT, origin()).state


@pytest.mark.parametrize(
    ("name", "state", "fact"),
    [
        ("probe.noted.1", {"note": "old"}, Noted("old", 1)),
        ("probe.noted.2", {"text": "newer", "class_version": 2}, Noted("newer", 1)),
        ("probe.noted.3", {"text": "newest", "weight": 9, "class_version": 3}, Noted("newest", 9)),
    ],
)
def test_older_versions_are_lifted(name: str, state: dict[str, Any], fact: Noted) -> None:
    raw = msgspec.json.encode({**state, "meta": origin()})
    recorded = FactCodec(FACTS).decode("account:1", 1, name, raw, None)
    assert recorded.fact == fact
    assert FactCodec(FACTS).plain(recorded.state) == raw, (
        "what is published as evidence is what was stored, not what it was lifted to"
    )
    assert recorded.name == name


def test_the_size_is_limited() -> None:
    codec = FactCodec(FACTS)
    codec.encode("account:1", 1, Noted("x" * (MAX_STATE_BYTES - 1000)), origin())
    with pytest.raises(FactTooLarge, match=r"probe\.noted\.3 takes .* is the limit"):
        codec.encode("account:1", 1, Noted("x" * MAX_STATE_BYTES), origin())


def test_an_unknown_name_says_what_to_do() -> None:
    with pytest.raises(UnknownFact, match="a newer one"):
        FactCodec(FACTS).decode("account:1", 1, "probe.noted.4", b"{}", None)
    with pytest.raises(UnknownFact):
        FactCodec(FACTS).decode("account:1", 1, "os:system", b"{}", None)


def test_a_state_that_does_not_fit_is_refused() -> None:
    raw = msgspec.json.encode({"text": 7, "weight": 1, "class_version": 3, "meta": origin()})
    with pytest.raises(msgspec.ValidationError):
        FactCodec(FACTS).decode("account:1", 1, "probe.noted.3", raw, None)


def test_a_fact_outside_facts_is_refused() -> None:
    with pytest.raises(ValueError, match="this service's facts"):
        FactCodec((Opened,)).encode("account:1", 1, Noted("x"), origin())


@dataclass(frozen=True)
class Nameless:
    text: str


@dataclass(frozen=True)
class Reserved:
    NAME: ClassVar[str] = "probe.reserved.1"
    meta: str


@dataclass(frozen=True)
class NoUpcast:
    NAME: ClassVar[str] = "probe.no-upcast.2"
    text: str


@dataclass(frozen=True)
class Twin:
    NAME: ClassVar[str] = "probe.twin.1"
    text: str


@dataclass(frozen=True)
class OtherTwin:
    NAME: ClassVar[str] = "probe.twin.1"
    text: str


@pytest.mark.parametrize(
    ("facts", "says"),
    [((Nameless,), "NAME"), ((Reserved,), "meta"), ((NoUpcast,), "upcast_v1_v2"), ((Twin, OtherTwin), "twin")],
)
def test_a_class_that_could_not_be_stored_is_refused_at_once(facts: tuple[type, ...], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        FactCodec(facts)


def test_two_codecs_may_know_the_same_facts() -> None:
    first, second = FactCodec(FACTS), FactCodec(FACTS)
    assert decoded(second, first.encode("account:1", 1, replace(FACT), origin())).fact == FACT

"""Understands a small domain for tests of the runtime: an account that is opened and then gets notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from shared.envelope import Origin, machine
from shared.runtime.ports import Append, StreamKind


@dataclass(frozen=True)
class Line:
    label: str
    amount: Decimal


@dataclass(frozen=True)
class Opened:
    NAME: ClassVar[str] = "probe.opened.1"
    owner: str
    on: date
    at: datetime
    lines: tuple[Line, ...] = ()
    marks: Mapping[str, str | bool] = field(default_factory=dict)
    limit: Decimal | None = None


@dataclass(frozen=True)
class Noted:
    """Version 3: version 1 called the text ``note``; version 2 had no weight."""

    NAME: ClassVar[str] = "probe.noted.3"
    text: str
    weight: int = 1

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        state["text"] = state.pop("note")

    @staticmethod
    def upcast_v2_v3(state: dict[str, Any]) -> None:
        state["weight"] = 1


FACTS: tuple[type, ...] = (Opened, Noted)


@dataclass(frozen=True)
class Account:
    owner: str = ""
    notes: tuple[str, ...] = ()


def evolve(account: Account, fact: Opened | Noted) -> Account:
    match fact:
        case Opened():
            return replace(account, owner=fact.owner)
        case Noted():
            return replace(account, notes=(*account.notes, fact.text))


ACCOUNT = StreamKind("account", Account(), evolve)


def origin(name: str = "tester") -> Origin:
    return Origin(machine(name), datetime(2026, 3, 1, 8, 0, tzinfo=UTC), "command-1", reason="because")


def opened(owner: str = "林") -> Opened:
    return Opened(owner, date(2026, 3, 1), datetime(2026, 3, 1, 8, 0, tzinfo=UTC))


def notes(stream: str, expected: int, *texts: str, receipt: Any = None) -> Append:
    return Append(stream, expected, tuple(Noted(text) for text in texts), origin(), receipt)

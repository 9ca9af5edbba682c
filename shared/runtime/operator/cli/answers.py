"""Understands how a command answers: a sentence and exit code 1 for what a person can mend, JSON where asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn, cast

import asyncpg
import msgspec
import typer
from rich.console import Console

from shared.runtime.kafka_settings import KafkaSettingsUnclear
from shared.runtime.operator.home import NotOurs
from shared.runtime.operator.installation import Installation, NotConfigured
from shared.runtime.operator.processes import PartFailed
from shared.runtime.ports import Transient
from shared.runtime.postgres.binaries import NoPostgres
from shared.runtime.postgres.migrations import MigrationRefused

MENDABLE: tuple[type[Exception], ...] = (
    NotConfigured,
    NotOurs,
    PartFailed,
    NoPostgres,
    MigrationRefused,
    KafkaSettingsUnclear,
    Transient,
)
"""Exceptions whose own sentence says what to do; anything else is a fault of ours and keeps its traceback."""

UNREACHABLE: tuple[type[Exception], ...] = (
    ConnectionError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.InvalidAuthorizationSpecificationError,
)


def refuse(sentence: str, code: int = 1) -> NoReturn:
    """The sentence on standard error, and out."""
    Console(stderr=True, soft_wrap=True).print(sentence, markup=False, style="red", highlight=False)
    raise typer.Exit(code)


@contextmanager
def mendable() -> Iterator[None]:
    """Inside, what a person can mend becomes a sentence without a traceback."""
    try:
        yield
    except MENDABLE as fault:
        refuse(str(fault))
    except UNREACHABLE as fault:
        refuse(f"连接失败 / no connection: {fault}\n→ shifan doctor")


def installation(context: typer.Context) -> Installation:
    return cast("Installation", context.obj)


def as_json(value: object) -> None:
    """One JSON document on standard output, nothing else."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=2) + b"\n")
    sys.stdout.flush()


def confirmed(question: str, yes: bool) -> bool:
    """Asked of a person; a script has to say ``--yes``."""
    if yes:
        return True
    if not sys.stdin.isatty():
        refuse(f"{question}\n非交互环境下请加 --yes / not a terminal: add --yes", 2)
    return typer.confirm(question)


Told = Callable[[str], None]

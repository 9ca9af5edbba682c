"""Understands the servers below the services as parts of an installation: PostgreSQL, and a broker that is given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import psutil

from shared.runtime.operator.processes import PartFailed
from shared.runtime.operator.run_state import ProcessId
from shared.runtime.postgres.binaries import NoPostgres
from shared.runtime.postgres.launcher import Server, launch


@dataclass
class PostgresPart:
    """The installation's PostgreSQL: our own in ``folder``, or the one that SHIFAN_DATABASE_URL names (left alone)."""

    folder: Path
    surroundings: Mapping[str, str]
    name: str = "postgres"
    _server: Server | None = field(default=None, init=False)

    @property
    def server(self) -> Server:
        assert self._server is not None, "PostgreSQL is asked for before it was started"
        return self._server

    def begin(self) -> None:
        """It comes up in one piece."""

    def start(self) -> None:
        """Raises :class:`PartFailed` with what to do."""
        try:
            self._server = asyncio.run(launch(self.folder, self.surroundings))
        except (NoPostgres, RuntimeError, TimeoutError, OSError) as fault:
            raise PartFailed(f"PostgreSQL: {fault}") from fault

    def alive(self) -> bool:
        return bool(self.processes()) or self.server.pid == 0

    def ask_to_stop(self) -> None:
        """The services need it to the end."""

    def stop(self) -> None:
        if self._server is not None:
            asyncio.run(self._server.stop())

    def processes(self) -> tuple[ProcessId, ...]:
        """None where the server is not ours."""
        return living(self._server.pid) if self._server is not None else ()


class Broker(Protocol):
    """What the launcher under infra/ offers; named here because shared knows nothing of infra."""

    @property
    def pid(self) -> int: ...

    def start(self) -> str: ...

    def stop(self) -> None: ...


@dataclass
class BrokerPart:
    """A local broker; ``started`` is told its address. ``faults`` are the exceptions that say it cannot be had."""

    broker: Broker
    started: Callable[[str], None]
    faults: tuple[type[Exception], ...]
    name: str = "kafka"

    def begin(self) -> None:
        """It comes up in one piece."""

    def start(self) -> None:
        """Raises :class:`PartFailed` with what to install or which variable names a broker."""
        try:
            self.started(self.broker.start())
        except self.faults as fault:
            raise PartFailed(str(fault)) from fault

    def alive(self) -> bool:
        return bool(self.processes())

    def ask_to_stop(self) -> None:
        """The services need it to the end."""

    def stop(self) -> None:
        self.broker.stop()

    def processes(self) -> tuple[ProcessId, ...]:
        return living(self.broker.pid)


def living(pid: int) -> tuple[ProcessId, ...]:
    """The process of that pid as one of ours, nothing for 0, for one that ended and for a zombie."""
    try:
        identity = ProcessId.of(pid) if pid else None
    except psutil.NoSuchProcess:
        return ()
    return (identity,) if identity and identity.find() else ()

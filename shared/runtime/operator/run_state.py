"""Understands what runs in a data directory: which processes, since when, at which addresses; and what is only said to.

A pid alone proves nothing, because the kernel gives it away again: a process is ours when its start time agrees too.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import msgspec
import psutil


@dataclass(frozen=True)
class ProcessId:
    """A process as it was started; ``created`` is its start time in seconds since the epoch."""

    pid: int
    created: float

    @classmethod
    def of(cls, pid: int) -> ProcessId:
        """Raises ``psutil.NoSuchProcess``."""
        return cls(pid, psutil.Process(pid).create_time())

    @classmethod
    def own(cls) -> ProcessId:
        return cls.of(os.getpid())

    def find(self) -> psutil.Process | None:
        """The live process, or None where it ended, is a zombie, or its pid belongs to somebody else by now."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < 1.0
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None


@dataclass(frozen=True)
class PartState:
    """One started part: a server or a service process."""

    name: str
    processes: tuple[ProcessId, ...] = ()
    restarts: int = 0
    failure: str = ""


@dataclass(frozen=True)
class RunState:
    """What the supervisor writes down for every other command.

    ``mode`` is ``one-process`` or ``kafka``; ``addresses`` maps a name (``start``, a service, ``issuer``) to its URL;
    ``surroundings`` are the environment variables that the services were started with, for commands that look into a
    service's database; ``ready`` is false until everything answered once.
    """

    mode: str
    supervisor: ProcessId
    started_at: datetime
    ready: bool = False
    step: str = ""
    addresses: Mapping[str, str] = field(default_factory=dict)
    surroundings: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[PartState, ...] = ()

    def alive(self) -> bool:
        return self.supervisor.find() is not None

    def with_part(self, part: PartState) -> RunState:
        """The same run with this part's state in place of its former one."""
        if all(known.name != part.name for known in self.parts):
            return replace(self, parts=(*self.parts, part))
        return replace(self, parts=tuple(part if known.name == part.name else known for known in self.parts))

    def survivors(self) -> list[psutil.Process]:
        """Processes of this run that still live, in the order in which they were started."""
        found = (identity.find() for part in self.parts for identity in part.processes)
        return [process for process in found if process is not None]


def write(path: Path, state: RunState) -> None:
    """Whole or not at all, readable by this user only (it holds the databases' passwords)."""
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(state), indent=2))
    fresh.replace(path)


def read(path: Path) -> RunState | None:
    """What was written last; None where nothing is, or what is there is not ours (a later version's, a torn disk's)."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=RunState)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None

"""Understands an installation that a person started with ``shifan up``, in one process or over Kafka, and its commands.

It is the operator's own path: a supervisor that writes down what runs, so that every other command finds it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from shared.runtime.clock import DemoClock
from shared.runtime.operator import run_state
from shared.runtime.operator.processes import ServiceProcess, tail
from shared.runtime.operator.run_state import RunState
from shared.runtime.process import CLOCK_FILE

Topology = Literal["one-process", "kafka"]
ROOT = Path(__file__).parents[2]
SHIFAN = (sys.executable, "-m", "services")
UP_SECONDS = 120.0
COMMAND_SECONDS = 60.0


@dataclass(frozen=True)
class Finished:
    """How a command ended and what it printed."""

    code: int
    out: str
    error: str

    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Running:
    """A running installation; ``shifan`` runs a command on it as a process of its own, as an operator does."""

    topology: Topology
    home: Path
    state: RunState

    @property
    def addresses(self) -> Mapping[str, str]:
        return self.state.addresses

    @property
    def clock(self) -> DemoClock:
        return DemoClock(self.home / CLOCK_FILE)

    def database_url(self, service: str) -> str:
        """The service's database as its application role reaches it."""
        return self.state.surroundings[f"SHIFAN_{service.upper()}_DATABASE_URL"]

    @property
    def kafka(self) -> str:
        return self.state.surroundings["SHIFAN_KAFKA"]

    async def shifan(self, *arguments: str) -> Finished:
        """``shifan <arguments>``. Raises ``TimeoutError``."""
        child = await asyncio.create_subprocess_exec(
            *SHIFAN, "--home", str(self.home), *arguments,
            cwd=ROOT, env=_environment(), stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            async with asyncio.timeout(COMMAND_SECONDS):
                out, error = await child.communicate()
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        assert child.returncode is not None
        return Finished(child.returncode, out.decode(), error.decode())


@contextmanager
def running(topology: Topology) -> Iterator[Running]:
    """``shifan up`` in a directory of its own until the block ends; its logs are shown when the block fails."""
    with tempfile.TemporaryDirectory(prefix="shifan-up-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # PostgreSQL's account must be able to walk in
        home = Path(folder) / "home"
        flags = ("--kafka",) if topology == "kafka" else ()
        command = [*SHIFAN, "--home", str(home), "up", "--port", "0", *flags]
        log = Path(folder) / "up.log"
        up = ServiceProcess("shifan up", command, _outside(), log, lambda: _unready(home), UP_SECONDS)
        try:
            up.start()
            state = run_state.read(home / "run.json")
            assert state is not None
            yield Running(topology, home, state)
        finally:
            if not up.alive():
                print(f"shifan up ended by itself:\n{tail(log)}")
            up.stop()


def logs(home: Path, characters: int = 3000) -> str:
    """The end of every log, for a failure's sake."""
    return "\n".join(f"── {file.name} ──\n{tail(file, characters)}" for file in sorted((home / "logs").glob("*.log")))


def _unready(home: Path) -> str:
    state = run_state.read(home / "run.json")
    if state is None:
        return "not begun"
    return "" if state.ready and state.alive() else state.step or "starting"


def _outside() -> dict[str, str]:
    """Its own broker, whatever other tests use: what it says on the topics must be heard by nobody else."""
    return {"SHIFAN_KAFKA": "", "COLUMNS": "200"}


def _environment() -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("SHIFAN_")}
    return kept | {"COLUMNS": "200"}

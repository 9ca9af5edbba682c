"""Understands how a test uses the command line: real processes on a data directory of its own, all ended afterwards."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.runtime.operator import run_state
from shared.runtime.operator.home import Home

ROOT = Path(__file__).parents[2]
KEPT = ("PATH", "HOME", "LANG", "JAVA_HOME", "XDG_CACHE_HOME", "SHIFAN_KAFKA")


def until(condition: Callable[[], bool], seconds: float = 200.0) -> None:
    """Poll; fails after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)


@dataclass
class Shell:
    """Runs ``command`` with arguments on one data directory."""

    command: Sequence[str]
    home: Home
    seconds: float = 250.0
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        if "SHIFAN_KAFKA" in kept:  # a broker that others use as well
            kept["SHIFAN_TOPIC_PREFIX"] = f"{self.home.path.parent.name}."
        return kept | {"SHIFAN_HOME": str(self.home.path), "COLUMNS": "200", **more}

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.command, *arguments],
            cwd=ROOT,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=self.seconds,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def up(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """In the foreground; returns when everything answers, or when it ended."""
        child = subprocess.Popen(
            [*self.command, "up", "--port", "0", *arguments],
            cwd=ROOT,
            env=self.environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(child)
        until(lambda: child.poll() is not None or self.ready())
        return child

    def ready(self) -> bool:
        state = run_state.read(self.home.run_file)
        return state is not None and state.ready and state.alive()

    def state(self) -> run_state.RunState:
        state = run_state.read(self.home.run_file)
        assert state is not None
        return state

    def status(self) -> dict[str, Any]:
        told = self.run("status", "--json")
        answer = json.loads(told.stdout)
        assert told.returncode == (0 if answer["running"] else 3)
        return dict(answer)

    def part(self, name: str) -> run_state.PartState:
        return next(part for part in self.state().parts if part.name == name)


@contextmanager
def shell(*command: str) -> Iterator[Shell]:
    """Everything that it started is ended at the end, and its data are removed."""
    # Not under pytest's own private directories: the server runs as somebody else when we are root.
    folder = Path(tempfile.mkdtemp(prefix="shifan-cli-"))
    made = Shell(command, Home(folder / "home"))
    try:
        yield made
    finally:
        made.run("stop", "--purge", "--yes")
        for child in made.started:
            child.kill()
            child.communicate()
        shutil.rmtree(folder, ignore_errors=True)


def living(state: run_state.RunState) -> list[int]:
    return [process.pid for process in state.survivors()]

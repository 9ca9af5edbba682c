"""Understands how a child process is started so that it never outlives us unseen, and how it is ended in order."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from shared.runtime.operator.run_state import ProcessId

STOP_SECONDS = 20.0
START_SECONDS = 120.0
LOG_BYTES = 20_000_000
"""A part's log is put aside as ``<name>.log.1`` when it has grown beyond this at a start."""


class PartFailed(Exception):
    """A part did not come up; the sentence says which, why, and where its log stands."""


@dataclass
class ServiceProcess:
    """One process of ours: its command, its surroundings, its log, and how to know that it answers.

    ``unready`` answers an empty string when it is ready, else what is missing.
    """

    name: str
    command: Sequence[str]
    surroundings: Mapping[str, str]
    log: Path
    unready: Callable[[], str]
    start_seconds: float = START_SECONDS
    _child: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def begin(self) -> None:
        """Start it and do not wait; nothing to do where it runs."""
        if not self.alive():
            self._spawn()

    def start(self) -> None:
        """Start it unless it was begun, and return when it answers. Raises :class:`PartFailed`."""
        self.begin()
        deadline = time.monotonic() + self.start_seconds
        while missing := self.unready():
            if not self.alive():
                raise PartFailed(self._failure("启动后退出 / ended while starting"))
            if time.monotonic() > deadline:
                raise PartFailed(self._failure(f"未就绪 / not ready in {self.start_seconds:.0f} s: {missing}"))
            time.sleep(0.05)

    def alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def ask_to_stop(self) -> None:
        if self._child is not None and self.alive():
            self._child.terminate()

    def stop(self) -> None:
        """SIGTERM, and by force where it does not end in 20 s."""
        if self._child is not None and self.alive():
            end(psutil.Process(self._child.pid))
        if self._child is not None:
            self._child.wait(STOP_SECONDS)

    def processes(self) -> tuple[ProcessId, ...]:
        if self._child is None:
            return ()
        with suppress(psutil.NoSuchProcess):
            return (ProcessId.of(self._child.pid),)
        return ()

    def run_to_its_end(self) -> None:
        """For a command that ends by itself. Raises :class:`PartFailed` when it fails or takes too long."""
        self._spawn()
        assert self._child is not None
        try:
            code = self._child.wait(self.start_seconds)
        except subprocess.TimeoutExpired as late:
            raise PartFailed(self._failure(f"超过 {self.start_seconds:.0f} 秒 / takes too long")) from late
        finally:
            self.stop()
        if code:
            raise PartFailed(self._failure(f"失败 / failed ({code})"))

    def _spawn(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(  # noqa: S603 — our own words only
                tied(self.command),
                env={**os.environ, **self.surroundings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C reaches the supervisor alone, which then stops its parts in order.
                start_new_session=True,
            )

    def _failure(self, how: str) -> str:
        return f"{self.name} {how}; {self.log}:\n{tail(self.log)}"


def tied(command: Sequence[str]) -> list[str]:
    """The same command, ended by the kernel when its starter dies (Linux, where util-linux is installed)."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", *command] if setpriv else [*command]


def end(process: psutil.Process, seconds: float = STOP_SECONDS) -> None:
    """SIGTERM, a wait of at most ``seconds``, then SIGKILL. Nothing to do where it ended already.

    A zombie has ended: whoever started it may be slow to ask for its exit code, or never will.
    """
    with suppress(psutil.NoSuchProcess):
        process.send_signal(signal.SIGTERM)
        if not _gone(process, seconds):
            process.kill()
            _gone(process, seconds)


def _gone(process: psutil.Process, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


def tail(log: Path, characters: int = 1500) -> str:
    """The end of a log, for an error's sake."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - characters))
        return file.read().decode("utf-8", "replace")

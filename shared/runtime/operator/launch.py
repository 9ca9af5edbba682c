"""Understands ``shifan up``: come up once per data directory, say how far it is, stay, and go down in order.

A second ``up`` finds the first by the lock that the kernel holds for it, waits until it is ready and says where it is.
What a killed one left behind is ended before a new one begins.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.status import Status

from shared.runtime.clock import SystemClock
from shared.runtime.operator import run_state, supervisor
from shared.runtime.operator.home import Home, InUse
from shared.runtime.operator.processes import PartFailed, tail
from shared.runtime.operator.run_state import ProcessId, RunState
from shared.runtime.operator.stop import sweep
from shared.runtime.operator.supervisor import StopAsked, Supervisor, stop_signals

READY_SECONDS = 300.0
"""A first start may download Kafka; a start that took longer than this is not waited for any more."""


@dataclass(frozen=True)
class Plan:
    """What is to run. ``surroundings`` is filled by the steps as they go (a database's address, say)."""

    mode: str
    addresses: Mapping[str, str]
    surroundings: Mapping[str, str]
    items: supervisor.Plan


class Storyteller:
    """Tells a person one line per step and writes the state file."""

    def __init__(self, console: Console, home: Home, plan: Plan) -> None:
        self._console = console
        self._home = home
        self._plan = plan
        self._status: Status | None = None

    def began(self, name: str) -> None:
        if self._console.is_terminal:
            self._status = self._console.status(name)
            self._status.start()

    def done(self, name: str, seconds: float) -> None:
        self.quiet()
        self._console.print(f"[green]✓[/] {name} [dim]{seconds:.1f} s[/]")

    def said(self, sentence: str) -> None:
        self._console.print(sentence, markup=False)

    def saved(self, state: RunState) -> None:
        run_state.write(self._home.run_file, replace(state, surroundings=dict(self._plan.surroundings)))

    def quiet(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None


def run(home: Home, plan: Callable[[], Plan], console: Console, ready: Callable[[], None]) -> bool:
    """Come up and stay until stopped. False where another ``up`` has the directory (nothing was done).

    ``plan`` is made only when the directory is ours; ``ready`` is called once everything answers. Raises what a part
    or a step raised while starting, after stopping what had been started.
    """
    home.make()
    try:
        with home.alone():
            _clean(home, console)
            _supervise(home, plan(), console, ready)
    except InUse:
        return False
    return True


def _clean(home: Home, console: Console) -> None:
    before = run_state.read(home.run_file)
    if before is not None and (left := sweep(before)):
        console.print(f"清理上次遗留的 {left} 个进程 / ended {left} processes that a killed run had left behind")
    home.run_file.unlink(missing_ok=True)


def _supervise(home: Home, plan: Plan, console: Console, ready: Callable[[], None]) -> None:
    teller = Storyteller(console, home, plan)
    began = RunState(plan.mode, ProcessId.own(), SystemClock().now(), addresses=plan.addresses)
    watch = Supervisor(began, teller)
    with stop_signals():
        try:
            watch.start(plan.items)
            ready()
            watch.watch()
        except StopAsked:
            teller.quiet()
        finally:
            teller.quiet()
            watch.stop()
            home.run_file.unlink(missing_ok=True)
    console.print("已停止 / stopped")


def await_ready(home: Home, alive: Callable[[], bool], seconds: float = READY_SECONDS) -> RunState | None:
    """The state of the ``up`` that has the directory, once it is ready; None where it ended or took too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        state = run_state.read(home.run_file)
        if state is not None and state.ready and state.alive():
            return state
        if not alive():
            return None
        time.sleep(0.1)
    return None


def held(home: Home) -> bool:
    """Whether an ``up`` has the directory at this moment."""
    try:
        with home.alone():
            return False
    except InUse:
        return True


def detach(home: Home, arguments: Sequence[str]) -> RunState:
    """Start the same ``up`` in the background and return when it is ready. Raises :class:`PartFailed`."""
    home.make()
    log = home.log_dir / "up.log"
    with log.open("wb") as out:
        child = subprocess.Popen(  # noqa: S603 — our own command
            [sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=Path.cwd(),
            start_new_session=True,
        )
    state = await_ready(home, lambda: child.poll() is None)
    if state is None:
        raise PartFailed(f"未能启动 / did not come up; {log}:\n{tail(log)}")
    return state

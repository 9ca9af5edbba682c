"""Understands how everything that runs in a data directory is ended, also what a killed supervisor left behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shared.runtime.operator import run_state
from shared.runtime.operator.home import Home
from shared.runtime.operator.processes import end

SUPERVISOR_SECONDS = 60.0
"""The supervisor stops its parts one after the other; each has twenty seconds."""


@dataclass(frozen=True)
class Stopped:
    """What was found: ``running`` when a supervisor lived, ``left`` processes that a killed one had left behind."""

    running: bool
    left: int


def stop(home: Home, say: Callable[[str], None]) -> Stopped:
    """End the supervisor (which ends its parts), then whatever survived; returns when nothing of it lives."""
    state = run_state.read(home.run_file)
    if state is None:
        return Stopped(running=False, left=0)
    supervisor = state.supervisor.find()
    if supervisor is not None:
        say("正在停止 / stopping …")
        end(supervisor, SUPERVISOR_SECONDS)
        state = run_state.read(home.run_file) or state
    left = sweep(state)
    home.run_file.unlink(missing_ok=True)
    return Stopped(running=supervisor is not None, left=left)


def sweep(state: run_state.RunState) -> int:
    """End what a dead supervisor's run left alive, last started first; answers how many there were."""
    survivors = state.survivors()
    for process in reversed(survivors):
        end(process)
    return len(survivors)

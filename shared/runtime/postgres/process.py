"""Understands the server as a process: what runs in a data directory, how to start it, how to end it.

A pid alone proves nothing: it may be a zombie's or have been given to another program since.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Literal

import psutil

from shared.runtime.postgres.account import Account

Ending = Literal["fast", "immediate", "kill"]
"""How to stop: fast waits for nobody and checkpoints; immediate gives up at once and recovers at the next start;
kill takes the postmaster away without a word (for fault tests)."""

_SIGNALS: Mapping[Ending, signal.Signals] = {
    "fast": signal.SIGINT,
    "immediate": signal.SIGQUIT,
    "kill": signal.SIGKILL,
}
_LOG_LIMIT_BYTES = 8 * 1024 * 1024
_children: dict[int, subprocess.Popen[bytes]] = {}
"""The servers that this process started: only their parent can ask them away from being zombies."""


def environment(folder: Path) -> dict[str, str]:
    """What the server's programs may know of our environment: nothing."""
    return {"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC", "HOME": str(folder)}


def free_port() -> int:
    """A loopback port that was free a moment ago; the starter tries another one when it was taken meanwhile."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def running(data: Path) -> psutil.Process | None:
    """The postmaster of this data directory, if it lives: the pid of its lock file, not a zombie, and at home there."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == data:
            return process
    except (OSError, ValueError, psutil.Error):
        return None
    return None


def alive(pid: int) -> bool:
    """Whether a process has this pid and is not a zombie."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def ready(data: Path, pid: int) -> bool:
    """Whether the postmaster with this pid has written that it accepts connections (line 8 of its lock file)."""
    try:
        lines = (data / "postmaster.pid").read_text().split("\n")
    except FileNotFoundError:
        return False
    return lines[0] == str(pid) and len(lines) > 7 and lines[7].strip() == "ready"


def clear_stale_lock(data: Path, patience_s: float = 10.0) -> None:
    """Remove the lock file of a postmaster that is gone, after the last of its children is gone too: PostgreSQL itself
    would be kept out by a zombie, and must be kept out by children that still hold the shared memory.

    Raises :class:`TimeoutError` when a child does not end.
    """
    for pid in [pid for pid, child in _children.items() if child.poll() is not None]:
        del _children[pid]
    lock = data / "postmaster.pid"
    if not lock.exists():
        return
    until = time.monotonic() + patience_s
    while _at_home(data):
        if time.monotonic() > until:
            pids = ", ".join(str(pid) for pid in _at_home(data))
            raise TimeoutError(
                f"PostgreSQL 的残留进程没有结束(pid {pids}):请先结束它们。/ "
                f"Processes of the earlier PostgreSQL did not end (pid {pids}): end them, then start again."
            )
        time.sleep(0.02)
    lock.unlink(missing_ok=True)


def _at_home(data: Path) -> list[int]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == data:
                found.append(process.pid)
        except (psutil.Error, OSError):
            continue
    return found


def start(command: Sequence[str | Path], folder: Path, runs_as: Account) -> subprocess.Popen[bytes]:
    """A foreground child in a session of its own, so that Ctrl-C reaches us first and the server last."""
    with _log(folder / "server.log") as log:
        child = _spawn(command, folder, runs_as, stdout=log, stderr=log, start_new_session=True)
    _children[child.pid] = child
    return child


def run(command: Sequence[str | Path], folder: Path, runs_as: Account, timeout_s: float) -> None:
    """Runs one of the server's programs to its end; raises :class:`RuntimeError` with what it said when it failed."""
    child = _spawn(command, folder, runs_as, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said, _ = child.communicate(timeout=timeout_s)
    if child.returncode != 0:
        raise RuntimeError(f"{Path(command[0]).name}: {said.decode(errors='replace')[-2000:]}")


def _spawn(command: Sequence[str | Path], folder: Path, runs_as: Account, **rest: Any) -> subprocess.Popen[bytes]:
    options = {"cwd": folder, "env": environment(folder), "stdin": subprocess.DEVNULL, **runs_as.switch, **rest}
    child: subprocess.Popen[bytes] = subprocess.Popen(command, **options)  # noqa: S603  our own binaries, no shell
    return child


def _log(path: Path) -> IO[bytes]:
    if path.exists() and path.stat().st_size > _LOG_LIMIT_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def end(pid: int, data: Path, how: Ending, patience_s: float) -> None:
    """Signal the postmaster and wait until it is gone; a fast stop that takes too long becomes an immediate one."""
    process = running(data)
    if process is not None and process.pid == pid:
        try:
            process.send_signal(_SIGNALS[how])
            _wait(process, patience_s)
        except psutil.NoSuchProcess:
            pass
        except (psutil.TimeoutExpired, subprocess.TimeoutExpired):
            process.send_signal(signal.SIGQUIT)
            _wait(process, patience_s)
    child = _children.pop(pid, None)
    if child is not None:
        child.wait(patience_s)


def _wait(process: psutil.Process, patience_s: float) -> None:
    child = _children.get(process.pid)
    if child is not None:
        child.wait(patience_s)
    else:
        process.wait(patience_s)

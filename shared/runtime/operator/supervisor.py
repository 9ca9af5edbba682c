"""Understands how the parts of one installation come up in order, are watched, come back when they die, and go down.

A plan is a sequence of parts (servers and service processes, which stay) and steps (migrations, demo data, which end).
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import FrameType
from typing import Protocol

from shared.runtime.operator.processes import PartFailed
from shared.runtime.operator.run_state import PartState, ProcessId, RunState

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 60.0
STEADY_SECONDS = 60.0
"""A part that lived this long after a restart begins again with the shortest pause."""


class StopAsked(BaseException):
    """Somebody pressed Ctrl-C or called ``shifan stop``; like KeyboardInterrupt, no ``except Exception`` eats it."""


class Part(Protocol):
    """Something that stays: a server or a service process."""

    @property
    def name(self) -> str: ...

    def begin(self) -> None:
        """Begin to come up and return at once, where that is possible; :meth:`start` goes on from there."""
        ...

    def start(self) -> None:
        """Returns when it answers. Raises :class:`PartFailed`."""
        ...

    def alive(self) -> bool: ...

    def ask_to_stop(self) -> None:
        """Begin to go down and return at once; what others still need (a server) waits for :meth:`stop`."""
        ...

    def stop(self) -> None: ...

    def processes(self) -> tuple[ProcessId, ...]: ...


@dataclass(frozen=True)
class Step:
    """Something that ends: it is run once, between the parts before it and the parts after it."""

    name: str
    run: Callable[[], None]


Plan = Sequence["Part | Step | tuple[Part, ...]"]
"""In order; the parts of a tuple come up at the same time."""


class Watcher(Protocol):
    """Tells people and the state file what happens."""

    def began(self, name: str) -> None: ...

    def done(self, name: str, seconds: float) -> None: ...

    def said(self, sentence: str) -> None: ...

    def saved(self, state: RunState) -> None: ...


@dataclass
class _Watched:
    part: Part
    pause: float = FIRST_PAUSE_SECONDS
    due: float = 0.0
    up_since: float = 0.0
    down: bool = False


@dataclass
class Supervisor:
    """Runs one plan. ``state`` is what the state file says, kept up to date through ``watcher.saved``."""

    state: RunState
    watcher: Watcher
    pulse_seconds: float = 0.25
    _watched: list[_Watched] = field(default_factory=list, init=False)

    def start(self, plan: Plan) -> None:
        """Bring everything up in order, a tuple's parts at the same time. Raises what a part or step raised."""
        for item in plan:
            if isinstance(item, tuple):
                self._bring_up(item)
            elif isinstance(item, Step):
                self._timed(item.name, item.run)
            else:
                self._bring_up((item,))
        self._save(replace(self.state, ready=True, step=""))

    def watch(self) -> None:
        """Until :class:`StopAsked`: whatever ended is started again, after pauses that double up to a minute."""
        while True:
            for watched in self._watched:
                self._look_after(watched)
            time.sleep(self.pulse_seconds)

    def stop(self) -> None:
        """Down in the reverse order, those that can all at once; a part that will not end is ended by force."""
        for watched in self._watched:
            watched.part.ask_to_stop()
        for watched in reversed(self._watched):
            self.watcher.said(f"停止 / stopping {watched.part.name}")
            watched.part.stop()
        self._watched.clear()

    def _bring_up(self, parts: Sequence[Part]) -> None:
        # Before the start: a stop that is asked for in the middle of it must find the parts.
        self._watched += [_Watched(part, up_since=time.monotonic()) for part in parts]
        for part in parts:
            part.begin()
        for part in parts:
            self._timed(part.name, part.start)
            self._note(part, 0, "")

    def _timed(self, name: str, work: Callable[[], None]) -> None:
        began = time.monotonic()
        self._save(replace(self.state, step=name))
        self.watcher.began(name)
        work()
        self.watcher.done(name, time.monotonic() - began)

    def _look_after(self, watched: _Watched) -> None:
        now = time.monotonic()
        if watched.part.alive():
            if now - watched.up_since > STEADY_SECONDS:
                watched.pause = FIRST_PAUSE_SECONDS
            return
        if not watched.down:
            watched.down, watched.due = True, now + watched.pause
            self.watcher.said(
                f"{watched.part.name} 已退出，{watched.pause:g} 秒后重启 / ended; again in {watched.pause:g} s"
            )
            self._note(watched.part, 0, "ended")
        elif now >= watched.due:
            self._restart(watched)

    def _restart(self, watched: _Watched) -> None:
        watched.pause = min(watched.pause * 2, LONGEST_PAUSE_SECONDS)
        try:
            watched.part.start()
        except PartFailed as failed:
            watched.due = time.monotonic() + watched.pause
            self.watcher.said(f"{failed}\n{watched.pause:g} 秒后再试 / again in {watched.pause:g} s")
            self._note(watched.part, 1, str(failed).splitlines()[0])
            return
        watched.down, watched.up_since = False, time.monotonic()
        self.watcher.said(f"{watched.part.name} 已恢复 / is back")
        self._note(watched.part, 1, "")

    def _note(self, part: Part, more: int, failure: str) -> None:
        known = next((state.restarts for state in self.state.parts if state.name == part.name), 0)
        self._save(self.state.with_part(PartState(part.name, part.processes(), known + more, failure)))

    def _save(self, state: RunState) -> None:
        self.state = state
        self.watcher.saved(state)


@contextmanager
def stop_signals() -> Iterator[None]:
    """Inside, SIGINT, SIGTERM and SIGHUP raise :class:`StopAsked` once; more of them while stopping change nothing."""
    wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in wanted}

    def ask(number: int, frame: FrameType | None) -> None:
        for other in wanted:
            signal.signal(other, signal.SIG_IGN)
        raise StopAsked(signal.Signals(number).name)

    for number in wanted:
        signal.signal(number, ask)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
